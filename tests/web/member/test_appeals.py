"""Opening an appeal or a complaint, and seeing where it stands."""

from __future__ import annotations

import pytest
from django.test import Client

from scriptorium.domains.credentials.models import Affidavit
from scriptorium.domains.support.models import Case
from scriptorium.journeys import cases, promote
from tests.support.apprentices import sent, staff, staff_actor
from tests.support.builders import NOW, TODAY, Clinic, actor_of, browser, person

pytestmark = pytest.mark.django_db
ADDRESS = "/member/appeals/"


@pytest.fixture
def rejected(clinic: Clinic) -> Affidavit:
    from scriptorium.domains.practices.queries import Standing

    affidavit = sent(clinic)
    promote.reject(
        actor=actor_of(clinic.dana), judge=clinic.dana, affidavit=affidavit,
        standing=Standing(primary=True), staff_roles=(), note="Too few notes", now=NOW,
        today=TODAY,
    )  # fmt: skip
    return affidavit


@pytest.fixture
def tab(rejected: Affidavit) -> Client:
    return browser(rejected.person)


def test_without_a_decision_the_page_says_what_can_be_appealed(db: None) -> None:
    page = browser(person("Mel Archer")).get(ADDRESS)
    assert "There is no decision that you can appeal now" in page.text
    assert "None so far" in page.text
    assert "within 45 days" in page.text


def test_a_decision_is_appealed_once_and_the_case_is_listed(
    tab: Client, rejected: Affidavit
) -> None:
    page = tab.get(ADDRESS)
    assert "200 attested hours sent back on 23 Nov 2026 (until 23 Dec 2026)" in page.text
    form = {"about": f"affidavit:{rejected.reference}", "words": "Each note is mine."}
    done = tab.post(f"{ADDRESS}appeal/", form, follow=True)
    assert "We have your appeal" in done.text
    assert "Decided by 7 Jan 2027 at the latest" in done.text
    assert "Each note is mine." in done.text
    assert tab.post(f"{ADDRESS}appeal/", form).status_code == 422
    assert Case.objects.count() == 1


def test_an_appeal_needs_a_decision_of_ones_own_and_words(tab: Client) -> None:
    for form in ({}, {"about": "decision:1", "words": "x"}, {"about": "affidavit:nothing"}):
        assert tab.post(f"{ADDRESS}appeal/", form).status_code == 422
    assert not Case.objects.exists()


def test_a_complaint_is_opened_and_taken_back(tab: Client) -> None:
    assert tab.post(f"{ADDRESS}complain/", {"words": ""}).status_code == 422
    tab.post(f"{ADDRESS}complain/", {"words": "Nobody answered."})
    address = f"{ADDRESS}{Case.objects.get().reference}/withdraw/"
    assert "You took the case back" in tab.post(address, follow=True).text
    assert tab.post(address).status_code == 409


def test_the_letter_stands_on_the_page(tab: Client, rejected: Affidavit) -> None:
    tab.post(f"{ADDRESS}complain/", {"words": "Nobody answered."})
    case = Case.objects.select_related("person").get()
    director, other = staff("Marlow Ingram", "director"), staff("Emery Galvin", "decisions")
    cases.acknowledge(actor=staff_actor(other), case=case, note="", now=NOW)
    case.refresh_from_db()
    cases.assign(actor=staff_actor(other), case=case, decider=director, now=NOW)
    case.refresh_from_db()
    cases.decide(
        actor=staff_actor(director), decider=director, case=case, outcome="upheld",
        letter="We are sorry: nobody answered for two days.", now=NOW,
    )  # fmt: skip
    page = tab.get(ADDRESS)
    assert "Decided on 23 Nov 2026: upheld" in page.text
    assert "nobody answered for two days" in page.text
    assert "Take this case back" not in page.text


def test_somebody_elses_case_looks_like_none(tab: Client) -> None:
    tab.post(f"{ADDRESS}complain/", {"words": "Nobody answered."})
    other = browser(person("Eve Nix"))
    assert other.post(f"{ADDRESS}{Case.objects.get().reference}/withdraw/").status_code == 404
