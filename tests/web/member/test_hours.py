"""An apprentice logs, corrects, attests, and sends on, from the pages alone."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from scriptorium.domains.credentials.models import Affidavit, HourEntry
from scriptorium.domains.practices.models import RosterLink
from tests.support.apprentices import (
    apprentice,
    credential_of,
    log,
    log_much,
    of,
    scribe,
    send,
)
from tests.support.builders import TODAY, Clinic, days, later, person
from tests.web.conftest import SignIn

pytestmark = pytest.mark.django_db


@pytest.fixture
def casey(clinic: Clinic) -> RosterLink:
    return scribe(clinic)


@pytest.fixture
def tab(casey: RosterLink, sign_in: SignIn) -> Client:
    return sign_in(of(casey))


def day(clinic: Clinic, **more: str) -> dict[str, str]:
    form = {
        "worked_on": TODAY.isoformat(), "hours": "7.75", "employer": clinic.practice.reference,
        "elsewhere": "", "note": "Clinic day",
    }  # fmt: skip
    return form | more


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"|value="([^"]*)"[^>]*name="{name}"', page)
    assert found is not None
    return found[1] or found[2]


def test_somebody_who_passed_nothing_reads_when_hours_come(sign_in: SignIn) -> None:
    page = sign_in(person("Mel Archer")).get("/member/hours/")
    assert "Once you have passed the MSCAT" in page.text
    assert "Add to the log" not in page.text


def test_a_specialist_reads_that_there_is_nothing_further(sign_in: SignIn) -> None:
    someone = person("Sasha Berg")
    apprentice(someone, level="CMSS")
    assert "You are a specialist" in sign_in(someone).get("/member/hours/").text


def test_a_day_is_logged_and_the_sum_says_what_is_missing(clinic: Clinic, tab: Client) -> None:
    page = tab.get("/member/hours/")
    assert "0 of 200 hours" in page.text
    assert "No patient data" in page.text
    answer = tab.post("/member/hours/log/", day(clinic), follow=True)
    assert "7.75 hours of 23 Nov 2026 are in the log" in answer.text
    assert "7.75 of 200 hours" in answer.text
    assert "192.25 more hours" in answer.text
    assert "Clinic day" in answer.text
    assert HourEntry.objects.get().quarters == 31


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"hours": "7.3"}, "Give quarters of an hour"),
        ({"hours": "0"}, "greater than or equal to 0.25"),
        ({"hours": "17"}, "at most 16 hours"),
        ({"worked_on": days(1).isoformat()}, "Choose today or an earlier day"),
        ({"worked_on": days(-401).isoformat()}, "Hours count from"),
        ({"employer": "other"}, "Give the name of the employer"),
        ({"employer": "zzzzzzzzzzzz"}, "not one of the available choices"),
    ],
)
def test_a_wrong_day_is_named_at_its_field_and_what_was_typed_stays(
    clinic: Clinic, tab: Client, change: dict[str, str], words: str
) -> None:
    page = tab.post("/member/hours/log/", day(clinic, **change))
    assert page.status_code == 422
    assert words in page.text
    assert 'value="Clinic day"' in page.text
    assert not HourEntry.objects.exists()


def test_hours_at_an_employer_without_account_carry_its_name(clinic: Clinic, tab: Client) -> None:
    form = day(clinic, employer="other", elsewhere="County Hospital")
    assert "County Hospital" in tab.post("/member/hours/log/", form, follow=True).text


def test_an_entry_is_corrected_and_struck_out(
    clinic: Clinic, casey: RosterLink, tab: Client
) -> None:
    entry = log(casey, 8)
    address = f"/member/hours/log/{entry.reference}/"
    page = tab.get(address)
    assert 'value="8"' in page.text
    answer = tab.post(address, day(clinic, hours="6.5"), follow=True)
    assert "The entry was corrected" in answer.text
    assert "6.5 of 200 hours" in answer.text
    assert tab.post(address, day(clinic)).status_code == 404
    newest = HourEntry.objects.latest("pk").reference
    gone = tab.post(f"/member/hours/log/{newest}/", {"strike": "1"}, follow=True)
    assert "struck out" in gone.text
    assert "0 of 200 hours" in gone.text


def test_somebody_elses_entry_and_affidavit_look_like_none(
    clinic: Clinic, casey: RosterLink, tab: Client
) -> None:
    other = scribe(clinic, "Uma Sato")
    entry = log(other, 8)
    log_much(other, 192)
    affidavit = send(other, to=clinic.practice)
    assert tab.get(f"/member/hours/log/{entry.reference}/").status_code == 404
    for act in ("withdraw", "move"):
        form = {"employer": "other"}
        assert tab.post(f"/member/hours/sent/{affidavit.reference}/{act}/", form).status_code == 404
    number = credential_of(other).number
    assert tab.get(f"/member/hours/attest/{number}/").status_code == 404


def attest(clinic: Clinic, casey: RosterLink, tab: Client, **more: str):
    address = f"/member/hours/attest/{credential_of(casey).number}/"
    page = tab.get(address)
    form = {
        "pathway": "experience", "employer": clinic.practice.reference,
        "typed_name": "Casey Moreno", "statement": hidden(page.text, "statement"),
    }  # fmt: skip
    return tab.post(address, form | more, follow=True)


def test_the_exact_text_is_shown_signed_and_sent(
    clinic: Clinic, casey: RosterLink, tab: Client
) -> None:
    log_much(casey, 200)
    page = tab.get(f"/member/hours/attest/{credential_of(casey).number}/")
    assert "I, Casey Moreno, documented 200 hours" in page.text
    assert "Version 2026-11" in page.text
    answer = attest(clinic, casey, tab)
    assert "Your hours went to Riverside Dermatology" in answer.text
    assert "Without an answer you can send it elsewhere from 23 Dec 2026 on" in answer.text
    affidavit = Affidavit.objects.get()
    assert affidavit.statement.startswith("I, Casey Moreno, documented 200 hours")
    assert affidavit.address == "127.0.0.1"


def test_too_few_hours_a_wrong_name_and_an_old_text_are_refused_with_the_form(
    clinic: Clinic, casey: RosterLink, tab: Client
) -> None:
    log_much(casey, 199)
    page = tab.get("/member/hours/")
    assert "1 hours are missing" in page.text
    short = attest(clinic, casey, tab)
    assert short.status_code == 422
    assert "1 of 200 hours are missing" in short.text
    log(casey, 1, on=days(-60))
    wrong = attest(clinic, casey, tab, typed_name="Dana Whitlock")
    assert wrong.status_code == 422
    assert "Type your name as it stands in the text" in wrong.text
    assert 'value="Dana Whitlock"' in wrong.text
    old = attest(clinic, casey, tab, statement="0" * 64)
    assert "changed since you read it" in old.text
    assert not Affidavit.objects.exists()


def test_a_nurse_is_asked_for_the_licence(clinic: Clinic, sign_in: SignIn) -> None:
    nurse = scribe(clinic, "Elena Voss", background="rn")
    log_much(nurse, 50)
    tab = sign_in(of(nurse))
    assert "50 of 50 hours" in tab.get("/member/hours/").text
    without = attest(clinic, nurse, tab, pathway="licensed", typed_name="Elena Voss")
    assert "Give the evidence: licence number and state" in without.text
    done = attest(clinic, nurse, tab, pathway="licensed", typed_name="Elena Voss", evidence="CA 1")
    assert "Your hours went to" in done.text


def test_an_affidavit_is_taken_back_once(clinic: Clinic, casey: RosterLink, tab: Client) -> None:
    log_much(casey, 200)
    affidavit = send(casey, to=clinic.practice)
    address = f"/member/hours/sent/{affidavit.reference}/withdraw/"
    assert "You took the affidavit back" in tab.post(address, follow=True).text
    assert tab.post(address).status_code == 409
    assert "Withdrawn on 23 Nov 2026" in tab.get("/member/hours/").text


def test_an_unanswered_affidavit_is_sent_on_from_the_page(
    clinic: Clinic, casey: RosterLink, tab: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_much(casey, 200)
    affidavit = send(casey, to=clinic.practice, now=later(days=-31))
    page = tab.get("/member/hours/")
    assert "Send it there" in page.text
    assert f'value="{clinic.practice.reference}"' not in page.text.split("Send it there")[0]
    address = f"/member/hours/sent/{affidavit.reference}/move/"
    assert (
        "Your hours went to our staff" in tab.post(address, {"employer": "other"}, follow=True).text
    )
    assert tab.post(address, {"employer": "other"}).status_code == 409


def test_it_cannot_be_sent_on_too_early(clinic: Clinic, casey: RosterLink, tab: Client) -> None:
    log_much(casey, 200)
    affidavit = send(casey, to=clinic.practice)
    address = f"/member/hours/sent/{affidavit.reference}/move/"
    page = tab.post(address, {"employer": "other"})
    assert page.status_code == 409
    assert "has until 23 Dec 2026" in page.text


def test_the_home_page_leads_an_apprentice_to_the_hours(casey: RosterLink, tab: Client) -> None:
    log(casey, 8)
    page = tab.get("/member/")
    assert "8 of 200 hours logged" in page.text
    assert 'href="/member/hours/"' in page.text


def test_a_long_log_shows_its_newest_days_and_the_rest_on_request(
    casey: RosterLink, tab: Client
) -> None:
    for number in range(55):
        log(casey, 1, on=days(-number))
    assert "Show the other 5" in tab.get("/member/hours/").text
    every = tab.get("/member/hours/?all")
    assert "Show the other" not in every.text
    assert every.text.count("Correct<span") == 55
