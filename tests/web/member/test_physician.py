"""A physician's home: my scribes, hours to answer, certificates (issue 3, point 8)."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.test import Client

from scriptorium.domains.practices.models import RosterLink
from scriptorium.domains.practices.operations import give_role
from scriptorium.journeys import roster_change
from tests.support.apprentices import log_much, scribe, send, sent
from tests.support.builders import NOW, TODAY, Clinic, browser, days, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def pine(clinic: Clinic) -> RosterLink:
    return clinic.join("Rowan Pine", role="physician")


def tab_of(link: RosterLink) -> Client:
    assert link.person is not None
    return browser(link.person)


def supervise(clinic: Clinic, pine: RosterLink, scribe: RosterLink) -> None:
    roster_change.supervise(
        actor=clinic.actor, practice=clinic.practice, physician=pine, scribe=scribe,
        starts_on=days(-50), now=NOW,
    )  # fmt: skip


def test_home_leads_a_physician_there_and_an_administrator_to_the_board(
    clinic: Clinic, pine: RosterLink
) -> None:
    tab = tab_of(pine)
    assert tab.get("/home/").headers["Location"] == "/physician/"
    with transaction.atomic():
        give_role(link=pine, role="deputy", by="test", now=NOW)
    assert "/assignments/" in tab.get("/home/").headers["Location"]
    assert "/assignments/" in browser(clinic.dana).get("/home/").headers["Location"]


def test_it_is_for_physicians_alone(clinic: Clinic) -> None:
    page = browser(person("Mel Archer")).get("/physician/")
    assert page.status_code == 403
    assert "for people who are a physician at a practice" in page.text


def test_an_empty_page_says_what_will_fill_it(pine: RosterLink) -> None:
    page = tab_of(pine).get("/physician/")
    for words in (
        "Nothing waits for you",
        "Your administrator enters who works with you",
        "There are no documents for you",
        "None that covers today",
    ):
        assert words in page.text


def test_scribes_are_listed_with_level_standing_and_certificates(
    clinic: Clinic, pine: RosterLink
) -> None:
    casey = scribe(clinic)
    clinic.member("Not Mine")
    supervise(clinic, pine, casey)
    page = tab_of(pine).get("/physician/")
    assert "CMSA General" in page.text
    assert "Active" in page.text
    assert f"/people/{casey.reference}/" in page.text
    assert "Not Mine" not in page.text
    number = page.text.split("/certificates/")[1].split(".pdf")[0]
    address = f"/practice/{clinic.practice.reference}/certificates/{number}.pdf"
    assert tab_of(pine).get(address).headers["Content-Type"] == "application/pdf"


def test_my_scribes_hours_come_first_and_others_are_one_link_away(
    clinic: Clinic, pine: RosterLink
) -> None:
    casey = scribe(clinic)
    supervise(clinic, pine, casey)
    log_much(casey, 200)
    affidavit = send(casey, to=clinic.practice)
    sent(clinic, "Uma Sato")
    page = tab_of(pine).get("/physician/")
    assert "Answer the hours of Casey Moreno" in page.text
    assert f"/hours/{affidavit.reference}/" in page.text
    assert "Uma Sato" not in page.text
    assert "1 more at Riverside Dermatology" in page.text


def test_somebody_who_left_is_no_longer_listed(clinic: Clinic, pine: RosterLink) -> None:
    casey = scribe(clinic)
    supervise(clinic, pine, casey)
    roster_change.end_link(
        actor=clinic.actor, practice=clinic.practice, link=casey, reason="left", note="",
        last_day=TODAY, take_back=False, now=NOW, today=TODAY,
    )  # fmt: skip
    assert "Casey Moreno" not in tab_of(pine).get("/physician/").text
