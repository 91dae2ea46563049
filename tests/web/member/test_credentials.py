"""A member's own credentials: standing, dates, files, decisions, and the empty page."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings as django_settings
from django.test import Client
from openbadgeslib.ob3 import OB3Verifier

from scriptorium.domains.credentials.models import Certificate, Credential
from scriptorium.journeys.hide_person import set_hidden
from tests.support.builders import DESK, NOW, Clinic, days, person
from tests.support.credentials import award, holder, rule
from tests.web.conftest import SignIn

pytestmark = pytest.mark.django_db
ADDRESS = "/member/credentials/"


def page_of(credential: Credential, sign_in: SignIn) -> tuple[Client, Any]:
    own = sign_in(credential.person)
    page = own.get(ADDRESS)
    assert page.status_code == 200
    return own, page


def words(page: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.text).split())


def test_without_a_credential_the_page_says_how_to_earn_one(sign_in: SignIn) -> None:
    page = sign_in(person("Mel Archer")).get(ADDRESS)
    assert "You have no credential yet" in page.text
    assert 'href="/member/exams/"' in page.text


def test_one_in_good_standing_shows_its_number_dates_and_everything_to_show_it(
    clinic: Clinic, sign_in: SignIn
) -> None:
    credential = holder(clinic)
    own, page = page_of(credential, sign_in)
    said = words(page)
    for shown in (
        "Certified Medical Scribe Specialist (CMSS), Dermatology", credential.number, "Active",
        "Awarded 15 Aug 2026", "Valid through 10 Jun 2027", "Brought forward",
        f"{django_settings.BASE_URL}/verify/{credential.number}/",
    ):  # fmt: skip
        assert shown in said
    certificate = Certificate.objects.get(kind="credential")
    pdf = own.get(f"/member/certificates/{certificate.number}.pdf")
    assert (pdf.status_code, pdf.headers["Content-Type"]) == (200, "application/pdf")
    assert f'href="/member/certificates/{certificate.number}.pdf"' in page.text
    badge = own.get(f"/verify/{credential.number}/badge.png")
    assert OB3Verifier.extract_token_from_png(badge.content).count(".") == 2
    assert f'href="/verify/{credential.number}/badge.png"' in page.text
    assert own.get(f"/verify/{credential.number}/qr.svg").status_code == 200


def test_linkedin_s_own_form_opens_filled_and_none_of_its_scripts(
    clinic: Clinic, sign_in: SignIn
) -> None:
    credential = holder(clinic)
    _, page = page_of(credential, sign_in)
    link = re.search(r'href="(https://www\.linkedin\.com/[^"]+)"', page.text)
    assert link is not None
    asked = parse_qs(urlsplit(link[1].replace("&amp;", "&")).query)
    assert asked == {
        "startTask": ["CERTIFICATION_NAME"],
        "name": ["Certified Medical Scribe Specialist (CMSS), Dermatology"],
        "organizationName": [django_settings.BODY_NAME],
        "issueYear": ["2026"], "issueMonth": ["8"],
        "expirationYear": ["2027"], "expirationMonth": ["6"],
        "certUrl": [f"{django_settings.BASE_URL}/verify/{credential.number}/"],
        "certId": [credential.number],
    }  # fmt: skip
    assert page.text.count("linkedin") == 1


@pytest.mark.parametrize(
    ("renews_in", "tone", "shown"),
    [
        (-5, "soon", "Active, in the grace period until 17 Dec 2026"),
        (-40, "now", "Inactive since 13 Nov 2026"),
    ],
)
def test_a_standing_that_needs_something_says_what(
    clinic: Clinic, sign_in: SignIn, renews_in: int, tone: str, shown: str
) -> None:
    credential = holder(clinic, renews_in=renews_in)
    _, page = page_of(credential, sign_in)
    assert f'class="tone-{tone}"' in page.text
    assert shown in words(page)
    assert "membership" in words(page)


def test_a_suspended_one_shows_the_notice_and_the_way_to_appeal_and_no_reason(
    clinic: Clinic, sign_in: SignIn
) -> None:
    credential = holder(clinic)
    rule(credential, "suspended", notice="You shared a password.", reason="Tip of a colleague")
    _, page = page_of(credential, sign_in)
    said = words(page)
    assert "Suspended since 23 Nov 2026 You may not use the credential" in said
    assert "You shared a password." in said
    assert "Can be appealed until 23 Dec 2026" in said
    assert 'href="/member/appeals/"' in page.text
    assert "Tip of a colleague" not in said
    for gone in ("badge.png", "linkedin"):
        assert gone not in page.text


def test_an_ended_one_offers_no_certificate(clinic: Clinic, sign_in: SignIn) -> None:
    credential = holder(clinic)
    rule(credential, "surrendered")
    _, page = page_of(credential, sign_in)
    assert "Surrendered since 23 Nov 2026" in words(page)
    assert "Certificate as PDF" not in page.text


def test_several_stand_one_under_the_other_oldest_first(clinic: Clinic, sign_in: SignIn) -> None:
    credential = holder(clinic)
    award(credential.person, level="CMSA", specialty="general", since=days(-3))
    _, page = page_of(credential, sign_in)
    assert re.findall(r'<h2 id="credential-\d">(.*?)</h2>', page.text) == [
        "Certified Medical Scribe Specialist (CMSS), Dermatology",
        "Certified Medical Scribe Apprentice (CMSA), General",
    ]


def test_a_hidden_person_reads_why_nothing_is_public(clinic: Clinic, sign_in: SignIn) -> None:
    credential = holder(clinic)
    set_hidden(actor=DESK, person=credential.person, hidden=True, reason="Asked", now=NOW)
    _, page = page_of(credential, sign_in)
    assert "You are hidden from all public pages" in words(page)
    assert "badge.png" not in page.text


def test_nobody_else_downloads_the_certificate(clinic: Clinic, sign_in: SignIn) -> None:
    holder(clinic)
    number = Certificate.objects.get(kind="credential").number
    assert sign_in(clinic.dana).get(f"/member/certificates/{number}.pdf").status_code == 404
    base = f"/practice/{clinic.practice.reference}/certificates/{number}.pdf"
    assert sign_in(clinic.dana).get(base).status_code == 404
