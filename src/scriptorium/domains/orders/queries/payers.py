"""Reading what one payer's pages show: an order's payments and attempts, and the statement."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Sum

from scriptorium.domains.orders.enums import Account, OrderState, Reason
from scriptorium.domains.orders.models import (
    Attempt,
    CreditNoteLine,
    Invoice,
    Order,
    OrderLine,
    Payment,
    Posting,
)
from scriptorium.kernel.payer import Payer

#: The accounts in which a payer stands with the body.
OWN = (Account.RECEIVABLE, Account.CREDIT)


def lines_of_orders(*, orders: Iterable[int]) -> dict[int, list[OrderLine]]:
    """Return order key → its lines."""
    found: dict[int, list[OrderLine]] = defaultdict(list)
    rows = OrderLine.objects.filter(order_id__in=list(orders))
    for line in rows.select_related("cost_centre").order_by("position"):
        found[line.order_id].append(line)
    return found


def order_by_key(*, idempotency_key: str) -> Order | None:
    """Return the order that an earlier press of the same form made."""
    return Order.objects.filter(idempotency_key=idempotency_key).select_related("invoice").first()


def waiting_lines(*, payer: Payer) -> list[OrderLine]:
    """Return the lines of a payer's orders that wait for payment, newest order first."""
    rows = OrderLine.objects.filter(
        order__in=Order.objects.filter(state=OrderState.OPEN, **payer.columns)
    )
    return list(rows.select_related("order__invoice").order_by("-order_id", "position"))


def paid_on(*, invoice: int) -> list[tuple[Payment, int, int]]:
    """Return the payments of an invoice, oldest first.

    Returns:
        (payment, what pays the invoice now, what once paid it): a payment that came back pays
        nothing any more.
    """
    now: dict[int, int] = defaultdict(int)
    once: dict[int, int] = defaultdict(int)
    payments: dict[int, Payment] = {}
    rows = Posting.objects.filter(
        invoice_id=invoice, payment__isnull=False, reason__in=(Reason.APPLIED, Reason.UNAPPLIED)
    )
    for row in rows.select_related("payment").order_by("id"):
        assert row.payment is not None
        payments[row.payment.pk] = row.payment
        applied = row.reason == Reason.APPLIED
        now[row.payment.pk] += row.amount_minor if applied else -row.amount_minor
        once[row.payment.pk] += row.amount_minor if applied else 0
    return [(payment, now[key], once[key]) for key, payment in payments.items()]


def attempts_of(*, order: int) -> list[Attempt]:
    """Return an order's attempts to pay by card, newest first."""
    return list(Attempt.objects.filter(order_id=order).order_by("-number"))


def lines_of_note(*, note: int) -> list[CreditNoteLine]:
    """Return what a credit note takes back, in the order of the invoice's lines."""
    rows = CreditNoteLine.objects.filter(note_id=note).select_related("line")
    return list(rows.order_by("line__position"))


def open_total(*, payer: Payer) -> int:
    """Return the minor units that are open on a payer's invoices."""
    rows = Invoice.objects.filter(settled_at__isnull=True, **payer.columns)
    sums = rows.aggregate(t=Sum("total_minor"), a=Sum("applied_minor"), c=Sum("credited_minor"))
    return int((sums["t"] or 0) - (sums["a"] or 0) - (sums["c"] or 0))


def balance_before(*, payer: Payer, day: dt.date) -> int:
    """Return what a payer owed at the beginning of a day; below zero it is kept for the payer."""
    rows = Posting.objects.filter(on__lt=day, **payer.columns)
    owed = rows.filter(debit__in=OWN).aggregate(n=Sum("amount_minor"))["n"] or 0
    paid = rows.filter(credit__in=OWN).aggregate(n=Sum("amount_minor"))["n"] or 0
    return int(owed - paid)
