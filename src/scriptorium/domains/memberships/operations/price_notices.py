"""Writing how far payers were told of another price list."""

from __future__ import annotations

import datetime as dt

from scriptorium.domains.memberships.models import PriceNotice


def locked_price_notice(*, version: str) -> PriceNotice:
    """Return the row of a price list under its lock; the first night makes it."""
    PriceNotice.objects.get_or_create(version=version)
    return PriceNotice.objects.select_for_update().get(version=version)


def move_price_notice(
    *, row: PriceNotice, practices_until: int, people_until: int, finished_at: dt.datetime | None
) -> None:
    """Write down that payers up to these keys were told, and when the last one was."""
    row.practices_until, row.people_until = practices_until, people_until
    row.finished_at = finished_at
    row.save(update_fields=["practices_until", "people_until", "finished_at"])
