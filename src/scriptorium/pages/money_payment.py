"""One payment as finance sees it: what it pays, what is left, what came back."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from scriptorium.domains.catalog.queries import prices
from scriptorium.domains.memberships.rules import words
from scriptorium.domains.orders import queries as money
from scriptorium.domains.orders.enums import Method, OrderState, PaymentState
from scriptorium.domains.orders.models import Invoice, Payment, Refund
from scriptorium.domains.orders.queries import office
from scriptorium.domains.orders.rules.states import (
    NotPossible,
    check_can_bounce,
    held_by_dispute,
    may_go,
)
from scriptorium.kernel import clock
from scriptorium.kernel.money import Money
from scriptorium.kernel.payer import Payer
from scriptorium.pages.money_account import PAYMENT_TONES, receipt_url
from scriptorium.pages.money_cells import two_places
from scriptorium.pages.money_invoice import units_words


@dataclass(frozen=True, slots=True)
class AppliedRow:
    """One invoice that the payment pays, or paid before it came back.

    Arguments:
        said: what it does on the invoice, in words.
        units: what the invoice's order brought, in words.
    """

    number: str
    url: str
    amount: str
    said: str
    units: list[str]


@dataclass(frozen=True, slots=True)
class RefundRow:
    """One refund of the payment."""

    amount: str
    reason: str
    asked: str
    state: str
    tone: str


@dataclass(frozen=True, slots=True)
class PaymentPage:
    """Everything on the page.

    Arguments:
        receipt: address of the PDF; "" while it pays nothing.
        disputed: what a dispute holds back; "" without one.
        left, left_amount: what a refund can take, in words and as a form takes it.
        open_invoices: (number, address, open) of invoices that what is left could pay.
    """

    number: str
    url: str
    amount: str
    state: str
    tone: str
    facts: list[tuple[str, str]]
    applied: list[AppliedRow]
    kept: str
    left: str
    left_amount: str
    alone: str
    waits: bool
    refunds: list[RefundRow]
    open_invoices: list[tuple[str, str, str]]
    why_not_bounce: str
    receipt: str
    disputed: str


def payment_page(*, payment: Payment, account: str) -> PaymentPage:
    """Return the page of one payment.

    Arguments:
        account: address of the payer's account.
    """
    refunds = office.refunds_of(payment=payment.pk)
    waiting = [one for one in refunds if one.paid_at is None and not one.refused]
    kept = payment.left_minor
    left = max(0, kept - sum(one.amount_minor for one in waiting))
    state = PaymentState(payment.state)
    applied = [_applied(*row, account) for row in office.invoices_of_payment(payment=payment.pk)]
    return PaymentPage(
        number=payment.number,
        url=f"{account}payments/{payment.number}/",
        amount=str(Money(payment.amount_minor, payment.currency)),
        state=state.label,
        tone=PAYMENT_TONES.get(state, ""),
        facts=[(term, said) for term, said in _facts(payment) if said],
        applied=applied,
        kept=str(Money(kept, payment.currency)) if kept else "",
        left=str(Money(left, payment.currency)) if left else "",
        left_amount=str(two_places(left)) if left else "",
        alone=str(prices().refund_alone),
        waits=bool(waiting),
        refunds=[_refund(one, payment.currency) for one in refunds],
        open_invoices=_open_invoices(payment, account) if left else [],
        why_not_bounce=_why_not_bounce(payment, bool(waiting)),
        receipt=receipt_url(payment, account) if applied else "",
        disputed=str(Money(held_by_dispute(payment), payment.currency))
        if state == PaymentState.DISPUTED
        else "",
    )


def _facts(payment: Payment) -> list[tuple[str, str]]:
    day: dt.date | None = payment.deposited_on
    facts = [
        ("How", payment.method_label or Method(payment.method).label),
        ("Number or reference", payment.paper),
        ("Came in on", words(payment.received_on)),
        ("Entered by", f"{payment.entered_by_name}, {words(clock.day_of(payment.entered_at))}"),
        ("Note", payment.note),
    ]
    if payment.method == Method.CHEQUE:
        facts.append(("Deposited", words(day) if day else "Not yet"))
    if payment.end_reason:
        facts.append((PaymentState(payment.state).label, payment.end_reason))
    return facts


def _applied(invoice: Invoice, now: int, once: int, account: str) -> AppliedRow:
    order = invoice.order
    open_words = Money(invoice.open_minor, invoice.currency)
    if not now:
        said = f"Taken off again; {open_words} of the invoice is open."
    elif order.state == OrderState.PAID:
        said = "The invoice is paid."
    else:
        said = f"{open_words} of the invoice is still open."
    return AppliedRow(
        number=invoice.number,
        url=f"{account}invoices/{invoice.number}/",
        amount=str(Money(now or once, invoice.currency)),
        said=said,
        units=units_words(order=order.reference),
    )


def _refund(refund: Refund, currency: str) -> RefundRow:
    if refund.paid_at is not None:
        state, tone = f"Paid back on {words(clock.day_of(refund.paid_at))}", "good"
    elif refund.refused:
        state, tone = "Refused", ""
    elif may_go(refund=refund, alone=prices().refund_alone.minor):
        state, tone = "Agreed, not sent", "soon"
    else:
        state, tone = "Waits for a second person", "soon"
    asked = f"{refund.asked_by_name}, {words(clock.day_of(refund.asked_at))}"
    return RefundRow(str(Money(refund.amount_minor, currency)), refund.reason, asked, state, tone)


def _open_invoices(payment: Payment, account: str) -> list[tuple[str, str, str]]:
    return [
        (
            invoice.number,
            f"{account}invoices/{invoice.number}/",
            str(Money(invoice.open_minor, invoice.currency)),
        )
        for invoice in money.open_invoices(payer=Payer.of(payment))[:20]
    ]


def _why_not_bounce(payment: Payment, refund_waits: bool) -> str:
    try:
        check_can_bounce(payment=payment, refund_waits=refund_waits)
    except NotPossible as error:
        return str(error)
    return ""
