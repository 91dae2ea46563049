"""Reading calendars of renewals."""

from __future__ import annotations

import datetime as dt

from scriptorium.domains.notifications.models import CalendarDay, CalendarFeed


def live_feed(*, practice: str, person: str) -> CalendarFeed | None:
    """Return somebody's calendar of a practice, or None."""
    return CalendarFeed.objects.filter(
        practice=practice, person=person, stopped_at__isnull=True
    ).first()


def feed_by_reference(*, reference: str) -> CalendarFeed | None:
    """Return a calendar that was not stopped, or None."""
    return CalendarFeed.objects.filter(reference=reference, stopped_at__isnull=True).first()


def days_of(*, feed: int) -> dict[dt.date, CalendarDay]:
    """Return day → what a calendar last said about it."""
    return {row.day: row for row in CalendarDay.objects.filter(feed_id=feed)}
