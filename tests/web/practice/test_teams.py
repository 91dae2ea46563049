"""Physician-scribe teams: added, ended, listed (S40)."""

from __future__ import annotations

import pytest
from django.test import Client

from scriptorium.domains.credentials.models import Certificate
from scriptorium.domains.practices.models import RosterLink, Supervision
from tests.support.builders import Clinic, browser, days

pytestmark = pytest.mark.django_db


@pytest.fixture
def pine(clinic: Clinic) -> RosterLink:
    return clinic.join("Rowan Pine", role="physician")


@pytest.fixture
def tab(clinic: Clinic) -> Client:
    return browser(clinic.dana)


def at(clinic: Clinic, more: str = "") -> str:
    return f"/practice/{clinic.practice.reference}/teams/{more}"


def add(clinic: Clinic, tab: Client, scribe: RosterLink, pine: RosterLink, **more: str):
    form = {
        "scribe": scribe.reference, "physician": pine.reference,
        "starts_on": days(-100).isoformat(),
    }  # fmt: skip
    return tab.post(at(clinic, "add/"), form | more, follow=True)


def test_without_a_physician_the_page_says_who_gives_the_role(clinic: Clinic, tab: Client) -> None:
    page = tab.get(at(clinic))
    assert "No teams yet" in page.text
    assert "Give somebody that role" in page.text


def test_a_team_is_found_added_and_listed_with_its_day(
    clinic: Clinic, tab: Client, pine: RosterLink
) -> None:
    casey = clinic.join("Casey Moreno")
    assert "Casey Moreno" in tab.get(at(clinic, "?q=case")).text
    assert "Nobody with an account here matches" in tab.get(at(clinic, "?q=zz")).text
    page = add(clinic, tab, casey, pine)
    assert "Casey Moreno works with Rowan Pine" in page.text
    assert "since 15 Aug 2026" in page.text


def test_somebody_cannot_supervise_themselves_and_a_team_needs_both(
    clinic: Clinic, tab: Client, pine: RosterLink
) -> None:
    clinic.join("Otto Grau", role="physician")
    page = add(clinic, tab, pine, pine)
    assert page.status_code == 422
    assert tab.post(at(clinic, "add/"), {}).status_code == 422
    assert not Supervision.objects.exists()


def test_a_team_ends_on_a_day_and_stays_listed_as_ended(
    clinic: Clinic, tab: Client, pine: RosterLink
) -> None:
    add(clinic, tab, clinic.join("Casey Moreno"), pine)
    team = Supervision.objects.get()
    form = {"team": team.reference, "last_day": days(1).isoformat()}
    assert "Choose today or an earlier day" in tab.post(at(clinic, "end/"), form).text
    form["last_day"] = days(-101).isoformat()
    assert "They began on 15 Aug 2026" in tab.post(at(clinic, "end/"), form).text
    form["last_day"] = days(-3).isoformat()
    page = tab.post(at(clinic, "end/"), form, follow=True)
    assert "no longer work together" in page.text
    assert "with Rowan Pine, 15 Aug 2026 to 20 Nov 2026" in page.text
    team.refresh_from_db()
    assert team.ends_before == days(-2)
    assert tab.post(at(clinic, "end/"), form).status_code == 409


def test_readers_see_teams_and_change_nothing(
    clinic: Clinic, tab: Client, pine: RosterLink
) -> None:
    casey = clinic.join("Casey Moreno")
    add(clinic, tab, casey, pine)
    assert pine.person is not None
    page = browser(pine.person).get(at(clinic))
    assert "Casey Moreno" in page.text
    assert "administrators can change teams" in page.text
    assert "End<span" not in page.text


def test_another_practices_people_look_like_none(
    clinic: Clinic, tab: Client, pine: RosterLink
) -> None:
    other = Clinic("Lakeside Health", "Omar Haddad")
    stranger = other.join("Uma Sato")
    assert add(clinic, tab, stranger, pine).status_code == 404
    casey = clinic.join("Casey Moreno")
    assert add(clinic, tab, casey, stranger).status_code == 422
    assert Supervision.objects.count() == 0


def test_a_changed_team_issues_a_certificate_that_names_the_physician(
    clinic: Clinic, tab: Client, pine: RosterLink
) -> None:
    casey = clinic.member("Casey Moreno")
    old = Certificate.objects.get(person=casey.person)
    add(clinic, tab, casey, pine)
    named = Certificate.objects.get(supersedes=old)
    assert named.content["physicians"] == ["Rowan Pine"]
    record = tab.get(f"/practice/{clinic.practice.reference}/people/{casey.reference}/")
    assert "replaced" in record.text
    # What says the same already is not issued again.
    add(clinic, tab, casey, pine)
    assert Certificate.objects.count() == 2
    form = {"team": Supervision.objects.get().reference, "last_day": days(-1).isoformat()}
    tab.post(at(clinic, "end/"), form)
    assert Certificate.objects.get(supersedes=named).content["physicians"] == []
