"""An employer reads attested hours and answers them; nobody answers their own."""

from __future__ import annotations

import pytest
from django.test import Client

from scriptorium.domains.credentials.models import Affidavit
from tests.support.apprentices import apprentice, credential_of, log_much, send, sent
from tests.support.builders import Clinic, browser

pytestmark = pytest.mark.django_db


def at(clinic: Clinic, more: str = "") -> str:
    return f"/practice/{clinic.practice.reference}/hours/{more}"


def doctor(clinic: Clinic) -> Client:
    link = clinic.join("Rowan Pine", role="physician")
    assert link.person is not None
    return browser(link.person)


def test_with_nothing_to_answer_the_page_says_what_fills_it(clinic: Clinic) -> None:
    page = browser(clinic.dana).get(at(clinic))
    assert "No hours wait for an answer" in page.text


def test_the_queue_leads_to_the_log_as_it_was_signed(clinic: Clinic) -> None:
    affidavit = sent(clinic)
    tab = doctor(clinic)
    queue = tab.get(at(clinic))
    assert "Casey Moreno" in queue.text
    assert "200 hours of documentation" in queue.text
    page = tab.get(at(clinic, f"{affidavit.reference}/"))
    for words in (
        "I, Casey Moreno, documented 200 hours",
        "Signed “Casey Moreno” on 23 Nov 2026",
        "November 2026: 184 hours",
        "October 2026: 16 hours",
        "200, on 25 days",
    ):
        assert words in page.text


def test_a_physician_approves_and_the_person_is_a_specialist(clinic: Clinic) -> None:
    affidavit = sent(clinic)
    tab = doctor(clinic)
    answer = tab.post(
        at(clinic, f"{affidavit.reference}/answer/"), {"answer": "approve"}, follow=True
    )
    assert "Casey Moreno is a specialist from today on" in answer.text
    assert "Approved on 23 Nov 2026 by Rowan Pine" in answer.text
    assert credential_of(affidavit.person.links.get()).level == "CMSS"
    again = tab.post(at(clinic, f"{affidavit.reference}/answer/"), {"answer": "approve"})
    assert again.status_code == 409
    closed = tab.get(at(clinic, f"{affidavit.reference}/"))
    assert "Give this answer" not in closed.text


def test_hours_are_sent_back_with_a_note_only(clinic: Clinic) -> None:
    affidavit = sent(clinic)
    tab = browser(clinic.dana)
    address = at(clinic, f"{affidavit.reference}/answer/")
    bare = tab.post(address, {"answer": "reject", "note": ""})
    assert bare.status_code == 422
    assert "Say what is wrong or missing" in bare.text
    done = tab.post(address, {"answer": "reject", "note": "3 Nov was shadowing"}, follow=True)
    assert "Sent back. Casey Moreno gets your note" in done.text
    affidavit.refresh_from_db()
    assert (affidavit.outcome, affidavit.outcome_note) == ("rejected", "3 Nov was shadowing")


def test_ones_own_hours_are_listed_and_left_to_somebody_else(clinic: Clinic) -> None:
    clinic.join("Drew Castellano", role="deputy")
    apprentice(clinic.dana)
    log_much(clinic.dana_link, 200)
    affidavit = send(clinic.dana_link, to=clinic.practice)
    tab = browser(clinic.dana)
    assert "Your own: somebody else answers" in tab.get(at(clinic)).text
    page = tab.get(at(clinic, f"{affidavit.reference}/"))
    assert "Nobody decides about their own hours" in page.text
    answer = tab.post(at(clinic, f"{affidavit.reference}/answer/"), {"answer": "approve"})
    assert answer.status_code == 403
    assert Affidavit.objects.get().waiting


def test_another_practices_affidavit_looks_like_none(clinic: Clinic) -> None:
    affidavit = sent(clinic)
    other = Clinic("Lakeside Health", "Omar Haddad")
    tab = browser(other.dana)
    assert tab.get(at(other, f"{affidavit.reference}/")).status_code == 404
    form = {"answer": "approve"}
    assert tab.post(at(other, f"{affidavit.reference}/answer/"), form).status_code == 404
    assert "Casey" not in tab.get(at(other)).text
