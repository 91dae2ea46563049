"""The sandbox: a provider without an outside, for the demonstration and for tests.

It keeps to the protocol and plays the other party besides: the page on which a visitor picks a
card by name, the delayed bank, the payer who disputes. No money moves.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from scriptorium.integrations.payments import signatures
from scriptorium.integrations.payments.failures import METHOD_MISSING
from scriptorium.integrations.payments.protocol import (
    BadSignature,
    Checkout,
    CheckoutRequest,
    EventKind,
    PaymentFacts,
    ProviderEvent,
    ProviderRefused,
    RefundFacts,
    RefundRefused,
    RefundState,
    SavedCharge,
    UnknownPayment,
)
from scriptorium.integrations.payments.sandbox_cards import PAYABLE, Stage, TestCard
from scriptorium.integrations.payments.sandbox_page import (
    HostedPage,
    Outcome,
    SignedEvent,
    outcome_of,
    page_of,
    signed,
)
from scriptorium.integrations.payments.sandbox_store import Attempt, Books, Store
from scriptorium.integrations.payments.sandbox_turn import (
    LIFETIME,
    Delays,
    Turn,
    begun,
    facts_of,
    fingerprint_of,
    identity,
)
from scriptorium.kernel.money import Money

#: Where the portal shows the sandbox's page.
PAGE = "/sandbox/checkouts/{checkout}/"


class CheckoutClosed(ProviderRefused):
    """The page has expired or was closed; nothing can be paid on it any more."""


@dataclass(frozen=True, slots=True)
class SavedMethod:
    """A saved method, for tests and the demonstration."""

    customer: str
    method: str
    label: str


class Sandbox:
    """A provider in one small file of its own, which processes and threads may share."""

    name = "sandbox"

    def __init__(
        self,
        *,
        path: Path,
        page: str = PAGE,
        settles_after: dt.timedelta = dt.timedelta(minutes=2),
        disputes_after: dt.timedelta = dt.timedelta(minutes=5),
    ) -> None:
        """Name the file; it is made when it is first needed.

        Arguments:
            page: address of the page, with ``{checkout}`` in it.
            settles_after: how long a delayed payment takes.
            disputes_after: how long after a payment its payer disputes it.
        """
        self._store = Store(path=path)
        self._page = page
        self._delays = Delays(settling=settles_after, disputing=disputes_after)

    # The protocol -----------------------------------------------------------------------------

    def begin_checkout(self, *, request: CheckoutRequest, now: dt.datetime) -> Checkout:
        """Open a page; the same attempt key returns the same page.

        Raises:
            ProviderRefused: the key was used for another request.
        """
        key = f"checkout:{request.attempt_key}"
        with self._store.open(write=True) as books:
            attempt = books.attempt(key=key)
            if attempt is None:
                attempt = begun(key, request, now=now)
                books.put(attempt)
        _check_same(attempt.fingerprint, request)
        checkout = attempt.checkout or ""
        return Checkout(
            external_id=checkout,
            url=self._page.format(checkout=checkout),
            expires_at=attempt.began_at + LIFETIME,
        )

    def close_checkout(self, *, external_id: str, now: dt.datetime) -> PaymentFacts:
        """Close a page that nobody has paid on; what came first stands.

        Raises:
            UnknownPayment: there is no such page.
        """
        with self._turn(now=now) as turn:
            return facts_of(turn.expire(_found(turn.books, external_id)))

    def charge_saved(self, *, request: SavedCharge, now: dt.datetime) -> PaymentFacts:
        """Charge a saved method while its owner is away; a decline is an answer.

        Raises:
            ProviderRefused: the key was used for another request.
        """
        key = f"charge:{request.attempt_key}"
        with self._turn(now=now) as turn:
            attempt = turn.books.attempt(key=key)
            if attempt is None:
                attempt = begun(key, request, now=now)
                card = turn.books.card_of(method=request.method, customer=request.customer)
                stage, failure = Stage.FAILED, METHOD_MISSING
                if card:
                    story = TestCard(card).story
                    stage, failure = story.away, story.failure_away
                attempt = turn.answer(attempt, card=card, stage=stage, failure=failure)
        _check_same(attempt.fingerprint, request)
        return facts_of(attempt)

    def fetch(self, *, external_id: str) -> PaymentFacts:
        """Return what is true now of a payment or checkout.

        Raises:
            UnknownPayment: there is nothing of this id.
        """
        with self._store.open() as books:
            return facts_of(_found(books, external_id))

    def refund(
        self, *, payment: str, amount: Money, attempt_key: str, now: dt.datetime
    ) -> RefundFacts:
        """Give money back at once; the same attempt key does so once.

        Raises:
            RefundRefused: the payment is not paid, disputed, or has less left.
            ProviderRefused: the key was used for another refund.
            UnknownPayment: there is no such payment.
        """
        with self._turn(now=now) as turn:
            held = turn.books.refund(key=attempt_key)
            if held is None:
                attempt = _found(turn.books, payment)
                _check_refund(attempt, amount)
                turn.refund(attempt, amount=amount)
                held = (fingerprint_of((payment, amount)), identity("sbr", attempt_key))
                turn.books.put_refund(key=attempt_key, fingerprint=held[0], refund=held[1])
        _check_same(held[0], (payment, amount))
        return RefundFacts(held[1], payment, amount, RefundState.SUCCEEDED)

    def list_payments(self, *, since: dt.datetime, until: dt.datetime) -> Iterable[PaymentFacts]:
        """Return what began in ``[since, until)``, the oldest first."""
        with self._store.open() as books:
            return [facts_of(attempt) for attempt in books.begun(since=since, until=until)]

    def read_event(self, *, body: bytes, signature: str, now: dt.datetime) -> ProviderEvent:
        """Return what a message says once its signature is checked.

        Raises:
            BadSignature: forged, changed, or signed more than five minutes before ``now``.
        """
        with self._store.open() as books:
            secret = books.secret()
        signatures.check(body=body, header=signature, secret=secret, now=now)
        try:
            told = json.loads(body)
            return ProviderEvent(
                event_id=told["id"],
                kind=EventKind(told["kind"]),
                external_id=told["external_id"],
                occurred_at=dt.datetime.fromisoformat(told["occurred_at"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise BadSignature("The message is signed, but none of the sandbox's.") from error

    # The page ---------------------------------------------------------------------------------

    def checkout(self, *, external_id: str) -> HostedPage:
        """Return what the page shows.

        Raises:
            UnknownPayment: there is no such page.
        """
        with self._store.open() as books:
            return page_of(_found(books, external_id))

    def pay(self, *, external_id: str, card: TestCard, now: dt.datetime) -> Outcome:
        """Pay with a card that the visitor picked; a second click reads the first one's answer.

        Raises:
            CheckoutClosed: nothing can be paid on the page any more.
            UnknownPayment: there is no such page.
        """
        with self._turn(now=now) as turn:
            attempt = _on_page(turn, external_id)
            if attempt.stage in PAYABLE:
                attempt = turn.pay_on_page(attempt, card=card)
            return outcome_of(turn, attempt)

    def confirm(self, *, external_id: str, now: dt.datetime, agreed: bool = True) -> Outcome:
        """Answer the bank's question whether it was the visitor.

        Raises:
            CheckoutClosed: nothing can be paid on the page any more.
            UnknownPayment: there is no such page.
        """
        with self._turn(now=now) as turn:
            attempt = _on_page(turn, external_id)
            if attempt.stage is Stage.CONFIRMING:
                stage = Stage.PAID if agreed else Stage.FAILED
                failure = "" if agreed else "authentication_failure"
                attempt = turn.answer(attempt, card=attempt.card, stage=stage, failure=failure)
            return outcome_of(turn, attempt)

    def cancel(self, *, external_id: str) -> str:
        """Return where a visitor goes who turns back; as at Stripe, the page stays open.

        Raises:
            UnknownPayment: there is no such page.
        """
        return self.checkout(external_id=external_id).cancel_url

    # The other party --------------------------------------------------------------------------

    def due_events(self, *, now: dt.datetime, limit: int = 100) -> list[SignedEvent]:
        """Let happen what is due, and return the events that have not been delivered.

        Delayed payments settle, disputes open, pages expire. Call again until none is left.
        """
        with self._turn(now=now) as turn:
            for attempt in turn.books.due(now=now, limit=limit):
                turn.fall_due(attempt)
            return signed(turn, turn.books.waiting(limit=limit))

    def mark_delivered(self, *, event_id: str) -> None:
        """Write that an event has arrived and need not come again."""
        with self._store.open(write=True) as books:
            books.mark_delivered(event_id=event_id)

    def settle_delayed(
        self, *, payment: str, succeeds: bool, now: dt.datetime
    ) -> tuple[SignedEvent, ...]:
        """Let a delayed payment succeed or fail before its time.

        Raises:
            ProviderRefused: it does not wait for its bank.
        """
        with self._turn(now=now) as turn:
            turn.settle(_found(turn.books, payment), succeeds=succeeds)
            return tuple(signed(turn, turn.told))

    def open_dispute(self, *, payment: str, now: dt.datetime) -> tuple[SignedEvent, ...]:
        """Let the payer dispute a payment.

        Raises:
            ProviderRefused: it is not paid, or was disputed before.
        """
        with self._turn(now=now) as turn:
            turn.open_dispute(_found(turn.books, payment))
            return tuple(signed(turn, turn.told))

    def close_dispute(
        self, *, payment: str, won: bool, now: dt.datetime
    ) -> tuple[SignedEvent, ...]:
        """Decide a dispute.

        Raises:
            ProviderRefused: none is open.
        """
        with self._turn(now=now) as turn:
            turn.close_dispute(_found(turn.books, payment), won=won)
            return tuple(signed(turn, turn.told))

    def save_method(self, *, owner: str, card: TestCard) -> SavedMethod:
        """Return a saved method without a payment, for tests and the demonstration.

        Arguments:
            owner: any text; the ids follow from it, so that saving again changes nothing.
        """
        customer = identity("sbu", owner)
        method = identity("sbm", customer, card)
        with self._store.open(write=True) as books:
            books.keep_method(method=method, customer=customer, card=card)
        return SavedMethod(customer, method, card.label)

    @contextlib.contextmanager
    def _turn(self, *, now: dt.datetime) -> Iterator[Turn]:
        with self._store.open(write=True) as books:
            yield Turn(books=books, now=now, delays=self._delays)


def _check_same(fingerprint: str, request: object) -> None:
    if fingerprint != fingerprint_of(request):
        raise ProviderRefused("This attempt key was used for another request.")


def _found(books: Books, external_id: str) -> Attempt:
    attempt = books.attempt_of(external_id=external_id)
    if attempt is None:
        raise UnknownPayment("The sandbox knows no payment of this id.")
    return attempt


def _on_page(turn: Turn, external_id: str) -> Attempt:
    attempt = _found(turn.books, external_id)
    overdue = attempt.stage in PAYABLE and turn.now >= attempt.began_at + LIFETIME
    if overdue or attempt.stage is Stage.EXPIRED:
        raise CheckoutClosed("This payment page has expired.")
    return attempt


def _check_refund(attempt: Attempt, amount: Money) -> None:
    left = Money(attempt.amount - attempt.refunded, attempt.currency)
    if attempt.stage is not Stage.PAID:
        raise RefundRefused("Only a payment that was paid can be refunded.")
    if attempt.dispute in {"open", "lost"}:
        raise RefundRefused("A disputed payment cannot be refunded.")
    if amount.minor <= 0 or amount.currency != left.currency or left < amount:
        raise RefundRefused(f"At most {left} of this payment can be refunded.")
