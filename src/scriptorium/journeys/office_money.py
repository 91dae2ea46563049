"""What finance decides besides payments: kept money, cancellations, exemptions, disagreements."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from scriptorium.domains.audit.operations import Happening, record
from scriptorium.domains.orders import operations as orders
from scriptorium.domains.orders import queries as money
from scriptorium.domains.orders.models import CreditNote, Exemption, Invoice, Mismatch, Payment
from scriptorium.domains.orders.rules.cards import LooksLikeACard, check_no_card_number
from scriptorium.domains.orders.rules.states import NotPossible
from scriptorium.domains.practices import queries as roster
from scriptorium.domains.practices.models import Practice
from scriptorium.integrations.storage.files import FileMissing
from scriptorium.journeys import crediting, ordering
from scriptorium.journeys.ordering import BillTo
from scriptorium.journeys.services import file_store
from scriptorium.kernel.actor import Actor
from scriptorium.kernel.money import Money

__all__ = ["LooksLikeACard", "NotPossible", "answer_exemption", "cancel", "use_kept", "write_off"]


@transaction.atomic(durable=True)
def use_kept(
    *, actor: Actor, invoice: Invoice, to: BillTo, now: dt.datetime, today: dt.date
) -> int:
    """Pay an invoice from what is kept for its payer, oldest payment first.

    Returns:
        The minor units that it took.

    Raises:
        NotPossible: nothing is kept that could be used, or nothing is open.
    """
    locked = money.locked_invoice(key=invoice.pk)
    used = ordering.use_credit(actor=actor, invoice=locked, to=to, now=now, today=today)
    if not used:
        raise NotPossible("Nothing is kept that could pay this invoice, or nothing is open on it.")
    ordering.settle(actor=actor, invoice=locked, to=to, now=now, today=today)
    return used


def cancel(
    *,
    actor: Actor,
    invoice: Invoice,
    to: BillTo,
    reason: str,
    now: dt.datetime,
    today: dt.date,
) -> CreditNote:
    """Cancel an order of which nothing is paid: a credit note over all that is left of it.

    Raises:
        NotPossible: something was paid, or nothing is left to take back.
        LooksLikeACard: the reason holds a card number.
    """
    if invoice.applied_minor:
        raise NotPossible(
            "Something was paid on this invoice. Take pieces back by a credit note instead."
        )
    left = money.lines_left(order=invoice.order_id)
    return crediting.credit(
        actor=actor,
        invoice=invoice,
        to=to,
        quantities={line.pk: count for line, count in left},
        reason=reason,
        now=now,
        today=today,
    )


@transaction.atomic(durable=True)
def set_units_first(*, actor: Actor, practice: Practice, on: bool, now: dt.datetime) -> bool:
    """Let a practice have its units on acceptance, or on payment again; False when it is so."""
    roster.lock_practice(practice=practice.pk)
    before = money.billing_of(practice=practice.pk).units_first_at is not None
    if before == on:
        return False
    orders.set_units_first(practice=practice.pk, on=on, by=actor.reference, now=now)
    record(
        actor=actor,
        happening=Happening(
            "billing.units_first", "practice", practice.reference, practice.reference,
            {"decision": "approved" if on else "ended"},
        ),
        now=now,
    )  # fmt: skip
    return True


@transaction.atomic(durable=True)
def answer_exemption(
    *, actor: Actor, exemption: Exemption, accepted: bool, now: dt.datetime
) -> None:
    """Verify a certificate of exemption from tax, or refuse it.

    Raises:
        NotPossible: it was answered before.
    """
    if exemption.verified_at is not None or exemption.refused_at is not None:
        raise NotPossible("This certificate was answered already.")
    orders.answer_exemption(exemption=exemption, accepted=accepted, by=actor.reference, now=now)
    practice = exemption.practice.reference
    record(
        actor=actor,
        happening=Happening(
            "exemption.answered", "practice", practice, practice,
            {"number": exemption.number, "decision": "verified" if accepted else "refused"},
        ),
        now=now,
    )  # fmt: skip


@transaction.atomic(durable=True)
def write_off(
    *,
    actor: Actor,
    payment: Payment,
    to: BillTo,
    reason: str,
    now: dt.datetime,
    today: dt.date,
) -> Money:
    """Write off what a lost dispute holds back; the invoice stays open.

    Raises:
        NotPossible: no dispute holds the payment, or it was written off.
        LooksLikeACard: the reason holds a card number.
    """
    check_no_card_number(reason)
    locked = money.locked_payment(key=payment.pk)
    lost = orders.write_off(actor=actor, payment=locked, reason=reason, now=now, today=today)
    amount = Money(lost, locked.currency)
    record(
        actor=actor,
        happening=Happening(
            "payment.written_off", "payment", locked.number, to.practice,
            {"amount": str(amount), "number": locked.number, "reason": reason},
        ),
        now=now,
    )  # fmt: skip
    return amount


def exemption_file(*, exemption: Exemption) -> bytes | None:
    """Return the PDF that was handed in with a certificate, or None."""
    if not exemption.file_sha256:
        return None
    try:
        return file_store().get(sha256=exemption.file_sha256)
    except FileMissing:
        return None


@transaction.atomic(durable=True)
def close_mismatch(*, actor: Actor, mismatch: Mismatch, note: str, now: dt.datetime) -> None:
    """Settle a disagreement with the provider by a note.

    Raises:
        NotPossible: it is closed.
        LooksLikeACard: the note holds a card number.
    """
    check_no_card_number(note)
    if mismatch.closed_at is not None:
        raise NotPossible("This was settled already.")
    orders.close_mismatch(mismatch=mismatch, by=actor.reference, note=note, now=now)
    record(
        actor=actor,
        happening=Happening(
            "mismatch.closed", "mismatch", mismatch.reference, "",
            {"what": mismatch.what, "note": note},
        ),
        now=now,
    )  # fmt: skip
