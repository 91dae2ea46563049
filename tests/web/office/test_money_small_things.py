"""Receipts in the office, revenue of one practice, lost disputes, forms that are pressed twice."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from scriptorium.domains.audit.models import AuditEvent
from scriptorium.domains.orders import operations as orders
from scriptorium.domains.orders import queries as money
from scriptorium.domains.orders.enums import Method, PaymentState
from scriptorium.domains.orders.models import Estimate, Payment
from scriptorium.domains.orders.operations.payments import applied_to
from scriptorium.journeys import learning_payments, ordering
from tests.support.builders import NOW, TODAY, Clinic, browser, problems
from tests.support.markup import text_of
from tests.support.money import Till, account, accounts_sum, card_like

HOME = "/office/money/"


def url(till: Till, more: str = "") -> str:
    return f"{HOME}practices/{till.practice.reference}/{more}"


# Receipts -------------------------------------------------------------------------------------


def test_a_receipt_opens_from_the_account_and_from_its_payment(
    finance: Client, director: Client, till: Till
) -> None:
    invoice = till.buy(ce=2)
    payment = till.pay(invoice.total_minor).payment
    address = url(till, f"payments/{payment.number}/receipt.pdf")
    for page in (url(till), url(till, f"payments/{payment.number}/")):
        assert f'href="{address}"' in finance.get(page).text
    for tab in (finance, director):
        answer = tab.get(address)
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
        assert payment.number in answer["Content-Disposition"]


def test_money_that_pays_nothing_has_no_receipt_and_no_link(finance: Client, till: Till) -> None:
    payment = till.pay(5000).payment
    address = url(till, f"payments/{payment.number}/receipt.pdf")
    for page in (url(till), url(till, f"payments/{payment.number}/")):
        assert address not in finance.get(page).text
    assert finance.get(address).status_code == 404


def test_another_payers_receipt_is_not_found(finance: Client, till: Till) -> None:
    payment = till.pay(till.buy(ce=2).total_minor).payment
    other = Till(Clinic("Lakeside Health", "Omar Reyes"))
    address = url(other, f"payments/{payment.number}/receipt.pdf")
    assert finance.get(address).status_code == 404


# Revenue of one practice ----------------------------------------------------------------------


def test_revenue_is_shown_for_one_practice_and_its_file_holds_the_same(
    finance: Client, till: Till
) -> None:
    till.buy(ce=2)
    Till(Clinic("Lakeside Health", "Omar Reyes")).buy(ce=5)
    every = text_of(finance.get(f"{HOME}reports/").text)
    assert "Units bought and used" in every
    found = finance.get(f"{HOME}reports/", {"q": "river"}).text
    assert f'href="?practice={till.practice.reference}"' in found
    assert "Lakeside Health" not in found
    query = {"practice": till.practice.reference}
    one = text_of(finance.get(f"{HOME}reports/", query).text)
    assert "Revenue of Riverside Dermatology" in one
    assert "$38.00" in one
    assert "Units bought and used" not in one
    file = finance.get(f"{HOME}reports/revenue.csv", query).content.decode()
    assert "38.00" in file
    whole = finance.get(f"{HOME}reports/revenue.csv").content.decode()
    assert "38.00" not in whole


def test_the_account_leads_to_its_revenue_and_an_unknown_practice_is_not_found(
    finance: Client, till: Till
) -> None:
    assert (
        f"/office/money/reports/?practice={till.practice.reference}" in finance.get(url(till)).text
    )
    assert finance.get(f"{HOME}reports/", {"practice": "0nobody00000"}).status_code == 404
    assert "No practice has this name" in finance.get(f"{HOME}reports/", {"q": "zzz"}).text


# Lost disputes --------------------------------------------------------------------------------


def disputed(till: Till) -> Payment:
    payment = till.pay(till.buy(ce=2).total_minor, method=Method.PHONE).payment
    with transaction.atomic():
        locked = money.locked_payment(key=payment.pk)
        invoices = money.locked_invoices(keys=applied_to(payment=locked))
        orders.dispute_payment(
            actor=learning_payments.PROVIDER, payment=locked, invoices=invoices,
            reason="Opened at the provider", now=NOW, today=TODAY,
        )  # fmt: skip
        for invoice in invoices.values():
            ordering.settle(
                actor=learning_payments.PROVIDER, invoice=invoice, to=till.to, now=NOW,
                today=TODAY,
            )  # fmt: skip
    return locked


def test_a_lost_dispute_is_written_off_and_the_books_still_sum_to_zero(
    finance: Client, till: Till
) -> None:
    payment = disputed(till)
    assert account("disputed") == -3800
    page = url(till, f"payments/{payment.number}/")
    assert "$38.00 is held back by the dispute" in text_of(finance.get(page).text)
    form = {"lost-reason": "The bank decided for the payer"}
    answer = finance.post(f"{page}write-off/", form, follow=True)
    assert f"$38.00 of {payment.number} is written off." in text_of(answer.text)
    payment.refresh_from_db()
    assert (payment.state, account("disputed"), account("provider")) == (PaymentState.LOST, 0, 0)
    # What was bought is owed again.
    assert account("receivable") == 3800
    assert accounts_sum() == 0
    assert problems() == ()
    event = AuditEvent.objects.get(key="payment.written_off")
    assert event.practice == till.practice.reference
    again = finance.post(f"{page}write-off/", form)
    assert (again.status_code, "written off already" in again.text) == (409, True)


def test_what_no_dispute_holds_is_not_written_off(finance: Client, till: Till) -> None:
    payment = till.pay(5000).payment
    page = url(till, f"payments/{payment.number}/")
    assert "The dispute is lost" not in finance.get(page).text
    answer = finance.post(f"{page}write-off/", {"lost-reason": "Why not"})
    assert (answer.status_code, "No dispute holds this payment" in answer.text) == (409, True)
    assert account("disputed") == 0


@pytest.mark.parametrize("reason", ["", card_like()])
def test_a_write_off_needs_a_reason_without_a_card_number(
    finance: Client, till: Till, reason: str
) -> None:
    payment = disputed(till)
    page = url(till, f"payments/{payment.number}/")
    assert finance.post(f"{page}write-off/", {"lost-reason": reason}).status_code == 422
    assert account("disputed") == -3800


def test_the_director_reads_the_dispute_and_cannot_write_it_off(
    director: Client, till: Till
) -> None:
    payment = disputed(till)
    page = url(till, f"payments/{payment.number}/")
    assert "The dispute is lost" in director.get(page).text
    assert director.post(f"{page}write-off/", {"lost-reason": "x"}).status_code == 403


# Pressed twice --------------------------------------------------------------------------------


def key_in(page: str) -> str:
    return page.partition('name="idempotency_key" value="')[2].partition('"')[0]


def test_make_estimate_pressed_twice_without_scripts_makes_one(till: Till) -> None:
    tab = browser(till.clinic.dana)
    home = f"/practice/{till.practice.reference}/estimates/"
    form = {"package": "5", "idempotency_key": key_in(tab.get(home).text)}
    assert form["idempotency_key"]
    first, second = (tab.post(f"{home}new/", form) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert Estimate.objects.count() == 1
    fresh = form | {"idempotency_key": key_in(tab.get(home).text)}
    assert fresh != form
    tab.post(f"{home}new/", fresh)
    assert Estimate.objects.count() == 2


def test_a_revision_pressed_twice_is_one_revision(till: Till) -> None:
    tab = browser(till.clinic.dana)
    made = till.estimate(package=5)
    page = f"/practice/{till.practice.reference}/estimates/{made.reference}/revise/"
    form = {"package": "6", "idempotency_key": key_in(tab.get(page).text)}
    first, second = (tab.post(page, form) for _ in range(2))
    assert (first.status_code, second.status_code) == (302, 302)
    assert first["Location"] == second["Location"]
    assert Estimate.objects.count() == 2


def test_staffs_estimate_pressed_twice_is_one(finance: Client, till: Till) -> None:
    page = url(till, "estimates/new/")
    form = {"ce": "2", "idempotency_key": key_in(finance.get(page).text)}
    first, second = (finance.post(page, form) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert Estimate.objects.count() == 1


def test_two_payments_entered_with_one_key_at_one_moment_are_one(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = till.pay(5000, key="office:k")
    real, asked = money.payment_by_key, [0]

    def blind(**how: Any) -> Payment | None:
        """The other press has not committed when this one looks."""
        asked[0] += 1
        return None if asked[0] == 1 else real(**how)

    monkeypatch.setattr(money, "payment_by_key", blind)
    second = till.pay(5000, key="office:k")
    assert second.payment == first.payment
    assert Payment.objects.count() == 1
    assert till.credit == 5000
    assert problems() == ()
