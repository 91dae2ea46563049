"""Using renewal units for the people of a proposal: inside the transaction that has the units."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.audit.operations import Happening, record
from scriptorium.domains.catalog.enums import ONE, PartKind, ProductKind
from scriptorium.domains.ledger import operations as ledger
from scriptorium.domains.ledger import queries as stock
from scriptorium.domains.memberships import operations as memberships
from scriptorium.domains.memberships import queries as dates
from scriptorium.domains.memberships import rules as year_rules
from scriptorium.domains.memberships.enums import LineState
from scriptorium.domains.memberships.models import Membership, ProposalLine, Term
from scriptorium.domains.memberships.rules import CannotApply, words
from scriptorium.domains.notifications.operations import Mail, enqueue
from scriptorium.domains.orders.models import Order
from scriptorium.domains.practices import operations as practices
from scriptorium.domains.practices import queries as roster
from scriptorium.domains.practices.models import Practice
from scriptorium.journeys.assign import carry_out, start_due
from scriptorium.journeys.issue_certificates import issue_for_terms
from scriptorium.kernel.actor import Actor
from scriptorium.kernel.payer import Payer


def renew_lines(
    *,
    actor: Actor,
    practice: Practice | None,
    person: Person | None,
    lines: Sequence[ProposalLine],
    key: str,
    now: dt.datetime,
    today: dt.date,
) -> int:
    """Give each line's person one of the payer's free units; there are enough, or none moves.

    Somebody who was renewed meanwhile, or left, gets none: that unit stays free for the payer.

    Arguments:
        practice, person: the payer, exactly one of them.
        key: the same key renews once.

    Returns:
        How many were renewed.

    Raises:
        NotEnoughUnits: the payer has fewer free units than people who may be renewed.
    """
    if not lines:
        return 0
    if practice is not None:
        renewed = _for_practice(actor, practice, lines, key, now, today)
    else:
        assert person is not None
        done = _for_person(actor, person, now, today)
        renewed = {line.pk for line in lines if done and line.holder_id == person.pk}
    memberships.mark_lines(lines=renewed, state=LineState.RENEWED)
    memberships.mark_lines(
        lines=[line.pk for line in lines if line.pk not in renewed], state=LineState.DROPPED
    )
    return len(renewed)


def _memberships(lines: Sequence[ProposalLine]) -> dict[int, Membership]:
    return dates.of_people(people=[line.holder_id for line in lines if line.holder_id])


def _is_renewed(
    line: ProposalLine,
    before: dict[int, dt.date],
    after: dict[int, Membership],
) -> bool:
    membership = after.get(line.holder_id or 0)
    earlier = before.get(line.holder_id or 0)
    return membership is not None and (earlier is None or membership.renews_on > earlier)


def _for_practice(
    actor: Actor,
    practice: Practice,
    lines: Sequence[ProposalLine],
    key: str,
    now: dt.datetime,
    today: dt.date,
) -> set[int]:
    """Assign a practice's units to its people; returns the keys of the lines that were renewed."""
    before = {person: m.renews_on for person, m in _memberships(lines).items()}
    links = roster.links_of_people(
        practice=practice.pk, people=[line.person_id for line in lines if line.person_id]
    )
    due = [links[p].pk for line in lines if not line.extra and (p := line.person_id) in links]
    extra = [line.link_id for line in lines if line.extra and line.link_id]
    for kind, keys in ((ProductKind.RENEWAL, due), (ProductKind.MEMBERSHIP, extra)):
        if keys:
            # Extra people renew with the others a year from now, so they need whole years.
            carry_out(actor, practice, keys, kind, "", f"{key}:{kind}", now, today, whole=True)
    after = _memberships(lines)
    bare = [line.link_id for line in lines if line.link_id and not line.holder_id]
    reserved = stock.reserved_parts(links=bare) if bare else {}
    return {
        line.pk
        for line in lines
        if (line.link_id in reserved if not line.holder_id else _is_renewed(line, before, after))
    }


def _for_person(actor: Actor, person: Person, now: dt.datetime, today: dt.date) -> bool:
    """Renew somebody who pays for herself; False for one who may not be and keeps the unit."""
    roster.lock_people(people=[person.pk])
    found = dates.of_people(people=[person.pk], lock=True)
    membership = found.get(person.pk)
    try:
        plan = year_rules.plan_renewal(
            year_rules.dates_of(membership) if membership else None, today, year_rules.windows()
        )
    except CannotApply:
        return False
    give_year(
        actor=actor, person=person, practice=None, link=None, kind=ProductKind.RENEWAL, plan=plan,
        found=found, event="membership.renewed", now=now, today=today,
    )  # fmt: skip
    return True


def give_year(
    *,
    actor: Actor,
    person: Person,
    practice: Practice | None,
    link: int | None,
    kind: ProductKind,
    plan: year_rules.YearPlan,
    found: dict[int, Membership],
    event: str,
    now: dt.datetime,
    today: dt.date,
) -> Term:
    """Use one free unit of the payer for one person's year, with its certificate and mail.

    Arguments:
        practice, link: the payer and its roster link, or None where the person pays.
        kind: of the unit.
        found: person key → the person's membership, locked.
        event: key of the audit event, one whose sentence has the name and the end of the year.

    Raises:
        NotEnoughUnits: the payer has no such free unit that pays for a whole year.
    """
    payer = Payer(practice=practice.pk) if practice else Payer(person=person.pk)
    part = ledger.PartGrant(
        PartKind.MEMBERSHIP,
        term_starts_on=plan.period.starts_on,
        term_ends_before=plan.period.ends_before,
    )
    units = ledger.hand_out(
        actor=actor, payer=payer, kind=kind, choice="",
        holdings=[ledger.Holding(link, person.pk, [part])], action=None, now=now, whole=True,
    )  # fmt: skip
    terms = memberships.add_years(
        grants=[memberships.YearGrant(person.pk, plan, units[0].pk)],
        memberships=found,
        payer=payer,
        now=now,
    )
    issue_for_terms(practice=practice, terms=terms, now=now, today=today)
    start_due(actor, units, today, now)
    practices.refresh_rows(facts=year_rules.row_facts([found[person.pk]]), today=today)
    record(
        actor=actor,
        happening=Happening(
            event, "person", person.reference, practice.reference if practice else "",
            {"name": person.name, "ends_before": words(plan.period.ends_before)},
        ),
        now=now,
    )  # fmt: skip
    data = {
        "practice": practice.name if practice else "",
        "product": ONE[kind],
        "paid_until": words(plan.period.last_day),
    }
    key = f"membership_extended:{units[0].reference}:{now:%Y%m%dT%H%M%S}"
    enqueue(mails=[Mail("membership_extended", person.email, person.name, key, data)], now=now)
    return terms[person.pk]


def apply_order(
    *,
    actor: Actor,
    order: Order,
    brought: Mapping[str, int],
    now: dt.datetime,
    today: dt.date,
) -> int:
    """Use the units that an order of renewals has just brought, for the people it names.

    Where a credit note took pieces back before, as many people wait again.

    Arguments:
        brought: kind → how many units came.

    Returns:
        How many were renewed.
    """
    found = dates.lines_of_order(order=order.pk)
    due = [line for line in found if not line.extra]
    extra = [line for line in found if line.extra]
    paid = due[: brought.get(ProductKind.RENEWAL, 0)]
    paid += extra[: brought.get(ProductKind.MEMBERSHIP, 0)]
    keys = {line.pk for line in paid}
    memberships.free_lines(order=order.pk, lines=[line.pk for line in found if line.pk not in keys])
    return renew_lines(
        actor=actor,
        practice=order.payer_practice,
        person=order.payer_person,
        lines=paid,
        key=f"order:{order.reference}",
        now=now,
        today=today,
    )
