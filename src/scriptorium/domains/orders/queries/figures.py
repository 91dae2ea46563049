"""Money by month: what was invoiced and what came in."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Sum
from django.db.models.functions import TruncMonth

from scriptorium.domains.orders.enums import Reason
from scriptorium.domains.orders.models import Posting

#: How each posting counts for what was invoiced, and for what came in.
_INVOICED = {
    Reason.INVOICED: 1, Reason.TAXED: 1, Reason.CREDITED: -1, Reason.TAX_CREDITED: -1,
}  # fmt: skip
_RECEIVED = {
    Reason.RECEIVED: 1, Reason.BOUNCED: -1, Reason.DISPUTED: -1, Reason.DISPUTE_WON: 1,
    Reason.REFUNDED: -1,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class MonthOfMoney:
    """One month in minor units; credit notes and money that went back are taken off."""

    first: dt.date
    invoiced: int
    received: int


def money_by_month(
    *, since: dt.date, until: dt.date, practice: int | None = None
) -> list[MonthOfMoney]:
    """Return each month from that of one day to that of another, the earliest first.

    Arguments:
        practice: only what this practice was invoiced and paid; None for every payer.
    """
    rows = Posting.objects.filter(
        on__gte=since.replace(day=1), on__lte=until, reason__in=[*_INVOICED, *_RECEIVED]
    )
    if practice is not None:
        rows = rows.filter(payer_practice_id=practice)
    sums = rows.annotate(month=TruncMonth("on")).values_list("month", "reason")
    invoiced: dict[dt.date, int] = defaultdict(int)
    received: dict[dt.date, int] = defaultdict(int)
    for month, reason, amount in sums.annotate(n=Sum("amount_minor")).order_by():
        invoiced[month] += _INVOICED.get(Reason(reason), 0) * amount
        received[month] += _RECEIVED.get(Reason(reason), 0) * amount
    return [MonthOfMoney(month, invoiced[month], received[month]) for month in months(since, until)]


def months(since: dt.date, until: dt.date) -> list[dt.date]:
    """Return the first day of each month from that of one day to that of another."""
    found = [since.replace(day=1)]
    while (following := _next(found[-1])) <= until:
        found.append(following)
    return found


def _next(month: dt.date) -> dt.date:
    return (month + dt.timedelta(days=32)).replace(day=1)
