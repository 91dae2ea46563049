"""A member's home, membership and certificates."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from scriptorium.domains.credentials.models import Certificate, CertificateDownload
from scriptorium.domains.ledger.models import UnitPart
from scriptorium.domains.practices.models import RosterLink
from scriptorium.journeys import hand_over
from scriptorium.journeys.bring_forward import bring_credential_forward
from scriptorium.journeys.profile import change_profile
from scriptorium.kernel.payer import Payer
from tests.support import texts
from tests.support.builders import DESK, NOW, Clinic, days, grant, later, open_part, person
from tests.support.exam_room import Candidate
from tests.web.conftest import SignIn

pytestmark = pytest.mark.django_db


def _browser(link: RosterLink, sign_in: SignIn) -> Client:
    assert link.person is not None
    return sign_in(link.person)


def test_a_stranger_reaches_no_member_page(client: Client) -> None:
    for address in ("/member/", "/member/membership/", "/member/certificates/X.pdf"):
        assert client.get(address).status_code == 302


def test_somebody_without_membership_is_told_how_to_get_one(sign_in: SignIn) -> None:
    page = sign_in(person("Solo One")).get("/member/")
    assert "Get a membership" in page.text
    assert "No membership" in page.text


@pytest.mark.parametrize(
    ("renews_in", "words"),
    [
        (21, ("Your membership: due in 21 days", "Renew by 14 Dec 2026", "Paid through")),
        (-3, ("Your membership: overdue by 3 days", "Renew by 20 Dec 2026", "Lapses on")),
        (-40, ("Your membership: lapsed", "Lapsed on", "14 Oct 2026")),
        (-95, ("Your membership has ended", "$149.00", "Ended on")),
        (200, ("Add a phone number", "In force", "Renews on", "11 Jun 2027")),
    ],
)
def test_the_next_step_follows_the_membership(
    clinic: Clinic, sign_in: SignIn, renews_in: int, words: tuple[str, ...]
) -> None:
    page = _browser(clinic.member("Ada Park", renews_in=renews_in), sign_in).get("/member/")
    for part in words:
        assert part in page.text


def test_with_everything_in_order_there_is_nothing_to_do(clinic: Clinic, sign_in: SignIn) -> None:
    link = clinic.member("Ada Park")
    assert link.person is not None
    change_profile(actor=clinic.actor, person=link.person, values={"phone": "555"}, now=NOW)
    assert "Nothing to do now" in _browser(link, sign_in).get("/member/").text


def test_somebody_in_an_exam_is_led_back_to_it_before_all_else() -> None:
    mel = Candidate()
    sitting = mel.sit()
    page = mel.client.get("/member/")
    assert "Go on with" in page.text
    assert "its clock goes on" in page.text
    assert f'href="/member/exams/{sitting.reference}/"' in page.text
    mel.finish(sitting)
    assert "Go on with" not in mel.client.get("/member/").text


def test_a_failed_assessment_says_so_at_home() -> None:
    mel = Candidate(kind="hipaa")
    UnitPart.objects.filter(kind="hipaa").update(state="started", outcome="failed")
    state, words = _step(mel.client.get("/member/"), "hipaa")
    assert "Assessment not passed yet" in words
    assert state == "now"


def test_somebody_asked_to_take_over_reads_that_first(clinic: Clinic, sign_in: SignIn) -> None:
    link = clinic.member("Ada Park", renews_in=-3)
    hand_over.propose(
        actor=clinic.actor, practice=clinic.practice, to=link, stays_deputy=False, now=NOW
    )
    page = _browser(link, sign_in).get("/member/")
    assert "will you run Riverside Dermatology?" in page.text
    assert f"/practice/{clinic.practice.reference}/roles/" in page.text


def test_a_credential_shows_until_when_it_is_valid(clinic: Clinic, sign_in: SignIn) -> None:
    link = clinic.member("Ada Park")
    assert link.person is not None
    bring_credential_forward(
        actor=DESK, person=link.person, specialty="", level="CMSS", since=days(-400),
        reason="Register", now=NOW,
    )  # fmt: skip
    assert "Credential valid until" in _browser(link, sign_in).get("/member/").text


def _step(page: Any, key: str) -> tuple[str, str]:
    """Return a step's state and its words without markup."""
    found = re.search(
        rf'<li data-step="{key}" data-state="(\w+)".*?>(.*?)</li>', page.text, re.DOTALL
    )
    assert found is not None, key
    return found[1], " ".join(re.sub(r"<[^>]+>", " ", found[2]).split())


def test_a_new_candidate_sees_the_whole_way_with_one_next_step(
    clinic: Clinic, sign_in: SignIn
) -> None:
    texts.load()
    link = clinic.join("Mel Archer")
    clinic.give(link, "package")
    page = _browser(link, sign_in).get("/member/")
    assert re.findall(r'data-step="(\w+)" data-state="(\w+)"', page.text) == [
        ("membership", "done"),
        ("manual", "now"),
        ("hipaa", "next"),
        ("exam", "next"),
        ("credential", "blocked"),
        ("hours", "blocked"),
    ]
    assert page.text.count('aria-current="step"') == 1
    top = page.text.partition("Your way to certification")[0]
    assert "Read the MSCAT manual" in top
    assert "Takes about 1 h. No deadline." in top
    assert 'href="/member/manual/"' in top
    manual = _step(page, "manual")[1]
    for words in ("not opened yet", "Takes About 1 h", "When No deadline", "Who You"):
        assert words in manual
    assert "You choose general or a specialty at the start" in _step(page, "exam")[1]
    assert "Decided by rule" in _step(page, "credential")[1]


def test_reading_moves_the_next_step_on(clinic: Clinic, sign_in: SignIn) -> None:
    texts.load()
    link = clinic.join("Mel Archer")
    clinic.give(link, "package")
    assert link.person is not None
    browser = _browser(link, sign_in)
    texts.read(link.person, "manual", "role")
    assert _step(browser.get("/member/"), "manual")[1].count("1 of 3 chapters read") == 1
    texts.read(link.person, "manual", "privacy", "orders")
    page = browser.get("/member/")
    assert _step(page, "manual")[0] == "done"
    assert "Completed on 23 Nov 2026" in _step(page, "manual")[1]
    assert _step(page, "hipaa")[0] == "now"


def test_what_is_missing_names_who_can_assign_it(clinic: Clinic, sign_in: SignIn) -> None:
    page = _browser(clinic.member("Ada Park"), sign_in).get("/member/")
    state, words = _step(page, "manual")
    assert state == "blocked"
    assert "Not assigned to you" in words
    assert "The administrator of Riverside Dermatology" in words
    someone = person("Solo One")
    grant(Payer(person=someone.pk), "manual")
    assert "Nothing yet" in sign_in(someone).get("/member/").text


def test_the_administrator_reads_that_she_can_assign_it_herself(
    clinic: Clinic, sign_in: SignIn
) -> None:
    clinic.give(clinic.dana_link, "membership")
    page = sign_in(clinic.dana).get("/member/")
    assert "You can, as administrator of Riverside Dermatology" in _step(page, "manual")[1]


@pytest.mark.parametrize(
    ("state", "outcome", "step", "words"),
    [
        ("started", "", "now", "Started"),
        ("started", "failed", "now", "Not passed yet"),
        ("completed", "failed", "blocked", "the sittings of this unit are used"),
        ("completed", "passed", "done", "Passed"),
    ],
)
def test_the_exam_follows_its_unit(
    clinic: Clinic, sign_in: SignIn, state: str, outcome: str, step: str, words: str
) -> None:
    link = clinic.join("Ada Park")
    clinic.give(link, "membership")
    clinic.give(link, "mscat")
    open_part(link, "exam", state)
    UnitPart.objects.filter(kind="exam").update(outcome=outcome)
    page = _browser(link, sign_in).get("/member/")
    assert _step(page, "exam")[0] == step
    assert words in _step(page, "exam")[1]
    assert "Sit the exam: MSCAT General" in _step(page, "exam")[1]


@pytest.mark.parametrize(
    ("level", "hours", "words"),
    [("CMSA", "now", "0 of 200 hours logged"), ("CMSS", "done", "Reached")],
)
def test_with_a_credential_the_hours_come_next_and_further_exams_last(
    clinic: Clinic, sign_in: SignIn, level: str, hours: str, words: str
) -> None:
    link = clinic.member("Ada Park")
    assert link.person is not None
    bring_credential_forward(
        actor=DESK, person=link.person, specialty="general", level=level, since=days(-100),
        reason="Register", now=NOW,
    )  # fmt: skip
    clinic.give(link, "specialty", choice="oncology")
    page = _browser(link, sign_in).get("/member/")
    assert re.findall(r'data-step="(\w+)"', page.text) == [
        "membership", "credential", "hours", "exam",
    ]  # fmt: skip
    assert _step(page, "credential")[0] == "done"
    assert _step(page, "hours")[0] == hours
    assert words in _step(page, "hours")[1]
    assert "MSCAT Oncology" in _step(page, "exam")[1]


def test_courses_of_continuing_education_are_listed(clinic: Clinic, sign_in: SignIn) -> None:
    link = clinic.join("Ada Park")
    clinic.give(link, "ce", choice="privacy")
    open_part(link, "ce")
    page = _browser(link, sign_in).get("/member/")
    assert "Continuing education: Privacy in shared work areas" in page.text
    assert "<dd>Started</dd>" in page.text


def test_a_text_that_was_never_loaded_says_so(clinic: Clinic, sign_in: SignIn) -> None:
    link = clinic.join("Ada Park")
    clinic.give(link, "manual")
    browser = _browser(link, sign_in)
    assert "Nothing to read yet" in browser.get("/member/manual/").text
    assert _step(browser.get("/member/"), "manual")[0] == "now"


def test_a_certificate_is_downloaded_with_its_number(clinic: Clinic, sign_in: SignIn) -> None:
    link = clinic.member("Ada Park")
    browser = _browser(link, sign_in)
    number = Certificate.objects.get(person=link.person).number
    assert f'href="/member/certificates/{number}.pdf"' in browser.get("/member/").text
    page = browser.get(f"/member/certificates/{number}.pdf")
    assert page.headers["Content-Type"] == "application/pdf"
    assert page.headers["X-Certificate-Number"] == number
    assert page.headers["Content-Disposition"].startswith("attachment")
    assert "no-store" in page.headers["Cache-Control"]
    assert page.content.startswith(b"%PDF")
    assert CertificateDownload.objects.get().certificate.number == number


def test_a_voided_certificate_is_gone_and_listed_as_such(clinic: Clinic, sign_in: SignIn) -> None:
    link = clinic.join("Ada Park")
    clinic.stock("membership")
    clinic.undo(clinic.assign([link], "membership"), now=later(minutes=1))
    number = Certificate.objects.get().number
    browser = _browser(link, sign_in)
    page = browser.get(f"/member/certificates/{number}.pdf")
    assert page.status_code == 410
    assert "was voided and is no longer served" in page.text
    assert "voided" in browser.get("/member/").text
    assert not CertificateDownload.objects.exists()


def test_somebody_else_s_certificate_looks_like_none(clinic: Clinic, sign_in: SignIn) -> None:
    link = clinic.member("Ada Park")
    number = Certificate.objects.get(person=link.person).number
    other = sign_in(person("Eve Else"))
    assert other.get(f"/member/certificates/{number}.pdf").status_code == 404
    assert other.get("/member/certificates/C2026-NOTHING000.pdf").status_code == 404


def test_the_membership_page_lists_every_year_and_who_paid(clinic: Clinic, sign_in: SignIn) -> None:
    link = clinic.member("Ada Park", renews_in=20, years=2)
    clinic.give(link, "renewal")
    page = _browser(link, sign_in).get("/member/membership/")
    for words in ("over", "running", "to come", "Riverside Dermatology", "Manual"):
        assert words in page.text


def test_the_membership_page_of_somebody_without_one_says_so(sign_in: SignIn) -> None:
    assert "You have no membership yet" in sign_in(person()).get("/member/membership/").text
