"""Taking back what was invoiced, and paying money back (DOMAIN §10, §13)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db import transaction

from scriptorium.domains.audit.operations import Happening, record
from scriptorium.domains.catalog.queries import prices
from scriptorium.domains.orders import operations as orders
from scriptorium.domains.orders import queries as money
from scriptorium.domains.orders.enums import Method
from scriptorium.domains.orders.models import CreditNote, Invoice, Payment, Refund
from scriptorium.domains.orders.operations.documents import credit_invoice
from scriptorium.domains.orders.operations.payments import (
    applied_to,
    unapply,
    waiting_refunds,
)
from scriptorium.domains.orders.rules.cards import LooksLikeACard, check_no_card_number
from scriptorium.domains.orders.rules.states import NotPossible, check_can_pay_back, may_go
from scriptorium.integrations.payments import ProviderRefused, ProviderUnavailable, RefundState
from scriptorium.journeys import ordering
from scriptorium.journeys.ordering import BillTo
from scriptorium.journeys.services import NoPaymentOnline, payment_provider
from scriptorium.kernel.actor import Actor
from scriptorium.kernel.money import Money

__all__ = ["CannotSend", "LooksLikeACard", "NotPossible", "answer_refund", "ask_refund", "credit"]


class CannotSend(Exception):
    """The provider did not take a refund; the text says why. It waits and can be sent again."""


@transaction.atomic(durable=True)
def credit(
    *,
    actor: Actor,
    invoice: Invoice,
    to: BillTo,
    quantities: Mapping[int, int],
    reason: str,
    now: dt.datetime,
    today: dt.date,
) -> CreditNote:
    """Issue a credit note; what was paid beyond what is then owed is kept for the payer.

    Units that were granted stay until staff remove them: a credit note is about money.

    Arguments:
        quantities: key of an order line → how many pieces are taken back.

    Raises:
        NotPossible: nothing, or more than is left.
        LooksLikeACard: the reason holds a card number.
    """
    check_no_card_number(reason)
    locked = money.locked_invoice(key=invoice.pk)
    note, too_much = orders.issue_credit_note(
        actor=actor, invoice=locked, quantities=quantities, reason=reason, now=now, today=today
    )
    if too_much:
        _take_off(actor, locked, too_much, now, today)
    credit_invoice(invoice=locked, amount=note.total_minor, now=now)
    ordering.settle(actor=actor, invoice=locked, to=to, now=now, today=today)
    record(
        actor=actor,
        happening=Happening(
            "invoice.credited", "invoice", locked.number, to.practice,
            {
                "number": note.number, "total": str(Money(note.total_minor, locked.currency)),
                "invoice": locked.number, "reason": reason,
            },
        ),
        now=now,
    )  # fmt: skip
    return note


def _take_off(
    actor: Actor, invoice: Invoice, amount: int, now: dt.datetime, today: dt.date
) -> None:
    """Take an amount off the payments of an invoice, newest first."""
    for payment in money.payments_on(invoice=invoice.pk):
        held = min(amount, applied_to(payment=payment).get(invoice.pk, 0))
        if held:
            unapply(
                actor=actor, payment=payment, invoice=invoice, amount=held, now=now, today=today
            )
            amount -= held
        if not amount:
            return


@transaction.atomic(durable=True)
def _ask(
    actor: Actor, payment: Payment, to: BillTo, amount: int, reason: str, now: dt.datetime
) -> Refund:
    check_no_card_number(reason)
    locked = money.locked_payment(key=payment.pk)
    refund = orders.ask_refund(actor=actor, payment=locked, amount=amount, reason=reason, now=now)
    record(
        actor=actor,
        happening=Happening(
            "refund.asked", "payment", locked.number, to.practice,
            {
                "amount": str(Money(amount, locked.currency)), "number": locked.number,
                "reason": reason,
            },
        ),
        now=now,
    )  # fmt: skip
    return refund


def ask_refund(
    *,
    actor: Actor,
    payment: Payment,
    to: BillTo,
    amount: int,
    reason: str,
    now: dt.datetime,
    today: dt.date,
) -> Refund:
    """Pay money back out of what is left of a payment; above the limit a second person agrees.

    Raises:
        NotPossible: more than is left.
        LooksLikeACard: the reason holds a card number.
        CannotSend: the provider did not take it; it waits on the worklist.
    """
    refund = _ask(actor, payment, to, amount, reason, now)
    if refund.amount_minor <= prices().refund_alone.minor:
        pay_refund(actor=actor, refund=refund, to=to, now=now, today=today)
    return refund


def answer_refund(
    *,
    actor: Actor,
    refund: Refund,
    to: BillTo,
    refused: bool,
    now: dt.datetime,
    today: dt.date,
) -> None:
    """A second person lets a refund go, or refuses it (DOMAIN §13).

    Raises:
        NotPossible: it was decided, by the one who asked, or the payment does not hold any more.
        CannotSend: the provider did not take it; it is agreed to and waits.
    """
    _decide(actor, refund, to, refused, now)
    if not refused:
        pay_refund(actor=actor, refund=refund, to=to, now=now, today=today)


@transaction.atomic(durable=True)
def _decide(actor: Actor, refund: Refund, to: BillTo, refused: bool, now: dt.datetime) -> None:
    payment = money.locked_payment(key=refund.payment_id)
    refund.refresh_from_db()
    orders.decide_refund(refund=refund, by=actor.reference, refused=refused, now=now)
    if not refused:
        check_can_pay_back(payment=payment, amount=refund.amount_minor)
    record(
        actor=actor,
        happening=Happening(
            "refund.decided", "payment", refund.payment.number, to.practice,
            {
                "amount": str(Money(refund.amount_minor, refund.payment.currency)),
                "decision": "refused" if refused else "agreed to",
            },
        ),
        now=now,
    )  # fmt: skip


def pay_refund(
    *, actor: Actor, refund: Refund, to: BillTo, now: dt.datetime, today: dt.date
) -> None:
    """Send a refund that may go; a repeated call sends it once.

    Money that came by card goes back through the provider. Anything else is paid by cheque or
    transfer outside, and posting it says that it was.

    Raises:
        NotPossible: nobody agreed yet, or the payment does not hold (any more).
        CannotSend: the provider did not take it; it waits on the worklist.
    """
    refund.refresh_from_db()
    if refund.paid_at is not None:
        return
    if not may_go(refund=refund, alone=prices().refund_alone.minor):
        raise NotPossible("A second person has to agree to this refund first.")
    payment = refund.payment
    check_can_pay_back(payment=payment, amount=refund.amount_minor)
    external = None
    if payment.method == Method.CARD and payment.external_id:
        external = _sent(refund, payment, now)
    _post_refund(actor, refund, to, external, now, today)


def _sent(refund: Refund, payment: Payment, now: dt.datetime) -> str:
    """Send a refund through the provider; returns its name there."""
    assert payment.external_id is not None
    try:
        facts = payment_provider().refund(
            payment=payment.external_id,
            amount=Money(refund.amount_minor, payment.currency),
            attempt_key=f"refund:{refund.reference}",
            now=now,
        )
    except (NoPaymentOnline, ProviderRefused, ProviderUnavailable) as error:
        raise CannotSend(str(error)) from error
    if facts.state == RefundState.FAILED:
        raise CannotSend("The provider could not pay it back.")
    return facts.external_id


@transaction.atomic(durable=True)
def _post_refund(
    actor: Actor,
    refund: Refund,
    to: BillTo,
    external: str | None,
    now: dt.datetime,
    today: dt.date,
) -> None:
    payment = money.locked_payment(key=refund.payment_id)
    refund.refresh_from_db()
    if refund.paid_at is not None:
        return
    orders.mark_refund_paid(
        actor=actor, refund=refund, payment=payment, external_id=external, now=now, today=today
    )
    _tell_refund(actor, refund, to, now)


def _tell_refund(actor: Actor, refund: Refund, to: BillTo, now: dt.datetime) -> None:
    record(
        actor=actor,
        happening=Happening(
            "refund.paid", "payment", refund.payment.number, to.practice,
            {
                "amount": str(Money(refund.amount_minor, refund.payment.currency)),
                "number": refund.payment.number, "reason": refund.reason,
            },
        ),
        now=now,
    )  # fmt: skip


def note_outside_refund(
    *,
    actor: Actor,
    payment: Payment,
    invoices: Mapping[int, Invoice],
    to: BillTo,
    amount: int,
    now: dt.datetime,
    today: dt.date,
) -> None:
    """Post a refund that somebody made at the provider: off the invoices first, then out.

    Inside the caller's transaction; invoices and payment are locked.
    """
    for sent in waiting_refunds(payment=payment):
        # It may be one of ours whose answer was lost on the way.
        agreed = may_go(refund=sent, alone=prices().refund_alone.minor)
        if agreed and sent.amount_minor <= min(amount, payment.left_minor):
            orders.mark_refund_paid(
                actor=actor, refund=sent, payment=payment, external_id=None, now=now, today=today
            )
            _tell_refund(actor, sent, to, now)
            amount -= sent.amount_minor
    if not amount:
        return
    short = amount - payment.left_minor
    for key, held in applied_to(payment=payment).items():
        if short <= 0:
            break
        part = min(short, held)
        unapply(
            actor=actor, payment=payment, invoice=invoices[key], amount=part, now=now, today=today
        )
        ordering.settle(actor=actor, invoice=invoices[key], to=to, now=now, today=today)
        short -= part
    refund = orders.ask_refund(
        actor=actor, payment=payment, amount=amount, reason="Made at the provider", now=now,
        gone=True,
    )  # fmt: skip
    orders.mark_refund_paid(
        actor=actor, refund=refund, payment=payment, external_id=None, now=now, today=today
    )
    _tell_refund(actor, refund, to, now)
