"""One invoice as finance sees it: what paid it, what was taken back, what may be done."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from scriptorium.domains.catalog.enums import counted
from scriptorium.domains.ledger.queries.figures import units_of_order
from scriptorium.domains.memberships.rules import words
from scriptorium.domains.orders import queries as money
from scriptorium.domains.orders.enums import AttemptState, Method, OrderState, PaymentState
from scriptorium.domains.orders.models import Attempt, Invoice, Payment
from scriptorium.domains.orders.queries import office
from scriptorium.kernel import clock
from scriptorium.kernel.money import Money
from scriptorium.kernel.payer import Payer
from scriptorium.pages.estimate import LineRow, line_rows, line_sums
from scriptorium.pages.estimates import Sums
from scriptorium.pages.money_account import PAYMENT_TONES
from scriptorium.pages.orders import due_words, order_state


@dataclass(frozen=True, slots=True)
class PaidRow:
    """One payment of the invoice; ``amount`` is what it pays now, or once paid."""

    number: str
    url: str
    day: str
    how: str
    amount: str
    state: str
    tone: str


@dataclass(frozen=True, slots=True)
class CreditedRow:
    """One credit note on the invoice."""

    number: str
    day: str
    amount: str
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class LeftLine:
    """A line of which pieces can be taken back."""

    position: int
    key: int
    name: str
    left: int
    each: str


@dataclass(frozen=True, slots=True)
class InvoicePage:
    """Everything on the page.

    Arguments:
        units: what the order brought and how much of it is free, in words, by kind.
        kept: what is kept and could pay it; empty when nothing is, or nothing is open.
        why_not_cancel: the reason where the order cannot be cancelled as a whole.
    """

    number: str
    url: str
    state: str
    tone: str
    open: str
    facts: list[tuple[str, str]]
    estimate_url: str
    estimate_number: str
    lines: list[LineRow]
    sums: Sums
    payments: list[PaidRow]
    notes: list[CreditedRow]
    attempts: list[tuple[str, str]]
    units: list[str]
    left: list[LeftLine]
    kept: str
    why_not_cancel: str


def invoice_page(*, invoice: Invoice, account: str, today: dt.date) -> InvoicePage:
    """Return the page of one invoice.

    Arguments:
        account: address of the payer's account.
    """
    order = invoice.order
    lines = money.lines_of_orders(orders=[order.pk])[order.pk]
    state, tone = order_state(order, invoice, today)
    estimate = order.estimate
    payer = Payer.of(invoice)
    kept = 0
    if invoice.open_minor:
        kept = money.credit_of(payer=payer) - office.promised_of(payer=payer)
    return InvoicePage(
        number=invoice.number,
        url=f"{account}invoices/{invoice.number}/",
        state=state,
        tone=tone,
        open=str(Money(invoice.open_minor, invoice.currency)) if invoice.open_minor else "",
        facts=[(term, said) for term, said in _facts(invoice, today) if said],
        estimate_url=f"{account}estimates/{estimate.number}/" if estimate else "",
        estimate_number=estimate.number if estimate else "",
        lines=line_rows(lines=lines, currency=order.currency),
        sums=line_sums(lines=lines, currency=order.currency),
        payments=[_paid(*row, account) for row in money.paid_on(invoice=invoice.pk)],
        notes=[
            CreditedRow(
                note.number,
                words(note.issued_on),
                str(Money(note.total_minor, invoice.currency)),
                note.reason,
                note.by_name,
            )
            for note in money.credit_notes_of(invoice=invoice.pk)
        ],
        attempts=[_attempt(one, order.currency) for one in money.attempts_of(order=order.pk)],
        units=units_words(order=order.reference),
        left=left_lines(invoice=invoice),
        kept=str(Money(kept, invoice.currency)) if kept > 0 else "",
        why_not_cancel=_why_not_cancel(invoice),
    )


def left_lines(*, invoice: Invoice) -> list[LeftLine]:
    """Return the lines of an invoice of which pieces can be taken back."""
    return [
        LeftLine(
            line.position,
            line.pk,
            line.description,
            left,
            str(Money(line.unit_minor, invoice.currency)),
        )
        for line, left in money.lines_left(order=invoice.order_id)
        if left
    ]


def units_words(*, order: str) -> list[str]:
    """Return what an order brought, and how much of it nobody uses yet, in words."""
    return [
        f"{counted(came.kind, came.count)} entered the stock; {came.free:,} of them "
        f"{'is' if came.free == 1 else 'are'} free."
        for came in units_of_order(order=order)
    ]


def _facts(invoice: Invoice, today: dt.date) -> list[tuple[str, str]]:
    order = invoice.order
    bill_to = invoice.content["bill_to"]
    address = ", ".join(filter(None, [bill_to["name"], *bill_to["address"].splitlines()]))
    return [
        ("Billed to", address),
        ("Ordered", f"{words(order.placed_on)} by {order.placed_by_name}"),
        ("Due", due_words(invoice=invoice, today=today) if invoice.open_minor else ""),
        ("Purchase order", order.po_number),
        ("Paid", str(Money(invoice.applied_minor, invoice.currency))),
        ("Credited", str(Money(invoice.credited_minor, invoice.currency))),
    ]


def _paid(payment: Payment, now: int, once: int, account: str) -> PaidRow:
    state = PaymentState(payment.state)
    label = payment.method_label or Method(payment.method).label
    taken_off = state == PaymentState.RECEIVED and now < once
    return PaidRow(
        number=payment.number,
        url=f"{account}payments/{payment.number}/",
        day=words(payment.received_on),
        how=f"{label} {payment.paper}".strip(),
        amount=str(Money(now or once, payment.currency)),
        state="Taken off again" if taken_off and not now else state.label,
        tone="soon" if taken_off else PAYMENT_TONES.get(state, ""),
    )


def _attempt(attempt: Attempt, currency: str) -> tuple[str, str]:
    said = f"{Money(attempt.amount_minor, currency)}: {AttemptState(attempt.state).label.lower()}"
    if attempt.failure:
        said = f"{said}. {attempt.failure}"
    return words(clock.day_of(attempt.begun_at)), said


def _why_not_cancel(invoice: Invoice) -> str:
    if invoice.order.state == OrderState.CANCELLED:
        return "This order is cancelled."
    if invoice.applied_minor:
        return "Something was paid on it. Take pieces back by a credit note instead."
    if not invoice.open_minor:
        return "Nothing is open on it."
    return ""
