"""Payment through the provider: its page, its events, charges to a saved method.

An event is only a hint. What the provider says is fetched, and ``learn`` writes what is new in it;
repeated, reversed or late events therefore end in the same state (STANDARDS row 42).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from scriptorium.domains.orders import operations as orders
from scriptorium.domains.orders import queries as money
from scriptorium.domains.orders.enums import AttemptState, OrderState
from scriptorium.domains.orders.models import Attempt, Order, ProviderEvent, SavedMethod
from scriptorium.domains.orders.rules.states import NotPossible
from scriptorium.integrations.payments import (
    SIGNATURE_HEADER,
    BadSignature,
    CheckoutRequest,
    ProviderRefused,
    ProviderUnavailable,
    SavedCharge,
    UnknownPayment,
)
from scriptorium.journeys.learning_payments import learn
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
    assert attempt is not None
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
) -> Attempt | None:
    """Write an attempt under the order's lock; None where this day's charge was written before."""
    locked = money.locked_order(key=order.pk)
    tries = money.tries_of(order=locked.pk)
    if charged_on is not None and any(day == charged_on for _, day in tries):
        return None
    if locked.state != OrderState.OPEN:
        raise NotPossible("Nothing is open on this order any more.")
    if any(state == AttemptState.PENDING for state, _ in tries):
        raise NotPossible(
            "A payment of this invoice is on its way. Wait for the bank's answer before you pay"
            " again."
        )
    return orders.begin_attempt(
        order=locked,
        number=len(tries) + 1,
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


def is_chargeable(*, to: BillTo) -> bool:
    """Return whether a means of payment is saved at the provider that is in use."""
    return _saved(to) is not None


def _saved(to: BillTo) -> SavedMethod | None:
    saved = money.saved_method(payer=to.payer)
    return saved if saved is not None and saved.provider == payment_provider().name else None


def may_charge(*, order: Order, to: BillTo, today: dt.date) -> bool:
    """Return whether an order can be charged to a saved method and was not today."""
    return is_chargeable(to=to) and not money.charged_on(order=order.pk, day=today)


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
    saved = _saved(to)
    if saved is None:
        return None
    attempt = _attempt(actor, order, save_method=False, charged_on=today, now=now)
    # Where another scheduler wrote today's charge a moment ago, it sends it too.
    return _send(attempt, saved, now, today) if attempt else None


def send_charge(*, attempt: Attempt, to: BillTo, now: dt.datetime, today: dt.date) -> Attempt:
    """Send an attempt's charge; after a crash the same attempt is sent again and charges once."""
    saved = money.saved_method(payer=to.payer)
    if saved is None:
        raise NotPossible("No means of payment is saved any more.")
    return _send(attempt, saved, now, today)


def _send(attempt: Attempt, saved: SavedMethod, now: dt.datetime, today: dt.date) -> Attempt:
    order = attempt.order
    facts = payment_provider().charge_saved(
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
