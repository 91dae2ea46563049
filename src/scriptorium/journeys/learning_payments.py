"""What the provider says of a payment, written once (STANDARDS row 42).

An event is only a hint: what it names is fetched, and ``learn`` writes what is new in the answer.
Repeated, reversed or late events therefore end in the same state.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from scriptorium.domains.audit.operations import Happening, record
from scriptorium.domains.orders import operations as orders
from scriptorium.domains.orders import queries as money
from scriptorium.domains.orders.enums import AttemptState, Method
from scriptorium.domains.orders.models import Attempt, Payment
from scriptorium.domains.orders.operations import NewPayment
from scriptorium.domains.orders.operations.payments import applied_to
from scriptorium.integrations.payments import (
    PaymentFacts,
    PaymentState,
)
from scriptorium.journeys import crediting, ordering, taking_payments
from scriptorium.journeys.ordering import BillTo
from scriptorium.kernel.actor import Actor
from scriptorium.kernel.money import Money

PROVIDER = Actor.system("payments")

#: Outcomes of ``learn`` that changed nothing.
NOTHING_NEW, NOT_OURS = "Nothing new.", "Not one of our attempts."


@transaction.atomic(durable=True)
def learn(*, facts: PaymentFacts, now: dt.datetime, today: dt.date) -> str:
    """Write what is new in the provider's word about a payment; says what it did.

    It may be called any number of times with any of the facts: money is taken once.
    """
    attempt = money.locked_attempt(attempt_key=facts.attempt_key)
    if attempt is None:
        return NOT_OURS
    to = ordering.bill_to_of(attempt.order)
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
    return f"{AttemptState(attempt.state).label}." if moved else NOTHING_NEW


def _later(
    payment: Payment, facts: PaymentFacts, to: BillTo, now: dt.datetime, today: dt.date
) -> str:
    """Write what happened to a payment after it was taken: dispute, its end, a refund."""
    invoices = money.locked_invoices(keys=applied_to(payment=payment))
    locked = money.locked_payment(key=payment.pk)
    won = not (facts.disputed or facts.dispute_lost)
    if won:
        changed = orders.win_dispute(actor=PROVIDER, payment=locked, now=now, today=today)
    else:
        reason = "Lost" if facts.dispute_lost else "Opened at the provider"
        changed = orders.dispute_payment(
            actor=PROVIDER, payment=locked, invoices=invoices, reason=reason, now=now, today=today
        )
    if changed:
        for invoice in invoices.values():
            ordering.settle(actor=PROVIDER, invoice=invoice, to=to, now=now, today=today)
        amount = str(Money(locked.amount_minor, locked.currency))
        record(
            actor=PROVIDER,
            happening=Happening(
                "payment.dispute_won" if won else "payment.disputed",
                "payment", locked.number, to.practice,
                {"number": locked.number, "amount": amount},
            ),
            now=now,
        )  # fmt: skip
        if won:
            _use_again(locked, to, now, today)
        return "Dispute won." if won else "Disputed."
    if facts.refunded.minor > locked.refunded_minor:
        crediting.note_outside_refund(
            actor=PROVIDER, payment=locked, invoices=invoices, to=to,
            amount=facts.refunded.minor - locked.refunded_minor, now=now, today=today,
        )  # fmt: skip
        return "Refund at the provider posted."
    return NOTHING_NEW


def _use_again(payment: Payment, to: BillTo, now: dt.datetime, today: dt.date) -> None:
    """Pay the order of a won dispute again with the money that came back."""
    if payment.attempt is None:
        return
    invoice = money.locked_invoice(key=payment.attempt.order.invoice.pk)
    if ordering.use_credit(actor=PROVIDER, invoice=invoice, to=to, now=now, today=today):
        ordering.settle(actor=PROVIDER, invoice=invoice, to=to, now=now, today=today)
