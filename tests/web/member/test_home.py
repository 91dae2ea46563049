"""A member's home, membership and certificates."""

from __future__ import annotations

import pytest
from django.test import Client

from scriptorium.domains.credentials.models import Certificate, CertificateDownload
from scriptorium.domains.practices.models import RosterLink
from scriptorium.journeys import hand_over
from scriptorium.journeys.bring_forward import bring_credential_forward
from scriptorium.journeys.profile import change_profile
from tests.support.builders import DESK, NOW, Clinic, days, later, open_part, person
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


def test_what_is_assigned_is_listed_without_dead_buttons(clinic: Clinic, sign_in: SignIn) -> None:
    link = clinic.join("Ada Park")
    clinic.give(link, "package")
    clinic.give(link, "ce", choice="privacy")
    clinic.give(link, "specialty", choice="oncology")
    open_part(link, "ce")
    page = _browser(link, sign_in).get("/member/")
    for words in (
        "Reading opens here soon",
        "MSCAT, not chosen yet",
        "MSCAT Oncology",
        "Continuing education: Privacy in shared work areas",
        "Started.",
    ):
        assert words in page.text


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
