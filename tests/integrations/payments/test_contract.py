"""What every provider does, tested with the sandbox and with Stripe as recorded."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from dataclasses import replace

import pytest

from scriptorium.integrations.payments import (
    METHOD_MISSING,
    NEEDS_AUTHENTICATION,
    BadSignature,
    EventKind,
    PaymentFacts,
    PaymentState,
    ProviderRefused,
    RefundRefused,
    RefundState,
    UnknownPayment,
)
from scriptorium.integrations.payments.signatures import sign
from scriptorium.kernel.money import Money
from tests.integrations.payments.worlds import PACKAGE, StripeWorld, World

NOTHING = Money(0)


@pytest.fixture
def paid(world: World, now: dt.datetime) -> PaymentFacts:
    checkout = world.provider.begin_checkout(request=PACKAGE, now=now)
    world.pays(checkout)
    return world.provider.fetch(external_id=checkout.external_id)


def test_a_checkout_sends_the_payer_to_a_page_that_waits_a_day(
    world: World, now: dt.datetime
) -> None:
    checkout = world.provider.begin_checkout(request=PACKAGE, now=now)

    assert checkout.external_id in checkout.url
    assert checkout.expires_at == now + dt.timedelta(hours=24)


def test_the_same_attempt_key_leads_to_the_same_page(world: World, now: dt.datetime) -> None:
    first = world.provider.begin_checkout(request=PACKAGE, now=now)
    later = world.provider.begin_checkout(request=PACKAGE, now=now + dt.timedelta(minutes=9))

    assert later == first


def test_the_same_attempt_key_with_another_amount_is_refused(
    world: World, now: dt.datetime
) -> None:
    world.provider.begin_checkout(request=PACKAGE, now=now)
    if isinstance(world, StripeWorld):
        world.wire.play("checkout_refused_for_changed_request")

    with pytest.raises(ProviderRefused):
        world.provider.begin_checkout(request=replace(PACKAGE, amount=Money(8900)), now=now)


def test_a_page_that_nobody_used_waits_for_a_payment(world: World, now: dt.datetime) -> None:
    checkout = world.provider.begin_checkout(request=PACKAGE, now=now)

    assert world.provider.fetch(external_id=checkout.external_id) == PaymentFacts(
        external_id="",
        checkout_id=checkout.external_id,
        reference="ORD-2026-0041",
        attempt_key="ORD-2026-0041-1",
        state=PaymentState.PENDING,
        amount=Money.of("199.00"),
        refunded=NOTHING,
        disputed=False,
        dispute_lost=False,
        customer="",
        method="",
        method_label="",
        failure_code="",
        failure_sentence="",
        at=now,
    )


def test_a_paid_page_tells_amount_and_method_and_no_more_of_the_card(paid: PaymentFacts) -> None:
    assert paid.state is PaymentState.SUCCEEDED
    assert (paid.amount, paid.refunded) == (Money.of("199.00"), NOTHING)
    assert paid.method_label == "Visa ending 4242"
    assert paid.method != ""
    assert paid.customer != ""
    assert (paid.disputed, paid.dispute_lost, paid.failure_code) == (False, False, "")


def test_payment_and_page_tell_the_same(world: World, paid: PaymentFacts) -> None:
    assert world.provider.fetch(external_id=paid.external_id) == paid


def test_a_declined_card_leaves_the_page_open_for_another(world: World, now: dt.datetime) -> None:
    checkout = world.provider.begin_checkout(request=PACKAGE, now=now)
    world.is_declined(checkout)

    declined = world.provider.fetch(external_id=checkout.external_id)
    assert declined.state is PaymentState.PENDING
    assert declined.failure_code == "insufficient_funds"
    assert declined.failure_sentence == "There is not enough money on the account."

    world.pays(checkout)
    paid = world.provider.fetch(external_id=checkout.external_id)
    assert paid.state is PaymentState.SUCCEEDED
    assert paid.external_id == declined.external_id
    assert (paid.failure_code, paid.failure_sentence) == ("", "")


@pytest.mark.parametrize("arrives", [True, False])
def test_a_bank_debit_is_pending_until_the_bank_has_answered(
    world: World, now: dt.datetime, arrives: bool
) -> None:
    checkout = world.provider.begin_checkout(request=PACKAGE, now=now)
    world.pays_by_debit(checkout)
    pending = world.provider.fetch(external_id=checkout.external_id)
    assert pending.state is PaymentState.PENDING
    assert pending.method_label == "Bank account ending 6789"

    if arrives:
        world.debit_arrives()
    else:
        world.debit_fails()
    settled = world.provider.fetch(external_id=checkout.external_id)
    assert settled.state is (PaymentState.SUCCEEDED if arrives else PaymentState.FAILED)
    assert bool(settled.failure_sentence) is not arrives


def test_a_page_that_nobody_paid_on_expires(world: World, now: dt.datetime) -> None:
    checkout = world.provider.begin_checkout(request=PACKAGE, now=now)
    world.lets_the_page_expire()

    facts = world.provider.fetch(external_id=checkout.external_id)
    assert facts.state is PaymentState.EXPIRED


def test_an_order_that_is_paid_otherwise_closes_its_page(world: World, now: dt.datetime) -> None:
    checkout = world.provider.begin_checkout(request=PACKAGE, now=now)
    if isinstance(world, StripeWorld):
        world.wire.play("checkout_expired")

    closed = world.provider.close_checkout(external_id=checkout.external_id, now=now)
    assert closed.state is PaymentState.EXPIRED


def test_closing_a_page_too_late_tells_that_it_was_paid(
    world: World, paid: PaymentFacts, now: dt.datetime
) -> None:
    assert world.provider.close_checkout(external_id=paid.checkout_id, now=now) == paid


def test_a_saved_method_is_charged_while_its_owner_is_away(world: World, now: dt.datetime) -> None:
    request = world.good_charge()
    charged = world.provider.charge_saved(request=request, now=now)

    assert charged.state is PaymentState.SUCCEEDED
    assert charged.checkout_id == ""
    assert charged.reference == "REN-2027-0007"
    assert charged.amount == Money.of("89.00")
    assert (charged.customer, charged.method) == (request.customer, request.method)
    assert charged.method_label == "Visa ending 4242"
    assert world.provider.fetch(external_id=charged.external_id) == charged


def test_the_same_attempt_key_charges_once(world: World, now: dt.datetime) -> None:
    request = world.good_charge()
    first = world.provider.charge_saved(request=request, now=now)

    assert world.provider.charge_saved(request=request, now=now + dt.timedelta(hours=1)) == first


def test_a_declined_charge_is_an_answer_with_a_sentence(world: World, now: dt.datetime) -> None:
    request = world.expired_charge()
    declined = world.provider.charge_saved(request=request, now=now)

    assert declined.state is PaymentState.FAILED
    assert declined.failure_code == "expired_card"
    assert declined.failure_sentence == "The card has expired."
    assert declined.method_label == "Visa ending 0069"
    assert (declined.customer, declined.method) == (request.customer, request.method)


def test_a_bank_that_wants_its_customer_has_a_code_of_its_own(
    world: World, now: dt.datetime
) -> None:
    asked = world.provider.charge_saved(request=world.charge_to_confirm(), now=now)

    assert asked.state is PaymentState.FAILED
    assert asked.failure_code == NEEDS_AUTHENTICATION
    assert asked.failure_sentence == "The bank wants you to confirm this payment yourself."


def test_a_method_that_is_gone_is_a_failed_payment_and_no_defect(
    world: World, now: dt.datetime
) -> None:
    failed = world.provider.charge_saved(request=world.charge_of_nothing(), now=now)

    assert failed.state is PaymentState.FAILED
    assert failed.failure_code == METHOD_MISSING
    assert failed.failure_sentence == "The saved way to pay is no longer on file."


def test_a_part_of_a_payment_is_refunded_once(
    world: World, paid: PaymentFacts, now: dt.datetime
) -> None:
    def refund() -> object:
        return world.provider.refund(
            payment=paid.external_id, amount=Money.of("49.00"), attempt_key="CRN-0003-1", now=now
        )

    first = refund()
    world.refund_arrives()

    assert refund() == first
    facts = world.provider.fetch(external_id=paid.external_id)
    assert facts.refunded == Money.of("49.00")
    assert facts.state is PaymentState.SUCCEEDED


def test_a_refund_tells_payment_amount_and_state(
    world: World, paid: PaymentFacts, now: dt.datetime
) -> None:
    refund = world.provider.refund(
        payment=paid.external_id, amount=Money.of("49.00"), attempt_key="CRN-0003-1", now=now
    )

    assert refund.external_id != ""
    assert refund.payment == paid.external_id
    assert (refund.amount, refund.state) == (Money.of("49.00"), RefundState.SUCCEEDED)


def test_refunds_never_exceed_the_payment(
    world: World, paid: PaymentFacts, now: dt.datetime
) -> None:
    world.provider.refund(
        payment=paid.external_id, amount=Money.of("49.00"), attempt_key="CRN-0003-1", now=now
    )
    world.refund_arrives()

    with pytest.raises(RefundRefused):
        world.provider.refund(
            payment=paid.external_id, amount=paid.amount, attempt_key="CRN-0003-2", now=now
        )
    assert world.provider.fetch(external_id=paid.external_id).refunded == Money.of("49.00")


@pytest.mark.parametrize("minor", [0, -100])
def test_a_refund_of_nothing_or_less_is_refused(
    world: World, paid: PaymentFacts, now: dt.datetime, minor: int
) -> None:
    with pytest.raises(RefundRefused):
        world.provider.refund(
            payment=paid.external_id, amount=Money(minor), attempt_key="CRN-0003-1", now=now
        )


def test_a_dispute_is_told_and_stands_when_it_is_lost(world: World, paid: PaymentFacts) -> None:
    world.disputes(paid.external_id)
    opened = world.provider.fetch(external_id=paid.external_id)
    assert (opened.disputed, opened.dispute_lost) == (True, False)
    assert opened.state is PaymentState.SUCCEEDED

    world.dispute_ends(paid.external_id, won=False)
    lost = world.provider.fetch(external_id=paid.external_id)
    assert (lost.disputed, lost.dispute_lost) == (True, True)


def test_a_dispute_that_we_win_is_over(world: World, paid: PaymentFacts) -> None:
    world.disputes(paid.external_id)
    world.dispute_ends(paid.external_id, won=True)

    won = world.provider.fetch(external_id=paid.external_id)
    assert (won.disputed, won.dispute_lost) == (False, False)


def test_the_night_lists_each_payment_of_the_day_once(
    world: World, paid: PaymentFacts, now: dt.datetime
) -> None:
    charged = world.provider.charge_saved(request=world.good_charge(), now=now)
    midnight = now.replace(hour=0)

    listed = world.provider.list_payments(since=midnight, until=midnight + dt.timedelta(days=1))
    assert sorted(listed, key=lambda facts: facts.reference) == [paid, charged]


def test_an_unknown_payment_is_said_to_be_unknown(world: World, now: dt.datetime) -> None:
    with pytest.raises(UnknownPayment):
        world.provider.fetch(external_id="pi_unknown")
    with pytest.raises(UnknownPayment):
        world.provider.fetch(external_id="cs_test_unknown")
    with pytest.raises(UnknownPayment):
        world.provider.refund(
            payment="pi_unknown", amount=Money.of("49.00"), attempt_key="CRN-0004-1", now=now
        )


def test_a_signed_message_is_read(world: World, now: dt.datetime) -> None:
    message = world.message(now)
    told = world.provider.read_event(body=message.body, signature=message.signature, now=now)

    assert told.kind is EventKind.SUCCEEDED
    assert told.event_id != ""
    assert told.external_id != ""
    assert abs(told.occurred_at - now) < dt.timedelta(minutes=5)


def test_a_message_may_be_five_minutes_under_way(world: World, now: dt.datetime) -> None:
    message = world.message(now)
    later = now + dt.timedelta(minutes=5)

    world.provider.read_event(body=message.body, signature=message.signature, now=later)


def test_while_a_secret_is_exchanged_one_of_several_signatures_is_enough(
    world: World, now: dt.datetime
) -> None:
    message = world.message(now)
    old = sign(body=message.body, secret="the older secret", now=now).partition(",")[2]
    both = f"{message.signature},{old},v0=unknown"

    world.provider.read_event(body=message.body, signature=both, now=now)


def test_a_tampered_message_is_refused(world: World, now: dt.datetime) -> None:
    message = world.message(now)
    body = message.body.replace(b"succeeded", b"failed", 1)
    assert body != message.body

    with pytest.raises(BadSignature):
        world.provider.read_event(body=body, signature=message.signature, now=now)


def test_a_message_of_400_seconds_ago_is_refused(world: World, now: dt.datetime) -> None:
    message = world.message(now)

    with pytest.raises(BadSignature):
        world.provider.read_event(
            body=message.body, signature=message.signature, now=now + dt.timedelta(seconds=400)
        )


def test_a_message_with_a_fresher_time_than_was_signed_is_refused(
    world: World, now: dt.datetime
) -> None:
    message = world.message(now - dt.timedelta(seconds=400))
    signature = message.signature.partition(",")[2]

    with pytest.raises(BadSignature):
        world.provider.read_event(
            body=message.body, signature=f"t={int(now.timestamp())},{signature}", now=now
        )


def test_a_signed_message_whose_time_cannot_be_read_is_refused(
    world: World, now: dt.datetime
) -> None:
    body = world.message(now).body
    digest = hmac.new(world.signing_secret.encode(), b"soon." + body, hashlib.sha256).hexdigest()

    with pytest.raises(BadSignature):
        world.provider.read_event(body=body, signature=f"t=soon,v1={digest}", now=now)


def test_a_message_signed_with_another_secret_is_refused(world: World, now: dt.datetime) -> None:
    message = world.message(now)
    forged = sign(body=message.body, secret="not the secret", now=now)

    with pytest.raises(BadSignature):
        world.provider.read_event(body=message.body, signature=forged, now=now)


@pytest.mark.parametrize(
    "signature", ["", "t=", "v1=", "t=soon,v1=abc", "t=1795453200", "t=1795453200,v1=é", "nonsense"]
)
def test_a_message_without_a_proper_signature_is_refused(
    world: World, now: dt.datetime, signature: str
) -> None:
    with pytest.raises(BadSignature):
        world.provider.read_event(body=world.message(now).body, signature=signature, now=now)


@pytest.mark.parametrize("body", [b"", b"{}", b"[1]", b'{"id": "evt"}', b"\xff\xfe"])
def test_a_signed_message_that_says_nothing_is_refused(
    world: World, now: dt.datetime, body: bytes
) -> None:
    signature = sign(body=body, secret=world.signing_secret, now=now)

    with pytest.raises(BadSignature):
        world.provider.read_event(body=body, signature=signature, now=now)
