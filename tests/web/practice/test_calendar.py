"""An administrator's own calendar reads when memberships renew, for as long as the role lasts."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client
from icalendar import Calendar

from scriptorium.domains.audit.models import AuditEvent
from scriptorium.domains.notifications import queries, rules
from scriptorium.domains.notifications.models import CalendarDay, CalendarFeed
from scriptorium.domains.practices.models import RosterLink
from scriptorium.domains.practices.operations import end_role
from scriptorium.kernel import clock
from tests.support.builders import TODAY, Clinic, browser, buy_renewal, days, later, noon

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


def settings_of(clinic: Clinic) -> str:
    return f"/practice/{clinic.practice.reference}/settings/"


def make(clinic: Clinic, tab: Client, **form: str) -> str:
    """Make an address and return its path."""
    address = f"/practice/{clinic.practice.reference}/calendar/"
    page = tab.post(address, form, follow=True)
    assert "The address is ready" in page.text
    found = re.search(r"http://localhost:8000(/calendar/[\w-]+\.ics)", page.text)
    assert found is not None
    return found[1]


def events(client: Client, path: str) -> list[Any]:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, no-store"
    return list(Calendar.from_ical(answer.content).walk("VEVENT"))


@pytest.fixture
def tab(clinic: Clinic) -> Client:
    return browser(clinic.dana)


@pytest.fixture
def filled(clinic: Clinic) -> Clinic:
    clinic.member("Ada Park", renews_in=40)
    clinic.member("Ben Ito", renews_in=40)
    clinic.member("Cleo Marsh", renews_in=90)
    clinic.add("Rosa Lima")
    return clinic


def test_each_day_of_renewals_is_one_event(filled: Clinic, tab: Client, client: Client) -> None:
    path = make(filled, tab)
    first, second = events(client, path)
    assert first.decoded("dtstart") == days(40)
    assert first["summary"] == "2 memberships renew: Riverside Dermatology"
    assert first["description"].splitlines()[:2] == ["Ben Ito", "Ada Park"]
    assert (second.decoded("dtstart"), second["summary"]) == (
        days(90), "1 membership renews: Riverside Dermatology",
    )  # fmt: skip
    assert first["uid"] == f"renewals-{filled.practice.reference}-{days(40)}@localhost"
    assert first["url"].endswith(f"/practice/{filled.practice.reference}/renewals/")
    # Read again, nothing is new.
    assert [e.to_ical() for e in events(client, path)] == [first.to_ical(), second.to_ical()]


def test_without_names_only_the_numbers_leave(filled: Clinic, tab: Client, client: Client) -> None:
    path = make(filled, tab, without_names="on")
    answer = client.get(path).text
    assert "2 memberships renew" in answer
    for name in ("Ada", "Park", "Ben", "Cleo"):
        assert name not in answer
    assert "without names" in tab.get(settings_of(filled)).text


def test_a_change_raises_the_number_of_its_day_alone(
    filled: Clinic, tab: Client, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make(filled, tab)
    before = {e.decoded("dtstart"): e for e in events(client, path)}
    monkeypatch.setattr(clock, "now", lambda: later(hours=3))
    ben = RosterLink.objects.get(first_name="Ben")
    buy_renewal(ben)
    after = {e.decoded("dtstart"): e for e in events(client, path)}
    assert [e["sequence"] for e in after.values()] == [1, 0, 0]
    assert after[days(40)]["summary"].startswith("1 membership renews")
    assert after[days(40)].decoded("last-modified") == later(hours=3)
    assert after[days(40)]["uid"] == before[days(40)]["uid"]
    assert after[days(90)].to_ical() == before[days(90)].to_ical()
    # The day that nobody is left on is cancelled.
    buy_renewal(RosterLink.objects.get(first_name="Ada"))
    gone = {e.decoded("dtstart"): e for e in events(client, path)}[days(40)]
    assert (gone["status"], gone["sequence"]) == ("CANCELLED", 2)
    assert CalendarDay.objects.count() == 3


def test_a_day_in_the_past_leaves_the_calendar_after_a_month(
    filled: Clinic, tab: Client, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make(filled, tab)
    for day, count in ((days(40), 2), (days(70), 2), (days(71), 1)):
        monkeypatch.setattr(clock, "now", lambda day=day: noon(day))
        assert len(events(client, path)) == count


def test_who_loses_the_role_loses_the_calendar(filled: Clinic, client: Client) -> None:
    drew = filled.join("Drew Castellano", role="deputy")
    assert drew.person is not None
    path = make(filled, browser(drew.person))
    assert client.get(path).status_code == 200
    end_role(link=drew, role="deputy", by="x", now=later(minutes=1))
    assert client.get(path).status_code == 404


def test_a_stopped_address_opens_nothing_and_a_new_one_is_another(
    filled: Clinic, tab: Client, client: Client
) -> None:
    first = make(filled, tab)
    second = make(filled, tab, without_names="on")
    assert first != second
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200
    stop = f"/practice/{filled.practice.reference}/calendar/stop/"
    page = tab.post(stop, follow=True)
    assert "opens nothing any more" in page.text
    assert "Make an address" in page.text
    assert client.get(second).status_code == 404
    assert tab.post(stop).status_code == 409
    keys = AuditEvent.objects.filter(key__startswith="calendar.").order_by("pk")
    assert list(keys.values_list("key", flat=True)) == [
        "calendar.made", "calendar.stopped", "calendar.made", "calendar.stopped",
    ]  # fmt: skip


def test_a_secret_cannot_be_guessed_from_a_reference(filled: Clinic, tab: Client) -> None:
    make(filled, tab)
    feed = CalendarFeed.objects.get()
    for token in (feed.reference, f"{feed.reference}-", f"{feed.reference}-{'0' * 64}"):
        assert Client().get(f"/calendar/{token}.ics").status_code == 404
    other = rules.calendar_token(reference="0unknown0000")
    assert Client().get(f"/calendar/{other}.ics").status_code == 404


def test_each_administrator_has_an_address_of_their_own(filled: Clinic, tab: Client) -> None:
    drew = filled.join("Drew Castellano", role="deputy")
    assert drew.person is not None
    path = make(filled, tab)
    page = browser(drew.person).get(settings_of(filled)).text
    assert path not in page
    assert "Make an address" in page
    theirs = queries.live_feed(practice=filled.practice.reference, person=drew.person.reference)
    assert theirs is None


@pytest.mark.parametrize("role", ["physician", "auditor"])
def test_who_only_reads_finds_no_section_and_is_refused(clinic: Clinic, role: str) -> None:
    link = clinic.join("Avery Lund", role=role)
    assert link.person is not None
    tab = browser(link.person)
    assert "in your calendar" not in tab.get(settings_of(clinic)).text
    assert tab.post(f"/practice/{clinic.practice.reference}/calendar/").status_code == 403
    assert not CalendarFeed.objects.exists()


def test_too_many_reads_are_braked(filled: Clinic, tab: Client, client: Client) -> None:
    path = make(filled, tab)
    answers = {client.get(path).status_code for _ in range(60)}
    assert answers == {200}
    assert client.get(path).status_code == 429


def test_days_are_those_of_the_body_whatever_the_hour(
    filled: Clinic, tab: Client, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make(filled, tab)
    late = dt.datetime.combine(TODAY + dt.timedelta(days=1), dt.time(6, 30), dt.UTC)
    # In Los Angeles it is still the evening before.
    assert clock.day_of(late) == TODAY
    monkeypatch.setattr(clock, "now", lambda: late)
    assert [e.decoded("dtstart") for e in events(client, path)] == [days(40), days(90)]
