"""Reading who pays for memberships that renew by themselves, in key order and in portions."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Min

from scriptorium.domains.memberships.enums import Mode
from scriptorium.domains.memberships.models import Membership, PriceNotice


@dataclass(frozen=True, slots=True)
class AutomaticPayer:
    """A payer's key, how many of its people renew automatically, and the first such day."""

    key: int
    people: int
    first_on: dt.date


def automatic_payers(
    *, column: str, after: int, since: dt.date, limit: int
) -> list[AutomaticPayer]:
    """Return the next payers in key order.

    Arguments:
        column: "payer_practice_id" or "payer_person_id".
        after: the last key of the portion before.
        since: only memberships that renew on this day or later count.
    """
    rows = (
        Membership.objects.filter(
            mode=Mode.AUTOMATIC,
            renews_on__gte=since,
            cancelled_on__isnull=True,
            **{f"{column}__gt": after},
        )
        .values(column)
        .annotate(people=Count("id"), first=Min("renews_on"))
        .order_by(column)
    )
    return [AutomaticPayer(row[column], row["people"], row["first"]) for row in rows[:limit]]


def price_notice(*, version: str) -> PriceNotice | None:
    """Return how far payers were told of a price list, or None before the first night of it."""
    return PriceNotice.objects.filter(version=version).first()
