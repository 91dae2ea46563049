"""Orders and invoices of a practice: the list, and one order with everything that paid it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from scriptorium.domains.catalog.enums import ProductKind, counted
from scriptorium.domains.memberships.rules import away_words, days_words, words
from scriptorium.domains.orders import queries as money
from scriptorium.domains.orders.enums import AttemptState, Method, OrderState, PaymentState
from scriptorium.domains.orders.models import Attempt, Invoice, Line, Order, Payment
from scriptorium.kernel import clock
from scriptorium.kernel.money import Money
from scriptorium.kernel.payer import Payer
from scriptorium.pages.estimate import LineRow, line_rows, line_sums
from scriptorium.pages.estimates import Sums

WINDOW = 50


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order of the list."""

    number: str
    url: str
    what: str
    placed_on: str
    state: str
    tone: str
    total: str
    open: str
    due: str


@dataclass(frozen=True, slots=True)
class OrdersPage:
    """The list with what is owed and what is kept; an amount of nothing is empty."""

    rows: list[OrderRow]
    owed: str
    kept: str
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """One payment of an invoice."""

    number: str
    day: str
    how: str
    amount: str
    state: str
    url: str


@dataclass(frozen=True, slots=True)
class NoteRow:
    """One credit note on an invoice."""

    number: str
    day: str
    amount: str
    reason: str
    url: str


@dataclass(frozen=True, slots=True)
class OrderPage:
    """One order with its invoice.

    Arguments:
        open: what is still to be paid; empty when nothing is.
        on_the_way: a payment was begun and the bank has not answered yet.
        units: when the units are there, in words.
        attempts: (day, what happened) of attempts to pay by card that brought no money.
    """

    reference: str
    number: str
    state: str
    tone: str
    placed: str
    due: str
    po_number: str
    bill_to: list[str]
    lines: list[LineRow]
    sums: Sums
    has_centres: bool
    open: str
    on_the_way: bool
    units: str
    payments: list[PaymentRow]
    notes: list[NoteRow]
    attempts: list[tuple[str, str]]
    estimate_url: str
    estimate_number: str


def orders_page(*, payer: Payer, base: str, page: int, today: dt.date) -> OrdersPage:
    """Return one window of a payer's orders, newest first."""
    found = money.orders_of(payer=payer)
    pages = max(1, -(-found.count() // WINDOW))
    page = min(max(1, page), pages)
    orders = list(found[(page - 1) * WINDOW : page * WINDOW])
    lines = money.lines_of_orders(orders=[order.pk for order in orders])
    owed, kept = money.open_total(payer=payer), money.credit_of(payer=payer)
    return OrdersPage(
        rows=[_row(order, lines[order.pk], base, today) for order in orders],
        owed=str(Money(owed)) if owed else "",
        kept=str(Money(kept)) if kept else "",
        page=page,
        pages=pages,
    )


def _row(order: Order, lines: Sequence[Line], base: str, today: dt.date) -> OrderRow:
    invoice = order.invoice
    state, tone = order_state(order, invoice, today)
    return OrderRow(
        number=invoice.number,
        url=f"{base}orders/{order.reference}/",
        what=", ".join(f"{line.quantity:,} × {line.description}" for line in lines),
        placed_on=words(order.placed_on),
        state=state,
        tone=tone,
        total=str(Money(invoice.total_minor, invoice.currency)),
        open=str(Money(invoice.open_minor, invoice.currency)) if invoice.open_minor else "",
        due=due_words(invoice=invoice, today=today) if invoice.open_minor else "",
    )


def order_state(order: Order, invoice: Invoice, today: dt.date) -> tuple[str, str]:
    """Return an order's state in words, and the colour that goes with them."""
    if order.state == OrderState.OPEN and today > invoice.due_on:
        return "Overdue", "now"
    if order.state == OrderState.OPEN and invoice.open_minor < invoice.total_minor:
        return "Partly paid", "soon"
    tones = {OrderState.OPEN: "soon", OrderState.PAID: "good", OrderState.CANCELLED: ""}
    state = OrderState(order.state)
    return state.label, tones[state]


def due_words(*, invoice: Invoice, today: dt.date) -> str:
    """Return when an open invoice is due, and how far away that is."""
    left = (invoice.due_on - today).days
    if left < 0:
        return f"{words(invoice.due_on)}, overdue by {days_words(-left)}"
    return f"{words(invoice.due_on)}, {away_words(invoice.due_on, today)}"


# One order ------------------------------------------------------------------------------------


def order_page(*, order: Order, base: str, today: dt.date) -> OrderPage:
    """Return the page of one order."""
    invoice = order.invoice
    here = f"{base}orders/{order.reference}/"
    lines = money.lines_of_orders(orders=[order.pk])[order.pk]
    attempts = money.attempts_of(order=order.pk)
    state, tone = order_state(order, invoice, today)
    bill_to = invoice.content["bill_to"]
    is_open = order.state == OrderState.OPEN and invoice.open_minor > 0
    return OrderPage(
        reference=order.reference,
        number=invoice.number,
        state=state,
        tone=tone,
        placed=f"{words(order.placed_on)} by {order.placed_by_name}",
        due=due_words(invoice=invoice, today=today) if is_open else words(invoice.due_on),
        po_number=order.po_number,
        bill_to=[
            bill_to["name"],
            *bill_to["address"].splitlines(),
            # Somebody who pays for herself is her own contact.
            *([bill_to["contact"]] if bill_to["contact"] != bill_to["name"] else []),
        ],
        lines=line_rows(lines=lines, currency=order.currency),
        sums=line_sums(lines=lines, currency=order.currency),
        has_centres=any(line.cost_centre_id for line in lines),
        open=str(Money(invoice.open_minor, invoice.currency)) if is_open else "",
        on_the_way=any(attempt.state == AttemptState.PENDING for attempt in attempts),
        units=_units(order, lines, today),
        payments=[
            _payment(payment, now, once, here)
            for payment, now, once in money.paid_on(invoice=invoice.pk)
        ],
        notes=[
            NoteRow(
                note.number,
                words(note.issued_on),
                str(Money(note.total_minor, invoice.currency)),
                note.reason,
                f"{here}credit-notes/{note.number}.pdf",
            )
            for note in money.credit_notes_of(invoice=invoice.pk)
        ],
        attempts=[line for attempt in attempts if (line := _attempt(attempt, order.currency))],
        estimate_url=f"{base}estimates/{order.estimate.reference}/" if order.estimate else "",
        estimate_number=order.estimate.number if order.estimate else "",
    )


def _payment(payment: Payment, now: int, once: int, here: str) -> PaymentRow:
    state = ""
    if payment.state != PaymentState.RECEIVED:
        state = PaymentState(payment.state).label
        if payment.end_reason:
            state += f": {payment.end_reason}"
    elif now < once:
        state = f"{Money(once - now, payment.currency)} of it taken off again"
    return PaymentRow(
        number=payment.number,
        day=words(payment.received_on),
        how=payment.method_label or Method(payment.method).label,
        amount=str(Money(now or once, payment.currency)),
        state=state,
        url=f"{here}receipts/{payment.number}.pdf",
    )


def _attempt(attempt: Attempt, currency: str) -> tuple[str, str] | None:
    day = words(clock.day_of(attempt.begun_at))
    amount = Money(attempt.amount_minor, currency)
    if attempt.state == AttemptState.PENDING:
        return (
            day,
            f"{amount} are on their way. Banks take up to a few days; nothing is left to do.",
        )
    if attempt.failure:
        return day, f"{amount} were not paid. {attempt.failure}"
    if attempt.state == AttemptState.EXPIRED:
        return day, f"{amount} were not paid: the payment page was left or closed."
    return None


def _units(order: Order, lines: Sequence[Line], today: dt.date) -> str:
    units = [counted(line.kind, line.quantity) for line in lines if line.kind in ProductKind]
    if not units or order.state == OrderState.CANCELLED:
        return ""
    what = ", ".join(units)
    if order.granted_at is not None:
        return f"{what}: yours since {words(clock.day_of(order.granted_at))}."
    said = f"{what}: yours when the invoice is paid."
    if any(line.rule.get("until", "9999") < today.isoformat() for line in lines):
        said += " The day by which some were to end is over; their days count from the payment."
    return said
