"""Somebody who pays for herself: renew, switch, cancel in two clicks; the rules say the price."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.memberships.models import Consent, Membership
from scriptorium.domains.notifications.models import OutboxMail
from scriptorium.domains.orders.models import Invoice, Order
from scriptorium.integrations.payments import TestCard
from scriptorium.journeys import paying_online, services
from scriptorium.journeys.nightly import run_night
from scriptorium.kernel.payer import Payer
from tests.support.builders import NOW, TODAY, Clinic, browser, buy_renewal, days, grant, noon
from tests.support.money import accounts_sum

pytestmark = pytest.mark.django_db

PAGE = "/member/membership/"


def solo(*, renews_in: int) -> Person:
    """Make somebody who pays for herself and renews in so many days."""
    clinic = Clinic()
    link = clinic.member("Sola Aune", renews_in=renews_in - 365, years=1)
    buy_renewal(link, on=days(min(renews_in - 365, 0) - 1))
    assert link.person is not None
    person = link.person
    held = Membership.objects.get(person=person)
    assert (held.renews_on, held.payer_person_id) == (days(renews_in), person.pk)
    return person


def held(person: Person) -> Membership:
    return Membership.objects.get(person=person)


@pytest.fixture
def person() -> Person:
    return solo(renews_in=60)


@pytest.fixture
def tab(person: Person) -> Client:
    return browser(person)


def test_the_page_says_what_happens_what_it_costs_and_how_it_comes_back(tab: Client) -> None:
    page = tab.get(PAGE).text
    assert "Renew it by 22 Jan 2027 for $89.00" in page
    assert "Renew now for $89.00" in page
    assert "a new year from the day on which you pay" in page
    assert "$149.00" in page


def test_renewing_makes_one_invoice_and_a_card_pays_it(
    person: Person, tab: Client, settings: Any, tmp_path: Path
) -> None:
    settings.PAYMENTS_URL, settings.PAYMENTS_DIR = "sandbox://", tmp_path
    for _ in range(2):
        page = tab.post("/member/membership/renew/", {"idempotency_key": "k"}, follow=True)
    assert Order.objects.count() == 1
    invoice = Invoice.objects.get()
    assert f"Invoice {invoice.number}" in page.text
    assert held(person).renews_on == days(60)
    here = f"/member/orders/{invoice.order.reference}/"
    answer = tab.post(f"{here}pay/", {"keep": "on"})
    provider = services.sandbox()
    assert provider is not None
    outcome = provider.pay(
        external_id=answer["Location"].rstrip("/").rpartition("/")[2], card=TestCard.SUCCESS,
        now=NOW,
    )  # fmt: skip
    for event in outcome.events:
        paying_online.receive_event(
            body=event.body, signature=event.signature, now=NOW, today=TODAY
        )
    assert held(person).renews_on == dt.date(2028, 1, 22)
    assert "Paid. Thank you." in tab.get(f"{here}?paid=1").text
    assert "Visa ending 4242" in tab.get(PAGE).text
    assert tab.get(f"{here}invoice.pdf")["Content-Type"] == "application/pdf"
    assert invoice.number in tab.get("/member/orders/").text
    assert accounts_sum() == 0
    tab.post("/member/membership/card/")
    assert "Visa ending 4242" not in tab.get(PAGE).text


def test_a_free_renewal_of_her_own_is_used_without_an_invoice(person: Person, tab: Client) -> None:
    grant(Payer(person=person.pk), "renewal")
    page = tab.post("/member/membership/renew/", {"idempotency_key": "k"}, follow=True)
    assert "Renewed. The new certificate" in page.text
    assert (held(person).renews_on, Order.objects.count()) == (dt.date(2028, 1, 22), 0)


def test_too_early_is_refused_with_the_day_from_which_it_can_be(
    person: Person, tab: Client
) -> None:
    Membership.objects.filter(person=person).update(
        renews_on=days(200), latest_starts_on=TODAY, lapses_on=days(230)
    )
    assert "can be renewed from" in tab.get(PAGE).text
    answer = tab.post("/member/membership/renew/", {"idempotency_key": "k"})
    assert (answer.status_code, Order.objects.count()) == (409, 0)
    Membership.objects.filter(person=person).update(renews_on=days(60), lapses_on=days(90))


def test_row_45_cancelling_takes_two_clicks_is_confirmed_and_stops_every_charge(
    person: Person, tab: Client
) -> None:
    tab.post("/member/membership/mode/", {"mode": "A", "agree": "on"})
    assert held(person).mode == "A"
    run_night(today=days(15), now=noon(days(15)))
    page = tab.post("/member/membership/cancel/", follow=True)
    assert "ends on 22 Jan 2027" in page.text
    assert OutboxMail.objects.filter(template="membership_cancelled").count() == 1
    assert (held(person).mode, held(person).cancelled_on) == ("M", days(60))
    for day in (30, 46, 57, 60, 61, 75):
        run_night(today=days(day), now=noon(days(day)))
    assert not Order.objects.exists()
    assert not OutboxMail.objects.filter(template="renewal_overdue").exists()


def test_a_cancellation_can_be_taken_back_while_it_runs(person: Person, tab: Client) -> None:
    assert tab.post("/member/membership/keep/").status_code == 409
    tab.post("/member/membership/cancel/")
    page = tab.post("/member/membership/keep/", follow=True)
    assert "taken back" in page.text
    assert held(person).cancelled_on is None


def test_automatic_renewal_needs_a_tick_and_keeps_the_consent(person: Person, tab: Client) -> None:
    answer = tab.post("/member/membership/mode/", {"mode": "A"})
    assert (answer.status_code, held(person).mode) == (422, "M")
    tab.post("/member/membership/mode/", {"mode": "A", "agree": "on"})
    consent = Consent.objects.get(person=person)
    assert (held(person).consent, consent.payer_person_id) == (consent, person.pk)
    assert "we send you an invoice for $89.00" in tab.get(PAGE).text
    tab.post("/member/membership/mode/", {"mode": "M"})
    assert held(person).mode == "M"


def test_an_automatic_renewal_of_her_own_is_told_and_invoiced(person: Person, tab: Client) -> None:
    tab.post("/member/membership/mode/", {"mode": "A", "agree": "on"})
    for day in (15, 30, 46, 57, 60):
        run_night(today=days(day), now=noon(days(day)))
    mails = OutboxMail.objects.filter(to_address=person.email, template__startswith="renewal_")
    assert mails.count() == 4
    assert all(mail.data["own"] for mail in mails)
    assert Order.objects.get().payer_person == person
    assert "Pay the open invoice" in tab.get(PAGE).text


def test_who_is_paid_for_by_a_practice_is_told_so_and_changes_nothing(clinic: Clinic) -> None:
    link = clinic.member("Ada Park", renews_in=60)
    assert link.person is not None
    tab = browser(link.person)
    assert "Your renewal" not in tab.get(PAGE).text
    for more in ("renew/", "cancel/", "mode/"):
        answer = tab.post(f"{PAGE}{more}", {"mode": "M"})
        assert (answer.status_code, "Your practice pays" in answer.text) == (409, True)


def test_somebody_elses_order_is_not_found(person: Person, tab: Client) -> None:
    tab.post("/member/membership/renew/", {"idempotency_key": "k"})
    reference = Order.objects.get().reference
    other = browser(solo(renews_in=61))
    for more in ("", "invoice.pdf"):
        assert other.get(f"/member/orders/{reference}/{more}").status_code == 404
    assert other.post(f"/member/orders/{reference}/pay/").status_code == 404


def test_after_the_end_the_page_leads_back_by_an_invoice_and_its_payment() -> None:
    clinic = Clinic()
    link = clinic.member("Sola Aune", renews_in=-120)
    assert link.person is not None
    tab = browser(link.person)
    assert "Reinstate for $149.00" in tab.get(PAGE).text

    answer = tab.post(f"{PAGE}reinstate/", {"idempotency_key": "k1"})

    order = Order.objects.get()
    assert answer["Location"] == f"/member/orders/{order.reference}/"
    page = tab.get(PAGE).text
    assert "Pay the open invoice" in page
    assert "Reinstate for" not in page


def test_more_than_a_year_after_the_end_the_page_offers_a_package_instead() -> None:
    link = Clinic().member("Sola Aune", renews_in=-500)
    assert link.person is not None
    page = browser(link.person).get(PAGE).text
    assert "A certification package begins anew" in page
    assert "Reinstate for" not in page


def test_reinstating_what_has_not_ended_is_refused_in_words(tab: Client) -> None:
    answer = tab.post(f"{PAGE}reinstate/", {"idempotency_key": "k1"})
    assert answer.status_code == 409
    assert "has not ended; it can be renewed" in answer.text
