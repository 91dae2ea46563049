"""The first page of finance: the next thing to do, and how much waits where."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import F

from scriptorium.domains.catalog.queries import prices
from scriptorium.domains.orders import queries as money
from scriptorium.domains.orders.queries import office
from scriptorium.domains.orders.queries.office import Figure
from scriptorium.kernel.money import Money
from scriptorium.pages.money_cells import HOME


@dataclass(frozen=True, slots=True)
class Waiting:
    """One worklist with how much waits on it.

    Arguments:
        amount: what the rows are together, in words; empty where they are no amounts.
        act: what to do about it, as a button says it.
        now: whether it is to be done now, and does not merely stand there.
    """

    title: str
    count: int
    amount: str
    about: str
    url: str
    act: str
    now: bool = True


@dataclass(frozen=True, slots=True)
class AgeLine:
    """Unpaid invoices of one age."""

    words: str
    count: int
    amount: str
    url: str
    late: bool


@dataclass(frozen=True, slots=True)
class MoneyHome:
    """Everything on the page; ``next`` is the first list on which something is to be done."""

    next: Waiting | None
    ages: list[AgeLine]
    lists: list[Waiting]

    @property
    def waiting(self) -> int:
        """How many things are to be done now."""
        return sum(line.count for line in self.lists if line.now)

    @property
    def others(self) -> int:
        """How many more there are than on the first list."""
        return self.waiting - (self.next.count if self.next else 0)


def money_home(*, today: dt.date) -> MoneyHome:
    """Return the figures of every worklist, in the order in which they are worth doing."""
    ages = office.ages_of_unpaid(today=today)
    lists = _lists(ages, today)
    return MoneyHome(
        next=next((line for line in lists if line.count and line.now), None),
        ages=[
            AgeLine(
                age.words,
                figure.count,
                str(Money(figure.minor, prices().currency)),
                f"{HOME}unpaid/?age={age.slug}",
                bool(age.least and figure.count),
            )
            for age, figure in ages
        ],
        lists=lists,
    )


def _lists(ages: list[tuple[office.Age, Figure]], today: dt.date) -> list[Waiting]:
    late = [figure for age, figure in ages if age.least]
    overdue = Figure(sum(one.count for one in late), sum(one.minor for one in late))
    unpaid = Figure(
        sum(figure.count for _, figure in ages), sum(figure.minor for _, figure in ages)
    )
    refunds = office.figure_of(money.open_refunds(), F("amount_minor"))
    cards = office.figure_of(money.failing_attempts(), F("amount_minor"))
    cheques = office.figure_of(money.cheques_in_hand(), F("amount_minor"))
    mismatches = office.figure_of(money.mismatches())
    exemptions = office.figure_of(money.exemptions_to_verify())
    return [
        _line("Refunds to decide", refunds, "Above the limit a second person agrees",
              "refunds/", "Decide"),
        _line("Mismatches", mismatches, "The provider and our books disagree",
              "mismatches/", "Look into them", sums=False),
        _line("Cheques to deposit", cheques, "In the drawer, not at the bank yet",
              "cheques/", "Deposit them"),
        _line("Failing cards", cards, "The newest try failed, the order is open",
              "failing-cards/", "See whom to call"),
        _line("Exemptions to verify", exemptions, "Certificates that free a practice from tax",
              "exemptions/", "Verify them", sums=False),
        _line("Overdue invoices", overdue, "Past their day, the longest first",
              "unpaid/?age=overdue", "See who owes"),
        _line("Unpaid invoices", unpaid, "Everything that is open", "unpaid/", "See", now=False),
        _line("Kept credits", office.credit_figure(), "Money kept for a payer, to use or pay back",
              "credits/", "See", now=False),
        _line("Open estimates", office.estimate_figure(today=today), "They wait for an answer",
              "estimates/", "See", now=False),
    ]  # fmt: skip


def _line(
    title: str,
    figure: Figure,
    about: str,
    path: str,
    act: str,
    *,
    sums: bool = True,
    now: bool = True,
) -> Waiting:
    amount = str(Money(figure.minor, prices().currency)) if sums and figure.count else ""
    return Waiting(title, figure.count, amount, about, f"{HOME}{path}", act, now)
