"""An administrator's calendar reads when memberships of a practice renew (STANDARDS §7)."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from scriptorium.domains.accounts import queries as accounts
from scriptorium.domains.accounts.models import Person
from scriptorium.domains.audit.operations import Happening, record
from scriptorium.domains.notifications import operations as calendars
from scriptorium.domains.notifications import queries, rules
from scriptorium.domains.notifications.models import CalendarDay, CalendarFeed
from scriptorium.domains.notifications.operations import Attachment
from scriptorium.domains.practices import queries as practices
from scriptorium.domains.practices.models import Practice
from scriptorium.integrations.calendars.files import MEDIA_TYPE, Day, write
from scriptorium.journeys.services import file_store
from scriptorium.kernel.actor import Actor

#: A day stays in the calendar this long after it; one that lost its people is cancelled as long.
KEPT = dt.timedelta(days=31)

_MORE = "The exact list, and what to do, stands on the page of renewals."


class NoCalendar(Exception):
    """The address opens nothing: a wrong secret, a stopped one, or a role that was lost."""


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """A calendar as it goes over the wire."""

    media_type: str
    content: bytes


@transaction.atomic(durable=True)
def make(
    *, actor: Actor, practice: Practice, person: Person, with_names: bool, now: dt.datetime
) -> CalendarFeed:
    """Make a private address; one that there was before stops working."""
    _stop(actor, practice, person, now)
    feed = calendars.make_feed(
        practice=practice.reference, person=person.reference, with_names=with_names, now=now
    )
    _record("calendar.made", actor, practice, person, now)
    return feed


@transaction.atomic(durable=True)
def stop(*, actor: Actor, practice: Practice, person: Person, now: dt.datetime) -> bool:
    """Let the private address open nothing from now on; False when there is none."""
    return _stop(actor, practice, person, now)


def _stop(actor: Actor, practice: Practice, person: Person, now: dt.datetime) -> bool:
    feed = queries.live_feed(practice=practice.reference, person=person.reference)
    done = feed is not None and calendars.stop_feed(feed=feed, by=actor.reference, now=now)
    if done:
        _record("calendar.stopped", actor, practice, person, now)
    return done


def _record(key: str, actor: Actor, practice: Practice, person: Person, now: dt.datetime) -> None:
    record(
        actor=actor,
        happening=Happening(
            key, "practice", practice.reference, practice.reference, {"name": person.name}
        ),
        now=now,
    )


@transaction.atomic(durable=True)
def read(*, token: str, now: dt.datetime, today: dt.date) -> CalendarFile:
    """Return the calendar as it is now, if its owner still runs the practice.

    Raises:
        NoCalendar: the address opens nothing; why is nobody's business.
    """
    feed, practice = _opened(token)
    found = practices.renewing_days(practice=practice.pk, after=today - KEPT)
    known = queries.days_of(feed=feed.pk)
    # A day that was announced and has nobody any more is cancelled, not silently gone.
    wanted = found | {day: [] for day in known if day not in found and day > today - KEPT}
    said = {day: _words(practice, names, feed) for day, names in wanted.items()}
    prints = {
        day: hashlib.sha256("\n".join(words).encode()).hexdigest() for day, words in said.items()
    }
    rows = calendars.note_days(feed=feed, fingerprints=prints, now=now)
    days = [
        _day(practice, rows[day], said[day], cancelled=not wanted[day]) for day in sorted(wanted)
    ]
    return CalendarFile(MEDIA_TYPE, write(name=f"Renewals, {practice.name}", days=days))


def _opened(token: str) -> tuple[CalendarFeed, Practice]:
    reference = rules.calendar_reference(token=token)
    feed = queries.feed_by_reference(reference=reference) if reference else None
    practice = practices.by_reference(reference=feed.practice) if feed else None
    person = accounts.by_reference(reference=feed.person) if feed else None
    if feed is None or practice is None or person is None:
        raise NoCalendar
    # Read on every request, so that a role which was lost is lost here too (ASVS 8.3.2).
    if not practices.standing_of(practice=practice, person=person.pk).manages:
        raise NoCalendar
    return feed, practice


def attachment(
    *, name: str, reference: str, days: Mapping[dt.date, int], link: str, now: dt.datetime
) -> Attachment:
    """Keep a calendar of coming renewals in the file store, to go with a mail.

    Arguments:
        name, reference: of who pays, a practice or a person.
        days: day → how many memberships renew on it; nobody is named.
        link: the address of the page that says more, without the site's own.
    """
    entries = [
        Day(
            uid=_uid(reference, day),
            day=day,
            summary=f"{_count(number)}: {name}",
            description=_MORE,
            url=settings.BASE_URL + link,
            sequence=0,
            changed_at=now,
        )
        for day, number in sorted(days.items())
    ]
    kept = file_store().put(content=write(name=f"Renewals, {name}", days=entries))
    return Attachment("renewals.ics", MEDIA_TYPE, kept)


def _count(number: int) -> str:
    return "1 membership renews" if number == 1 else f"{number} memberships renew"


def _uid(reference: str, day: dt.date) -> str:
    """Return an event's name: the same in a feed and in a mail, so that a calendar has it once."""
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    return f"renewals-{reference}-{day.isoformat()}@{host}"


def _words(practice: Practice, names: list[str], feed: CalendarFeed) -> tuple[str, str]:
    """Return summary and description of a day."""
    lines = [_MORE]
    if feed.with_names:
        lines = [*names, *lines]
    return f"{_count(len(names))}: {practice.name}", "\n".join(lines)


def _day(practice: Practice, row: CalendarDay, words: tuple[str, str], *, cancelled: bool) -> Day:
    return Day(
        uid=_uid(practice.reference, row.day),
        day=row.day,
        summary=words[0],
        description=words[1],
        url=f"{settings.BASE_URL}/practice/{practice.reference}/renewals/",
        sequence=row.sequence,
        changed_at=row.changed_at,
        cancelled=cancelled,
    )
