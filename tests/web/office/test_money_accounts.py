"""A payer's account: payments that staff enter, bounces, refunds, units on acceptance (S27)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from scriptorium.domains.audit.models import AuditEvent
from scriptorium.domains.ledger import queries as stock
from scriptorium.domains.orders import queries as money
from scriptorium.domains.orders.enums import Method
from scriptorium.domains.orders.models import Payment, Refund
from scriptorium.kernel.payer import Payer
from tests.support.builders import NOW, TODAY, Clinic, days, person
from tests.support.markup import text_of
from tests.support.money import Till, card_like

FIVE = 5 * 17910


def account(till: Till) -> str:
    return f"/office/money/practices/{till.practice.reference}/"


def filled(**changes: Any) -> dict[str, Any]:
    return {
        "method": "cheque", "amount": "895.50", "received_on": TODAY.isoformat(), "paper": "1007",
        "note": "", "idempotency_key": "form-1",
    } | changes  # fmt: skip


def said(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return text_of(response.content.decode())


def free(till: Till) -> int:
    return stock.free_of(payer=till.payer, kind="package")


# The account ----------------------------------------------------------------------------------


def test_an_account_opens_with_what_is_owed_late_and_kept(finance: Client, till: Till) -> None:
    found = said(finance, account(till))
    assert "Nothing is open. Nothing is kept." in found
    till.accept(till.estimate(on=days(-42), package=5), on=days(-42))
    found = said(finance, account(till))
    assert "$895.50 open on 1 invoice, of which $895.50 is overdue." in found
    assert "INV-000001 over $895.50: overdue by 12 days. Record a payment" in found


def test_an_account_shows_invoices_payments_credit_notes_and_estimates(
    finance: Client, till: Till
) -> None:
    invoice = till.buy(package=5)
    till.take_back(invoice, {"package": 1}, reason="one left")
    till.pay(1000, invoices=[invoice])
    till.estimate(package=2)
    found = said(finance, account(till))
    for words in ("INV-000001 23 Nov 2026", "Partly paid $895.50 $706.40",
                  "RC-000001 23 Nov 2026 Cheque 1007 Received $10.00",
                  "CN-000001 23 Nov 2026 INV-000001 one left $179.10",
                  "EST-", "Open 23 Dec 2026, 30 days left $398.00"):  # fmt: skip
        assert words in found


def test_a_person_who_pays_for_herself_has_an_account_without_estimates(finance: Client) -> None:
    solo = person("Solveig Aune")
    address = f"/office/money/people/{solo.reference}/"
    found = said(finance, address)
    assert "Solveig Aune Person record" in found
    assert "Estimates" not in found
    assert finance.get(f"{address}estimates/new/").status_code == 404
    assert finance.get(f"{address}estimates/EST-1/").status_code == 404
    assert finance.post(f"{address}units-first/", {"on": "1"}).status_code == 404
    answer = finance.post(f"{address}payments/new/", filled(method="phone", paper="T-7"))
    assert answer.headers["Location"] == f"{address}payments/RC-000001/"
    assert money.credit_of(payer=Payer(person=solo.pk)) == FIVE
    assert "$895.50 is kept for the payer." in said(finance, address)


def test_unknown_payers_and_papers_are_not_found(finance: Client, till: Till) -> None:
    other = Till(Clinic("Lakeside Health", "Omar Haddad"))
    invoice, payment = other.buy(package=1), other.pay(100).payment
    for address in (
        "/office/money/practices/zzzzzzzzzzzz/", "/office/money/people/zzzzzzzzzzzz/",
        f"/office/money/clinics/{till.practice.reference}/",
        f"{account(till)}invoices/{invoice.number}/",
        f"{account(till)}payments/{payment.number}/", f"{account(till)}estimates/EST-0-1-1/",
    ):  # fmt: skip
        assert finance.get(address).status_code == 404


def test_a_long_account_shows_what_is_open_first_and_everything_on_request(
    finance: Client, till: Till
) -> None:
    oldest = till.buy(ce=1)
    for _ in range(11):
        till.pay(1900, invoices=[till.buy(ce=1)])
    found = finance.get(account(till)).content.decode()
    assert (f">{oldest.number}<" in found, ">INV-000002<" in found) == (True, False)
    assert "Show everything" in found
    every = finance.get(f"{account(till)}?all=1").content.decode()
    assert (">INV-000002<" in every, "Show everything" in every) == (True, False)


@pytest.mark.parametrize("item_count", [1, 3])
def test_an_account_asks_the_same_for_one_row_and_for_three(
    finance: Client, till: Till, item_count: int, django_assert_num_queries: Any
) -> None:
    for _ in range(item_count):
        invoice = till.buy(package=5)
        till.take_back(invoice, {"package": 1})
        till.pay(100, invoices=[invoice])
        till.estimate(manual=1)
    with django_assert_num_queries(20):
        finance.get(account(till))


def test_the_page_of_the_practice_leads_to_the_account(
    finance: Client, till: Till, staff: Any
) -> None:
    till.buy(package=5)
    record = f"/office/practices/{till.practice.reference}/"
    found = said(finance, record)
    assert "$895.50 open on 1 invoice. Nothing is kept. Open the account" in found
    assert "Open the account" not in said(staff("desk"), record)
    solo = f"/office/people/{person('Solveig Aune').reference}/"
    assert "Open the account" in said(finance, solo)


# Recording a payment --------------------------------------------------------------------------


def test_a_cheque_is_recorded_and_the_page_says_what_it_did(finance: Client, till: Till) -> None:
    till.buy(package=5)
    answer = finance.post(f"{account(till)}payments/new/", filled(amount="$1,000.00"), follow=True)
    found = text_of(answer.content.decode())
    said_before = "Receipt RC-000001: $1,000.00. It paid $895.50 of INV-000001. $104.50 is kept."
    assert said_before in found
    assert "INV-000001 , $895.50. The invoice is paid." in found
    assert "5 certification packages entered the stock; 5 of them are free." in found
    assert free(till) == 5
    event = AuditEvent.objects.get(key="payment.received")
    assert (event.actor_kind, event.actor_name) == ("staff", "Robin Ashby")


def test_the_same_form_sent_twice_is_one_payment(finance: Client, till: Till) -> None:
    till.buy(package=5)
    for _ in range(2):
        finance.post(f"{account(till)}payments/new/", filled())
    assert Payment.objects.count() == 1


def test_ticked_invoices_are_paid_and_the_others_are_not(finance: Client, till: Till) -> None:
    older, newer = till.buy(package=5), till.buy(manual=1)
    form = finance.get(f"{account(till)}payments/new/")
    assert "INV-000002, $49.00 open" in form.content.decode()
    finance.post(
        f"{account(till)}payments/new/",
        filled(method="ach", amount="49", invoices=[newer.reference]),
    )
    assert (till.fresh(newer).open_minor, till.fresh(older).open_minor) == (0, FIVE)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"amount": ""}, "This field is required."),
        ({"amount": "0"}, "Ensure this value is greater than or equal to 0.01."),
        ({"amount": "ten"}, "Type an amount such as 1,234.50."),
        ({"amount": "1.005"}, "Type at most two places after the point."),
        ({"method": "card"}, "Select a valid choice."),
        ({"received_on": days(1).isoformat()}, "The day lies ahead"),
        ({"paper": card_like()}, "This looks like a card number, which we never keep."),
        ({"note": f"visa {card_like()}"}, "This looks like a card number, which we never keep."),
        ({"idempotency_key": ""}, "This field is required."),
    ],
)
def test_row_41_what_cannot_be_is_said_at_its_field(
    finance: Client, till: Till, changes: dict[str, str], words: str
) -> None:
    till.buy(package=5)
    answer = finance.post(f"{account(till)}payments/new/", filled(**changes))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Payment.objects.exists()


def test_only_finance_records_a_payment(director: Client, till: Till) -> None:
    assert director.get(f"{account(till)}payments/new/").status_code == 403
    assert director.post(f"{account(till)}payments/new/", filled()).status_code == 403
    assert "Finance changes an account; you can read it." in said(director, account(till))


# A bounce -------------------------------------------------------------------------------------


def test_a_bounce_says_what_opens_again_and_which_units_are_still_free(
    finance: Client, till: Till
) -> None:
    till.buy(package=5)
    payment = till.pay(FIVE).payment
    link = till.clinic.join("Mel Archer")
    till.clinic.assign([link], "package")
    here = f"{account(till)}payments/{payment.number}/"
    answer = finance.post(f"{here}bounce/", {"bounce-reason": "no money"}, follow=True)
    found = text_of(answer.content.decode())
    assert "RC-000001 bounced. Open again: INV-000001." in found
    assert "Taken off again; $895.50 of the invoice is open." in found
    assert "5 certification packages entered the stock; 4 of them are free." in found
    assert free(till) == 4
    again = finance.post(f"{here}bounce/", {"bounce-reason": "again"})
    assert again.status_code == 409
    assert "This payment is bounced already." in again.content.decode()


def test_a_bounce_needs_a_reason_without_a_card_number(finance: Client, till: Till) -> None:
    payment = till.pay(100).payment
    here = f"{account(till)}payments/{payment.number}/bounce/"
    for reason in ("", card_like()):
        assert finance.post(here, {"bounce-reason": reason}).status_code == 422
    payment.refresh_from_db()
    assert payment.state == "received"


def test_a_card_by_telephone_cannot_bounce_and_the_page_says_why(
    finance: Client, till: Till
) -> None:
    payment = till.pay(100, method=Method.PHONE).payment
    found = said(finance, f"{account(till)}payments/{payment.number}/")
    assert "A card payment does not bounce; the provider tells of a dispute." in found


# Refunds --------------------------------------------------------------------------------------


def test_a_small_refund_goes_at_once(finance: Client, till: Till) -> None:
    payment = till.pay(1000).payment
    here = f"{account(till)}payments/{payment.number}/"
    assert 'value="10.00"' in finance.get(here).content.decode()
    form = {"refund-amount": "10.00", "refund-reason": "paid twice"}
    found = text_of(finance.post(f"{here}refund/", form, follow=True).content.decode())
    assert "$10.00 is paid back." in found
    assert f"paid twice Robin Ashby, {NOW:%-d %b %Y} Paid back on 23 Nov 2026 $10.00" in found
    assert till.credit == 0


def test_a_refund_above_the_limit_waits_for_a_second_person(
    finance: Client, director: Client, till: Till
) -> None:
    payment = till.pay(60000).payment
    here = f"{account(till)}payments/{payment.number}/"
    form = {"refund-amount": "600.00", "refund-reason": "paid twice"}
    found = text_of(finance.post(f"{here}refund/", form, follow=True).content.decode())
    assert "$600.00 waits until a second person agrees." in found
    assert "A refund of this payment waits; refuse that first." in found
    refund = Refund.objects.get()
    waiting = "/office/money/refunds/"
    own = said(finance, waiting)
    assert "You asked; somebody else agrees." in own
    assert "Withdraw" in own
    refused = finance.post(f"{waiting}{refund.reference}/answer/", {"answer": "agree"})
    assert refused.status_code == 409
    assert "Somebody else than the one who asked" in refused.content.decode()
    agreed = director.post(f"{waiting}{refund.reference}/answer/", {"answer": "agree"}, follow=True)
    assert "$600.00 of RC-000001 is paid back." in text_of(agreed.content.decode())
    assert till.credit == 0
    late = director.post(f"{waiting}{refund.reference}/answer/", {"answer": "refuse"})
    assert (late.status_code, "decided already" in late.content.decode()) == (409, True)


def test_money_that_waits_to_be_paid_back_is_offered_to_no_invoice(
    finance: Client, till: Till
) -> None:
    till.refund(till.pay(60000).payment, 60000)
    till.buy(ce=1)
    found = said(finance, account(till))
    assert "$600.00 is kept for the payer, of which $600.00 waits to be paid back." in found
    assert "Use what is kept" not in found
    assert "Pay from what is kept" not in said(finance, f"{account(till)}invoices/INV-000001/")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"refund-amount": "10.01"}, "There is not so much left of this payment."),
        ({"refund-amount": ""}, "This field is required."),
        ({"refund-reason": ""}, "This field is required."),
        ({"refund-reason": card_like()}, "This looks like a card number"),
    ],
)
def test_a_refund_that_cannot_be_is_said_at_its_field(
    finance: Client, till: Till, changes: dict[str, str], words: str
) -> None:
    payment = till.pay(1000).payment
    form = {"refund-amount": "10.00", "refund-reason": "paid twice"} | changes
    answer = finance.post(f"{account(till)}payments/{payment.number}/refund/", form)
    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert not Refund.objects.exists()


# Units on acceptance --------------------------------------------------------------------------


def test_units_on_acceptance_are_approved_and_ended(finance: Client, till: Till) -> None:
    here = f"{account(till)}units-first/"
    found = text_of(finance.post(here, {"on": "1"}, follow=True).content.decode())
    assert "Riverside Dermatology has its units on acceptance from now on." in found
    till.buy(package=5)
    assert free(till) == 5
    finance.post(here, {"on": "1"})
    finance.post(here, {"on": "0"})
    till.buy(package=5)
    assert free(till) == 5
    decisions = AuditEvent.objects.filter(key="billing.units_first").order_by("id")
    assert [event.data["decision"] for event in decisions] == ["approved", "ended"]
    assert finance.post(here, {"on": "perhaps"}).status_code == 422
