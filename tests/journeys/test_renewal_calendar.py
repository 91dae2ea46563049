"""A notice of renewal carries its days for the receiver's calendar, and names its practice."""

from __future__ import annotations

import pytest
from icalendar import Calendar

from scriptorium.domains.notifications.models import OutboxMail
from scriptorium.journeys import calendar_feed
from scriptorium.journeys.nightly import run_night
from scriptorium.journeys.services import file_store
from tests.support.builders import NOW, TODAY, Clinic, days

pytestmark = pytest.mark.django_db


def test_a_file_of_days_names_nobody_and_is_the_same_event_as_in_the_feed() -> None:
    file = calendar_feed.attachment(
        name="Riverside Dermatology", reference="0abc", days={days(60): 1, days(30): 12},
        link="/practice/0abc/renewals/", now=NOW,
    )  # fmt: skip
    assert (file.name, file.media_type) == ("renewals.ics", "text/calendar")
    first, second = Calendar.from_ical(file_store().get(sha256=file.sha256)).walk("VEVENT")
    assert first["uid"] == f"renewals-0abc-{days(30)}@localhost"
    assert first["summary"] == "12 memberships renew: Riverside Dermatology"
    assert second["summary"] == "1 membership renews: Riverside Dermatology"
    assert first["url"] == "http://localhost:8000/practice/0abc/renewals/"


def test_a_notice_goes_with_its_days_and_its_practice() -> None:
    clinic = Clinic()
    clinic.member("Ada Park", renews_in=30)
    clinic.member("Ben Ito", renews_in=30)
    run_night(today=TODAY, now=NOW)
    mail = OutboxMail.objects.get(template__startswith="renewal_")
    assert mail.practice == clinic.practice.reference
    (file,) = mail.attachments
    (event,) = Calendar.from_ical(file_store().get(sha256=file["sha256"])).walk("VEVENT")
    feed = calendar_feed.make(
        actor=clinic.actor, practice=clinic.practice, person=clinic.dana, with_names=False, now=NOW
    )
    token = calendar_feed.rules.calendar_token(reference=feed.reference)
    read = calendar_feed.read(token=token, now=NOW, today=TODAY)
    (same,) = Calendar.from_ical(read.content).walk("VEVENT")
    assert (event["uid"], event["summary"]) == (same["uid"], same["summary"])
    assert event.decoded("dtstart") == days(30)
