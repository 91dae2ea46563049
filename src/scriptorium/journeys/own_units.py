"""What somebody buys for herself is used by her: planned before buying, used when it is paid (S37).

The store asks the same plan before the order that is carried out after the payment, so what was
shown is what happens; what cannot be used any more by then stays a free unit of hers.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.audit.operations import Happening, record_many
from scriptorium.domains.catalog.enums import ONE, ProductKind
from scriptorium.domains.credentials.models import Certificate
from scriptorium.domains.ledger import operations as ledger
from scriptorium.domains.ledger import queries as stock
from scriptorium.domains.ledger.enums import PartState
from scriptorium.domains.ledger.operations import NotEnoughUnits
from scriptorium.domains.memberships import operations as memberships
from scriptorium.domains.memberships import queries as dates
from scriptorium.domains.memberships import rules as year_rules
from scriptorium.domains.memberships.models import Membership, Term
from scriptorium.domains.memberships.rules import CannotApply, Dates, words
from scriptorium.domains.notifications.operations import Mail, enqueue
from scriptorium.domains.orders import queries as money
from scriptorium.domains.orders.models import Order
from scriptorium.domains.practices import operations as practices
from scriptorium.domains.practices import queries as roster
from scriptorium.journeys.assign import BadChoice, check_choice, start_due
from scriptorium.journeys.assignment_plan import Opening, decide
from scriptorium.journeys.issue_certificates import issue_for_terms
from scriptorium.kernel.actor import Actor
from scriptorium.kernel.payer import Payer

__all__ = ["BadChoice", "CannotApply", "NotEnoughUnits", "Piece", "plan_pieces", "use", "use_order"]

_HELD = (PartState.ASSIGNED, PartState.STARTED)


@dataclass(frozen=True, slots=True)
class Piece:
    """One unit of a kind, with its specialty or course where it has one."""

    kind: str
    choice: str = ""


@dataclass(frozen=True, slots=True)
class PiecePlan:
    """What one piece would do; ``refusal`` is empty when it can be used today."""

    piece: Piece
    refusal: str
    detail: str = ""
    waived: tuple[str, ...] = ()


def plan_pieces(
    *, person: Person, pieces: Iterable[Piece], today: dt.date, together: bool = True
) -> list[PiecePlan]:
    """Say of each piece what it would open for a person today, or why nothing.

    Arguments:
        together: each piece finds what those before it bring, as when they are bought as one.
    """
    membership = dates.of_people(people=[person.pk]).get(person.pk)
    held_dates = year_rules.dates_of(membership) if membership else None
    held = _held(person)
    plans = []
    for piece in pieces:
        opening = Opening()
        try:
            decide(
                opening, kind=piece.kind, choice=piece.choice, dates=held_dates, held=held,
                today=today,
            )  # fmt: skip
        except CannotApply as refusal:
            plans.append(PiecePlan(piece, own_words(str(refusal))))
            continue
        plans.append(
            PiecePlan(piece, "", opening.detail, tuple(own_words(why) for why in opening.waived))
        )
        if together:
            held |= {(p.kind, p.choice) for p in opening.parts if p.state != PartState.WAIVED}
            held_dates = _dates_with(opening, held_dates)
    return plans


def own_words(refusal: str) -> str:
    """Return a reason as the person herself reads it who buys."""
    words_for_her = refusal.replace("; assign a", "; buy a")
    for theirs, hers in (
        ("Has no membership", "You have no membership"),
        ("Already has", "You already have"),
    ):
        if words_for_her.startswith(theirs):
            return hers + words_for_her.removeprefix(theirs)
    return words_for_her


def _held(person: Person) -> set[tuple[str, str]]:
    parts = stock.live_parts(people=[person.pk]).get(person.pk, [])
    return {(part.kind, part.choice) for part in parts if part.state in _HELD}


def _dates_with(opening: Opening, before: Dates | None) -> Dates | None:
    if opening.year is None:
        return before
    period = opening.year.period
    return Dates(
        renews_on=period.ends_before,
        lapses_on=year_rules.lapse_after(period.ends_before, year_rules.windows()),
        latest_starts_on=period.starts_on,
        anchor=opening.year.anchor,
    )


@transaction.atomic(durable=True)
def use(
    *, actor: Actor, person: Person, kind: str, choice: str, now: dt.datetime, today: dt.date
) -> str:
    """Use one of a person's own free units for herself; returns what it opened, in words.

    Raises:
        BadChoice: the kind is unknown, or its specialty is missing.
        CannotApply: it would open nothing today; says why.
        NotEnoughUnits: she has none free.
    """
    check_choice(kind=kind, choice=choice)
    try:
        opening = use_one(
            actor=actor, person=person, piece=Piece(kind, choice), now=now, today=today
        )
    except CannotApply as refusal:
        raise CannotApply(own_words(str(refusal))) from refusal
    return opening.detail


def use_order(*, actor: Actor, order: Order, now: dt.datetime, today: dt.date) -> int:
    """Use what an order of a person has just brought, inside the transaction that brought it.

    What cannot be used any more (a practice was quicker, say) stays free.

    Returns:
        How many units were used.
    """
    person = order.payer_person
    assert person is not None
    used = 0
    for line, count in money.lines_left(order=order.pk):
        for _ in range(count if line.kind in ProductKind else 0):
            piece = Piece(line.kind, str(line.rule.get("choice", "")))
            try:
                use_one(actor=actor, person=person, piece=piece, now=now, today=today)
            except CannotApply:
                continue
            used += 1
    return used


def use_one(
    *, actor: Actor, person: Person, piece: Piece, now: dt.datetime, today: dt.date
) -> Opening:
    """Use one free unit inside the caller's transaction.

    Raises:
        CannotApply: it would open nothing today; nothing was used.
        NotEnoughUnits: the person has none free.
    """
    payer = Payer(person=person.pk)
    roster.lock_people(people=[person.pk])
    found = dates.of_people(people=[person.pk], lock=True)
    membership = found.get(person.pk)
    opening = Opening()
    decide(
        opening, kind=piece.kind, choice=piece.choice, held=_held(person), today=today,
        dates=year_rules.dates_of(membership) if membership else None,
    )  # fmt: skip
    (unit,) = ledger.hand_out(
        actor=actor, payer=payer, kind=piece.kind, choice=piece.choice,
        holdings=[ledger.Holding(None, person.pk, opening.parts)], action=None, now=now,
    )  # fmt: skip
    terms = _add_year(opening, person, unit.pk, found, payer, now)
    certificates = issue_for_terms(practice=None, terms=terms, now=now, today=today)
    start_due(actor, [unit], today, now)
    if terms:
        practices.refresh_rows(facts=year_rules.row_facts([found[person.pk]]), today=today)
    _tell(actor, person, piece, unit, opening, certificates, now)
    return opening


def _add_year(
    opening: Opening,
    person: Person,
    unit: int,
    found: dict[int, Membership],
    payer: Payer,
    now: dt.datetime,
) -> Mapping[int, Term]:
    if opening.year is None:
        return {}
    return memberships.add_years(
        grants=[memberships.YearGrant(person.pk, opening.year, unit)],
        memberships=found,
        payer=payer,
        now=now,
    )


def _tell(
    actor: Actor,
    person: Person,
    piece: Piece,
    unit: Any,
    opening: Opening,
    certificates: Iterable[Certificate],
    now: dt.datetime,
) -> None:
    """Write the audit trail and queue the one mail."""
    happenings = [
        Happening(
            "unit.assigned", "person", person.reference, "",
            {"kind": ONE[piece.kind], "name": person.name, "unit": unit.reference},
        )
    ]  # fmt: skip
    year = opening.year
    if year is not None:
        happenings.append(
            Happening(
                "membership.renewed" if year.extends else "membership.started",
                "person", person.reference, "",
                {"name": person.name, "ends_before": words(year.period.ends_before)},
            )
        )  # fmt: skip
    happenings += [
        Happening(
            "certificate.issued", "certificate", certificate.number, "",
            {"number": certificate.number, "name": person.name},
        )
        for certificate in certificates
    ]  # fmt: skip
    record_many(actor=actor, happenings=happenings, now=now)
    template = "unit_assigned" if year is None else "membership_extended"
    data: dict[str, object] = {
        "practice": "", "product": ONE[piece.kind],
        "paid_until": words(year.period.last_day) if year else "",
    }  # fmt: skip
    key = f"{template}:{unit.reference}:{now:%Y%m%dT%H%M%S}"
    enqueue(mails=[Mail(template, person.email, person.name, key, data)], now=now)
