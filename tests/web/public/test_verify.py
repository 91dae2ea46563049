"""Verifying a certificate."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from scriptorium.domains.credentials.models import Certificate
from tests.support.builders import Clinic, days, later

pytestmark = pytest.mark.django_db


def _certificate(clinic: Clinic, **member: int) -> Certificate:
    link = clinic.member("Ada Park", **member)
    return Certificate.objects.get(person=link.person)


def test_a_valid_certificate_shows_its_facts_and_nothing_of_the_employer(
    clinic: Clinic, client: Client
) -> None:
    certificate = _certificate(clinic)
    page = client.get(f"/verify/{certificate.number}/")
    assert page.status_code == 200
    for words in (certificate.number, "Ada Park", "Membership certificate", "Valid"):
        assert words in page.text
    for secret in ("Riverside", "example", "Dana"):
        assert secret not in page.text.partition("<main")[2].partition("</main")[0].replace(
            "for example", ""
        )


def test_the_form_leads_to_the_number_s_own_address(clinic: Clinic, client: Client) -> None:
    number = _certificate(clinic).number
    page = client.get("/verify/", {"number": f" {number.lower()} ", "on": ""})
    assert page.headers["Location"] == f"/verify/{number}/"
    page = client.get("/verify/", {"number": number, "on": "2026-11-01"})
    assert page.headers["Location"] == f"/verify/{number}/?on=2026-11-01"


@pytest.mark.parametrize("number", ["C2026-NOTHING000", "<script>", "x" * 41])
def test_an_unknown_number_is_said_to_be_unknown(client: Client, number: str) -> None:
    page = client.get(f"/verify/{number}/", follow=True)
    assert page.status_code in {404, 422}
    assert "<script>x" not in page.text
    if page.status_code == 404:
        assert "No credential or certificate with this number" in page.text


def test_a_number_that_is_no_address_is_unknown_too(client: Client) -> None:
    page = client.get("/verify/", {"number": "C2026/1"})
    assert page.status_code == 404
    assert "No credential or certificate with this number" in page.text


def test_a_voided_certificate_says_since_when_and_not_why(clinic: Clinic, client: Client) -> None:
    link = clinic.join("Ada Park")
    clinic.stock("membership")
    result = clinic.assign([link], "membership")
    clinic.undo(result, now=later(minutes=1))
    page = client.get(f"/verify/{Certificate.objects.get().number}/")
    assert "Voided since 23 Nov 2026" in page.text
    assert "Undone" not in page.text


def test_the_status_of_an_earlier_day_is_told(clinic: Clinic, client: Client) -> None:
    certificate = _certificate(clinic, renews_in=-100)
    base = f"/verify/{certificate.number}/"
    inside = certificate.starts_on + dt.timedelta(days=10)
    assert "<b>Valid</b>" in client.get(base, {"on": inside.isoformat()}).text
    before = certificate.starts_on - dt.timedelta(days=10)
    assert "Not issued yet" in client.get(base, {"on": before.isoformat()}).text
    assert certificate.ends_before is not None
    grace = certificate.ends_before + dt.timedelta(days=10)
    assert "in the grace period until" in client.get(base, {"on": grace.isoformat()}).text
    assert "Year ended on" in client.get(base).text


def test_a_renewal_issued_early_is_valid_from_its_first_day(clinic: Clinic, client: Client) -> None:
    link = clinic.member("Ada Park", renews_in=20)
    clinic.give(link, "renewal")
    newest = Certificate.objects.order_by("-starts_on")[0]
    assert newest.starts_on == days(20)
    assert "Valid from 13 Dec 2026" in client.get(f"/verify/{newest.number}/").text


@pytest.mark.parametrize("on", ["yesterday", "2026-02-30", "2030-01-01"])
def test_a_day_that_cannot_be_answered_is_refused_at_the_field(
    clinic: Clinic, client: Client, on: str
) -> None:
    page = client.get(f"/verify/{_certificate(clinic).number}/", {"on": on})
    assert page.status_code == 422
    assert "Ada Park" not in page.text


def test_the_thirty_first_look_up_in_a_minute_is_refused(client: Client) -> None:
    for _ in range(30):
        assert client.get("/verify/C2026-NOTHING000/").status_code == 404
    page = client.get("/verify/C2026-NOTHING000/")
    assert page.status_code == 429
    assert "Wait a minute" in page.text
