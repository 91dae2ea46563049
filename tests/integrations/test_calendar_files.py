"""Calendars as other programs read them."""

from __future__ import annotations

import datetime as dt

from icalendar import Calendar

from scriptorium.integrations.calendars.files import Day, write
from tests.support.builders import NOW

DAY = Day(
    uid="renewals-0abc-2027-03-01@body.example",
    day=dt.date(2027, 3, 1),
    summary="3 memberships renew: Park, Lund; Søn",
    description="Ada Park\nBen Ito",
    url="https://portal.example/practice/0abc/renewals/",
    sequence=2,
    changed_at=NOW,
)


def test_a_day_is_an_event_of_one_whole_day_with_a_reminder() -> None:
    content = write(name="Renewals", days=[DAY])
    calendar = Calendar.from_ical(content)
    assert (calendar["method"], calendar["version"], calendar["name"]) == (
        "PUBLISH", "2.0", "Renewals",
    )  # fmt: skip
    (event,) = calendar.walk("VEVENT")
    assert event.decoded("dtstart") == dt.date(2027, 3, 1)
    assert event.decoded("dtend") == dt.date(2027, 3, 2)
    assert event["summary"] == DAY.summary
    assert event["description"] == "Ada Park\nBen Ito"
    assert (event["uid"], event["sequence"], event["status"]) == (DAY.uid, 2, "CONFIRMED")
    assert event.decoded("last-modified") == NOW
    (alarm,) = event.walk("VALARM")
    assert alarm.decoded("trigger") == dt.timedelta(days=-14)
    assert alarm["action"] == "DISPLAY"
    # A date without a clock time: it is the same day in every time zone.
    assert b"DTSTART;VALUE=DATE:20270301\r\n" in content
    assert b"TRIGGER:-P14D\r\n" in content
    assert max(len(line) for line in content.split(b"\r\n")) <= 75


def test_what_does_not_happen_is_cancelled_and_reminds_nobody() -> None:
    from dataclasses import replace

    (event,) = Calendar.from_ical(write(name="x", days=[replace(DAY, cancelled=True)])).walk(
        "VEVENT"
    )
    assert event["status"] == "CANCELLED"
    assert not event.walk("VALARM")
