"""Orders and invoices of a practice: what is owed, what paid it, and the papers."""

from __future__ import annotations

import io
from typing import Any

import pikepdf
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from scriptorium.domains.orders.enums import Method
from scriptorium.domains.orders.models import Invoice
from scriptorium.integrations.payments import ProviderUnavailable, TestCard
from scriptorium.journeys import crediting, paying_online
from scriptorium.kernel import clock
from tests.support.builders import DESK, NOW, TODAY, Clinic, browser, days, later, person
from tests.support.money import Till
from tests.support.payments import Cashier, sandbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def till(clinic: Clinic) -> Till:
    return Till(clinic)


@pytest.fixture
def tab(clinic: Clinic) -> Client:
    return browser(clinic.dana)


def at(till: Till, more: str = "") -> str:
    return f"/practice/{till.practice.reference}/orders/{more}"


def order_at(till: Till, invoice: Invoice, more: str = "") -> str:
    return at(till, f"{invoice.order.reference}/{more}")


def credit(till: Till, invoice: Invoice, count: int, reason: str = "One too many") -> Any:
    line = invoice.order.lines.get()
    return crediting.credit(
        actor=DESK, invoice=invoice, to=till.to, quantities={line.pk: count}, reason=reason,
        now=NOW, today=TODAY,
    )  # fmt: skip


# The list -------------------------------------------------------------------------------------


def test_without_orders_the_page_says_how_they_begin(till: Till, tab: Client) -> None:
    page = tab.get(at(till))
    assert "No orders yet" in page.text
    assert f"/practice/{till.practice.reference}/estimates/" in page.text


def test_the_list_says_state_open_amount_and_due_date_in_words(
    till: Till, tab: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    paid, part, late = till.buy(manual=1), till.buy(manual=2), till.buy(package=5)
    till.pay(4900, invoices=[paid])
    till.pay(1000, invoices=[part])
    page = tab.get(at(till))
    for words in (
        "5 × Certification package", "Paid", "Partly paid", "Waiting for payment",
        "23 Dec 2026, in 30 days", "$88.00", "$895.50", "$983.50",
    ):  # fmt: skip
        assert words in page.text
    monkeypatch.setattr(clock, "now", lambda: later(days=33))
    page = tab.get(at(till))
    assert "23 Dec 2026, overdue by 3 days" in page.text
    monkeypatch.setattr(clock, "now", lambda: later(days=30))
    assert "23 Dec 2026, today" in tab.get(order_at(till, late)).text


def test_money_that_is_kept_is_named(till: Till, tab: Client) -> None:
    till.buy(manual=1)
    till.pay(10000)
    page = tab.get(at(till))
    assert "$51.00, which pays your next invoice by itself" in page.text
    assert "Nothing is open" in page.text


def test_many_orders_are_read_page_by_page(till: Till, tab: Client, monkeypatch) -> None:
    from scriptorium.pages import orders

    monkeypatch.setattr(orders, "WINDOW", 2)
    numbers = [till.buy(ce=1).number for _ in range(3)]
    first, second = tab.get(at(till)).text, tab.get(at(till, "?page=2")).text
    assert numbers[2] in first
    assert numbers[0] not in first
    assert "Page 1 of 2" in first
    assert numbers[0] in second
    for odd in ("9", "x", "-1", "9" * 30):
        assert tab.get(at(till, f"?page={odd}")).status_code == 200


def test_the_list_costs_eleven_queries_with_one_row_and_with_three(till: Till, tab: Client) -> None:
    for rows in (1, 2):
        for _ in range(rows):
            till.buy(package=5, ce=2)
        tab.get(at(till))
        with CaptureQueriesContext(connection) as found:
            assert tab.get(at(till)).status_code == 200
        assert len(found) == 11


# One order ------------------------------------------------------------------------------------


def test_an_order_says_everything_that_happened_to_it(till: Till, tab: Client) -> None:
    invoice = till.accept(till.estimate(package=5), po="PO-77")
    till.pay(5000, method=Method.WIRE, paper="W-1")
    bounced = till.pay(2000, paper="1008")
    till.bounce(bounced.payment, "account closed")
    credit(till, invoice, 1)
    page = tab.get(order_at(till, invoice))
    for words in (
        "PO-77", "Riverside Dermatology", "EST-", "yours when the invoice is paid", "RC-000001",
        "Wire transfer", "$50.00", "Bounced: account closed", "CN-000001", "One too many",
        "$179.10", "$666.40", "23 Dec 2026, in 30 days",
    ):  # fmt: skip
        assert words in page.text


def test_a_paid_order_says_since_when_the_units_are_there(till: Till, tab: Client) -> None:
    invoice = till.buy(manual=2)
    till.pay(9800)
    page = tab.get(order_at(till, invoice))
    assert "2 MSCAT manuals: yours since 23 Nov 2026." in page.text
    assert "Nothing is open on this invoice." in page.text


def test_money_taken_off_again_is_said_at_its_payment(till: Till, tab: Client) -> None:
    invoice = till.buy(manual=2)
    till.pay(9800)
    credit(till, invoice, 1)
    assert "$49.00 of it taken off again" in tab.get(order_at(till, invoice)).text


def test_an_order_credited_as_a_whole_is_cancelled(till: Till, tab: Client) -> None:
    invoice = till.buy(manual=2)
    credit(till, invoice, 2, reason="")
    page = tab.get(order_at(till, invoice))
    assert "Cancelled" in page.text
    assert "yours" not in page.text


def test_without_a_provider_the_page_says_where_cheques_and_transfers_go(
    till: Till, tab: Client, settings: Any
) -> None:
    settings.REMITTANCE = "Meadow Bank, account 12"
    invoice = till.buy(manual=1)
    page = tab.get(order_at(till, invoice))
    for words in ("How to pay", settings.BODY_ADDRESS, "Meadow Bank, account 12", "INV-000001"):
        assert words in page.text
    assert "by card" not in page.text
    answer = tab.post(order_at(till, invoice, "pay/"))
    assert answer.status_code == 409
    assert "Payment by card is not set up here" in answer.text
    settings.REMITTANCE = ""
    assert tab.get(order_at(till, invoice, "invoice.pdf")).status_code == 200
    assert "Wire or ACH" not in tab.get(order_at(till, invoice)).text


def test_a_provider_that_cannot_be_reached_charges_nothing_and_the_page_says_so(
    till: Till, tab: Client, settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = sandbox(settings, tmp_path)

    def down(**_: Any) -> None:
        raise ProviderUnavailable("The line is dead.")

    monkeypatch.setattr(found, "begin_checkout", down)
    answer = tab.post(order_at(till, till.buy(manual=1), "pay/"))
    assert answer.status_code == 503
    assert "nothing was charged" in answer.text


def test_what_was_paid_in_another_window_is_not_paid_again(
    till: Till, tab: Client, settings: Any, tmp_path: Any
) -> None:
    sandbox(settings, tmp_path)
    invoice = till.buy(manual=1)
    till.pay(4900)
    answer = tab.post(order_at(till, invoice, "pay/"))
    assert answer.status_code == 409
    assert "Nothing is open on this order any more." in answer.text


def test_back_from_the_provider_before_its_word_the_page_waits_and_looks_again(
    till: Till, tab: Client, settings: Any, tmp_path: Any
) -> None:
    provider = sandbox(settings, tmp_path)
    cashier = Cashier(till, tab, till.buy(manual=1))
    cashier.begin()
    outcome = provider.pay(external_id=cashier.checkout, card=TestCard.SUCCESS, now=NOW)
    page = cashier.look("?paid=1")
    for words in (
        "Your payment is being confirmed.", 'hx-trigger="every 2s"', 'http-equiv="refresh"',
    ):  # fmt: skip
        assert words in page
    assert "by card</button>" not in page
    assert cashier.till.order(cashier.invoice).state == "open"
    for event in outcome.events:
        paying_online.receive_event(
            body=event.body, signature=event.signature, now=NOW, today=TODAY
        )
    part = tab.get(f"{cashier.order}?paid=1", headers={"HX-Request": "true"})
    assert "<html" not in part.text
    assert "Paid. Thank you." in part.text
    assert "every 2s" not in part.text


def test_readers_see_how_to_pay_and_cannot(
    till: Till, clinic: Clinic, settings: Any, tmp_path: Any
) -> None:
    sandbox(settings, tmp_path)
    avery = person("Avery Stone")
    clinic.join(avery, role="auditor")
    invoice = till.buy(manual=1)
    page = browser(avery).get(order_at(till, invoice))
    assert "administrators pay" in page.text
    assert browser(avery).post(order_at(till, invoice, "pay/")).status_code == 403


def test_an_order_of_another_practice_is_not_there(till: Till, tab: Client) -> None:
    other = Till(Clinic("Lakeside Health", "Omar Haddad"))
    theirs = other.buy(manual=1)
    payment = other.pay(4900).payment
    own = till.buy(manual=1)
    for more in ("", "invoice.pdf", f"receipts/{payment.number}.pdf"):
        assert tab.get(order_at(till, theirs, more)).status_code == 404
    assert tab.get(order_at(till, own, f"receipts/{payment.number}.pdf")).status_code == 404
    assert tab.get(order_at(till, own, "credit-notes/CN-000001.pdf")).status_code == 404
    assert tab.post(order_at(till, theirs, "pay/")).status_code == 404


# The statement --------------------------------------------------------------------------------


def test_a_statement_shows_the_account_with_its_balance_after_each_line(
    till: Till, tab: Client
) -> None:
    till.practice.region = "Cascadia"
    till.practice.save()
    invoice = till.buy(manual=2)
    bounced = till.pay(4000, paper="1")
    till.bounce(bounced.payment)
    till.pay(20000, paper="2")
    credit(till, invoice, 1)
    page = tab.get(at(till, "statement/"))
    for words in (
        "1 Jan 2026 to 23 Nov 2026", "Invoice INV-000001", "$106.09", "Payment came back",
        "Credit note CN-000001", "$146.96 kept for you",
    ):  # fmt: skip
        assert words in page.text
    later_on = tab.get(at(till, f"statement/?since={days(1)}&until={days(9)}"))
    assert "Nothing was charged or paid" in later_on.text
    assert later_on.text.count("$146.96 kept for you") == 2


def test_a_statement_without_a_period_is_refused(till: Till, tab: Client) -> None:
    for path in ("statement/", "statement.pdf"):
        page = tab.get(at(till, f"{path}?since=2026-02-01&until=2026-01-01"))
        assert page.status_code == 422
        assert "Choose the first day or a later one." in page.text
        assert tab.get(at(till, f"{path}?since=soon")).status_code == 422


# The papers -----------------------------------------------------------------------------------


def read(tab: Client, address: str) -> pikepdf.Pdf:
    """Ask for a PDF twice, and return it once it is the same, tagged and private."""
    answer, again = tab.get(address), tab.get(address)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.content == again.content
    pdf = pikepdf.open(io.BytesIO(answer.content))
    assert pdf.Root.MarkInfo.Marked
    return pdf


def test_every_paper_is_a_tagged_pdf_with_a_title_and_the_same_bytes_each_time(
    till: Till, tab: Client
) -> None:
    estimate = till.estimate(package=5)
    invoice = till.accept(estimate, po="PO-77")
    till.pay(100000)
    credit(till, invoice, 1)
    base = f"/practice/{till.practice.reference}/"
    till.pay(100, method=Method.ACH, paper="")
    papers = {
        f"{base}estimates/{estimate.reference}/estimate.pdf": f"Estimate {estimate.number}",
        order_at(till, invoice, "invoice.pdf"): "Invoice INV-000001",
        order_at(till, invoice, "receipts/RC-000001.pdf"): "Receipt RC-000001",
        order_at(till, invoice, "credit-notes/CN-000001.pdf"): "Credit note CN-000001",
        at(till, "statement.pdf"): "Statement of Riverside Dermatology",
        at(till, f"statement.pdf?since={days(1)}&until={days(2)}"): "Statement of Riverside Derm",
    }
    for address, title in papers.items():
        with read(tab, address).open_metadata() as data:
            assert title in data["dc:title"]


def test_an_invoice_prints_what_was_frozen_whatever_changes_later(
    till: Till, tab: Client, settings: Any
) -> None:
    invoice = till.buy(package=5)
    before = tab.get(order_at(till, invoice, "invoice.pdf")).content
    till.practice.name = "Another name"
    till.practice.save()
    settings.BODY_NAME = "Another body"
    settings.BODY_ADDRESS = "Elsewhere"
    assert tab.get(order_at(till, invoice, "invoice.pdf")).content == before


def test_a_note_and_a_title_stand_on_the_estimates_paper(till: Till, tab: Client) -> None:
    made = till.estimate(package=1)
    made.title, made.note = "Spring", "For the new site"
    made.save()
    read(tab, f"/practice/{till.practice.reference}/estimates/{made.reference}/estimate.pdf")
