"""Cards through the provider: whatever the order of events, money is taken once (row 42)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from scriptorium.domains.ledger import queries as stock
from scriptorium.domains.orders import queries as money
from scriptorium.domains.orders.enums import AttemptState, PaymentState
from scriptorium.domains.orders.models import Invoice, Payment, ProviderEvent
from scriptorium.integrations.payments import (
    BadSignature,
    Sandbox,
    SavedCharge,
    SignedEvent,
    TestCard,
)
from scriptorium.journeys import (
    comparing_books,
    crediting,
    learning_payments,
    paying_online,
    services,
)
from scriptorium.journeys.paying_online import NotPossible
from scriptorium.journeys.services import NoPaymentOnline
from scriptorium.kernel.money import Money
from tests.support.builders import DESK, NOW, TODAY, later
from tests.support.money import Till, account, accounts_sum

pytestmark = pytest.mark.django_db

FIVE = 5 * 17910


@pytest.fixture
def provider(settings: Any, tmp_path: Path) -> Sandbox:
    settings.PAYMENTS_URL = "sandbox://"
    settings.PAYMENTS_DIR = tmp_path
    found = services.sandbox()
    assert found is not None
    return found


@pytest.fixture
def till(provider: Sandbox) -> Till:
    return Till()


def free(till: Till) -> int:
    return stock.free_of(payer=till.payer, kind="package")


def begin(till: Till, invoice: Invoice, *, save: bool = False) -> str:
    """Open the provider's page for an invoice; returns the page's id."""
    begun = paying_online.begin(
        actor=till.actor, order=till.order(invoice), to=till.to, save_method=save,
        back="/back/", now=NOW, today=TODAY,
    )  # fmt: skip
    assert begun.attempt.external_id is not None
    return begun.attempt.external_id


def deliver(event: SignedEvent, *, now: dt.datetime = NOW) -> bool:
    return paying_online.receive_event(
        body=event.body, signature=event.signature, now=now, today=TODAY
    )


def pay(provider: Sandbox, page: str, card: TestCard) -> list[SignedEvent]:
    return list(provider.pay(external_id=page, card=card, now=NOW).events)


def test_a_card_pays_an_invoice_and_the_units_are_there(provider: Sandbox, till: Till) -> None:
    invoice = till.buy(package=5)
    for event in pay(provider, begin(till, invoice), TestCard.SUCCESS):
        deliver(event)
    payment = Payment.objects.get()
    assert (payment.amount_minor, payment.method_label) == (FIVE, "Visa ending 4242")
    assert (till.order(invoice).state, free(till), account("provider")) == ("paid", 5, FIVE)


def test_row_42_events_five_times_reversed_late_and_forged_take_money_once(
    provider: Sandbox, till: Till
) -> None:
    invoice = till.buy(package=5)
    page = begin(till, invoice)
    events = pay(provider, page, TestCard.DECLINE) + pay(provider, page, TestCard.SUCCESS)
    for _ in range(5):
        for event in reversed(events):
            deliver(event)
    forged = SignedEvent(
        events[-1].event_id, events[-1].body.replace(b"succeeded", b"Succeeded"),
        events[-1].signature,
    )  # fmt: skip
    for event, moment in ((forged, NOW), (events[-1], later(seconds=400))):
        with pytest.raises(BadSignature):
            deliver(event, now=moment)
    assert ProviderEvent.objects.count() == len(events)
    assert not ProviderEvent.objects.filter(handled_at__isnull=True).exists()
    assert (Payment.objects.count(), free(till), till.credit) == (1, 5, 0)
    assert till.order(invoice).attempts.get().state == AttemptState.SUCCEEDED


def test_a_declined_card_leaves_the_order_open_and_another_card_pays(
    provider: Sandbox, till: Till
) -> None:
    invoice = till.buy(package=5)
    page = begin(till, invoice)
    for event in pay(provider, page, TestCard.DECLINE):
        deliver(event)
    assert (till.order(invoice).state, free(till)) == ("open", 0)
    for event in pay(provider, page, TestCard.SUCCESS):
        deliver(event)
    assert free(till) == 5


def test_a_second_page_closes_the_first_so_nobody_pays_twice(provider: Sandbox, till: Till) -> None:
    invoice = till.buy(package=5)
    first = begin(till, invoice)
    begin(till, invoice)
    attempts = till.order(invoice).attempts.order_by("number")
    assert [attempt.state for attempt in attempts] == [AttemptState.EXPIRED, AttemptState.OPEN]
    assert provider.fetch(external_id=first).state == "expired"


def test_a_page_that_was_paid_meanwhile_is_learned_before_a_second_one_opens(
    provider: Sandbox, till: Till
) -> None:
    invoice = till.buy(package=5)
    pay(provider, begin(till, invoice), TestCard.SUCCESS)
    with pytest.raises(NotPossible, match="Nothing is open"):
        begin(till, invoice)
    assert (Payment.objects.count(), free(till)) == (1, 5)


def test_a_cheque_and_a_card_for_the_same_invoice_leave_credit(
    provider: Sandbox, till: Till
) -> None:
    invoice = till.buy(package=5)
    page = begin(till, invoice)
    till.pay(FIVE)
    for event in pay(provider, page, TestCard.SUCCESS):
        deliver(event)
    assert (till.credit, free(till), accounts_sum()) == (FIVE, 5, 0)


def test_a_delayed_debit_is_on_its_way_until_it_is_there(provider: Sandbox, till: Till) -> None:
    invoice = till.buy(package=5)
    for event in pay(provider, begin(till, invoice), TestCard.DELAYED):
        deliver(event)
    attempt = till.order(invoice).attempts.get()
    assert (attempt.state, free(till)) == (AttemptState.PENDING, 0)
    for event in provider.due_events(now=later(hours=1)):
        deliver(event, now=later(hours=1))
    assert free(till) == 5


def test_a_delayed_debit_that_fails_says_why(provider: Sandbox, till: Till) -> None:
    invoice = till.buy(package=5)
    for event in pay(provider, begin(till, invoice), TestCard.DELAYED_FAILURE):
        deliver(event)
    for event in provider.due_events(now=later(hours=1)):
        deliver(event, now=later(hours=1))
    (attempt,) = money.failing_attempts()
    assert attempt.failure
    assert free(till) == 0


def test_a_dispute_opens_the_invoice_again_and_a_won_one_pays_it_again(
    provider: Sandbox, till: Till
) -> None:
    invoice = till.buy(package=5)
    for event in pay(provider, begin(till, invoice), TestCard.SUCCESS):
        deliver(event)
    payment = Payment.objects.get()
    assert payment.external_id is not None
    provider.open_dispute(payment=payment.external_id, now=NOW)
    for _ in range(2):
        for event in provider.due_events(now=NOW):
            deliver(event)
    payment.refresh_from_db()
    assert (payment.state, till.fresh(invoice).open_minor) == (PaymentState.DISPUTED, FIVE)
    assert (account("disputed"), account("provider"), accounts_sum()) == (0, 0, 0) or (
        account("provider") == FIVE
    )
    provider.close_dispute(payment=payment.external_id, won=True, now=NOW)
    for event in provider.due_events(now=NOW):
        deliver(event)
    payment.refresh_from_db()
    assert (payment.state, till.fresh(invoice).open_minor, free(till)) == ("received", 0, 5)


def test_a_lost_dispute_stays_disputed(provider: Sandbox, till: Till) -> None:
    invoice = till.buy(package=5)
    for event in pay(provider, begin(till, invoice), TestCard.SUCCESS):
        deliver(event)
    payment = Payment.objects.get()
    assert payment.external_id is not None
    provider.open_dispute(payment=payment.external_id, now=NOW)
    provider.close_dispute(payment=payment.external_id, won=False, now=NOW)
    for event in provider.due_events(now=NOW):
        deliver(event)
    payment.refresh_from_db()
    assert (payment.state, till.order(invoice).state, accounts_sum()) == ("disputed", "open", 0)


def test_a_refund_at_the_provider_is_posted_once(provider: Sandbox, till: Till) -> None:
    invoice = till.buy(package=5)
    for event in pay(provider, begin(till, invoice), TestCard.SUCCESS):
        deliver(event)
    payment = Payment.objects.get()
    assert payment.external_id is not None
    provider.refund(payment=payment.external_id, amount=Money(1000), attempt_key="x", now=NOW)
    for _ in range(2):
        facts = provider.fetch(external_id=payment.external_id)
        learning_payments.learn(facts=facts, now=NOW, today=TODAY)
    payment.refresh_from_db()
    assert (payment.refunded_minor, till.fresh(invoice).open_minor) == (1000, 1000)
    assert accounts_sum() == 0


def test_our_own_refund_goes_through_the_provider_and_is_not_posted_twice(
    provider: Sandbox, till: Till
) -> None:
    invoice = till.buy(package=5)
    page = begin(till, invoice)
    till.pay(FIVE)
    for event in pay(provider, page, TestCard.SUCCESS):
        deliver(event)
    payment = Payment.objects.get(method="card")
    crediting.ask_refund(
        actor=DESK, payment=payment, to=till.to, amount=2000, reason="Paid twice",
        now=NOW, today=TODAY,
    )  # fmt: skip
    assert payment.external_id is not None
    facts = provider.fetch(external_id=payment.external_id)
    assert facts.refunded == Money(2000)
    learning_payments.learn(facts=facts, now=NOW, today=TODAY)
    payment.refresh_from_db()
    assert (payment.refunded_minor, till.credit) == (2000, FIVE - 2000)


def test_a_saved_card_is_charged_without_its_owner(provider: Sandbox, till: Till) -> None:
    for event in pay(provider, begin(till, till.buy(package=1), save=True), TestCard.SUCCESS):
        deliver(event)
    invoice = till.buy(package=5)
    attempt = paying_online.charge(
        actor=DESK, order=till.order(invoice), to=till.to, now=NOW, today=TODAY
    )
    assert attempt is not None
    assert (attempt.state, free(till)) == (AttemptState.SUCCEEDED, 6)
    again = paying_online.send_charge(attempt=attempt, to=till.to, now=NOW, today=TODAY)
    assert (again.state, Payment.objects.count()) == (AttemptState.SUCCEEDED, 2)


def test_a_saved_card_that_is_declined_leaves_a_failing_attempt(
    provider: Sandbox, till: Till
) -> None:
    for event in pay(provider, begin(till, till.buy(package=1), save=True), TestCard.EXPIRES):
        deliver(event)
    invoice = till.buy(package=5)
    attempt = paying_online.charge(
        actor=DESK, order=till.order(invoice), to=till.to, now=NOW, today=TODAY
    )
    assert attempt is not None
    assert (attempt.state, bool(attempt.failure)) == (AttemptState.FAILED, True)
    assert [found.pk for found in money.failing_attempts()] == [attempt.pk]


def test_without_a_saved_card_nothing_is_charged(till: Till) -> None:
    invoice = till.buy(package=5)
    assert paying_online.charge(
        actor=DESK, order=till.order(invoice), to=till.to, now=NOW, today=TODAY
    ) is None  # fmt: skip
    assert not till.order(invoice).attempts.exists()


def test_the_night_learns_what_no_event_told_and_lists_what_is_unknown(
    provider: Sandbox, till: Till
) -> None:
    invoice = till.buy(package=5)
    pay(provider, begin(till, invoice), TestCard.SUCCESS)
    saved = provider.save_method(owner="stranger", card=TestCard.SUCCESS)
    stranger = SavedCharge("not-ours", "not-ours:1", Money(500), "?", saved.customer, saved.method)
    provider.charge_saved(request=stranger, now=NOW)
    found = [comparing_books.compare(since=later(days=-3), now=NOW, today=TODAY) for _ in range(2)]
    assert [(f.learned, f.mismatches) for f in found] == [(1, 1), (0, 0)]
    assert free(till) == 5
    (row,) = money.mismatches()
    assert "which we do not know" in row.what


def test_without_a_provider_nobody_pays_online(settings: Any) -> None:
    settings.PAYMENTS_URL = ""
    with pytest.raises(NoPaymentOnline, match="cheque or transfer"):
        services.payment_provider()
    assert services.sandbox() is None
