"""Writes days as an iCalendar file, for feeds and for attachments."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from icalendar import Alarm, Calendar, Event

MEDIA_TYPE = "text/calendar"


@dataclass(frozen=True, slots=True)
class Day:
    """An event that takes a whole day.

    Arguments:
        uid: the same for the same event, for ever.
        sequence, changed_at: raised and moved whenever the event says something else.
        cancelled: what was announced does not happen.
        alarm_days: so many days before, the calendar reminds.
    """

    uid: str
    day: dt.date
    summary: str
    description: str
    url: str
    sequence: int
    changed_at: dt.datetime
    cancelled: bool = False
    alarm_days: int = 14


def write(*, name: str, days: Iterable[Day]) -> bytes:
    """Return a calendar that is published, not an invitation."""
    calendar = Calendar()
    calendar.add("prodid", "-//Scriptorium//Renewals//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    # The second name is what older programs read.
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", dt.timedelta(hours=12), parameters={"VALUE": "DURATION"})
    for day in days:
        calendar.add_component(_event(day))
    return bytes(calendar.to_ical())


def _event(day: Day) -> Event:
    event = Event()
    event.add("uid", day.uid)
    event.add("dtstamp", day.changed_at)
    event.add("last-modified", day.changed_at)
    event.add("sequence", day.sequence)
    event.add("dtstart", day.day)
    event.add("dtend", day.day + dt.timedelta(days=1))
    event.add("summary", day.summary)
    event.add("description", day.description)
    event.add("url", day.url)
    event.add("status", "CANCELLED" if day.cancelled else "CONFIRMED")
    # Nobody is busy because memberships renew.
    event.add("transp", "TRANSPARENT")
    if not day.cancelled:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", day.summary)
        alarm.add("trigger", dt.timedelta(days=-day.alarm_days))
        event.add_component(alarm)
    return event
