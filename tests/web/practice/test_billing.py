"""Billing settings: contact, logo, departments, automatic payment, freedom from tax."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from scriptorium.domains.audit.models import AuditEvent
from scriptorium.domains.orders import queries as money
from scriptorium.domains.orders.models import CostCentre, Exemption, SavedMethod
from scriptorium.domains.orders.operations import (
    add_cost_centre,
    add_exemption,
    answer_exemption,
    remember_method,
    set_units_first,
)
from scriptorium.kernel import clock
from tests.support.builders import DESK, NOW, TODAY, Clinic, browser, days, later, person
from tests.support.money import Till, card_like
from tests.support.payments import sandbox
from tests.support.pictures import jpeg, pdf, png, png_that_claims

pytestmark = pytest.mark.django_db


@pytest.fixture
def till(clinic: Clinic) -> Till:
    return Till(clinic)


@pytest.fixture
def tab(clinic: Clinic) -> Client:
    return browser(clinic.dana)


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Any) -> Any:
    from scriptorium.journeys.services import file_store

    settings.STORAGE_URL = f"file://{tmp_path}"
    file_store.cache_clear()
    yield
    file_store.cache_clear()


def at(till: Till, more: str = "") -> str:
    return f"/practice/{till.practice.reference}/settings/billing/{more}"


def save_card(till: Till) -> SavedMethod:
    return remember_method(
        payer=till.payer, provider="sandbox", customer="sbu_1", method="sbm_1",
        label="Visa ending 4242", by=till.actor.reference, now=NOW,
    )  # fmt: skip


def happened(till: Till) -> list[str]:
    rows = AuditEvent.objects.filter(practice=till.practice.reference).order_by("id")
    return list(rows.values_list("key", flat=True))


def upload(content: bytes, name: str = "logo.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


# Contact and logo -----------------------------------------------------------------------------


def test_the_contact_and_the_address_for_invoices_are_changed_and_used(
    till: Till, tab: Client
) -> None:
    form = {"contact_name": "Kim Vale", "billing_email": "bills@riverside.example"}
    page = tab.post(at(till, "contact/"), form, follow=True)
    assert "Changed: billing contact, e-mail for invoices." in page.text
    assert 'value="Kim Vale"' in page.text
    to = till.to
    assert (to.contact, to.email) == ("Kim Vale", "bills@riverside.example")
    assert happened(till) == ["billing.changed"]
    again = tab.post(at(till, "contact/"), form, follow=True)
    assert "Nothing was different." in again.text
    assert happened(till) == ["billing.changed"]


@pytest.mark.parametrize("picture", [png, jpeg])
def test_a_logo_is_kept_shown_printed_on_estimates_and_removed(
    till: Till, tab: Client, picture: Callable[[], bytes]
) -> None:
    made = till.estimate(package=1)
    paper = f"/practice/{till.practice.reference}/estimates/{made.reference}/estimate.pdf"
    plain = tab.get(paper).content
    assert tab.get(at(till, "logo")).status_code == 404
    page = tab.post(at(till, "contact/"), {"logo": upload(picture())}, follow=True)
    assert "Changed: logo." in page.text
    shown = tab.get(at(till, "logo"))
    assert shown.content == picture()
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert shown.headers["Content-Type"] == f"image/{'png' if picture is png else 'jpeg'}"
    with_logo = tab.get(paper).content
    assert with_logo != plain
    assert with_logo == tab.get(paper).content
    tab.post(at(till, "contact/"), {"remove_logo": "on"})
    assert tab.get(at(till, "logo")).status_code == 404
    assert tab.get(paper).content == plain


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"GIF89a and more", "no PNG and no JPEG"),
        (png_that_claims(4000, 4), "4000 by 4 pixels"),
        (png_that_claims(40, 4), "cannot be printed"),
        (png()[:18], "picture is broken"),
        (png() + b"0" * 600_000, "too large. At most 512 KB."),
    ],
)
def test_what_is_no_logo_is_refused_and_the_rest_is_kept(
    till: Till, tab: Client, content: bytes, words: str
) -> None:
    page = tab.post(at(till, "contact/"), {"contact_name": "Kim", "logo": upload(content)})
    assert page.status_code == 422
    assert words in page.text
    assert 'value="Kim"' in page.text
    assert happened(till) == []


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"contact_name": card_like()}, "This looks like a card number"),
        ({"contact_name": "Kim", "billing_email": "nobody"}, "valid email"),
    ],
)
def test_a_contact_that_is_none_is_refused(
    till: Till, tab: Client, form: dict[str, str], words: str
) -> None:
    page = tab.post(at(till, "contact/"), form)
    assert (page.status_code, words in page.text) == (422, True)


def test_a_logo_whose_file_is_lost_breaks_no_paper(till: Till, tab: Client) -> None:
    from scriptorium.domains.orders.operations import change_billing

    change_billing(practice=till.practice.pk, contact_name="", logo_sha256="0" * 64)
    assert tab.get(at(till, "logo")).status_code == 404
    made = till.estimate(package=1)
    paper = f"/practice/{till.practice.reference}/estimates/{made.reference}/estimate.pdf"
    assert tab.get(paper).status_code == 200


# Departments ----------------------------------------------------------------------------------


def test_departments_are_added_and_closed_and_old_lines_keep_theirs(
    till: Till, tab: Client
) -> None:
    page = tab.post(at(till, "departments/"), {"name": "Skin clinic", "code": "D-1"}, follow=True)
    assert "Skin clinic can be chosen on estimates now." in page.text
    assert "D-1" in page.text
    twice = tab.post(at(till, "departments/"), {"name": "SKIN clinic"})
    assert (twice.status_code, "of this name already" in twice.text) == (422, True)
    centre = CostCentre.objects.get()
    base = f"/practice/{till.practice.reference}/estimates/"
    form = {"package": "5", "package-for": centre.reference}
    made = tab.post(f"{base}new/", form, follow=True)
    page = tab.post(at(till, f"departments/{centre.reference}/close/"), follow=True)
    assert "Skin clinic is closed." in page.text
    assert "for Skin clinic" in tab.get(made.request["PATH_INFO"]).text
    assert "Skin clinic" not in tab.get(base).text
    assert tab.post(at(till, f"departments/{centre.reference}/close/")).status_code == 404
    assert happened(till)[0] == "centre.added"
    assert happened(till)[-1] == "centre.closed"
    tab.post(at(till, "departments/"), {"name": "Skin clinic"})
    assert CostCentre.objects.count() == 2


def test_a_department_without_a_name_or_with_a_card_is_refused(till: Till, tab: Client) -> None:
    assert tab.post(at(till, "departments/"), {"name": " "}).status_code == 422
    page = tab.post(at(till, "departments/"), {"name": card_like(), "code": "A"})
    assert (page.status_code, "card number" in page.text) == (422, True)


# Automatic payment ----------------------------------------------------------------------------


def test_automatic_payment_needs_a_saved_card_and_the_consent(
    till: Till, tab: Client, settings: Any, tmp_path: Any
) -> None:
    assert "Payment by card is not set up here" in tab.get(at(till)).text
    sandbox(settings, tmp_path)
    assert "No means of payment is saved" in tab.get(at(till)).text
    none = tab.post(at(till, "auto-pay/"), {"on": "on", "consent": "on"})
    assert (none.status_code, "There is no saved means" in none.text) == (409, True)
    save_card(till)
    assert "Visa ending 4242, saved on 23 Nov 2026" in tab.get(at(till)).text
    without = tab.post(at(till, "auto-pay/"), {"on": "on"})
    assert (without.status_code, "Tick the consent" in without.text) == (422, True)
    page = tab.post(at(till, "auto-pay/"), {"on": "on", "consent": "on"}, follow=True)
    assert "Renewals are paid by themselves from now on." in page.text
    assert "since 23 Nov 2026, by Visa ending 4242" in page.text
    assert money.auto_pay_of(payer=till.payer)
    event = AuditEvent.objects.get(key="billing.auto_pay")
    assert event.data == {"how": "on", "words": "2026-11"}
    page = tab.post(at(till, "auto-pay/"), {"on": "off"}, follow=True)
    assert "Automatic payment is off." in page.text
    assert not money.auto_pay_of(payer=till.payer)


def test_removing_the_card_switches_automatic_payment_off(till: Till, tab: Client) -> None:
    save_card(till)
    tab.post(at(till, "auto-pay/"), {"on": "on", "consent": "on"})
    assert "This switches automatic payment off too." in tab.get(at(till)).text
    page = tab.post(at(till, "method/remove/"), follow=True)
    assert "Nothing can be charged by itself any more." in page.text
    assert money.saved_method(payer=till.payer) is None
    assert not money.auto_pay_of(payer=till.payer)
    assert happened(till) == ["billing.auto_pay", "method.removed", "billing.auto_pay"]
    again = tab.post(at(till, "method/remove/"))
    assert (again.status_code, "It was removed already." in again.text) == (409, True)


def test_removing_a_card_that_paid_nothing_by_itself_changes_no_switch(
    till: Till, tab: Client
) -> None:
    save_card(till)
    tab.post(at(till, "method/remove/"))
    assert happened(till) == ["method.removed"]


# Freedom from tax -----------------------------------------------------------------------------


def exemption_form(**changes: Any) -> dict[str, Any]:
    return {
        "region": "Cascadia", "number": "EX-7", "starts_on": TODAY.isoformat(),
        "expires_on": days(300).isoformat(), **changes,
    }  # fmt: skip


def test_a_certificate_waits_is_verified_and_expires(
    till: Till, tab: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = exemption_form(file=upload(pdf(), "certificate.pdf"))
    page = tab.post(at(till, "exemptions/"), form, follow=True)
    for words in ("Handed in.", "EX-7", "Waits for verification", "23 Nov 2026 until 19 Sep 2027"):
        assert words in page.text
    row = Exemption.objects.get()
    kept = tab.get(at(till, f"exemptions/{row.reference}.pdf"))
    assert kept.content == pdf()
    assert "attachment" in kept.headers["Content-Disposition"]
    assert happened(till) == ["exemption.added"]
    answer_exemption(exemption=row, accepted=True, by=DESK.reference, now=NOW)
    assert ">Verified</span>" in tab.get(at(till)).text
    monkeypatch.setattr(clock, "now", lambda: later(days=300))
    assert ">Expired</span>" in tab.get(at(till)).text


def test_a_refused_certificate_and_one_of_later_say_so(till: Till, tab: Client) -> None:
    for number, accepted in (("EX-1", False), ("EX-2", True)):
        row = add_exemption(
            practice=till.practice.pk, region="Cascadia", number=number, file_sha256="",
            starts_on=days(5), expires_on=days(50), by=till.actor.reference, now=NOW,
        )  # fmt: skip
        answer_exemption(exemption=row, accepted=accepted, by=DESK.reference, now=NOW)
        assert tab.get(at(till, f"exemptions/{row.reference}.pdf")).status_code == 404
    page = tab.get(at(till))
    assert ">Refused</span>" in page.text
    assert ">Verified, begins later</span>" in page.text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"number": card_like()}, "This looks like a card number"),
        ({"expires_on": TODAY.isoformat()}, "This certificate has expired."),
        ({"starts_on": days(300).isoformat()}, "Choose a day after the first one."),
        ({"starts_on": "soon"}, "Enter a valid date"),
        ({"file": ("scan.pdf", png())}, "This is no PDF."),
        ({"file": ("scan.pdf", pdf(password="meadow"))}, "has a password"),
        ({"file": ("scan.pdf", b"%PDF-" + b"0" * 2_000_000)}, "too large. At most 1 MB."),
    ],
)
def test_a_certificate_that_cannot_be_handed_in_says_why_and_keeps_the_rest(
    till: Till, tab: Client, settings: Any, changes: dict[str, Any], words: str
) -> None:
    settings.UPLOAD_MAX_BYTES = 1024 * 1024
    if "file" in changes:
        name, content = changes["file"]
        changes = {"file": upload(content, name)}
    page = tab.post(at(till, "exemptions/"), exemption_form(**changes))
    assert page.status_code == 422
    assert words in page.text
    assert 'value="Cascadia"' in page.text
    assert not Exemption.objects.exists()


# Who ------------------------------------------------------------------------------------------


def test_readers_see_the_settings_and_change_nothing(till: Till, clinic: Clinic) -> None:
    avery = person("Avery Stone")
    clinic.join(avery, role="auditor")
    add_cost_centre(practice=till.practice.pk, name="Dermatology", code="")
    save_card(till)
    set_units_first(practice=till.practice.pk, on=True, by=DESK.reference, now=NOW)
    page = browser(avery).get(at(till))
    for words in ("Dermatology", "Visa ending 4242", "administrators can change this", "approved"):
        assert words in page.text
    assert '<form method="post" action="/practice' not in page.text


def test_what_belongs_to_another_practice_is_not_there(till: Till, tab: Client) -> None:
    other = Till(Clinic("Lakeside Health", "Omar Haddad"))
    centre = add_cost_centre(practice=other.practice.pk, name="Lakes", code="")
    row = add_exemption(
        practice=other.practice.pk, region="Cascadia", number="EX-9", file_sha256="0" * 64,
        starts_on=TODAY, expires_on=days(9), by="x", now=NOW,
    )  # fmt: skip
    assert tab.post(at(till, f"departments/{centre.reference}/close/")).status_code == 404
    assert tab.get(at(till, f"exemptions/{row.reference}.pdf")).status_code == 404
    centre.refresh_from_db()
    assert centre.closed_at is None
