"""Writing calendars of renewals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from scriptorium.domains.notifications.models import CalendarDay, CalendarFeed
from scriptorium.domains.notifications.queries import days_of


def make_feed(*, practice: str, person: str, with_names: bool, now: dt.datetime) -> CalendarFeed:
    """Make a private address for somebody's calendar of a practice.

    Raises:
        IntegrityError: there is one already.
    """
    return CalendarFeed.objects.create(
        practice=practice, person=person, with_names=with_names, made_at=now
    )


def stop_feed(*, feed: CalendarFeed, by: str, now: dt.datetime) -> bool:
    """Close an address for good; returns False when it was closed already."""
    live = CalendarFeed.objects.filter(pk=feed.pk, stopped_at__isnull=True)
    return bool(live.update(stopped_at=now, stopped_by=by))


def note_days(
    *, feed: CalendarFeed, fingerprints: Mapping[dt.date, str], now: dt.datetime
) -> dict[dt.date, CalendarDay]:
    """Return day → number and time of its last change, after noting what is different now.

    Arguments:
        fingerprints: day → what the calendar says about it, as a hash.
    """
    known = days_of(feed=feed.pk)
    fresh = [
        CalendarDay(feed=feed, day=day, fingerprint=text, changed_at=now)
        for day, text in fingerprints.items()
        if day not in known
    ]
    # Two readers at one moment both find a day new; the first one's row stays.
    CalendarDay.objects.bulk_create(fresh, ignore_conflicts=True)
    known |= {row.day: row for row in fresh}
    for day, text in fingerprints.items():
        row = known[day]
        if row.fingerprint != text:
            row.fingerprint, row.changed_at = text, now
            row.sequence += 1
            row.save(update_fields=["fingerprint", "sequence", "changed_at"])
    return known
