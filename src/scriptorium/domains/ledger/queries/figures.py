"""Units in figures: bought and used by month, and what became of an order's units."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from django.db.models import Count, Q
from django.db.models.functions import TruncMonth

from scriptorium.domains.ledger.enums import EntryEvent, UnitState
from scriptorium.domains.ledger.models import Entry
from scriptorium.kernel import clock


@dataclass(frozen=True, slots=True)
class Came:
    """How many units of a kind an order brought, and how many of them nobody uses yet."""

    kind: str
    count: int
    free: int


def units_of_order(*, order: str) -> list[Came]:
    """Return what an order brought, by kind.

    Arguments:
        order: the order's reference; its units were granted under keys that begin with it.
    """
    rows = Entry.objects.filter(
        event=EntryEvent.PURCHASED, idempotency_key__startswith=f"order:{order}:"
    )
    found = rows.values_list("unit__kind").annotate(
        count=Count("pk"), free=Count("pk", filter=Q(unit__state=UnitState.FREE))
    )
    return [Came(*row) for row in found.order_by("unit__kind")]


def bought_and_used(*, since: dt.date, until: dt.date) -> dict[tuple[dt.date, str], Counter[str]]:
    """Return (first day of month, kind) → how many units were bought and how many given out.

    What was taken back from somebody is used no more, and counts in the month in which it was.
    """
    rows = Entry.objects.filter(
        at__gte=clock.start_of(since.replace(day=1)),
        at__lt=clock.start_of(until + dt.timedelta(days=1)),
        event__in=[EntryEvent.PURCHASED, EntryEvent.ASSIGNED, EntryEvent.RELEASED],
    )  # fmt: skip
    by_month = rows.annotate(month=TruncMonth("at", tzinfo=clock.zone())).values_list(
        "month", "unit__kind", "event", "from_state"
    )
    found: dict[tuple[dt.date, str], Counter[str]] = {}
    for month, kind, event, before, count in by_month.annotate(n=Count("pk")).order_by():
        line = found.setdefault((month.date(), kind), Counter())
        if event == EntryEvent.PURCHASED:
            line["bought"] += count
        elif event == EntryEvent.ASSIGNED:
            line["used"] += count
        elif before != UnitState.RESERVED:
            line["used"] -= count
    return found
