"""An ended membership comes back: inside the transaction in which its order was paid."""

from __future__ import annotations

import datetime as dt

from scriptorium.domains.audit.operations import Happening, record
from scriptorium.domains.catalog.enums import ProductKind
from scriptorium.domains.memberships import operations as memberships
from scriptorium.domains.memberships import queries as dates
from scriptorium.domains.memberships import rules as year_rules
from scriptorium.domains.memberships.models import Reinstatement, Term
from scriptorium.domains.memberships.rules import CannotApply
from scriptorium.domains.orders.models import Order
from scriptorium.domains.practices import queries as roster
from scriptorium.domains.practices.models import Practice
from scriptorium.journeys.renewed_people import give_year
from scriptorium.kernel.actor import Actor


def bring_back(*, actor: Actor, order: Order, now: dt.datetime, today: dt.date) -> Term | None:
    """Use the membership that an order of reinstatement has just brought; once only.

    Where it is not needed any more (the person begins anew otherwise, or left the practice) the
    unit stays free for its payer.

    Returns:
        The new year, or None.
    """
    row = dates.reinstatement_of(order=order.pk)
    if row is None or row.closed_at is not None:
        return None
    term = _year(actor, order, row, now, today)
    memberships.close_reinstatement(row=row, term=term, now=now)
    if term is None:
        practice = order.payer_practice.reference if order.payer_practice else ""
        record(
            actor=actor,
            happening=Happening(
                "membership.reinstatement_unused", "person", row.person.reference, practice,
                {"name": row.person.name},
            ),
            now=now,
        )  # fmt: skip
    return term


def _year(
    actor: Actor, order: Order, row: Reinstatement, now: dt.datetime, today: dt.date
) -> Term | None:
    practice: Practice | None = order.payer_practice
    roster.lock_people(people=[row.person_id])
    found = dates.of_people(people=[row.person_id], lock=True)
    link = None
    if practice is not None:
        link = roster.live_link_of(practice=practice.pk, person=row.person_id)
        if link is None:
            return None
    try:
        plan = year_rules.plan_reinstatement(
            year_rules.dates_of(found[row.person_id]), today, year_rules.windows(),
            ordered_on=row.ordered_on,
        )  # fmt: skip
    except CannotApply:
        return None
    return give_year(
        actor=actor, person=row.person, practice=practice, link=link.pk if link else None,
        kind=ProductKind.MEMBERSHIP, plan=plan, found=found, event="membership.reinstated",
        now=now, today=today,
    )  # fmt: skip
