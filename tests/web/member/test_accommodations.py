"""Asking for an accommodation, and reading the answer, on one's own page."""

from __future__ import annotations

import pytest
from django.test import Client

from scriptorium.domains.accounts.models import AccommodationRequest, Person
from scriptorium.journeys import accommodations
from tests.support.apprentices import staff, staff_actor
from tests.support.builders import NOW, TODAY, browser, days, person

pytestmark = pytest.mark.django_db
ADDRESS = "/member/accommodations/"


@pytest.fixture
def mel(db: None) -> Person:
    return person("Mel Archer")


@pytest.fixture
def tab(mel: Person) -> Client:
    return browser(mel)


def ask(tab: Client, **more: str):
    form = {"kind": "time", "words": "I read slowly; I had time and a half."}
    return tab.post(ADDRESS, form | more, follow=True)


def test_the_page_says_that_papers_are_not_stored_and_nobody_at_work_learns(tab: Client) -> None:
    page = tab.get(ADDRESS)
    assert "Your practice never learns" in page.text
    assert "none are stored" in page.text
    assert 'type="file"' not in page.text


def test_a_request_waits_and_is_replaced_or_taken_back(tab: Client) -> None:
    page = ask(tab)
    assert "waits for an answer" in page.text
    assert "A new one replaces it" in page.text
    ask(tab, kind="breaks")
    assert AccommodationRequest.objects.filter(withdrawn_at__isnull=True).count() == 1
    newest = AccommodationRequest.objects.latest("pk")
    address = f"{ADDRESS}{newest.reference}/withdraw/"
    assert "taken back on 23 Nov 2026" in tab.post(address, follow=True).text
    assert tab.post(address).status_code == 409


def test_a_request_needs_its_kind_and_words(tab: Client) -> None:
    page = ask(tab, words="", kind="magic")
    assert page.status_code == 422
    assert "This field is required" in page.text


def test_a_grant_and_its_answer_stand_on_the_page(mel: Person, tab: Client) -> None:
    ask(tab)
    judge = staff("Emery Galvin", "decisions")
    accommodations.grant(
        actor=staff_actor(judge), decider=judge.pk, request=AccommodationRequest.objects.get(),
        terms=accommodations.Terms(150, 20, days(30)), answer="As you had it.", now=NOW,
        today=TODAY,
    )  # fmt: skip
    page = tab.get(ADDRESS)
    assert "150 % of the usual time, 20 minutes of breaks" in page.text
    assert "23 Dec 2026" in page.text
    assert "As you had it." in page.text


def test_somebody_elses_request_looks_like_none(tab: Client) -> None:
    ask(tab)
    reference = AccommodationRequest.objects.get().reference
    other = browser(person("Eve Nix"))
    assert other.post(f"{ADDRESS}{reference}/withdraw/").status_code == 404


def test_the_home_page_leads_there(tab: Client) -> None:
    assert f'href="{ADDRESS}"' in tab.get("/member/").text
