"""Payment through the provider: its page, its events, saved methods, the nightly comparison.

An event is only a hint. What the provider says is fetched, and ``learn`` writes what is new in it;
repeated, reversed or late events therefore end in the same state (STANDARDS row 42).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.db import IntegrityError, transaction

from scriptorium.domains.audit.operations import Happening, record
from scriptorium.domains.orders import operations as orders
from scriptorium.domains.orders import queries as money
from scriptorium.domains.orders.enums import AttemptState, Method, OrderState
from scriptorium.domains.orders.models import Attempt, Order, Payment, ProviderEvent
from scriptorium.domains.orders.operations import NewPayment
from scriptorium.domains.orders.operations.payments import applied_to
from scriptorium.domains.orders.rules.states import NotPossible
from scriptorium.integrations.payments import (
    SIGNATURE_HEADER,
    BadSignature,
    CheckoutRequest,
    PaymentFacts,
    PaymentState,
    ProviderRefused,
    ProviderUnavailable,
    SavedCharge,
    UnknownPayment,
)
from scriptorium.journeys import crediting, ordering, taking_payments
from scriptorium.journeys.ordering import BillTo
from scriptorium.journeys.services import payment_provider
from scriptorium.kernel.actor import Actor
from scriptorium.kernel.money import Money

__all__ = [
    "SIGNATURE_HEADER",
    "BadSignature",
    "NotPossible",
    "ProviderRefused",
    "ProviderUnavailable",
    "begin",
    "receive_event",
]

PROVIDER = Actor.system("payments")


@dataclass(frozen=True, slots=True)
class Begun:
    """Where the payer goes to pay."""

    attempt: Attempt
    url: str


def begin(
    *,
    actor: Actor,
    order: Order,
    to: BillTo,
    save_method: bool,
    back: str,
    now: dt.datetime,
    today: dt.date,
) -> Begun:
    """Open a page of the provider for what is open of an order.

    Pages that were opened before are closed first, so that nobody pays twice.

    Arguments:
        back: our path to which the provider sends the payer, paid or not.

    Raises:
        NotPossible: nothing is open (any more).
        ProviderUnavailable: the provider cannot be reached; nothing was charged.
    """
    provider = payment_provider()
    for earlier in money.open_attempts(order=order.pk):
        assert earlier.external_id is not None
        facts = provider.close_checkout(external_id=earlier.external_id, now=now)
        learn(facts=facts, now=now, today=today)
    attempt = _attempt(actor, order, save_method=save_method, charged_on=None, now=now)
    saved = money.saved_method(payer=to.payer)
    page = f"{settings.BASE_URL}{back}"
    checkout = provider.begin_checkout(
        request=CheckoutRequest(
            reference=order.reference,
            attempt_key=key_of(attempt),
            amount=Money(attempt.amount_minor, order.currency),
            description=f"Invoice {order.invoice.number}",
            email=to.email,
            success_url=f"{page}?paid=1",
            cancel_url=f"{page}?paid=0",
            save_method=save_method,
            customer=saved.customer if saved and saved.provider == provider.name else "",
        ),
        now=now,
    )
    _name(attempt, checkout.external_id)
    return Begun(attempt, checkout.url)


def key_of(attempt: Attempt) -> str:
    """Return the key under which the provider knows an attempt; a retry repeats it."""
    return f"{attempt.order.reference}:{attempt.number}"


@transaction.atomic(durable=True)
def _attempt(
    actor: Actor,
    order: Order,
    *,
    save_method: bool,
    charged_on: dt.date | None,
    now: dt.datetime,
) -> Attempt:
    locked = money.locked_order(key=order.pk)
    if locked.state != OrderState.OPEN:
        raise NotPossible("Nothing is open on this order any more.")
    if money.is_on_the_way(order=locked.pk):
        raise NotPossible(
            "A payment of this invoice is on its way. Wait for the bank's answer before you pay"
            " again."
        )
    return orders.begin_attempt(
        order=locked,
        provider=payment_provider().name,
        amount_minor=locked.invoice.open_minor,
        by=actor.reference,
        saves_method=save_method,
        charged_on=charged_on,
        now=now,
    )


@transaction.atomic(durable=True)
def _name(attempt: Attempt, external_id: str) -> None:
    orders.name_attempt(attempt=attempt, external_id=external_id)


def charge(
    *, actor: Actor, order: Order, to: BillTo, now: dt.datetime, today: dt.date
) -> Attempt | None:
    """Charge the payer's saved method for what is open, once a day.

    Returns:
        The attempt, or None where no method is saved or today's charge was written before.

    A decline is no error: the attempt says why, and dunning goes on from there.

    Raises:
        NotPossible: nothing is open (any more).
        ProviderUnavailable: the provider cannot be reached; the same charge can be repeated.
    """
    provider = payment_provider()
    saved = money.saved_method(payer=to.payer)
    if saved is None or saved.provider != provider.name:
        return None
    if money.charged_on(order=order.pk, day=today):
        return None
    try:
        attempt = _attempt(actor, order, save_method=False, charged_on=today, now=now)
    except IntegrityError:
        # Another scheduler wrote today's charge a moment ago, and sends it.
        return None
    return send_charge(attempt=attempt, to=to, now=now, today=today)


def send_charge(*, attempt: Attempt, to: BillTo, now: dt.datetime, today: dt.date) -> Attempt:
    """Send an attempt's charge; after a crash the same attempt is sent again and charges once."""
    provider = payment_provider()
    saved = money.saved_method(payer=to.payer)
    if saved is None:
        raise NotPossible("No means of payment is saved any more.")
    order = attempt.order
    facts = provider.charge_saved(
        request=SavedCharge(
            reference=order.reference,
            attempt_key=key_of(attempt),
            amount=Money(attempt.amount_minor, order.currency),
            description=f"Invoice {order.invoice.number}",
            customer=saved.customer,
            method=saved.method,
        ),
        now=now,
    )
    learn(facts=facts, now=now, today=today)
    attempt.refresh_from_db()
    return attempt


# What the provider tells ----------------------------------------------------------------------


def receive_event(*, body: bytes, signature: str, now: dt.datetime, today: dt.date) -> bool:
    """Take an event in: keep it as it came, once, then look up what is true and learn it.

    Returns:
        Whether it was new.

    Raises:
        BadSignature: it is forged, changed or too old; nothing was kept.
    """
    provider = payment_provider()
    event = provider.read_event(body=body, signature=signature, now=now)
    fresh = _keep(provider.name, event.event_id, str(event.kind), event.external_id, body, now)
    handle_waiting(now=now, today=today)
    return fresh


@transaction.atomic(durable=True)
def _keep(
    provider: str, event_id: str, kind: str, external_id: str, body: bytes, now: dt.datetime
) -> bool:
    return orders.keep_event(
        provider=provider,
        event_id=event_id,
        kind=kind,
        external_id=external_id,
        body=body.decode("utf-8", "replace"),
        now=now,
    )


def handle_waiting(*, now: dt.datetime, today: dt.date, limit: int = 100) -> int:
    """Learn from each event that was kept and not handled; the worker calls it too.

    An event whose payment cannot be fetched now stays and is tried again.
    """
    done = 0
    for event in money.waiting_events(limit=limit):
        try:
            outcome = _outcome(event, now, today)
        except ProviderUnavailable:
            continue
        _handled(event, outcome, now)
        done += 1
    return done


def _outcome(event: ProviderEvent, now: dt.datetime, today: dt.date) -> str:
    if not event.external_id:
        return "Nothing for us."
    try:
        facts = payment_provider().fetch(external_id=event.external_id)
    except UnknownPayment:
        return "The provider does not know this payment."
    except ProviderRefused as error:
        return f"Refused: {error}"
    return learn(facts=facts, now=now, today=today)


@transaction.atomic(durable=True)
def _handled(event: ProviderEvent, outcome: str, now: dt.datetime) -> None:
    orders.mark_handled(event=event, outcome=outcome, now=now)


@transaction.atomic(durable=True)
def learn(*, facts: PaymentFacts, now: dt.datetime, today: dt.date) -> str:
    """Write what is new in the provider's word about a payment; says what it did.

    It may be called any number of times with any of the facts: money is taken once.
    """
    attempt = money.attempt_by_key(attempt_key=facts.attempt_key)
    if attempt is None:
        return "Not one of our attempts."
    order = money.locked_order(key=attempt.order_id)
    attempt.refresh_from_db()
    attempt.order = order
    to = ordering.bill_to_of(order)
    if facts.external_id and attempt.external_id not in (facts.external_id, facts.checkout_id):
        orders.name_attempt(attempt=attempt, external_id=facts.external_id)
    payment = money.payment_by_external(external_id=facts.external_id)
    if facts.state == PaymentState.SUCCEEDED and payment is None:
        payment = _take(attempt, facts, to, now, today)
        return f"Payment {payment.number} taken."
    if payment is not None:
        return _later(payment, facts, to, now, today)
    return _moved(attempt, facts, to, now)


def _take(
    attempt: Attempt, facts: PaymentFacts, to: BillTo, now: dt.datetime, today: dt.date
) -> Payment:
    order = attempt.order
    orders.move_attempt(attempt=attempt, to=AttemptState.SUCCEEDED, now=now)
    new = NewPayment(
        payer=to.payer,
        method=Method.CARD,
        amount_minor=facts.amount.minor,
        currency=order.currency,
        received_on=today,
        idempotency_key=f"provider:{facts.external_id}",
        attempt=attempt,
        external_id=facts.external_id,
        method_label=facts.method_label,
    )
    if facts.method and facts.customer and attempt.saves_method:
        orders.remember_method(
            payer=to.payer, provider=attempt.provider, customer=facts.customer,
            method=facts.method, label=facts.method_label, by=attempt.begun_by, now=now,
        )  # fmt: skip
        record(
            actor=PROVIDER,
            happening=Happening(
                "method.saved", "order", order.reference, to.practice,
                {"label": facts.method_label},
            ),
            now=now,
        )  # fmt: skip
    taken = taking_payments.keep(
        actor=PROVIDER, to=to, new=new, invoices=[order.invoice], now=now, today=today
    )
    return taken.payment


def _moved(attempt: Attempt, facts: PaymentFacts, to: BillTo, now: dt.datetime) -> str:
    """Move an attempt that brought no money."""
    target = {
        PaymentState.PENDING: AttemptState.PENDING if facts.external_id else AttemptState.OPEN,
        PaymentState.FAILED: AttemptState.FAILED,
        PaymentState.EXPIRED: AttemptState.EXPIRED,
    }.get(facts.state, AttemptState.OPEN)
    if facts.state == PaymentState.PENDING and facts.failure_code:
        # A card failed on a page that is still open: another one may follow.
        orders.note_failure(
            attempt=attempt, failure=facts.failure_sentence, failure_code=facts.failure_code
        )
        return facts.failure_sentence
    moved = orders.move_attempt(
        attempt=attempt,
        to=target,
        now=now,
        failure=facts.failure_sentence,
        failure_code=facts.failure_code,
    )
    if moved and target == AttemptState.FAILED:
        record(
            actor=PROVIDER,
            happening=Happening(
                "payment.failed", "order", attempt.order.reference, to.practice,
                {
                    "amount": str(Money(attempt.amount_minor, attempt.order.currency)),
                    "reason": facts.failure_sentence,
                },
            ),
            now=now,
        )  # fmt: skip
    return f"{AttemptState(attempt.state).label}." if moved else "Nothing new."


def _later(
    payment: Payment, facts: PaymentFacts, to: BillTo, now: dt.datetime, today: dt.date
) -> str:
    """Write what happened to a payment after it was taken: dispute, its end, a refund."""
    invoices = money.locked_invoices(keys=applied_to(payment=payment))
    locked = money.locked_payment(key=payment.pk)
    if facts.disputed or facts.dispute_lost:
        reason = "Lost" if facts.dispute_lost else "Opened at the provider"
        changed = orders.dispute_payment(
            actor=PROVIDER, payment=locked, invoices=invoices, reason=reason, now=now, today=today
        )
        key = "payment.disputed"
    else:
        changed = orders.win_dispute(actor=PROVIDER, payment=locked, now=now, today=today)
        key = "payment.dispute_won"
    if changed:
        for invoice in invoices.values():
            ordering.settle(actor=PROVIDER, invoice=invoice, to=to, now=now, today=today)
        _tell_dispute(key, locked, to, now)
        if key == "payment.dispute_won":
            _use_again(locked, to, now, today)
        return "Disputed." if key == "payment.disputed" else "Dispute won."
    if facts.refunded.minor > locked.refunded_minor:
        crediting.note_outside_refund(
            actor=PROVIDER, payment=locked, invoices=invoices, to=to,
            amount=facts.refunded.minor - locked.refunded_minor, now=now, today=today,
        )  # fmt: skip
        return "Refund at the provider posted."
    return "Nothing new."


def _tell_dispute(key: str, payment: Payment, to: BillTo, now: dt.datetime) -> None:
    data = {"number": payment.number, "amount": str(Money(payment.amount_minor, payment.currency))}
    happenings = {
        "payment.disputed": Happening(
            "payment.disputed", "payment", payment.number, to.practice, data
        ),
        "payment.dispute_won": Happening(
            "payment.dispute_won", "payment", payment.number, to.practice, data
        ),
    }
    record(actor=PROVIDER, happening=happenings[key], now=now)


def _use_again(payment: Payment, to: BillTo, now: dt.datetime, today: dt.date) -> None:
    """Pay the order of a won dispute again with the money that came back."""
    if payment.attempt is None:
        return
    invoice = money.locked_invoice(key=payment.attempt.order.invoice.pk)
    if ordering.use_credit(actor=PROVIDER, invoice=invoice, to=to, now=now, today=today):
        ordering.settle(actor=PROVIDER, invoice=invoice, to=to, now=now, today=today)


# Each night -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Compared:
    """What the comparison of a few days found."""

    looked_at: int
    learned: int
    mismatches: int


def reconcile(*, since: dt.datetime, now: dt.datetime, today: dt.date) -> Compared:
    """Compare the provider's list with the books: learn what was missed, list what disagrees.

    Raises:
        ProviderUnavailable: the list cannot be read; the next night looks again.
    """
    provider = payment_provider()
    looked = learned = found = 0
    seen: set[str] = set()
    for facts in provider.list_payments(since=since, until=now + dt.timedelta(days=1)):
        looked += 1
        seen |= {facts.external_id, facts.checkout_id}
        outcome = learn(facts=facts, now=now, today=today)
        learned += outcome not in ("Nothing new.", "Not one of our attempts.")
        if outcome == "Not one of our attempts." and facts.state == PaymentState.SUCCEEDED:
            what = f"The provider took {facts.amount} for “{facts.reference}”, which we do not know"
            found += _mismatch(provider.name, facts.external_id, what, now)
        payment = money.payment_by_external(external_id=facts.external_id)
        if payment is not None and payment.amount_minor != facts.amount.minor:
            what = (
                f"Receipt {payment.number} says {payment.amount_minor}, the provider {facts.amount}"
            )
            found += _mismatch(provider.name, facts.external_id, what, now)
    for attempt in money.attempts_to_check(provider=provider.name, since=since):
        if attempt.external_id not in seen and attempt.state == AttemptState.SUCCEEDED:
            what = f"Order {attempt.order.reference} is paid here; the provider's list lacks it"
            found += _mismatch(provider.name, attempt.external_id or "", what, now)
    return Compared(looked, learned, found)


@transaction.atomic(durable=True)
def _mismatch(provider: str, external_id: str, what: str, now: dt.datetime) -> int:
    fresh = orders.note_mismatch(provider=provider, external_id=external_id, what=what, now=now)
    return int(fresh)
