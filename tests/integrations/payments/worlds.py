"""The two outside parties that the contract is tested with, and what people do there."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Protocol

import stripe

from scriptorium.integrations.payments import (
    Checkout,
    CheckoutRequest,
    PaymentProvider,
    Sandbox,
    SavedCharge,
    SignedEvent,
    TestCard,
)
from scriptorium.integrations.payments.signatures import sign
from scriptorium.integrations.payments.stripe_provider import StripeProvider
from scriptorium.kernel.money import Money
from tests.integrations.payments.recorded_stripe import (
    KEY,
    WEBHOOK_SECRET,
    RecordedStripe,
    event,
)

PACKAGE = CheckoutRequest(
    reference="ORD-2026-0041",
    attempt_key="ORD-2026-0041-1",
    amount=Money.of("199.00"),
    description="Certification package",
    email="casey@riverside.example",
    success_url="https://portal.example/orders/ORD-2026-0041/paid/",
    cancel_url="https://portal.example/orders/ORD-2026-0041/",
    save_method=True,
)


def renewal(number: int, *, customer: str, method: str) -> SavedCharge:
    """Return a renewal that is charged while its payer is away."""
    return SavedCharge(
        reference=f"REN-2027-{number:04}",
        attempt_key=f"REN-2027-{number:04}-1",
        amount=Money.of("89.00"),
        description="Renewal 2027",
        customer=customer,
        method=method,
    )


class World(Protocol):
    """An outside party and the people in it."""

    provider: PaymentProvider
    signing_secret: str

    def pays(self, checkout: Checkout) -> None: ...
    def is_declined(self, checkout: Checkout) -> None: ...
    def pays_by_debit(self, checkout: Checkout) -> None: ...
    def debit_arrives(self) -> None: ...
    def debit_fails(self) -> None: ...
    def lets_the_page_expire(self) -> None: ...
    def disputes(self, payment: str) -> None: ...
    def dispute_ends(self, payment: str, *, won: bool) -> None: ...
    def refund_arrives(self) -> None: ...
    def good_charge(self) -> SavedCharge: ...
    def expired_charge(self) -> SavedCharge: ...
    def charge_to_confirm(self) -> SavedCharge: ...
    def charge_of_nothing(self) -> SavedCharge: ...
    def message(self, now: dt.datetime) -> SignedEvent: ...


class SandboxWorld:
    """The sandbox, whose people do as they are told."""

    def __init__(self, *, folder: Path, now: dt.datetime) -> None:
        self.sandbox = Sandbox(path=folder / "sandbox.sqlite3")
        self.provider: PaymentProvider = self.sandbox
        self.now = now
        with self.sandbox._store.open() as books:
            self.signing_secret = books.secret()
        self._payment = ""

    def pays(self, checkout: Checkout) -> None:
        self._pick(checkout, TestCard.SUCCESS)

    def is_declined(self, checkout: Checkout) -> None:
        self._pick(checkout, TestCard.INSUFFICIENT_FUNDS)

    def pays_by_debit(self, checkout: Checkout) -> None:
        self._pick(checkout, TestCard.DELAYED)

    def debit_arrives(self) -> None:
        self.sandbox.settle_delayed(payment=self._payment, succeeds=True, now=self.now)

    def debit_fails(self) -> None:
        self.sandbox.settle_delayed(payment=self._payment, succeeds=False, now=self.now)

    def lets_the_page_expire(self) -> None:
        self.sandbox.due_events(now=self.now + dt.timedelta(hours=24))

    def disputes(self, payment: str) -> None:
        self.sandbox.open_dispute(payment=payment, now=self.now)

    def dispute_ends(self, payment: str, *, won: bool) -> None:
        self.sandbox.close_dispute(payment=payment, won=won, now=self.now)

    def refund_arrives(self) -> None:
        """The sandbox gives money back at once."""

    def good_charge(self) -> SavedCharge:
        return self._renewal(7, TestCard.SUCCESS)

    def expired_charge(self) -> SavedCharge:
        return self._renewal(8, TestCard.EXPIRES)

    def charge_to_confirm(self) -> SavedCharge:
        return self._renewal(9, TestCard.THREE_D_SECURE)

    def charge_of_nothing(self) -> SavedCharge:
        return renewal(10, customer="sbu_gone", method="sbm_gone")

    def message(self, now: dt.datetime) -> SignedEvent:
        checkout = self.sandbox.begin_checkout(request=PACKAGE, now=now)
        paid = self.sandbox.pay(external_id=checkout.external_id, card=TestCard.SUCCESS, now=now)
        return paid.events[0]

    def _pick(self, checkout: Checkout, card: TestCard) -> None:
        outcome = self.sandbox.pay(external_id=checkout.external_id, card=card, now=self.now)
        self._payment = outcome.payment.external_id

    def _renewal(self, number: int, card: TestCard) -> SavedCharge:
        saved = self.sandbox.save_method(owner=f"casey {number}", card=card)
        return renewal(number, customer=saved.customer, method=saved.method)


class StripeWorld:
    """Recorded exchanges; what people do decides which ones are played."""

    signing_secret = WEBHOOK_SECRET
    customer = "cus_TVq0nB7yRkP2xA"

    def __init__(self) -> None:
        self.wire = RecordedStripe(
            "checkout_made",
            "checkout_open",
            "checkout_of_payment",
            "checkout_closed",
            "checkout_unknown",
            "payment_unknown",
            "charge_paid",
            "charge_declined",
            "charge_needs_authentication",
            "charge_method_missing",
            "payment_charged",
            "refund_part",
            "refund_too_much",
            "refund_unknown_payment",
            "checkouts_of_day_only_one",
            "payments_of_day_both",
        )
        self.provider: PaymentProvider = StripeProvider(
            key=KEY, webhook_secret=WEBHOOK_SECRET, http_client=self.wire
        )

    def pays(self, checkout: Checkout) -> None:
        self.wire.play("checkout_paid", "payment_paid", "checkout_close_refused")

    def is_declined(self, checkout: Checkout) -> None:
        self.wire.play("checkout_declined")

    def pays_by_debit(self, checkout: Checkout) -> None:
        self.wire.play("checkout_debit_pending")

    def debit_arrives(self) -> None:
        self.wire.play("checkout_debit_paid")

    def debit_fails(self) -> None:
        self.wire.play("checkout_debit_failed")

    def lets_the_page_expire(self) -> None:
        self.wire.play("checkout_expired")

    def disputes(self, payment: str) -> None:
        self.wire.play("payment_disputed", "disputes_open")

    def dispute_ends(self, payment: str, *, won: bool) -> None:
        self.wire.play("disputes_won" if won else "disputes_lost")

    def refund_arrives(self) -> None:
        self.wire.play("payment_refunded_in_part")

    def good_charge(self) -> SavedCharge:
        return renewal(7, customer=self.customer, method="pm_1SXk2dLkdIwHu7ixZxCvBnMa")

    def expired_charge(self) -> SavedCharge:
        return renewal(8, customer=self.customer, method="pm_1SXk2dLkdIwHu7ixExpired1")

    def charge_to_confirm(self) -> SavedCharge:
        return renewal(9, customer=self.customer, method="pm_1SXk2dLkdIwHu7ixConfirm1")

    def charge_of_nothing(self) -> SavedCharge:
        return renewal(10, customer=self.customer, method="pm_gone")

    def message(self, now: dt.datetime) -> SignedEvent:
        body = event("payment_paid")
        # Signed by Stripe's own library, as Stripe would.
        header = stripe.WebhookSignature.generate_signature_header(
            body.decode(), WEBHOOK_SECRET, timestamp=int(now.timestamp())
        )
        assert header == sign(body=body, secret=WEBHOOK_SECRET, now=now)
        return SignedEvent("", body, header)
