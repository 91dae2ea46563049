"""What only Stripe does: its errors, its lists, its kinds of events."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest
import stripe

from scriptorium.integrations.payments import (
    METHOD_MISSING,
    NEEDS_AUTHENTICATION,
    EventKind,
    PaymentProvider,
    PaymentState,
    ProviderRefused,
    ProviderUnavailable,
    RefundState,
    UnknownPayment,
)
from scriptorium.integrations.payments.signatures import sign
from scriptorium.integrations.payments.stripe_facts import facts_of
from scriptorium.integrations.payments.stripe_provider import StripeProvider
from scriptorium.kernel.money import Money
from tests.integrations.payments.recorded_stripe import (
    KEY,
    WEBHOOK_SECRET,
    RecordedStripe,
    event,
)
from tests.integrations.payments.worlds import PACKAGE, StripeWorld, renewal

CUSTOMER = StripeWorld.customer
PAYMENT = "pi_3SXk2eLkdIwHu7ix0mQwErTy"
PAGE = "cs_test_a1Q7pWvR0bZk3nTq8sYc5uLhE2mXd9JfG4oN6iBwKzVtPyArSeDhCgMjU"
RENEWAL = renewal(7, customer=CUSTOMER, method="pm_1SXk2dLkdIwHu7ixZxCvBnMa")


def account(*names: str) -> StripeProvider:
    return StripeProvider(
        key=KEY, webhook_secret=WEBHOOK_SECRET, http_client=RecordedStripe(*names)
    )


def test_a_known_customer_is_passed_on_instead_of_an_address(now: dt.datetime) -> None:
    provider = account("checkout_made_for_known_customer")
    request = replace(PACKAGE, attempt_key="ORD-2026-0041-2", customer=CUSTOMER, save_method=False)

    assert provider.begin_checkout(request=request, now=now).url.startswith(
        "https://checkout.stripe.com/c/pay/cs_test_"
    )


@pytest.mark.parametrize(
    "name", ["charge_failed_at_stripe", "charge_twin_under_way", "charge_too_many_requests"]
)
def test_what_may_work_later_is_unavailable(now: dt.datetime, name: str) -> None:
    with pytest.raises(ProviderUnavailable):
        account(name).charge_saved(request=RENEWAL, now=now)


def test_an_amount_that_stripe_does_not_take_is_refused(now: dt.datetime) -> None:
    with pytest.raises(ProviderRefused, match="at least"):
        account("charge_too_small").charge_saved(
            request=replace(RENEWAL, amount=Money(10)), now=now
        )


def test_a_wrong_key_is_refused(now: dt.datetime) -> None:
    with pytest.raises(ProviderRefused):
        account("charge_refused_for_key").charge_saved(request=RENEWAL, now=now)


@pytest.mark.parametrize(
    "call",
    [
        lambda provider, now: provider.begin_checkout(request=PACKAGE, now=now),
        lambda provider, now: provider.close_checkout(external_id="cs_1", now=now),
        lambda provider, now: provider.charge_saved(request=RENEWAL, now=now),
        lambda provider, _: provider.fetch(external_id="cs_1"),
        lambda provider, _: provider.fetch(external_id="pi_1"),
        lambda provider, now: provider.refund(
            payment="pi_1", amount=Money(1), attempt_key="CRN-1", now=now
        ),
        lambda provider, now: list(provider.list_payments(since=now, until=now)),
    ],
)
def test_without_network_every_call_says_that_stripe_cannot_be_reached(
    now: dt.datetime,
    monkeypatch: pytest.MonkeyPatch,
    call: Callable[[PaymentProvider, dt.datetime], object],
) -> None:
    # The library's own retries come at once; a proxy that nobody runs refuses the connection.
    monkeypatch.setattr(stripe.HTTPClient, "INITIAL_DELAY", 0.0)
    monkeypatch.setattr(stripe.HTTPClient, "MAX_DELAY", 0.0)
    nowhere = stripe.RequestsClient(timeout=1, proxy="http://127.0.0.1:9")
    provider = StripeProvider(key=KEY, webhook_secret=WEBHOOK_SECRET, http_client=nowhere)

    with pytest.raises(ProviderUnavailable):
        call(provider, now)


def test_a_decline_that_names_no_payment_is_a_failed_payment(now: dt.datetime) -> None:
    failed = account("charge_declined_without_payment").charge_saved(request=RENEWAL, now=now)

    assert (failed.state, failed.failure_code) == (PaymentState.FAILED, "card_declined")
    assert failed.external_id == ""
    assert (failed.reference, failed.amount, failed.at) == (
        RENEWAL.reference,
        RENEWAL.amount,
        now,
    )


def test_a_charge_that_waits_for_somebody_who_is_away_has_failed(now: dt.datetime) -> None:
    facts = account("charge_waits_for_its_customer").charge_saved(request=RENEWAL, now=now)

    assert (facts.state, facts.failure_code) == (PaymentState.FAILED, NEEDS_AUTHENTICATION)


def test_a_method_that_is_gone_has_no_payment(now: dt.datetime) -> None:
    request = renewal(10, customer=CUSTOMER, method="pm_gone")
    failed = account("charge_method_missing").charge_saved(request=request, now=now)

    assert (failed.external_id, failed.failure_code) == ("", METHOD_MISSING)


def test_a_refund_may_take_days(now: dt.datetime) -> None:
    refund = account("refund_pending").refund(
        payment=PAYMENT, amount=Money.of("49.00"), attempt_key="CRN-0003-1", now=now
    )

    assert refund.state is RefundState.PENDING


def test_closing_a_page_that_is_not_there_says_so(now: dt.datetime) -> None:
    with pytest.raises(UnknownPayment):
        account("checkout_close_unknown").close_checkout(external_id="cs_test_unknown", now=now)


def test_the_list_turns_pages_and_tells_what_is_not_ours(now: dt.datetime) -> None:
    provider = account(
        "checkouts_of_day",
        "checkouts_of_day_next",
        "payments_of_day",
        "checkout_of_alien_payment",
    )
    midnight = now.replace(hour=0)

    listed = provider.list_payments(since=midnight, until=midnight + dt.timedelta(days=1))
    assert [(facts.reference, facts.state, facts.amount.minor) for facts in listed] == [
        ("ORD-2026-0041", PaymentState.SUCCEEDED, 19900),
        ("ORD-2026-0041", PaymentState.EXPIRED, 19900),
        ("", PaymentState.SUCCEEDED, 2500),
        ("REN-2027-0007", PaymentState.SUCCEEDED, 8900),
    ]


def test_a_payment_refunded_in_full_still_succeeded() -> None:
    facts = account("payment_refunded_in_full", "checkout_of_payment").fetch(external_id=PAYMENT)

    assert (facts.state, facts.refunded) == (PaymentState.SUCCEEDED, facts.amount)


@pytest.mark.parametrize(
    ("name", "kind", "external_id"),
    [
        ("checkout_paid", EventKind.SUCCEEDED, PAGE),
        ("checkout_debit_pending", EventKind.PENDING, PAGE),
        ("checkout_debit_paid", EventKind.SUCCEEDED, PAGE),
        ("checkout_debit_failed", EventKind.FAILED, PAGE),
        ("checkout_expired", EventKind.EXPIRED, PAGE),
        ("payment_paid", EventKind.SUCCEEDED, PAYMENT),
        ("payment_failed", EventKind.FAILED, PAYMENT),
        ("charge_refunded", EventKind.REFUNDED, PAYMENT),
        ("refund_failed", EventKind.REFUNDED, PAYMENT),
        ("dispute_opened", EventKind.DISPUTE_OPENED, PAYMENT),
        ("dispute_closed", EventKind.DISPUTE_CLOSED, PAYMENT),
        ("customer_made", EventKind.OTHER, ""),
    ],
)
def test_each_kind_of_event_leads_to_what_is_to_be_fetched(
    now: dt.datetime, name: str, kind: EventKind, external_id: str
) -> None:
    body = event(name)
    signature = sign(body=body, secret=WEBHOOK_SECRET, now=now)

    told = account().read_event(body=body, signature=signature, now=now)
    assert (told.kind, told.external_id) == (kind, external_id)


@pytest.mark.parametrize(
    ("details", "label"),
    [
        (
            {"type": "card", "card": {"brand": "amex", "last4": "0005"}},
            "American Express ending 0005",
        ),
        ({"type": "card", "card": {"brand": "discover", "last4": "9424"}}, "Discover ending 9424"),
        ({"type": "card", "card": {"brand": None, "last4": "0000"}}, "Card ending 0000"),
        (
            {"type": "us_bank_account", "us_bank_account": {"last4": "6789"}},
            "Bank account ending 6789",
        ),
        ({"type": "cashapp", "cashapp": {}}, "Cashapp"),
        ({}, ""),
    ],
)
def test_a_method_is_told_in_words(details: dict[str, object], label: str) -> None:
    intent = {
        "id": "pi_1",
        "amount": 100,
        "currency": "usd",
        "created": 1795453200,
        "status": "succeeded",
        "latest_charge": {
            "amount_refunded": 0,
            "currency": "usd",
            "created": 1795453200,
            "payment_method_details": details,
        },
    }

    assert facts_of(session=None, intent=intent, disputes=[]).method_label == label


@pytest.mark.parametrize(
    ("status", "error", "state"),
    [
        ("processing", None, PaymentState.PENDING),
        ("requires_action", None, PaymentState.PENDING),
        ("requires_payment_method", None, PaymentState.PENDING),
        ("requires_payment_method", {"code": "card_declined"}, PaymentState.FAILED),
        ("canceled", None, PaymentState.EXPIRED),
        ("succeeded", None, PaymentState.SUCCEEDED),
    ],
)
def test_a_payment_without_page_stands_where_its_status_says(
    status: str, error: dict[str, str] | None, state: PaymentState
) -> None:
    intent = {
        "id": "pi_1",
        "amount": 100,
        "currency": "usd",
        "created": 1795453200,
        "status": status,
        "last_payment_error": error,
    }

    assert facts_of(session=None, intent=intent, disputes=[]).state is state


@pytest.mark.parametrize(
    ("statuses", "disputed", "lost"),
    [
        (["needs_response"], True, False),
        (["warning_closed"], False, False),
        (["prevented"], False, False),
        (["won", "under_review"], True, False),
        (["won", "lost"], True, True),
    ],
)
def test_any_dispute_that_is_open_or_lost_counts(
    statuses: list[str], disputed: bool, lost: bool
) -> None:
    session = {
        "id": "cs_1",
        "amount_total": 100,
        "currency": "usd",
        "created": 1795453200,
        "status": "complete",
        "payment_status": "no_payment_required",
    }

    facts = facts_of(session=session, intent=None, disputes=statuses)
    assert facts.state is PaymentState.SUCCEEDED
    assert (facts.disputed, facts.dispute_lost) == (disputed, lost)
