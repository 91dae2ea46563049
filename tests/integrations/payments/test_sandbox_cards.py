"""The story of each card of the sandbox."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from scriptorium.integrations.payments import (
    NEEDS_AUTHENTICATION,
    CheckoutClosed,
    EventKind,
    Outcome,
    PaymentState,
    ProviderEvent,
    ProviderRefused,
    RefundRefused,
    Sandbox,
    SignedEvent,
    Stage,
    TestCard,
)
from scriptorium.kernel.money import Money
from tests.integrations.payments.worlds import PACKAGE, renewal

MINUTES = dt.timedelta(minutes=1)


@pytest.fixture
def page(sandbox: Sandbox, now: dt.datetime) -> str:
    return sandbox.begin_checkout(request=PACKAGE, now=now).external_id


def read(sandbox: Sandbox, events: list[SignedEvent], now: dt.datetime) -> list[ProviderEvent]:
    return [
        sandbox.read_event(body=event.body, signature=event.signature, now=now) for event in events
    ]


def told(sandbox: Sandbox, outcome: Outcome, now: dt.datetime) -> list[tuple[EventKind, str]]:
    events = read(sandbox, list(outcome.events), now)
    return [(event.kind, event.external_id) for event in events]


def away(sandbox: Sandbox, outcome: Outcome, now: dt.datetime, number: int = 1) -> PaymentState:
    request = renewal(number, customer=outcome.payment.customer, method=outcome.payment.method)
    return sandbox.charge_saved(request=request, now=now).state


def test_each_card_is_a_named_choice_with_a_label() -> None:
    assert len({card.choice for card in TestCard}) == len({card.label for card in TestCard}) == 8


def test_the_page_shows_what_is_to_be_paid(sandbox: Sandbox, page: str, now: dt.datetime) -> None:
    shown = sandbox.checkout(external_id=page)

    assert (shown.checkout_id, shown.reference) == (page, "ORD-2026-0041")
    assert (shown.description, shown.amount) == ("Certification package", Money.of("199.00"))
    assert (shown.email, shown.save_method) == ("casey@riverside.example", True)
    assert (shown.stage, shown.sentence) == (Stage.OPEN, "")
    assert shown.expires_at == now + dt.timedelta(hours=24)


def test_a_card_that_works_pays_and_may_be_charged_again(
    sandbox: Sandbox, page: str, now: dt.datetime
) -> None:
    paid = sandbox.pay(external_id=page, card=TestCard.SUCCESS, now=now)

    assert paid.stage is Stage.PAID
    assert paid.return_url == PACKAGE.success_url
    assert paid.payment.state is PaymentState.SUCCEEDED
    assert told(sandbox, paid, now) == [
        (EventKind.SUCCEEDED, paid.payment.external_id),
        (EventKind.SUCCEEDED, page),
    ]
    assert away(sandbox, paid, now) is PaymentState.SUCCEEDED


def test_a_second_click_reads_the_answer_of_the_first(
    sandbox: Sandbox, page: str, now: dt.datetime
) -> None:
    first = sandbox.pay(external_id=page, card=TestCard.SUCCESS, now=now)
    second = sandbox.pay(external_id=page, card=TestCard.DECLINE, now=now)

    assert second == replace(first, events=())


def test_nothing_is_saved_where_the_payer_did_not_want_it(
    sandbox: Sandbox, now: dt.datetime
) -> None:
    request = replace(PACKAGE, save_method=False)
    page = sandbox.begin_checkout(request=request, now=now).external_id
    paid = sandbox.pay(external_id=page, card=TestCard.SUCCESS, now=now)

    assert (paid.payment.customer, paid.payment.method) == ("", "")


def test_a_known_customer_stays_the_same(sandbox: Sandbox, now: dt.datetime) -> None:
    saved = sandbox.save_method(owner="casey", card=TestCard.SUCCESS)
    request = replace(PACKAGE, customer=saved.customer)
    page = sandbox.begin_checkout(request=request, now=now).external_id
    paid = sandbox.pay(external_id=page, card=TestCard.SUCCESS, now=now)

    assert (paid.payment.customer, paid.payment.method) == (saved.customer, saved.method)


@pytest.mark.parametrize(
    ("card", "code"),
    [(TestCard.DECLINE, "card_declined"), (TestCard.INSUFFICIENT_FUNDS, "insufficient_funds")],
)
def test_a_declined_card_says_why_and_another_may_be_tried(
    sandbox: Sandbox, page: str, now: dt.datetime, card: TestCard, code: str
) -> None:
    declined = sandbox.pay(external_id=page, card=card, now=now)

    assert (declined.stage, declined.return_url) == (Stage.OPEN, "")
    assert declined.payment.failure_code == code
    assert sandbox.checkout(external_id=page).sentence == declined.payment.failure_sentence != ""
    assert told(sandbox, declined, now) == [(EventKind.FAILED, declined.payment.external_id)]

    again = sandbox.pay(external_id=page, card=card, now=now)
    assert again.events[0].event_id != declined.events[0].event_id
    assert sandbox.pay(external_id=page, card=TestCard.SUCCESS, now=now).stage is Stage.PAID


@pytest.mark.parametrize("card", [TestCard.DECLINE, TestCard.INSUFFICIENT_FUNDS])
def test_a_declined_card_is_declined_away_too(
    sandbox: Sandbox, now: dt.datetime, card: TestCard
) -> None:
    saved = sandbox.save_method(owner="casey", card=card)
    request = renewal(1, customer=saved.customer, method=saved.method)

    assert sandbox.charge_saved(request=request, now=now).state is PaymentState.FAILED


def test_a_bank_asks_its_customer_once_and_cannot_ask_one_who_is_away(
    sandbox: Sandbox, page: str, now: dt.datetime
) -> None:
    asked = sandbox.pay(external_id=page, card=TestCard.THREE_D_SECURE, now=now)
    assert (asked.stage, asked.return_url, asked.events) == (Stage.CONFIRMING, "", ())
    assert asked.payment.state is PaymentState.PENDING

    paid = sandbox.confirm(external_id=page, now=now)
    assert (paid.stage, paid.return_url) == (Stage.PAID, PACKAGE.success_url)

    request = renewal(1, customer=paid.payment.customer, method=paid.payment.method)
    charged = sandbox.charge_saved(request=request, now=now)
    assert charged.failure_code == NEEDS_AUTHENTICATION


def test_who_does_not_confirm_may_try_again(sandbox: Sandbox, page: str, now: dt.datetime) -> None:
    sandbox.pay(external_id=page, card=TestCard.THREE_D_SECURE, now=now)
    refused = sandbox.confirm(external_id=page, now=now, agreed=False)

    assert refused.stage is Stage.OPEN
    assert refused.payment.failure_sentence.startswith("The bank could not confirm")
    assert sandbox.confirm(external_id=page, now=now).stage is Stage.OPEN
    assert sandbox.pay(external_id=page, card=TestCard.SUCCESS, now=now).stage is Stage.PAID


@pytest.mark.parametrize(
    ("card", "state", "kind"),
    [
        (TestCard.DELAYED, PaymentState.SUCCEEDED, EventKind.SUCCEEDED),
        (TestCard.DELAYED_FAILURE, PaymentState.FAILED, EventKind.FAILED),
    ],
)
def test_a_debit_settles_by_itself_after_a_while(
    sandbox: Sandbox,
    page: str,
    now: dt.datetime,
    card: TestCard,
    state: PaymentState,
    kind: EventKind,
) -> None:
    pending = sandbox.pay(external_id=page, card=card, now=now)
    assert (pending.stage, pending.return_url) == (Stage.PROCESSING, PACKAGE.success_url)
    assert pending.payment.state is PaymentState.PENDING
    for event in sandbox.due_events(now=now + MINUTES):
        sandbox.mark_delivered(event_id=event.event_id)

    later = now + 2 * MINUTES
    events = read(sandbox, sandbox.due_events(now=later), later)
    assert [(event.kind, event.occurred_at) for event in events] == [(kind, later)] * 2
    assert sandbox.fetch(external_id=page).state is state


def test_a_debit_that_was_charged_away_settles_too(sandbox: Sandbox, now: dt.datetime) -> None:
    saved = sandbox.save_method(owner="casey", card=TestCard.DELAYED)
    request = renewal(1, customer=saved.customer, method=saved.method)
    pending = sandbox.charge_saved(request=request, now=now)
    assert pending.state is PaymentState.PENDING

    sandbox.due_events(now=now + 2 * MINUTES)
    assert sandbox.fetch(external_id=pending.external_id).state is PaymentState.SUCCEEDED


def test_only_a_delayed_payment_can_be_settled(
    sandbox: Sandbox, page: str, now: dt.datetime
) -> None:
    paid = sandbox.pay(external_id=page, card=TestCard.SUCCESS, now=now)

    with pytest.raises(ProviderRefused):
        sandbox.settle_delayed(payment=paid.payment.external_id, succeeds=True, now=now)


def test_a_payer_who_disputes_does_so_after_a_while(
    sandbox: Sandbox, page: str, now: dt.datetime
) -> None:
    paid = sandbox.pay(external_id=page, card=TestCard.DISPUTE, now=now)
    assert paid.payment.state is PaymentState.SUCCEEDED
    assert not paid.payment.disputed

    later = now + 5 * MINUTES
    events = read(sandbox, sandbox.due_events(now=later), later)
    assert events[-1].kind is EventKind.DISPUTE_OPENED
    assert sandbox.fetch(external_id=page).disputed
    with pytest.raises(RefundRefused):
        sandbox.refund(
            payment=paid.payment.external_id, amount=Money(100), attempt_key="CRN-1", now=later
        )

    closed = sandbox.close_dispute(payment=paid.payment.external_id, won=False, now=later)
    assert [event.kind for event in read(sandbox, list(closed), later)] == [
        EventKind.DISPUTE_CLOSED
    ]
    assert sandbox.fetch(external_id=page).dispute_lost
    with pytest.raises(ProviderRefused):
        sandbox.close_dispute(payment=paid.payment.external_id, won=True, now=later)
    with pytest.raises(ProviderRefused):
        sandbox.open_dispute(payment=paid.payment.external_id, now=later)


def test_a_card_that_expires_pays_once(sandbox: Sandbox, page: str, now: dt.datetime) -> None:
    paid = sandbox.pay(external_id=page, card=TestCard.EXPIRES, now=now)
    assert paid.payment.state is PaymentState.SUCCEEDED

    request = renewal(1, customer=paid.payment.customer, method=paid.payment.method)
    charged = sandbox.charge_saved(request=request, now=now)
    assert (charged.state, charged.failure_code) == (PaymentState.FAILED, "expired_card")
    assert (charged.external_id != "", charged.checkout_id) == (True, "")


def test_a_method_of_another_customer_cannot_be_charged(sandbox: Sandbox, now: dt.datetime) -> None:
    casey = sandbox.save_method(owner="casey", card=TestCard.SUCCESS)
    mel = sandbox.save_method(owner="mel", card=TestCard.SUCCESS)
    request = renewal(1, customer=mel.customer, method=casey.method)

    assert sandbox.charge_saved(request=request, now=now).state is PaymentState.FAILED


def test_who_turns_back_finds_the_page_open_again(
    sandbox: Sandbox, page: str, now: dt.datetime
) -> None:
    assert sandbox.cancel(external_id=page) == PACKAGE.cancel_url
    assert sandbox.begin_checkout(request=PACKAGE, now=now).external_id == page
    assert sandbox.pay(external_id=page, card=TestCard.SUCCESS, now=now).stage is Stage.PAID


def test_nothing_can_be_paid_on_a_page_that_expired(
    sandbox: Sandbox, page: str, now: dt.datetime
) -> None:
    tomorrow = now + dt.timedelta(hours=24)
    with pytest.raises(CheckoutClosed):
        sandbox.pay(external_id=page, card=TestCard.SUCCESS, now=tomorrow)

    events = read(sandbox, sandbox.due_events(now=tomorrow), tomorrow)
    assert [(event.kind, event.external_id) for event in events] == [(EventKind.EXPIRED, page)]
    with pytest.raises(CheckoutClosed):
        sandbox.confirm(external_id=page, now=now)


def test_nothing_can_be_paid_on_a_page_that_was_closed(
    sandbox: Sandbox, page: str, now: dt.datetime
) -> None:
    sandbox.close_checkout(external_id=page, now=now)

    with pytest.raises(CheckoutClosed):
        sandbox.pay(external_id=page, card=TestCard.SUCCESS, now=now)


def test_the_way_back_names_the_page_where_it_is_asked_to(
    sandbox: Sandbox, now: dt.datetime
) -> None:
    request = replace(PACKAGE, success_url="https://portal.example/?page={CHECKOUT_SESSION_ID}")
    page = sandbox.begin_checkout(request=request, now=now).external_id
    paid = sandbox.pay(external_id=page, card=TestCard.SUCCESS, now=now)

    assert paid.return_url == f"https://portal.example/?page={page}"


def test_an_event_comes_again_until_it_has_arrived(
    sandbox: Sandbox, page: str, now: dt.datetime
) -> None:
    paid = sandbox.pay(external_id=page, card=TestCard.SUCCESS, now=now)
    assert sandbox.due_events(now=now) == list(paid.events)

    later = now + 9 * MINUTES
    sandbox.mark_delivered(event_id=paid.events[0].event_id)
    [again] = sandbox.due_events(now=later)
    assert (again.event_id, again.body) == (paid.events[1].event_id, paid.events[1].body)
    # Signed anew, or it would be too old to be believed.
    read(sandbox, [again], later)

    sandbox.mark_delivered(event_id=again.event_id)
    assert sandbox.due_events(now=later) == []


def test_a_refund_is_told(sandbox: Sandbox, page: str, now: dt.datetime) -> None:
    paid = sandbox.pay(external_id=page, card=TestCard.SUCCESS, now=now).payment.external_id
    sandbox.refund(payment=paid, amount=Money(100), attempt_key="CRN-1", now=now)

    last = read(sandbox, sandbox.due_events(now=now), now)[-1]
    assert (last.kind, last.external_id) == (EventKind.REFUNDED, paid)


def test_a_refund_in_another_currency_or_for_another_sum_under_its_key_is_refused(
    sandbox: Sandbox, page: str, now: dt.datetime
) -> None:
    paid = sandbox.pay(external_id=page, card=TestCard.SUCCESS, now=now).payment.external_id
    with pytest.raises(RefundRefused):
        sandbox.refund(payment=paid, amount=Money(100, "EUR"), attempt_key="CRN-1", now=now)

    sandbox.refund(payment=paid, amount=Money(100), attempt_key="CRN-1", now=now)
    with pytest.raises(ProviderRefused):
        sandbox.refund(payment=paid, amount=Money(200), attempt_key="CRN-1", now=now)


def test_what_was_not_paid_cannot_be_refunded_or_disputed(
    sandbox: Sandbox, page: str, now: dt.datetime
) -> None:
    tried = sandbox.pay(external_id=page, card=TestCard.DECLINE, now=now).payment.external_id

    with pytest.raises(RefundRefused):
        sandbox.refund(payment=tried, amount=Money(100), attempt_key="CRN-1", now=now)
    with pytest.raises(ProviderRefused):
        sandbox.open_dispute(payment=tried, now=now)
