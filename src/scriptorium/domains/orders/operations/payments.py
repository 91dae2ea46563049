"""Money in and out. A payment enters the payer's credit first and is then applied to invoices."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import QuerySet, Sum

from scriptorium.domains.orders.enums import FIRST_ACCOUNT, Account, PaymentState, Reason, Series
from scriptorium.domains.orders.models import Attempt, Invoice, Payment, Posting, Refund
from scriptorium.domains.orders.operations.documents import take_number
from scriptorium.domains.orders.operations.postings import Book, move_invoice
from scriptorium.domains.orders.rules.states import (
    NotPossible,
    check_can_bounce,
    check_can_deposit,
    check_can_write_off,
    held_by_dispute,
)
from scriptorium.kernel.actor import Actor
from scriptorium.kernel.payer import Payer


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPayment:
    """Money that came in.

    Arguments:
        amount_minor: more than zero.
        paper: a cheque's number, a transfer's or a terminal's reference.
        idempotency_key: the same key is one payment.
    """

    payer: Payer
    method: str
    amount_minor: int
    currency: str
    received_on: dt.date
    idempotency_key: str
    paper: str = ""
    note: str = ""
    attempt: Attempt | None = None
    external_id: str | None = None
    method_label: str = ""


def _book(actor: Actor, row: Payment | Invoice, now: dt.datetime, today: dt.date) -> Book:
    return Book(actor, Payer.of(row), row.currency, now, today)


def receive_payment(*, actor: Actor, new: NewPayment, now: dt.datetime, today: dt.date) -> Payment:
    """Insert a payment with its receipt number; nothing is applied yet."""
    payment = Payment.objects.create(
        number=take_number(Series.RECEIPT),
        method=new.method,
        state=PaymentState.RECEIVED,
        currency=new.currency,
        amount_minor=new.amount_minor,
        received_on=new.received_on,
        paper=new.paper,
        note=new.note,
        attempt=new.attempt,
        external_id=new.external_id,
        method_label=new.method_label,
        entered_at=now,
        entered_by=actor.reference,
        entered_by_name=actor.name,
        idempotency_key=new.idempotency_key,
        **new.payer.columns,
    )
    _book(actor, payment, now, today).post(
        FIRST_ACCOUNT[new.method], Account.CREDIT, new.amount_minor, Reason.RECEIVED,
        payment=payment,
    )  # fmt: skip
    return payment


def waiting_refunds(*, payment: Payment) -> QuerySet[Refund]:
    """Return the refunds of a payment that were asked for and neither paid nor refused."""
    return payment.refunds.filter(paid_at__isnull=True, refused=False).order_by("id")


def free_minor(*, payment: Payment) -> int:
    """Return what is left of a payment and promised to no refund that waits."""
    promised = waiting_refunds(payment=payment).aggregate(n=Sum("amount_minor"))["n"] or 0
    return max(0, payment.left_minor - promised)


def apply_payment(
    *,
    actor: Actor,
    payment: Payment,
    invoice: Invoice,
    now: dt.datetime,
    today: dt.date,
    fresh: bool = False,
) -> int:
    """Pay an invoice from what is left of a payment; both rows are locked by the caller.

    Arguments:
        fresh: the payment is of this transaction, so that no refund of it can wait.

    Returns:
        The minor units that were applied: what is free, at most what is open.
    """
    free = payment.left_minor if fresh else free_minor(payment=payment)
    amount = min(free, invoice.open_minor)
    if amount <= 0:
        return 0
    _book(actor, payment, now, today).post(
        Account.CREDIT, Account.RECEIVABLE, amount, Reason.APPLIED,
        invoice=invoice, payment=payment,
    )  # fmt: skip
    payment.applied_minor += amount
    payment.save(update_fields=["applied_minor"])
    move_invoice(invoice=invoice, applied=amount, now=now)
    return amount


def applied_to(*, payment: Payment) -> dict[int, int]:
    """Return invoice key → how much of a payment is applied to it now."""
    found: dict[int, int] = {}
    rows = Posting.objects.filter(
        payment=payment, reason__in=[Reason.APPLIED, Reason.UNAPPLIED], invoice__isnull=False
    )
    for row in rows.order_by("id"):
        assert row.invoice_id is not None
        sign = 1 if row.reason == Reason.APPLIED else -1
        found[row.invoice_id] = found.get(row.invoice_id, 0) + sign * row.amount_minor
    return {invoice: amount for invoice, amount in found.items() if amount}


def unapply(
    *,
    actor: Actor,
    payment: Payment,
    invoice: Invoice,
    amount: int,
    now: dt.datetime,
    today: dt.date,
) -> None:
    """Take money off an invoice; it is the payer's credit again. Both rows are locked."""
    _book(actor, payment, now, today).post(
        Account.RECEIVABLE, Account.CREDIT, amount, Reason.UNAPPLIED,
        invoice=invoice, payment=payment,
    )  # fmt: skip
    payment.applied_minor -= amount
    payment.save(update_fields=["applied_minor"])
    move_invoice(invoice=invoice, applied=-amount, now=now)


def deposit_cheque(*, actor: Actor, payment: Payment, on: dt.date, now: dt.datetime) -> None:
    """Move a cheque to the bank.

    Raises:
        NotPossible: no cheque in hand.
    """
    check_can_deposit(payment=payment)
    payment.deposited_on = on
    payment.save(update_fields=["deposited_on"])
    _book(actor, payment, now, on).post(
        Account.BANK, Account.CHEQUES, payment.amount_minor, Reason.DEPOSITED, payment=payment
    )


def _end(payment: Payment, state: PaymentState, by: str, reason: str, now: dt.datetime) -> None:
    payment.state, payment.ended_at, payment.ended_by = state, now, by
    payment.end_reason = reason
    payment.save(update_fields=["state", "ended_at", "ended_by", "end_reason"])


def _take_off_all(
    actor: Actor, payment: Payment, invoices: dict[int, Invoice], now: dt.datetime, today: dt.date
) -> None:
    for key, amount in applied_to(payment=payment).items():
        unapply(
            actor=actor, payment=payment, invoice=invoices[key], amount=amount, now=now, today=today
        )


def bounce_payment(
    *,
    actor: Actor,
    payment: Payment,
    invoices: dict[int, Invoice],
    reason: str,
    now: dt.datetime,
    today: dt.date,
) -> None:
    """Reverse a payment that the bank sent back, by new lines (STANDARDS row 43).

    Arguments:
        invoices: those that it paid, by key, locked before the payment.

    Raises:
        NotPossible: it cannot bounce.
    """
    check_can_bounce(payment=payment, refund_waits=waiting_refunds(payment=payment).exists())
    _take_off_all(actor, payment, invoices, now, today)
    deposited = payment.deposited_on is not None
    held = Account.BANK if deposited else FIRST_ACCOUNT[payment.method]
    _book(actor, payment, now, today).post(
        Account.CREDIT, held, payment.amount_minor, Reason.BOUNCED, payment=payment
    )
    _end(payment, PaymentState.BOUNCED, actor.reference, reason, now)


def dispute_payment(
    *,
    actor: Actor,
    payment: Payment,
    invoices: dict[int, Invoice],
    reason: str,
    now: dt.datetime,
    today: dt.date,
) -> bool:
    """Set a payment aside that its payer disputes; False when it is set aside already."""
    if payment.state != PaymentState.RECEIVED:
        return False
    _take_off_all(actor, payment, invoices, now, today)
    rest = held_by_dispute(payment)
    book = _book(actor, payment, now, today)
    book.post(Account.CREDIT, Account.DISPUTED, rest, Reason.DISPUTED, payment=payment)
    _end(payment, PaymentState.DISPUTED, actor.reference, reason, now)
    return True


def win_dispute(*, actor: Actor, payment: Payment, now: dt.datetime, today: dt.date) -> bool:
    """Bring a disputed payment back; False when it is not disputed."""
    if payment.state != PaymentState.DISPUTED:
        return False
    rest = held_by_dispute(payment)
    book = _book(actor, payment, now, today)
    book.post(Account.DISPUTED, Account.CREDIT, rest, Reason.DISPUTE_WON, payment=payment)
    payment.state, payment.ended_at, payment.ended_by = PaymentState.RECEIVED, None, ""
    payment.end_reason = ""
    payment.save(update_fields=["state", "ended_at", "ended_by", "end_reason"])
    return True


def write_off(
    *, actor: Actor, payment: Payment, reason: str, now: dt.datetime, today: dt.date
) -> int:
    """Take what a lost dispute holds back off what the provider had; final.

    The invoice is open again since the dispute began; whether it is asked for once more or
    credited is another decision.

    Returns:
        The minor units that were lost.

    Raises:
        NotPossible: the payment is not disputed.
    """
    check_can_write_off(payment=payment)
    rest = held_by_dispute(payment)
    book = _book(actor, payment, now, today)
    source = FIRST_ACCOUNT[payment.method]
    book.post(Account.DISPUTED, source, rest, Reason.WRITTEN_OFF, payment=payment)
    _end(payment, PaymentState.LOST, actor.reference, reason, now)
    return rest


def ask_refund(
    *,
    actor: Actor,
    payment: Payment,
    amount: int,
    reason: str,
    now: dt.datetime,
    gone: bool = False,
) -> Refund:
    """Ask to pay money back out of what is left of a payment, locked by the caller.

    Arguments:
        gone: the provider paid it back already, whatever else waits for the money.

    Raises:
        NotPossible: more than is left, other refunds that wait included.
    """
    left = payment.left_minor if gone else free_minor(payment=payment)
    if amount <= 0 or amount > left:
        raise NotPossible(
            "There is not so much left of this payment. Issue a credit note first, so that"
            " what was paid is free to go back."
        )
    return Refund.objects.create(
        payment=payment,
        amount_minor=amount,
        reason=reason,
        asked_at=now,
        asked_by=actor.reference,
        asked_by_name=actor.name,
    )


def decide_refund(*, refund: Refund, by: str, refused: bool, now: dt.datetime) -> None:
    """Write down the second person's word; what was not paid yet can be called off by anybody.

    Raises:
        NotPossible: it was paid or decided, or is agreed to by the one who asked.
    """
    if refund.paid_at is not None or refund.refused or (refund.decided_at and not refused):
        raise NotPossible("This refund was decided already.")
    if refund.asked_by == by and not refused:
        raise NotPossible("Somebody else than the one who asked decides about this refund.")
    refund.decided_at, refund.decided_by, refund.refused = now, by, refused
    refund.save(update_fields=["decided_at", "decided_by", "refused"])


def mark_refund_paid(
    *,
    actor: Actor,
    refund: Refund,
    payment: Payment,
    external_id: str | None,
    now: dt.datetime,
    today: dt.date,
) -> None:
    """Post a refund that left: out of the payer's credit and of the account where money is."""
    refund.paid_at, refund.external_id = now, external_id
    refund.save(update_fields=["paid_at", "external_id"])
    first = FIRST_ACCOUNT[payment.method]
    source = Account.BANK if first == Account.CHEQUES else first
    _book(actor, payment, now, today).post(
        Account.CREDIT, source, refund.amount_minor, Reason.REFUNDED, payment=payment
    )
    payment.refunded_minor += refund.amount_minor
    payment.save(update_fields=["refunded_minor"])
