"""Estimates: made in a minute, revised, shared, accepted online or declined (MISSION S2)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from scriptorium.domains.audit.operations import Happening, record
from scriptorium.domains.catalog.queries import prices
from scriptorium.domains.orders import operations as orders
from scriptorium.domains.orders import queries as money
from scriptorium.domains.orders.enums import EstimateState
from scriptorium.domains.orders.models import Estimate, Invoice
from scriptorium.domains.orders.operations import NewEstimate, NewOrder
from scriptorium.domains.orders.rules import states
from scriptorium.domains.orders.rules.cards import LooksLikeACard, check_no_card_number
from scriptorium.domains.orders.rules.pricing import CannotPrice, Quote, Wish
from scriptorium.domains.orders.rules.quotes import quote_for
from scriptorium.domains.orders.rules.states import NotPossible
from scriptorium.domains.practices import queries as roster
from scriptorium.domains.practices.models import Practice
from scriptorium.journeys import ordering
from scriptorium.kernel.actor import Actor
from scriptorium.kernel.money import Money
from scriptorium.kernel.payer import Payer

__all__ = [
    "CannotPrice",
    "LooksLikeACard",
    "NotPossible",
    "Wish",
    "accept",
    "decline",
    "make",
    "priced",
    "share",
]


def priced(*, practice: Practice, wishes: Sequence[Wish], today: dt.date) -> Quote:
    """Price a practice's wish for today: its region's tax, less an exemption that counts.

    Raises:
        CannotPrice: nothing was wished for, or a line is impossible.
    """
    payer = Payer(practice=practice.pk)
    return quote_for(payer=payer, region=practice.region, wishes=wishes, on=today)


@transaction.atomic(durable=True)
def make(
    *,
    actor: Actor,
    practice: Practice,
    wishes: Sequence[Wish],
    now: dt.datetime,
    today: dt.date,
    title: str = "",
    note: str = "",
    revises: Estimate | None = None,
    by_staff: bool = False,
    idempotency_key: str = "",
) -> Estimate:
    """Make an estimate, or the next revision of one.

    Arguments:
        idempotency_key: of the form; the same one makes one estimate.
        revises: the revision that it follows; that one can be accepted no more.
        by_staff: it may hold lines of staff's own words and prices.

    Raises:
        CannotPrice: a line is impossible; says which.
        NotPossible: the revision was accepted or replaced meanwhile.
        LooksLikeACard: the note or the title holds a card number.
    """
    check_no_card_number(title, note, *(wish.words for wish in wishes))
    found = priced(practice=practice, wishes=wishes, today=today)
    roster.lock_practice(practice=practice.pk)
    key = idempotency_key[:80] or None
    made = key and money.estimate_by_key(practice=practice.pk, idempotency_key=key)
    if made:
        return made
    before = None
    if revises is not None:
        before = money.locked_estimate(key=revises.pk)
        states.check_can_revise(estimate=before, by_staff=by_staff)
    estimate = orders.insert_estimate(
        actor=actor,
        new=NewEstimate(
            practice=practice.pk,
            practice_reference=practice.reference,
            quote=found,
            title=title.strip(),
            note=note.strip(),
            good_until=today + dt.timedelta(days=prices().estimate_days),
            by_staff=by_staff,
            replaces=before,
            idempotency_key=key,
        ),
        now=now,
        today=today,
    )
    _record_made(actor, practice, estimate, now)
    return estimate


def _record_made(actor: Actor, practice: Practice, estimate: Estimate, now: dt.datetime) -> None:
    total = str(Money(estimate.total_minor, estimate.currency))
    data = {"number": estimate.number, "total": total}
    happening = Happening("estimate.made", "estimate", estimate.number, practice.reference, data)
    record(actor=actor, happening=happening, now=now)


@transaction.atomic(durable=True)
def share(
    *, actor: Actor, practice: Practice, estimate: Estimate, shared: bool, now: dt.datetime
) -> str:
    """Open or close the address at which an estimate can be read without a login.

    Returns:
        The token of the address, or "" when it is closed.

    Raises:
        NotPossible: a newer revision replaced it.
    """
    locked = money.locked_estimate(key=estimate.pk)
    if locked.state == EstimateState.REPLACED:
        raise NotPossible("A newer revision replaced this one; share that one.")
    token = orders.set_shared(estimate=locked, shared=shared)
    record(
        actor=actor,
        happening=Happening(
            "estimate.shared", "estimate", locked.number, practice.reference,
            {"number": locked.number, "how": "opened" if shared else "closed"},
        ),
        now=now,
    )  # fmt: skip
    return token


@transaction.atomic(durable=True)
def accept(
    *,
    actor: Actor,
    practice: Practice,
    estimate: Estimate,
    name: str,
    po_number: str,
    now: dt.datetime,
    today: dt.date,
) -> Invoice:
    """Accept an estimate: an order and its invoice in one step; a second press finds them.

    Arguments:
        name: the typed name of the person who accepts.
        po_number: the practice's purchase order, or "".

    Raises:
        NotPossible: it is not open any more; says why.
        LooksLikeACard: a field holds a card number.
    """
    check_no_card_number(name, po_number)
    locked = money.locked_estimate(key=estimate.pk)
    if locked.state == EstimateState.ACCEPTED:
        return locked.order.invoice
    states.check_can_accept(estimate=locked, today=today)
    orders.mark_accepted(
        estimate=locked, by=actor.reference, name=name, po_number=po_number, now=now
    )
    record(
        actor=actor,
        happening=Happening(
            "estimate.accepted", "estimate", locked.number, practice.reference,
            {"number": locked.number, "name": name, "po": po_number or "none"},
        ),
        now=now,
    )  # fmt: skip
    profile = money.billing_of(practice=practice.pk)
    new = NewOrder(
        payer=Payer(practice=practice.pk),
        source="estimate",
        idempotency_key=f"estimate:{locked.reference}",
        estimate=locked,
        po_number=po_number,
        units_first=profile.units_first_at is not None,
    )
    to = ordering.bill_to_practice(practice)
    return ordering.place(actor=actor, to=to, new=new, now=now, today=today)


@transaction.atomic(durable=True)
def decline(
    *, actor: Actor, practice: Practice, estimate: Estimate, reason: str, now: dt.datetime
) -> None:
    """Decline an open estimate.

    Raises:
        NotPossible: it is not open.
        LooksLikeACard: the reason holds a card number.
    """
    check_no_card_number(reason)
    locked = money.locked_estimate(key=estimate.pk)
    if locked.state != EstimateState.SENT:
        raise NotPossible("Only an open estimate can be declined.")
    orders.mark_declined(estimate=locked, by=actor.reference, reason=reason, now=now)
    record(
        actor=actor,
        happening=Happening(
            "estimate.declined", "estimate", locked.number, practice.reference,
            {"number": locked.number, "reason": reason or "no reason given"},
        ),
        now=now,
    )  # fmt: skip
