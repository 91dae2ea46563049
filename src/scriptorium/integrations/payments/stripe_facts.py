"""What Stripe's objects say, read from their JSON; nothing here asks Stripe or its library.

The shapes are those of API version 2026-10-28 (stripe 16.1).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from scriptorium.integrations.payments.failures import NEEDS_AUTHENTICATION, sentence_for
from scriptorium.integrations.payments.protocol import (
    EventKind,
    PaymentFacts,
    PaymentState,
    ProviderEvent,
    RefundFacts,
    RefundState,
)
from scriptorium.kernel.money import Money

type Json = dict[str, Any]

#: Our mark on payments that no page leads to.
SAVED = "saved"

#: Disputes that leave us the money; every other one but "lost" is still open.
_OVER = {"won", "warning_closed", "prevented"}
_BRANDS = {
    "amex": "American Express",
    "diners": "Diners Club",
    "eftpos_au": "Eftpos",
    "jcb": "JCB",
    "mastercard": "Mastercard",
    "unionpay": "UnionPay",
}
_REFUNDS = {
    "succeeded": RefundState.SUCCEEDED,
    "failed": RefundState.FAILED,
    "canceled": RefundState.FAILED,
}
_KINDS = {
    "checkout.session.async_payment_succeeded": EventKind.SUCCEEDED,
    "checkout.session.async_payment_failed": EventKind.FAILED,
    "checkout.session.expired": EventKind.EXPIRED,
    "payment_intent.succeeded": EventKind.SUCCEEDED,
    "payment_intent.processing": EventKind.PENDING,
    "payment_intent.payment_failed": EventKind.FAILED,
    "payment_intent.canceled": EventKind.EXPIRED,
    "charge.refunded": EventKind.REFUNDED,
    # A refund that its bank sends back lowers what was refunded.
    "refund.updated": EventKind.REFUNDED,
    "refund.failed": EventKind.REFUNDED,
    "charge.dispute.created": EventKind.DISPUTE_OPENED,
    "charge.dispute.closed": EventKind.DISPUTE_CLOSED,
}


def moment(seconds: int) -> dt.datetime:
    """Return a moment from Stripe's seconds."""
    return dt.datetime.fromtimestamp(seconds, dt.UTC)


def money_of(holder: Json, name: str) -> Money:
    """Return an amount of an object; Stripe writes currencies small."""
    return Money(holder[name] or 0, holder["currency"].upper())


def intent_of(session: Json) -> Json | None:
    """Return the payment of a checkout; None while nobody has tried to pay."""
    intent = session.get("payment_intent")
    return intent if isinstance(intent, dict) else None


def charge_of(intent: Json | None) -> Json:
    """Return the last try of a payment; empty without one, or where it was not expanded."""
    charge = (intent or {}).get("latest_charge")
    return charge if isinstance(charge, dict) else {}


def is_saved(intent: Json) -> bool:
    """Return whether it is our charge of a saved method, so that no checkout belongs to it."""
    return bool((intent.get("metadata") or {}).get("kind") == SAVED)


def facts_of(*, session: Json | None, intent: Json | None, disputes: Sequence[str]) -> PaymentFacts:
    """Return what the protocol says.

    Arguments:
        session: the checkout, if it is known that one belongs to the payment.
        intent: the payment with its ``latest_charge`` expanded.
        disputes: the states of its disputes.
    """
    holder = intent or session or {}
    marks = holder.get("metadata") or {}
    charge = charge_of(intent)
    state = _state(session, intent)
    code = "" if state is PaymentState.SUCCEEDED else _failure(intent)
    amount = money_of(holder, "amount" if intent else "amount_total")
    return PaymentFacts(
        external_id=intent["id"] if intent else "",
        checkout_id=session["id"] if session else "",
        reference=marks.get("reference", ""),
        attempt_key=marks.get("attempt_key", ""),
        state=state,
        amount=amount,
        refunded=money_of(charge, "amount_refunded") if charge else amount - amount,
        disputed=any(status not in _OVER for status in disputes),
        dispute_lost="lost" in disputes,
        customer=_id(holder.get("customer")) or _id((session or {}).get("customer")),
        method=_method(intent),
        method_label=_label(intent),
        failure_code=code,
        failure_sentence=sentence_for(code=code),
        at=moment((charge or holder)["created"]),
    )


def refund_of(refund: Json) -> RefundFacts:
    """Return what the protocol says of a refund."""
    return RefundFacts(
        external_id=refund["id"],
        payment=_id(refund["payment_intent"]),
        amount=money_of(refund, "amount"),
        state=_REFUNDS.get(refund["status"], RefundState.PENDING),
    )


def event_of(event: Json) -> ProviderEvent:
    """Return what the protocol says of an event; kinds that we do not follow are OTHER."""
    about = event["data"]["object"]
    kind = _KINDS.get(event["type"], EventKind.OTHER)
    if event["type"] == "checkout.session.completed":
        # The page is done, which says nothing yet of a payment that takes days.
        paid = about["payment_status"] != "unpaid"
        kind = EventKind.SUCCEEDED if paid else EventKind.PENDING
    itself = about["object"] in {"checkout.session", "payment_intent"}
    external_id = about["id"] if itself else _id(about.get("payment_intent"))
    if not external_id or kind is EventKind.OTHER:
        kind, external_id = EventKind.OTHER, ""
    return ProviderEvent(event["id"], kind, external_id, moment(event["created"]))


def _state(session: Json | None, intent: Json | None) -> PaymentState:
    status = intent["status"] if intent else ""
    if status == "succeeded":
        return PaymentState.SUCCEEDED
    if status == "canceled" or (session and session["status"] == "expired"):
        return PaymentState.EXPIRED
    if session and session["status"] == "open":
        # A declined card leaves the page open for another one.
        return PaymentState.PENDING
    if session and session["payment_status"] != "unpaid":
        return PaymentState.SUCCEEDED
    if status == "requires_action" and intent and is_saved(intent):
        # Nobody is there who could act, so this attempt is over.
        return PaymentState.FAILED
    if status == "requires_payment_method" and _failure(intent):
        return PaymentState.FAILED
    return PaymentState.PENDING


def _failure(intent: Json | None) -> str:
    if not intent:
        return ""
    error = intent.get("last_payment_error") or {}
    code = error.get("decline_code") or error.get("code") or ""
    if not code and intent["status"] == "requires_action" and is_saved(intent):
        return NEEDS_AUTHENTICATION
    return str(code)


def _method(intent: Json | None) -> str:
    if not intent or not (intent.get("setup_future_usage") or is_saved(intent)):
        return ""
    # A failed try drops the method from the payment and keeps it in the error.
    error = intent.get("last_payment_error") or {}
    return _id(intent.get("payment_method")) or _id(error.get("payment_method"))


def _label(intent: Json | None) -> str:
    error = (intent or {}).get("last_payment_error") or {}
    details = charge_of(intent).get("payment_method_details") or error.get("payment_method") or {}
    kind = details.get("type", "")
    held = details.get(kind) or {}
    if kind == "card":
        brand = held.get("brand") or "card"
        return f"{_BRANDS.get(brand, brand.title())} ending {held.get('last4')}"
    if held.get("last4"):
        return f"Bank account ending {held['last4']}"
    return str(kind).replace("_", " ").capitalize()


def _id(held: Any) -> str:
    return str(held["id"]) if isinstance(held, dict) else str(held or "")
