"""Payment through the provider: the webhook, and each card's story through the real pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from scriptorium.domains.ledger import queries as stock
from scriptorium.domains.orders import queries as money
from scriptorium.domains.orders.enums import AttemptState, PaymentState
from scriptorium.domains.orders.models import Attempt, Payment, ProviderEvent
from scriptorium.integrations.payments import SIGNATURE_HEADER, Sandbox, SignedEvent, TestCard
from scriptorium.jobs.work import Worker
from scriptorium.kernel import clock
from tests.support.builders import NOW, Clinic, browser, later
from tests.support.money import Till, account
from tests.support.payments import Cashier, sandbox

pytestmark = pytest.mark.django_db
FIVE = 5 * 17910


@pytest.fixture
def provider(settings: Any, tmp_path: Path) -> Sandbox:
    return sandbox(settings, tmp_path)


@pytest.fixture
def till(clinic: Clinic) -> Till:
    return Till(clinic)


@pytest.fixture
def cashier(provider: Sandbox, till: Till) -> Cashier:
    return Cashier(till, browser(till.clinic.dana), till.buy(package=5))


def free(till: Till) -> int:
    return stock.free_of(payer=till.payer, kind="package")


def send(client: Client, event: SignedEvent, **changed: Any) -> Any:
    return client.post(
        "/payments/events/",
        data=changed.get("body", event.body),
        content_type="application/json",
        headers={SIGNATURE_HEADER: changed.get("signature", event.signature)},
    )


# The webhook ----------------------------------------------------------------------------------


def test_row_42_events_five_times_reversed_late_and_forged_are_one_fulfilment(
    cashier: Cashier, provider: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    cashier.begin()
    events = [
        event
        for card in (TestCard.DECLINE, TestCard.SUCCESS)
        for event in provider.pay(external_id=cashier.checkout, card=card, now=NOW).events
    ]
    robot = Client(enforce_csrf_checks=True)
    for _ in range(5):
        for event in reversed(events):
            answer = send(robot, event)
            assert (answer.status_code, answer.text) == (200, "Received.\n")
    forged = send(robot, events[-1], body=events[-1].body.replace(b"succeeded", b"Succeeded"))
    assert (forged.status_code, forged.text) == (400, "The signature does not fit the message.\n")
    unsigned = send(robot, events[-1], signature="")
    assert (unsigned.status_code, "missing" in unsigned.text) == (400, True)
    monkeypatch.setattr(clock, "now", lambda: later(seconds=400))
    late = send(robot, events[-1])
    assert (late.status_code, "more than five minutes ago" in late.text) == (400, True)
    assert ProviderEvent.objects.count() == len(events)
    assert (Payment.objects.count(), free(cashier.till), account("provider")) == (1, 5, FIVE)
    assert cashier.till.order(cashier.invoice).state == "paid"
    assert Attempt.objects.get().state == AttemptState.SUCCEEDED


def test_without_a_provider_nobody_listens_and_there_is_no_sandbox(client: Client) -> None:
    assert client.post("/payments/events/").status_code == 404
    assert client.get("/sandbox/pay/sbc_1/").status_code == 404
    assert client.post("/sandbox/pay/sbc_1/", {"step": "cancel"}).status_code == 404


def test_the_sandbox_knows_no_other_pages(provider: Sandbox, client: Client) -> None:
    for step in ("pay", "agree", "cancel"):
        data = {"step": step, "story": "success"}
        assert client.post("/sandbox/pay/sbc_unknown/", data).status_code == 404
    assert client.get("/sandbox/pay/sbc_unknown/").status_code == 404


# The sandbox's page ---------------------------------------------------------------------------


def test_the_page_says_that_it_is_none_of_ours_and_offers_cards_by_their_story(
    cashier: Cashier,
) -> None:
    assert cashier.begin(keep=True).status_code == 302
    page = cashier.tab.get(cashier.page)
    assert page.headers["X-Robots-Tag"] == "noindex"
    for words in (
        "No real money moves.", "$895.50", "Invoice INV-000001", "Card that is declined",
        "The chosen card is kept",
    ):  # fmt: skip
        assert words in page.text
    assert page.text.count('type="radio"') == len(TestCard)
    assert "My account" not in page.text


def test_row_41_no_page_on_the_way_to_a_payment_has_a_field_for_a_card(cashier: Cashier) -> None:
    cashier.begin()
    for address in (cashier.order, cashier.page):
        text = cashier.tab.get(address).text.lower()
        for field in ("cardnumber", "cvc", 'autocomplete="cc-', 'type="tel"', 'type="number"'):
            assert field not in text


def test_a_card_that_works_pays_and_the_page_says_so(cashier: Cashier) -> None:
    cashier.begin()
    answer = cashier.choose("success")
    assert answer.headers["Location"] == f"{cashier.order}?paid=1"
    page = cashier.look("?paid=1")
    for words in ("Paid. Thank you.", "Visa ending 4242", "RC-000001", "Nothing is open"):
        assert words in page
    assert free(cashier.till) == 5
    again = cashier.tab.get(cashier.page)
    assert "nothing to pay on this page any more" in again.text
    cashier.choose("success")
    assert Payment.objects.count() == 1


@pytest.mark.parametrize(
    ("story", "words"),
    [
        ("decline", "The bank declined the payment."),
        ("insufficient-funds", "There is not enough money on the account."),
    ],
)
def test_a_declined_card_stays_on_the_page_and_another_one_may_pay(
    cashier: Cashier, story: str, words: str
) -> None:
    cashier.begin()
    answer = cashier.choose(story)
    assert answer.headers["Location"] == cashier.page
    assert words in cashier.tab.get(cashier.page).text
    assert words in cashier.look("?paid=0")
    assert Attempt.objects.get().state == AttemptState.OPEN
    assert free(cashier.till) == 0
    cashier.choose("success")
    assert free(cashier.till) == 5
    assert words not in cashier.look()


def test_turning_back_charges_nothing_and_the_page_can_be_opened_again(cashier: Cashier) -> None:
    cashier.begin()
    assert cashier.press("cancel").headers["Location"] == f"{cashier.order}?paid=0"
    assert "Nothing was charged." in cashier.look("?paid=0")
    first = cashier.page
    cashier.begin()
    assert cashier.page != first
    assert "the payment page was left or closed" in cashier.look()
    closed = cashier.tab.post(first, {"step": "pay", "story": "success"})
    assert (closed.status_code, "has expired" in closed.text) == (409, True)
    assert free(cashier.till) == 0


def test_a_bank_that_asks_is_answered_on_a_step_of_its_own(cashier: Cashier) -> None:
    cashier.begin()
    assert cashier.choose("3d-secure").headers["Location"] == cashier.page
    assert "is it you who pays $895.50?" in cashier.tab.get(cashier.page).text
    cashier.press("refuse")
    assert "could not confirm that it was you" in cashier.tab.get(cashier.page).text
    cashier.choose("3d-secure")
    assert cashier.press("agree").headers["Location"] == f"{cashier.order}?paid=1"
    assert free(cashier.till) == 5


def test_a_delayed_debit_is_on_its_way_until_the_worker_hears_of_it(
    cashier: Cashier, monkeypatch: pytest.MonkeyPatch
) -> None:
    cashier.begin()
    cashier.choose("delayed")
    page = cashier.look("?paid=1")
    for words in ("Your payment is on its way.", "A payment is on its way."):
        assert words in page
    assert "by card</button>" not in page
    again = cashier.begin()
    assert (again.status_code, "A payment of this invoice is on its way" in again.text) == (
        409, True,
    )  # fmt: skip
    worker = Worker(scheduler=False)
    assert worker._payments() == 0
    monkeypatch.setattr(clock, "now", lambda: later(seconds=1))
    assert worker._payments() == 0
    monkeypatch.setattr(clock, "now", lambda: later(minutes=3))
    assert worker._payments() == 2
    assert free(cashier.till) == 5
    assert "Bank account ending 6789" in cashier.look()


def test_a_delayed_debit_that_fails_says_why_and_can_be_paid_again(
    cashier: Cashier, monkeypatch: pytest.MonkeyPatch
) -> None:
    cashier.begin()
    cashier.choose("delayed-failure")
    monkeypatch.setattr(clock, "now", lambda: later(minutes=3))
    Worker(scheduler=False)._payments()
    assert "were not paid. There is not enough money on the account." in cashier.look()
    assert cashier.begin().status_code == 302
    cashier.choose("success")
    assert free(cashier.till) == 5


def test_a_disputed_payment_opens_the_invoice_again(
    cashier: Cashier, monkeypatch: pytest.MonkeyPatch
) -> None:
    cashier.begin()
    cashier.choose("dispute")
    assert free(cashier.till) == 5
    monkeypatch.setattr(clock, "now", lambda: later(minutes=6))
    Worker(scheduler=False)._payments()
    assert Payment.objects.get().state == PaymentState.DISPUTED
    page = cashier.look()
    assert "Disputed: Opened at the provider" in page
    assert "Pay $895.50 by card" in page


def test_a_card_is_kept_only_when_that_was_ticked(cashier: Cashier) -> None:
    cashier.begin()
    cashier.choose("success")
    assert money.saved_method(payer=cashier.till.payer) is None
    second = Cashier(cashier.till, cashier.tab, cashier.till.buy(manual=1))
    second.begin(keep=True)
    second.choose("expires")
    saved = money.saved_method(payer=cashier.till.payer)
    assert saved is not None
    assert saved.label == "Visa ending 0069"
    third = Cashier(cashier.till, cashier.tab, cashier.till.buy(manual=1))
    assert "it takes the place of Visa ending 0069" in third.look()


def test_a_page_that_nobody_used_closes_after_a_day(
    cashier: Cashier, monkeypatch: pytest.MonkeyPatch
) -> None:
    cashier.begin()
    cashier.choose("3d-secure")
    monkeypatch.setattr(clock, "now", lambda: later(hours=25))
    page = cashier.tab.post(cashier.page, {"step": "agree"})
    assert (page.status_code, "has expired" in page.text) == (409, True)
    Worker(scheduler=False)._payments()
    assert Attempt.objects.get().state == AttemptState.EXPIRED


def test_no_card_chosen_is_said(cashier: Cashier) -> None:
    cashier.begin()
    page = cashier.press("pay")
    assert (page.status_code, "Choose a card first." in page.text) == (422, True)
    assert cashier.choose("my own card").status_code == 404


def test_an_answer_left_open_at_the_bank_does_not_keep_an_invoice_waiting(
    cashier: Cashier, provider: Sandbox
) -> None:
    """A look at the provider while its bank asks makes the attempt "on its way"; then it closes."""
    from scriptorium.journeys import learning_payments

    cashier.begin()
    cashier.choose("3d-secure")
    facts = provider.fetch(external_id=cashier.checkout)
    learning_payments.learn(facts=facts, now=NOW, today=NOW.date())
    assert Attempt.objects.get().state == AttemptState.PENDING
    assert cashier.begin().status_code == 302
    first = Attempt.objects.order_by("number")[0]
    assert first.state == AttemptState.EXPIRED
    cashier.choose("success")
    assert free(cashier.till) == 5
