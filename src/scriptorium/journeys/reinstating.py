"""The way back after a membership ended: an order whose payment reinstates it (DOMAIN §4)."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.audit.operations import Happening, record
from scriptorium.domains.memberships import operations as memberships
from scriptorium.domains.memberships import queries as dates
from scriptorium.domains.memberships import rules as year_rules
from scriptorium.domains.memberships.models import Reinstatement
from scriptorium.domains.memberships.rules import CannotApply
from scriptorium.domains.orders.enums import OrderState
from scriptorium.domains.orders.models import Invoice, Order
from scriptorium.domains.orders.operations import NewOrder
from scriptorium.domains.orders.rules.quotes import quote_for, reinstatement_wishes
from scriptorium.domains.orders.rules.states import NotPossible
from scriptorium.domains.practices import queries as roster
from scriptorium.domains.practices.models import Practice
from scriptorium.journeys import ordering
from scriptorium.kernel.actor import Actor
from scriptorium.kernel.payer import Payer

__all__ = ["NotPossible", "reinstate"]


@transaction.atomic(durable=True)
def reinstate(
    *,
    actor: Actor,
    person: Person,
    practice: Practice | None,
    key: str,
    now: dt.datetime,
    today: dt.date,
) -> Invoice:
    """Order the way back for somebody whose membership ended; it comes with the payment.

    Pressed again while the invoice waits, the same one comes back.

    Arguments:
        practice: who pays, with the person on its roster; None where the person pays.
        key: of the form; the same one orders once.

    Returns:
        The invoice to pay; money that is kept for the payer has paid it already.

    Raises:
        NotPossible: nothing ended, it ended too long ago, or another payer's invoice waits.
    """
    roster.lock_people(people=[person.pk])
    membership = dates.of_people(people=[person.pk], lock=True).get(person.pk)
    held = year_rules.dates_of(membership) if membership else None
    to = ordering.bill_to_practice(practice) if practice else ordering.bill_to_person(person)
    waiting = _waiting(person, to.payer, now)
    if waiting is not None:
        return waiting
    try:
        year_rules.plan_reinstatement(held, today, year_rules.windows())
    except CannotApply as error:
        raise NotPossible(f"{error}.") from error
    new = NewOrder(
        payer=to.payer,
        source="reinstate",
        quote=quote_for(
            payer=to.payer, region=to.region, wishes=reinstatement_wishes(on=today), on=today
        ),
        idempotency_key=f"reinstate:{to.reference}:{person.reference}:{key}",
    )

    def bind(order: Order) -> None:
        memberships.insert_reinstatement(order=order.pk, person=person.pk, today=today)

    invoice = ordering.place(actor=actor, to=to, new=new, now=now, today=today, bind=bind)
    record(
        actor=actor,
        happening=Happening(
            "membership.reinstatement_ordered", "person", person.reference, to.practice,
            {"name": person.name, "number": invoice.number},
        ),
        now=now,
    )  # fmt: skip
    return invoice


def _waiting(person: Person, payer: Payer, now: dt.datetime) -> Invoice | None:
    """Return the payer's invoice that waits to bring a person back, or None.

    Raises:
        NotPossible: it is another payer's.
    """
    waiting = dates.waiting_reinstatement(person=person.pk)
    if waiting is None or _is_void(waiting, now):
        return None
    if Payer.of(waiting.order) == payer:
        return waiting.order.invoice
    raise NotPossible(
        f"A reinstatement of {person.name} was ordered on"
        f" {year_rules.words(waiting.ordered_on)} and waits for its payment by somebody else."
    )


def _is_void(waiting: Reinstatement, now: dt.datetime) -> bool:
    """Return whether an order was cancelled; what waited for it is closed then."""
    if waiting.order.state != OrderState.CANCELLED:
        return False
    memberships.close_reinstatement(row=waiting, term=None, now=now)
    return True
