"""Reading who renews on which day, for calendars."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from scriptorium.domains.practices.queries.roster import live_links


def renewing_days(*, practice: int, after: dt.date) -> dict[dt.date, list[str]]:
    """Return day → names of the people on the roster whose membership renews on it, by name."""
    rows = live_links(practice=practice).filter(renews_on__gt=after, person__isnull=False)
    found: dict[dt.date, list[str]] = defaultdict(list)
    for day, first, last in rows.order_by("sort_name", "id").values_list(
        "renews_on", "first_name", "last_name"
    ):
        assert day is not None
        found[day].append(f"{first} {last}".strip())
    return dict(found)
