"""Who renews when: what is red, what is orange, and the months after."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import groupby

from scriptorium.domains.catalog.enums import ProductKind
from scriptorium.domains.catalog.queries import programme
from scriptorium.domains.ledger import queries as ledger
from scriptorium.domains.practices import queries as practices
from scriptorium.domains.practices.models import Practice
from scriptorium.domains.practices.queries import RosterFilter
from scriptorium.kernel.payer import Payer
from scriptorium.pages.board import Row, rows_of

SHOWN = 200


@dataclass(frozen=True, slots=True)
class Month:
    """The renewals of one month."""

    name: str
    people: list[Row]


@dataclass(frozen=True, slots=True)
class Renewals:
    """Everything on the page."""

    now: list[Row]
    due: list[Row]
    later: list[Month]
    now_total: int
    due_total: int
    more_later: int
    free: int


def renewals(*, practice: Practice, now: dt.datetime, today: dt.date) -> Renewals:
    """Return a practice's renewals in the order in which they come."""
    due_days = programme().numbers.due_days
    base = f"/practice/{practice.reference}/"

    def rows(state: str) -> tuple[list[Row], int]:
        found = practices.filtered(
            practice=practice.pk, wanted=RosterFilter(state=state), today=today, due_days=due_days
        )
        links = list(found[: SHOWN + 1])
        return rows_of(links=links[:SHOWN], base=base, now=now, today=today), len(links) - SHOWN

    red, _ = rows("now")
    orange, _ = rows("due")
    green, more = rows("ok")
    counts = practices.counts(practice=practice.pk, today=today, due_days=due_days)
    months = [
        Month(name, list(group))
        for name, group in groupby(green, key=lambda r: f"{r.renews_on:%B %Y}")
    ]
    return Renewals(
        now=red,
        due=orange,
        later=months,
        now_total=counts.now,
        due_total=counts.due,
        more_later=max(0, more),
        free=ledger.free_of(payer=Payer(practice=practice.pk), kind=ProductKind.RENEWAL),
    )
