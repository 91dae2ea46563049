"""A payer's statement, in the words that the page prints."""

from __future__ import annotations

from dataclasses import dataclass

from scriptorium.domains.memberships.rules import words
from scriptorium.domains.orders.queries import Statement
from scriptorium.kernel.money import Money


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One line; an amount of nothing is empty."""

    day: str
    what: str
    charged: str
    paid: str
    owed: str


@dataclass(frozen=True, slots=True)
class StatementPage:
    """A period with its balances."""

    period: str
    opening: str
    rows: list[StatementRow]
    closing: str


def owed_words(*, minor: int, currency: str) -> str:
    """Return a balance; money that is kept for the payer is said to be so."""
    if minor < 0:
        return f"{Money(-minor, currency)} kept for you"
    return str(Money(minor, currency))


def statement_page(*, found: Statement, currency: str) -> StatementPage:
    """Return the page of a statement."""

    def amount(minor: int) -> str:
        return str(Money(minor, currency)) if minor else ""

    return StatementPage(
        period=f"{words(found.since)} to {words(found.until)}",
        opening=owed_words(minor=found.opening_minor, currency=currency),
        rows=[
            StatementRow(
                day=words(line.on),
                what=f"{line.what} {line.number}",
                charged=amount(line.charged_minor),
                paid=amount(line.paid_minor),
                owed=owed_words(minor=line.balance_minor, currency=currency),
            )
            for line in found.lines
        ],
        closing=owed_words(minor=found.closing_minor, currency=currency),
    )
