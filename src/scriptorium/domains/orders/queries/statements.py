"""Reading a payer's statement: what was charged and what was paid, with the balance after each.

Moving money between invoices changes nothing that is owed, so it is no line here.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from scriptorium.domains.orders.enums import Reason
from scriptorium.domains.orders.models import Posting
from scriptorium.domains.orders.queries.money import statement_rows
from scriptorium.domains.orders.queries.payers import OWN, balance_before
from scriptorium.kernel.payer import Payer

#: What a posting is called on a statement; tax belongs to the line of its document.
_CALLED = {
    Reason.INVOICED: "Invoice",
    Reason.TAXED: "Invoice",
    Reason.RECEIVED: "Payment",
    Reason.BOUNCED: "Payment came back",
    Reason.DISPUTED: "Payment disputed",
    Reason.DISPUTE_WON: "Dispute decided for us",
    Reason.CREDITED: "Credit note",
    Reason.TAX_CREDITED: "Credit note",
    Reason.REFUNDED: "Paid back to you",
}


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One document or movement; amounts in minor units.

    Arguments:
        charged_minor, paid_minor: one of them is zero.
        balance_minor: what is owed afterwards; below zero it is kept for the payer.
    """

    on: dt.date
    what: str
    number: str
    charged_minor: int
    paid_minor: int
    balance_minor: int


@dataclass(frozen=True, slots=True)
class Statement:
    """A payer's account from a day up to and including another."""

    since: dt.date
    until: dt.date
    opening_minor: int
    lines: tuple[StatementLine, ...]

    @property
    def closing_minor(self) -> int:
        """What is owed at the end."""
        return self.lines[-1].balance_minor if self.lines else self.opening_minor


def statement(*, payer: Payer, since: dt.date, until: dt.date) -> Statement:
    """Return a payer's statement of a period."""
    opening = balance_before(payer=payer, day=since)
    sums: dict[tuple[str, str, dt.date], int] = {}
    for row in statement_rows(payer=payer, since=since, until=until):
        change = _change(row)
        if change:
            key = (_CALLED[Reason(row.reason)], _number(row), row.on)
            sums[key] = sums.get(key, 0) + change
    lines = []
    balance = opening
    for (what, number, on), change in sums.items():
        balance += change
        lines.append(StatementLine(on, what, number, max(change, 0), max(-change, 0), balance))
    return Statement(since, until, opening, tuple(lines))


def _change(row: Posting) -> int:
    """Return by how much a posting raises what the payer owes."""
    return row.amount_minor * ((row.debit in OWN) - (row.credit in OWN))


def _number(row: Posting) -> str:
    if row.note is not None:
        return row.note.number
    if row.payment is not None:
        return row.payment.number
    return row.invoice.number if row.invoice is not None else ""
