"""An invoice in the office: credit notes, what is kept, cancelling what nobody paid."""

from __future__ import annotations

import pytest
from django.test import Client

from scriptorium.domains.orders.models import CreditNote
from tests.support.markup import text_of
from tests.support.money import Till, card_like

FIVE = 5 * 17910


def here(till: Till, number: str = "INV-000001") -> str:
    return f"/office/money/practices/{till.practice.reference}/invoices/{number}/"


def said(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return text_of(response.content.decode())


def test_an_invoice_shows_lines_payments_and_units(finance: Client, till: Till) -> None:
    invoice = till.accept(till.estimate(package=5), po="PO-77")
    till.pay(1000, invoices=[invoice])
    found = said(finance, here(till))
    for words in ("Invoice INV-000001 Partly paid $885.50 open", "Purchase order PO-77",
                  "RC-000001 23 Nov 2026 Cheque 1007 Received $10.00", "From the estimate EST-",
                  "Certification package", "Paid $10.00", "Credited $0.00",
                  "Something was paid on it. Take pieces back by a credit note"):  # fmt: skip
        assert words in found
    till.pay(FIVE - 1000)
    found = said(finance, here(till))
    assert "5 certification packages entered the stock; 5 of them are free." in found


def test_a_credit_note_takes_pieces_back(finance: Client, till: Till) -> None:
    till.buy(package=5, manual=1)
    form = {"credit-line-1": "2", "credit-line-2": "", "credit-reason": "two left"}
    found = text_of(finance.post(f"{here(till)}credit/", form, follow=True).content.decode())
    assert "Credit note CN-000001 over $358.20 is issued." in found
    assert "CN-000001 23 Nov 2026 two left Robin Ashby $358.20" in found
    assert "3 left, $179.10 each" in found


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"credit-line-1": "6"}, "Ensure this value is less than or equal to 5."),
        ({"credit-line-1": ""}, "Say which pieces are taken back."),
        ({"credit-reason": ""}, "This field is required."),
        ({"credit-reason": card_like()}, "This looks like a card number"),
    ],
)
def test_a_credit_note_that_cannot_be_is_refused(
    finance: Client, till: Till, changes: dict[str, str], words: str
) -> None:
    till.buy(package=5)
    form = {"credit-line-1": "1", "credit-reason": "one left"} | changes
    answer = finance.post(f"{here(till)}credit/", form)
    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert not CreditNote.objects.exists()


def test_an_unpaid_order_is_cancelled_by_a_credit_note_over_everything(
    finance: Client, till: Till
) -> None:
    invoice = till.buy(package=5, manual=1)
    till.take_back(invoice, {"package": 1})
    form = {"cancel-reason": "ordered by mistake"}
    found = text_of(finance.post(f"{here(till)}cancel/", form, follow=True).content.decode())
    assert "The order is cancelled by credit note CN-000002." in found
    assert till.order(invoice).state == "cancelled"
    assert "This order is cancelled." in found
    assert "Every piece was taken back." in found


def test_what_was_paid_in_part_is_not_cancelled(finance: Client, till: Till) -> None:
    invoice = till.buy(package=5)
    till.pay(100, invoices=[invoice])
    answer = finance.post(f"{here(till)}cancel/", {"cancel-reason": "a mistake"})
    assert answer.status_code == 409
    assert "Something was paid on this invoice." in answer.content.decode()


@pytest.mark.parametrize("reason", ["", card_like()])
def test_a_cancellation_needs_a_reason_without_a_card_number(
    finance: Client, till: Till, reason: str
) -> None:
    invoice = till.buy(package=5)
    answer = finance.post(f"{here(till)}cancel/", {"cancel-reason": reason})
    assert (answer.status_code, till.order(invoice).state) == (422, "open")


def test_what_is_kept_pays_an_invoice(finance: Client, till: Till) -> None:
    invoice = till.buy(package=1)
    till.pay(FIVE, invoices=[till.buy(ce=1)])
    account = f"/office/money/practices/{till.practice.reference}/"
    assert "Use what is kept" in said(finance, account)
    assert "$876.50 is kept for this payer, and $199.00 is open." in said(finance, here(till))
    answer = finance.post(f"{here(till)}kept/", follow=True)
    assert "$199.00 of what is kept paid INV-000001." in text_of(answer.content.decode())
    assert (till.order(invoice).state, till.credit) == ("paid", FIVE - 1900 - 19900)
    again = finance.post(f"{here(till)}kept/")
    assert again.status_code == 409
    assert "Nothing is kept that could pay this invoice" in again.content.decode()


def test_the_director_reads_and_changes_nothing(director: Client, till: Till) -> None:
    invoice = till.buy(package=5)
    assert "Finance changes an invoice; you can read it." in said(director, here(till))
    for act in ("credit", "cancel", "kept"):
        assert director.post(f"{here(till)}{act}/").status_code == 403
    assert till.order(invoice).state == "open"
