"""Reading which free units are limited: they end by a day, whenever they start (ADR 25)."""

from __future__ import annotations

import datetime as dt

from django.db.models import Count, QuerySet

from scriptorium.domains.ledger.enums import UnitState
from scriptorium.domains.ledger.models import Balance, Unit
from scriptorium.domains.ledger.queries.stock import free_of
from scriptorium.kernel.payer import Payer


def next_free(*, payer: Payer, kind: str) -> QuerySet[Unit]:
    """Return a payer's free units in the order in which they are used: soonest to expire first."""
    rows = Unit.objects.filter(state=UnitState.FREE, kind=kind, **payer.columns)
    return rows.order_by("expires_on", "id")


def limits_in_order(
    *, payer: Payer, kind: str, count: int, lock: bool = False
) -> list[dt.date | None]:
    """Return by which day each of a payer's next free units ends, in the order of being taken.

    Arguments:
        count: how many at most; fewer are returned when fewer are free.
        lock: keep others from taking units of the kind until the transaction ends. The balance
            is what every taker moves first, so it is what is locked.
    """
    if lock:
        list(Balance.objects.select_for_update().filter(kind=kind, **payer.columns).values("pk"))
    free = next_free(payer=payer, kind=kind)
    return list(free.values_list("ends_before", flat=True)[:count])


def limited_free(*, payer: Payer, kind: str) -> list[tuple[dt.date, int]]:
    """Return how many free units end by which day, soonest first; none without a limit."""
    rows = (
        next_free(payer=payer, kind=kind)
        .filter(ends_before__isnull=False)
        .values_list("ends_before")
        .annotate(count=Count("id"))
        .order_by("ends_before")
    )
    return [(day, count) for day, count in rows if day is not None]


def whole_free_of(*, payer: Payer, kind: str) -> int:
    """Return how many free units pay for a whole year: those without a limit."""
    return free_of(payer=payer, kind=kind) - sum(
        count for _, count in limited_free(payer=payer, kind=kind)
    )


def free_to_reserve(*, payer: Payer, kind: str, today: dt.date) -> int:
    """Return how many units can be reserved today.

    A unit whose day has come stays in the balance until tonight's expiry; as the first one to be
    taken it would be worth nothing to whoever accepts, so nothing is reserved until then.
    """
    free = free_of(payer=payer, kind=kind)
    first = limits_in_order(payer=payer, kind=kind, count=1) if free else []
    return 0 if any(day is not None and day <= today for day in first) else free
