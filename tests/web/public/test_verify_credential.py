"""Verifying a credential by its number: what shows, what never does, and what it costs."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from scriptorium.domains.credentials.models import Certificate, Credential
from scriptorium.journeys.hide_person import set_hidden
from scriptorium.kernel import clock
from tests.support.builders import DESK, NOW, Clinic, days, noon
from tests.support.credentials import award, holder, rule
from tests.web.conftest import SignIn

pytestmark = pytest.mark.django_db


def main_of(page: Any) -> str:
    """Return the words of the page's own part."""
    found = re.search(r"<main.*?</main>", page.text, re.DOTALL)
    assert found is not None
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split())


def look(client: Client, credential: Credential, on: str = "") -> Any:
    return client.get(f"/verify/{credential.number}/", {"on": on} if on else {})


def test_an_active_credential_shows_name_level_specialty_status_and_day(
    clinic: Clinic, client: Client
) -> None:
    credential = holder(clinic)
    page = look(client, credential)
    assert page.status_code == 200
    words = main_of(page)
    for shown in (
        "Ada Park", "Certified Medical Scribe Specialist (CMSS)", "Dermatology", "Active",
        credential.number, "Valid through 10 Jun 2027", "Status on 23 Nov 2026",
    ):  # fmt: skip
        assert shown in words
    assert f'src="/verify/{credential.number}/qr.svg"' in page.text
    assert "not endorsed by CMS or HHS" in words


def test_row_10_neither_employer_nor_mail_nor_reason_shows(clinic: Clinic, client: Client) -> None:
    credential = holder(clinic)
    rule(credential, "suspended", reason="Shared a password", notice="You shared a password")
    text = look(client, credential).text
    assert "Suspended since 23 Nov 2026" in text
    assert "Valid through" not in text
    for secret in ("Riverside", credential.person.email, "password", "Emery", "appeal"):
        assert secret not in text


def test_row_10_an_unknown_number_and_a_hidden_person_look_alike(
    clinic: Clinic, client: Client
) -> None:
    credential = holder(clinic)
    certificate = Certificate.objects.filter(kind="membership").get()
    set_hidden(actor=DESK, person=credential.person, hidden=True, reason="Asked", now=NOW)
    for known, unknown in (
        (credential.number, "SC-0NOTHING"),
        (certificate.number, "M2026-0NOTHING00"),
    ):
        answers = []
        for number in (known, unknown):
            client.get(f"/verify/{number}/")
            with CaptureQueriesContext(connection) as captured:
                page = client.get(f"/verify/{number}/")
            shapes = [re.sub(r"'[^']*'", "?", query["sql"]) for query in captured]
            headers = {name: value for name, value in page.headers.items() if name != "Date"}
            body = page.text.replace(number, "N" * len(unknown))
            answers.append((page.status_code, headers | {"Content-Length": ""}, body, shapes))
        assert answers[0] == answers[1]
        assert answers[0][0] == 404
    assert "No credential or certificate with this number is on record" in answers[0][2]
    for path in ("badge.json", "badge.jwt", "badge.png"):
        hidden = client.get(f"/verify/{credential.number}/{path}")
        assert hidden.status_code == client.get(f"/verify/SC-0NOTHING/{path}").status_code == 404
    set_hidden(actor=DESK, person=credential.person, hidden=False, reason="Asked", now=NOW)
    assert look(client, credential).status_code == 200


def test_row_10_too_many_look_ups_from_one_address_are_refused(
    clinic: Clinic, client: Client, settings: Any
) -> None:
    settings.VERIFY_LIMIT = 3
    credential = holder(clinic)
    for path in ("", "badge.json", "badge.png"):
        assert client.get(f"/verify/{credential.number}/{path}").status_code == 200
    for path in ("", "badge.jwt"):
        page = client.get(f"/verify/{credential.number}/{path}")
        assert page.status_code == 429
        assert "Wait a minute" in page.text
    other = Client(REMOTE_ADDR="10.9.8.7")
    assert look(other, credential).status_code == 200


def test_row_08_a_suspension_shows_on_the_next_look_and_is_kept_by_no_cache_for_a_minute(
    clinic: Clinic, client: Client
) -> None:
    credential = holder(clinic)
    page = look(client, credential)
    age = re.search(r"max-age=(\d+)", page.headers["Cache-Control"])
    assert age is not None
    assert int(age[1]) < 60
    rule(credential, "suspended")
    assert "Suspended since" in look(client, credential).text


def test_the_status_of_a_past_day_is_told_as_it_was(
    clinic: Clinic, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    credential = holder(clinic, renews_in=10)
    rule(credential, "suspended", on=days(2))
    rule(credential, "reinstated", on=days(5), now=noon(days(5)))
    rule(credential, "surrendered", on=days(60), now=noon(days(6)))
    monkeypatch.setattr(clock, "now", lambda: noon(days(90)))
    for day, words in (
        (-101, "Not awarded yet on this day"),
        (0, "Active"),
        (2, "Suspended since 25 Nov 2026"),
        (5, "Active"),
        (10, "Active, in the grace period until 1 Jan 2027"),
        (40, "Inactive since 2 Jan 2027"),
        (60, "Surrendered since 22 Jan 2027"),
    ):
        page = look(client, credential, days(day).isoformat())
        assert f"<b>{words}</b>" in page.text, day
        assert "See the status today" in page.text
    assert "See the status today" not in look(client, credential).text


def test_a_look_up_costs_one_query_and_knows_nobody(clinic: Clinic, client: Client) -> None:
    credential = holder(clinic)
    rule(credential, "suspended")
    rule(credential, "reinstated")
    look(client, credential)
    with CaptureQueriesContext(connection) as captured:
        page = look(client, credential)
    assert len(captured) == 1
    assert not page.cookies
    for path in ("badge.json", "badge.jwt"):
        client.get(f"/verify/{credential.number}/{path}")
        with CaptureQueriesContext(connection) as captured:
            client.get(f"/verify/{credential.number}/{path}")
        assert len(captured) == 1


def test_who_is_signed_in_keeps_their_own_menu_and_no_shared_cache_keeps_it(
    clinic: Clinic, sign_in: SignIn
) -> None:
    credential = holder(clinic)
    page = look(sign_in(clinic.dana), credential)
    assert "Dana Whitlock" in page.text
    assert "public" not in page.headers.get("Cache-Control", "")
    assert "Cookie" in page.headers["Vary"]


def test_strangers_and_signed_in_people_read_the_same(clinic: Clinic, sign_in: SignIn) -> None:
    credential = holder(clinic)
    assert main_of(look(Client(), credential)) == main_of(look(sign_in(clinic.dana), credential))


def test_names_and_numbers_are_only_ever_text(clinic: Clinic, client: Client) -> None:
    link = clinic.member("Ada Park", renews_in=200)
    assert link.person is not None
    link.person.certificate_name = "<script>alert(1)</script> O’Hara"
    link.person.save()
    page = look(client, award(link.person))
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; O’Hara" in page.text
    page = client.get("/verify/SC-%3Cb%3E/", follow=True)
    assert "<b>SC" not in page.text


def test_a_credential_certificate_is_genuine_and_leads_to_the_credential(
    clinic: Clinic, client: Client
) -> None:
    credential = holder(clinic)
    certificate = Certificate.objects.get(kind="credential")
    page = client.get(f"/verify/{certificate.number}/")
    assert "<b>Genuine</b>" in page.text
    assert f'href="/verify/{credential.number}/"' in page.text
    rule(credential, "retired")
    assert "Voided since 23 Nov 2026" in client.get(f"/verify/{certificate.number}/").text


def test_the_demo_s_banner_stands_on_the_page_too(
    clinic: Clinic, client: Client, settings: Any
) -> None:
    credential = holder(clinic)
    assert "Demonstration:" not in look(client, credential).text
    settings.DEMO = True
    assert "Demonstration:" in look(client, credential).text


def test_small_letters_and_blanks_find_the_number(clinic: Clinic, client: Client) -> None:
    credential = holder(clinic)
    assert client.get(f"/verify/{credential.number.lower()}/").status_code == 200
    page = client.get("/verify/", {"number": f" {credential.number.lower()} ", "on": ""})
    assert page.headers["Location"] == f"/verify/{credential.number}/"
