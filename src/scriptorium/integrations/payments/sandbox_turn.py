"""How attempts to pay move in the sandbox, and which events tell of it."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, replace

from scriptorium.integrations.payments.failures import sentence_for
from scriptorium.integrations.payments.protocol import (
    CheckoutRequest,
    EventKind,
    PaymentFacts,
    PaymentState,
    ProviderRefused,
    SavedCharge,
)
from scriptorium.integrations.payments.sandbox_cards import PAYABLE, Stage, TestCard
from scriptorium.integrations.payments.sandbox_store import Attempt, Books, Happening
from scriptorium.kernel.money import Money

#: How long a page waits for its payer, as at Stripe.
LIFETIME = dt.timedelta(hours=24)

_STATES = {
    Stage.OPEN: PaymentState.PENDING,
    Stage.CONFIRMING: PaymentState.PENDING,
    Stage.PROCESSING: PaymentState.PENDING,
    Stage.PAID: PaymentState.SUCCEEDED,
    Stage.FAILED: PaymentState.FAILED,
    Stage.EXPIRED: PaymentState.EXPIRED,
}
_TELLS = {
    Stage.PAID: EventKind.SUCCEEDED,
    Stage.FAILED: EventKind.FAILED,
    Stage.PROCESSING: EventKind.PENDING,
}


def identity(prefix: str, *parts: str) -> str:
    """Return an id that follows from its parts, so that a demonstration repeats."""
    return f"{prefix}_{hashlib.sha256('\n'.join(parts).encode()).hexdigest()[:24]}"


def begun(key: str, request: CheckoutRequest | SavedCharge, *, now: dt.datetime) -> Attempt:
    """Return a new attempt, not yet written."""
    page = request if isinstance(request, CheckoutRequest) else None
    return Attempt(
        key=key,
        fingerprint=fingerprint_of(request),
        checkout=identity("sbc", key) if page else None,
        payment=identity("sbp", key),
        reference=request.reference,
        description=request.description,
        email=page.email if page else "",
        success_url=page.success_url if page else "",
        cancel_url=page.cancel_url if page else "",
        save_method=bool(page and page.save_method),
        amount=request.amount.minor,
        currency=request.amount.currency,
        refunded=0,
        stage=Stage.OPEN,
        card="",
        customer=request.customer,
        method="" if isinstance(request, CheckoutRequest) else request.method,
        failure="",
        dispute="",
        began_at=now,
        at=now,
        due_at=now + LIFETIME if page else None,
    )


def fingerprint_of(request: object) -> str:
    """Return what tells whether a repeated key comes with the same request."""
    return identity("sbf", repr(request))


def facts_of(attempt: Attempt) -> PaymentFacts:
    """Return what the protocol says of an attempt."""
    return PaymentFacts(
        external_id=attempt.payment if attempt.card or not attempt.checkout else "",
        checkout_id=attempt.checkout or "",
        reference=attempt.reference,
        attempt_key=attempt.key.partition(":")[2],
        state=_STATES[attempt.stage],
        amount=Money(attempt.amount, attempt.currency),
        refunded=Money(attempt.refunded, attempt.currency),
        disputed=attempt.dispute in {"open", "lost"},
        dispute_lost=attempt.dispute == "lost",
        customer=attempt.customer,
        method=attempt.method,
        method_label=TestCard(attempt.card).label if attempt.card else "",
        failure_code=attempt.failure,
        failure_sentence=sentence_for(code=attempt.failure),
        at=attempt.at,
    )


@dataclass(frozen=True, slots=True)
class Delays:
    """How long the slow things take."""

    settling: dt.timedelta
    disputing: dt.timedelta


class Turn:
    """What happens at one moment; ``told`` collects the events of it."""

    def __init__(self, *, books: Books, now: dt.datetime, delays: Delays) -> None:
        self.books = books
        self.now = now
        self.told: list[Happening] = []
        self._delays = delays

    def pay_on_page(self, attempt: Attempt, *, card: TestCard) -> Attempt:
        """Let the bank answer a card that was picked on the page."""
        story = card.story
        if story.on_page is Stage.CONFIRMING:
            return self._write(replace(attempt, stage=story.on_page, card=card, failure=""))
        return self.answer(attempt, card=card, stage=story.on_page, failure=story.failure)

    def answer(self, attempt: Attempt, *, card: str, stage: Stage, failure: str) -> Attempt:
        """Write the bank's answer, whether the payer sits on a page or is away.

        Arguments:
            card: one of ``TestCard``; empty when the saved method is not on file.
            stage: PAID, PROCESSING or FAILED.
        """
        attempt = replace(attempt, card=card, at=self.now)
        if stage is Stage.FAILED and attempt.stage in PAYABLE and attempt.checkout:
            # The page stays: another card may be tried until it expires.
            tried = replace(attempt, stage=Stage.OPEN, failure=failure)
            return self._write(tried, (EventKind.FAILED, attempt.payment))
        if attempt.checkout and attempt.save_method:
            attempt = self._keep_method(attempt)
        return self._arrive(attempt, stage=stage, failure=failure if stage is Stage.FAILED else "")

    def settle(self, attempt: Attempt, *, succeeds: bool) -> Attempt:
        """Let a delayed payment come to its end.

        Raises:
            ProviderRefused: it does not wait for one.
        """
        if attempt.stage is not Stage.PROCESSING:
            raise ProviderRefused("This payment does not wait for its bank.")
        failure = TestCard(attempt.card).story.failure or "debit_not_authorized"
        stage = Stage.PAID if succeeds else Stage.FAILED
        return self._arrive(
            replace(attempt, at=self.now), stage=stage, failure="" if succeeds else failure
        )

    def expire(self, attempt: Attempt) -> Attempt:
        """Close a page on which nothing was paid; one that is closed stays as it is."""
        if attempt.stage not in PAYABLE:
            return attempt
        closed = replace(attempt, stage=Stage.EXPIRED, due_at=None, at=self.now)
        return self._write(closed, (EventKind.EXPIRED, attempt.checkout))

    def refund(self, attempt: Attempt, *, amount: Money) -> Attempt:
        """Give a part of a payment back; the caller has checked that it may."""
        given = replace(attempt, refunded=attempt.refunded + amount.minor)
        return self._write(given, (EventKind.REFUNDED, attempt.payment))

    def open_dispute(self, attempt: Attempt) -> Attempt:
        """Let the payer dispute a payment.

        Raises:
            ProviderRefused: it is not paid, or was disputed before.
        """
        if attempt.stage is not Stage.PAID or attempt.dispute:
            raise ProviderRefused("Only a payment that was never disputed can be disputed.")
        disputed = replace(attempt, dispute="open", due_at=None)
        return self._write(disputed, (EventKind.DISPUTE_OPENED, attempt.payment))

    def close_dispute(self, attempt: Attempt, *, won: bool) -> Attempt:
        """Decide a dispute; lost, the money goes back to the payer.

        Raises:
            ProviderRefused: none is open.
        """
        if attempt.dispute != "open":
            raise ProviderRefused("No dispute is open.")
        closed = replace(attempt, dispute="won" if won else "lost")
        return self._write(closed, (EventKind.DISPUTE_CLOSED, attempt.payment))

    def fall_due(self, attempt: Attempt) -> Attempt:
        """Do what happens to an attempt by itself once its moment has come."""
        if attempt.stage is Stage.PROCESSING:
            story = TestCard(attempt.card).story
            return self.settle(attempt, succeeds=story.settles is Stage.PAID)
        if attempt.stage is Stage.PAID:
            return self.open_dispute(attempt)
        return self.expire(attempt)

    def _keep_method(self, attempt: Attempt) -> Attempt:
        customer = attempt.customer or identity("sbu", attempt.key)
        method = identity("sbm", customer, attempt.card)
        self.books.keep_method(method=method, customer=customer, card=attempt.card)
        return replace(attempt, customer=customer, method=method)

    def _arrive(self, attempt: Attempt, *, stage: Stage, failure: str) -> Attempt:
        due_at = None
        if stage is Stage.PROCESSING:
            due_at = self.now + self._delays.settling
        elif stage is Stage.PAID and TestCard(attempt.card).story.disputed:
            due_at = self.now + self._delays.disputing
        arrived = replace(attempt, stage=stage, failure=failure, due_at=due_at)
        # Two events tell of a payment on a page, as at Stripe; which comes first says nothing.
        kind = _TELLS[stage]
        return self._write(arrived, (kind, attempt.payment), (kind, attempt.checkout))

    def _write(self, attempt: Attempt, *told: tuple[EventKind, str | None]) -> Attempt:
        happenings = [
            Happening(
                event_id=identity("sbe", attempt.key, str(attempt.events + number)),
                kind=kind,
                external_id=about,
                occurred_at=self.now,
            )
            for number, (kind, about) in enumerate(told)
            if about
        ]
        attempt = replace(attempt, events=attempt.events + len(told))
        self.books.put(attempt)
        for happening in happenings:
            self.books.put_event(happening)
        self.told += happenings
        return attempt
