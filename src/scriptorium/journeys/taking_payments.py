"""Money that staff enter: cheques, transfers, phone; deposits and bounces (MISSION S27)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from scriptorium.domains.audit.operations import Happening, record
from scriptorium.domains.notifications.operations import Mail, enqueue
from scriptorium.domains.orders import operations as orders
from scriptorium.domains.orders import queries as money
from scriptorium.domains.orders.enums import Method
from scriptorium.domains.orders.models import Invoice, Payment
from scriptorium.domains.orders.operations import NewPayment
from scriptorium.domains.orders.operations.payments import applied_to
from scriptorium.domains.orders.rules.cards import LooksLikeACard, check_no_card_number
from scriptorium.domains.orders.rules.states import NotPossible
from scriptorium.journeys import ordering
from scriptorium.journeys.ordering import BillTo
from scriptorium.kernel.actor import Actor
from scriptorium.kernel.money import Money

__all__ = ["LooksLikeACard", "NotPossible", "Taken", "bounce", "deposit", "take"]


@dataclass(frozen=True, slots=True)
class Taken:
    """What a payment did.

    Arguments:
        paid: (invoice number, minor units) for each invoice that it paid from.
        kept_minor: what is kept for the payer.
    """

    payment: Payment
    paid: tuple[tuple[str, int], ...]
    kept_minor: int


@transaction.atomic(durable=True)
def take(
    *,
    actor: Actor,
    to: BillTo,
    new: NewPayment,
    invoices: Sequence[Invoice],
    now: dt.datetime,
    today: dt.date,
) -> Taken:
    """Enter a payment and pay invoices from it, in the order given; the rest is kept.

    Arguments:
        invoices: of this payer; when none is given, all open ones, longest due first.

    Raises:
        LooksLikeACard: a field holds a card number.
        NotPossible: the amount is not positive, or the day lies ahead.
    """
    check_no_card_number(new.paper, new.note)
    if new.amount_minor <= 0:
        raise NotPossible("Type the amount that came in, more than zero.")
    if new.received_on > today:
        raise NotPossible("The day lies ahead; type the day on which the money came in.")
    before = money.payment_by_key(idempotency_key=new.idempotency_key)
    if before is not None:
        return _taken(before)
    try:
        with transaction.atomic():
            return keep(actor=actor, to=to, new=new, invoices=invoices, now=now, today=today)
    except IntegrityError:
        # The same form came twice at one moment: the other one is kept, and this one answers so.
        before = money.payment_by_key(idempotency_key=new.idempotency_key)
        if before is None:
            raise
        return _taken(before)


def keep(
    *,
    actor: Actor,
    to: BillTo,
    new: NewPayment,
    invoices: Sequence[Invoice],
    now: dt.datetime,
    today: dt.date,
) -> Taken:
    """Write a payment and apply it, inside the caller's transaction."""
    wanted = [invoice.pk for invoice in invoices] or [
        invoice.pk for invoice in money.open_invoices(payer=to.payer)
    ]
    locked = money.locked_invoices(keys=wanted)
    # What is paid for is handed out first. From the moment a receipt has its number until it is
    # committed nobody else gets one, so as little as possible lies between.
    for invoice in _settled_by(new.amount_minor, [locked[key] for key in wanted]):
        ordering.fulfil(
            actor=actor, order=invoice.order, invoice=invoice, to=to, now=now, today=today
        )
    payment = orders.receive_payment(actor=actor, new=new, now=now, today=today)
    paid = []
    for key in wanted:
        invoice = locked[key]
        used = orders.apply_payment(
            actor=actor, payment=payment, invoice=invoice, now=now, today=today, fresh=True
        )
        if used:
            paid.append((invoice.number, used))
        if invoice.settled_at is not None:
            ordering.settle(actor=actor, invoice=invoice, to=to, now=now, today=today)
    taken = Taken(payment, tuple(paid), payment.left_minor)
    amount = str(Money(payment.amount_minor, payment.currency))
    record(
        actor=actor,
        happening=Happening(
            "payment.received", "payment", payment.number, to.practice,
            {
                "amount": amount, "number": payment.number,
                "method": Method(payment.method).label.lower(),
            },
        ),
        now=now,
    )  # fmt: skip
    enqueue(mails=[_receipt(taken, to, amount)], now=now)
    return taken


def _receipt(taken: Taken, to: BillTo, amount: str) -> Mail:
    """Return the mail about a payment that came in."""
    payment = taken.payment
    data = {
        "number": payment.number, "payer": to.name, "amount": amount,
        "method": payment.method_label or Method(payment.method).label,
        "paid": [
            {"number": number, "amount": str(Money(minor, payment.currency))}
            for number, minor in taken.paid
        ],
        "kept": str(Money(taken.kept_minor, payment.currency)) if taken.kept_minor else "",
        "link": to.orders_page,
    }  # fmt: skip
    return Mail(
        "payment_received",
        to.email,
        to.contact,
        f"payment_received:{payment.number}",
        data,
        to.practice,
    )


def _settled_by(amount_minor: int, invoices: Sequence[Invoice]) -> list[Invoice]:
    """Return the invoices of which nothing is open after an amount was applied in their order."""
    found = []
    for invoice in invoices:
        if 0 < invoice.open_minor <= amount_minor:
            found.append(invoice)
        amount_minor -= min(amount_minor, invoice.open_minor)
    return found


def _taken(payment: Payment) -> Taken:
    paid = applied_to(payment=payment)
    numbers = money.invoices_by_keys(keys=paid)
    return Taken(
        payment,
        tuple((numbers[key].number, amount) for key, amount in sorted(paid.items())),
        payment.left_minor,
    )


@transaction.atomic(durable=True)
def deposit(
    *, actor: Actor, payments: Sequence[Payment], on: dt.date, now: dt.datetime, today: dt.date
) -> int:
    """Write down that cheques went to the bank; returns how many.

    Raises:
        NotPossible: one of them is no cheque in hand, or the day lies ahead; none was changed.
    """
    if on > today:
        raise NotPossible("The day lies ahead; type the day of the deposit.")
    for found in sorted(payments, key=lambda payment: payment.pk):
        payment = money.locked_payment(key=found.pk)
        orders.deposit_cheque(actor=actor, payment=payment, on=on, now=now)
        record(
            actor=actor,
            happening=Happening(
                "payment.deposited", "payment", payment.number,
                found.payer_practice.reference if found.payer_practice else "",
                {"number": payment.number, "paper": payment.paper or "without a number"},
            ),
            now=now,
        )  # fmt: skip
    return len(payments)


@transaction.atomic(durable=True)
def bounce(
    *, actor: Actor, payment: Payment, to: BillTo, reason: str, now: dt.datetime, today: dt.date
) -> tuple[str, ...]:
    """Reverse a payment that the bank sent back: by new lines, never by a change (row 43).

    Units that were granted stay until staff decide; the order waits for payment again.

    Returns:
        The numbers of the invoices that are open again.

    Raises:
        NotPossible: it cannot bounce.
    """
    check_no_card_number(reason)
    invoices = money.locked_invoices(keys=applied_to(payment=payment))
    locked = money.locked_payment(key=payment.pk)
    orders.bounce_payment(
        actor=actor, payment=locked, invoices=invoices, reason=reason, now=now, today=today
    )
    for invoice in invoices.values():
        ordering.settle(actor=actor, invoice=invoice, to=to, now=now, today=today)
    numbers = tuple(invoice.number for invoice in invoices.values())
    record(
        actor=actor,
        happening=Happening(
            "payment.bounced", "payment", locked.number, to.practice,
            {"number": locked.number, "reason": reason, "invoices": ", ".join(numbers) or "none"},
        ),
        now=now,
    )  # fmt: skip
    data = {
        "number": locked.number, "payer": to.name,
        "amount": str(Money(locked.amount_minor, locked.currency)),
        "reason": reason, "invoices": list(numbers), "link": to.orders_page,
    }  # fmt: skip
    mail = Mail(
        "payment_bounced",
        to.email,
        to.contact,
        f"payment_bounced:{locked.number}",
        data,
        to.practice,
    )
    enqueue(mails=[mail], now=now)
    return numbers
