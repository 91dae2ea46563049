"""What a payment provider does for us: a page of its own, saved methods, refunds, signed events.

People pay on the provider's page only, so nothing here could carry a card (STANDARDS §5.3). An
event is a hint that something moved; :meth:`PaymentProvider.fetch` says what is true (§6).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from scriptorium.kernel.money import Money


class ProviderUnavailable(Exception):
    """The provider could not be reached or failed itself; what it did is unknown.

    Asking again with the same attempt key is safe for a day, as long as providers remember keys.
    Later, look for the attempt key in ``list_payments`` before charging anew.
    """


class ProviderRefused(Exception):
    """The provider will not do this, however often it is asked: wrong key, request or state."""


class UnknownPayment(ProviderRefused):
    """The provider has no payment or checkout of this id."""


class RefundRefused(ProviderRefused):
    """More than what is left of the payment was asked for, or the payment cannot be refunded."""


class BadSignature(Exception):
    """A message that claims to come from the provider is forged, changed or too old."""


class PaymentState(StrEnum):
    """Where one attempt to pay stands; all but the first are final."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    EXPIRED = "expired"


class RefundState(StrEnum):
    """Where a refund stands."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class EventKind(StrEnum):
    """What an event is about; FAILED may be one try of several on a page that is still open."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    EXPIRED = "expired"
    REFUNDED = "refunded"
    DISPUTE_OPENED = "dispute_opened"
    DISPUTE_CLOSED = "dispute_closed"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class CheckoutRequest:
    """What to ask a person to pay on the provider's page.

    Arguments:
        reference: ours, shown to staff on both sides.
        attempt_key: repeated by every retry of the same attempt; a new attempt has a new one.
        save_method: keep the method, so that it can be charged when the person is away.
        customer: the provider's id from an earlier payment; empty for a new customer.
    """

    reference: str
    attempt_key: str
    amount: Money
    description: str
    email: str
    success_url: str
    cancel_url: str
    save_method: bool
    customer: str = ""


@dataclass(frozen=True, slots=True)
class Checkout:
    """A page of the provider that waits for one payment."""

    external_id: str
    url: str
    expires_at: dt.datetime


@dataclass(frozen=True, slots=True)
class SavedCharge:
    """What to charge to a saved method while its owner is away; fields as in CheckoutRequest."""

    reference: str
    attempt_key: str
    amount: Money
    description: str
    customer: str
    method: str


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """What the provider knows of one attempt to pay.

    Arguments:
        external_id: the payment; empty while nobody has tried to pay on the page.
        checkout_id: the page; empty for a charge of a saved method.
        state: a try that failed on a page that is still open leaves PENDING, since the person
            may use another card; the failure is told beside it.
        disputed: the payer disputes it or has won the dispute; false again once we won.
        dispute_lost: the money went back to the payer.
        customer: the provider's id of the payer; empty unless a method was saved.
        method: the saved method that ``charge_saved`` takes; empty when none was saved.
        method_label: "Visa ending 4242"; all that we ever know of a card.
        failure_sentence: why it failed, in words for the payer; empty without a failure.
        at: when it was paid or tried, or when the page was made.
    """

    external_id: str
    checkout_id: str
    reference: str
    attempt_key: str
    state: PaymentState
    amount: Money
    refunded: Money
    disputed: bool
    dispute_lost: bool
    customer: str
    method: str
    method_label: str
    failure_code: str
    failure_sentence: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class RefundFacts:
    """One refund of a payment, in part or in full."""

    external_id: str
    payment: str
    amount: Money
    state: RefundState


@dataclass(frozen=True, slots=True)
class ProviderEvent:
    """A message of the provider: unordered, perhaps repeated; ``event_id`` tells doubles.

    Arguments:
        external_id: payment or checkout to fetch; empty for kind OTHER.
    """

    event_id: str
    kind: EventKind
    external_id: str
    occurred_at: dt.datetime


class PaymentProvider(Protocol):
    """The outside party that takes the money.

    Every call may raise ProviderUnavailable, and ProviderRefused for what cannot be done.
    """

    name: str

    def begin_checkout(self, *, request: CheckoutRequest, now: dt.datetime) -> Checkout:
        """Open a page to which the payer is redirected; the same attempt key opens no second."""
        ...

    def close_checkout(self, *, external_id: str, now: dt.datetime) -> PaymentFacts:
        """Close a page, so that an order that is paid otherwise is not paid twice.

        Returns:
            the facts afterwards: EXPIRED, or what came first.
        """
        ...

    def charge_saved(self, *, request: SavedCharge, now: dt.datetime) -> PaymentFacts:
        """Charge a saved method while its owner is away; the same attempt key charges once.

        Returns:
            the facts; a decline is an answer in state FAILED, and a bank that wants its
            customer to confirm is the code ``NEEDS_AUTHENTICATION``.
        """
        ...

    def fetch(self, *, external_id: str) -> PaymentFacts:
        """Return what is true now of a payment or checkout.

        Raises:
            UnknownPayment: the provider has nothing of this id.
        """
        ...

    def refund(
        self, *, payment: str, amount: Money, attempt_key: str, now: dt.datetime
    ) -> RefundFacts:
        """Give money back; the same attempt key does so once.

        Raises:
            RefundRefused: it is more than what is left, or the payment cannot be refunded.
            UnknownPayment: the provider has no payment of this id.
        """
        ...

    def list_payments(self, *, since: dt.datetime, until: dt.datetime) -> Iterable[PaymentFacts]:
        """Return what began in ``[since, until)``, for comparing the books each night (§6).

        A page lives a day and a debit takes several, so compare more than the day that ended.
        Errors may come while the answer is read.
        """
        ...

    def read_event(self, *, body: bytes, signature: str, now: dt.datetime) -> ProviderEvent:
        """Return what a message says once its signature is checked.

        Arguments:
            body: as it came, byte for byte.
            signature: the header ``SIGNATURE_HEADER``; empty when it was missing.

        Raises:
            BadSignature: forged, changed, or signed more than five minutes before ``now``.
        """
        ...
