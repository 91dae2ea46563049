"""Undoing an assignment within ten minutes (DOMAIN §2)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from scriptorium.domains.audit.operations import Happening, record_many
from scriptorium.domains.catalog.enums import ONE, PartKind
from scriptorium.domains.catalog.queries import programme
from scriptorium.domains.credentials import operations as credentials
from scriptorium.domains.credentials import queries as issued
from scriptorium.domains.ledger import operations as ledger
from scriptorium.domains.ledger import queries as stock
from scriptorium.domains.ledger import rules
from scriptorium.domains.ledger.enums import Outcome
from scriptorium.domains.ledger.queries import Action, ActionLine
from scriptorium.domains.memberships import operations as memberships
from scriptorium.domains.memberships import queries as dates
from scriptorium.domains.memberships import rules as year_rules
from scriptorium.domains.memberships.models import Membership
from scriptorium.domains.practices import operations as practices
from scriptorium.domains.practices import queries as roster
from scriptorium.kernel.actor import Actor


class CannotUndo(Exception):
    """The action cannot be undone; the text says why."""


@dataclass(frozen=True, slots=True)
class UndoLine:
    """What happened for one person: undone, or kept and why."""

    reference: str
    name: str
    outcome: str
    reason: str


def check_can_undo(*, action: Action, actor: Actor, now: dt.datetime) -> None:
    """Refuse another actor, and the same one after ten minutes.

    Raises:
        CannotUndo: says why.
    """
    minutes = programme().numbers.undo_minutes
    if action.actor_reference != actor.reference:
        raise CannotUndo("Only the person who assigned can undo it.")
    if action.undone_at is not None:
        raise CannotUndo("This was undone already.")
    if now > action.at + dt.timedelta(minutes=minutes):
        raise CannotUndo(
            f"Undo works for {minutes} minutes. You can still take single units back on the"
            " member's record where the rules allow."
        )


@transaction.atomic(durable=True)
def undo(
    *, actor: Actor, practice: int, reference: str, now: dt.datetime, today: dt.date
) -> list[UndoLine]:
    """Take an action back, person by person.

    Returns:
        One line per person who got a unit.

    Raises:
        CannotUndo: unknown action, another actor, too late, or undone already.
    """
    action = stock.locked_action(practice=practice, reference=reference)
    if action is None:
        raise CannotUndo("There is nothing to undo here.")
    check_can_undo(action=action, actor=actor, now=now)
    holders = stock.action_lines(action=action).filter(link__person__isnull=False)
    roster.lock_people(people=list(holders.values_list("link__person_id", flat=True)))
    stock.lock_units_of_action(action=action)
    lines = [line for line in stock.action_lines(action=action) if line.unit_id is not None]
    parts = stock.parts_of_units(units=[line.unit_id for line in lines if line.unit_id])
    people = [line.link.person_id for line in lines if line.link and line.link.person_id]
    found = dates.of_people(people=people, lock=True)
    answers, released, happenings, touched = [], [], [], set()
    for line in lines:
        reason = _refusal(line, parts)
        assert line.link is not None
        assert line.unit is not None
        if not reason:
            try:
                _take_back(line, actor, found, now)
            except memberships.UnableToVoid as error:
                reason = str(error)
            else:
                released.append(line.unit)
                if line.link.person_id:
                    touched.add(line.link.person_id)
                happenings.append(
                    Happening(
                        "assignment.undone",
                        "link",
                        line.link.reference,
                        line.link.practice.reference,
                        {"kind": ONE[action.kind], "name": line.link.name},
                    )
                )
        answers.append(
            UndoLine(line.link.reference, line.link.name, "kept" if reason else "undone", reason)
        )
    ledger.release_units(actor=actor, units=released, reason="Undone", today=today, now=now)
    facts = dict.fromkeys(touched, year_rules.NO_MEMBERSHIP)
    facts |= year_rules.row_facts([m for p in touched if (m := found.get(p)) is not None])
    practices.refresh_rows(facts=facts, today=today)
    record_many(actor=actor, happenings=happenings, now=now)
    if not any(answer.outcome == "kept" for answer in answers):
        ledger.mark_undone(action=action, now=now)
    return answers


def _refusal(line: ActionLine, parts: dict[int, list[tuple[str, str]]]) -> str:
    if line.outcome != Outcome.ASSIGNED or line.unit is None or line.link is None:
        return "Nothing was assigned"
    if line.unit.action_id != line.action_id:
        return "The unit was taken back already"
    kind = rules.opened(parts.get(line.unit.pk, []))
    if kind is not None:
        return f"The {PartKind(kind).label} was opened already"
    return ""


def _take_back(
    line: ActionLine, actor: Actor, found: dict[int, Membership], now: dt.datetime
) -> None:
    # Not the line's own term: a unit reserved by this click gets its year at acceptance.
    assert line.unit_id is not None
    term = dates.live_term_of_unit(unit=line.unit_id)
    if term is None:
        return
    restored = memberships.void_term(
        term=term, membership=found[term.person_id], by=actor.reference, reason="Undone", now=now
    )
    if restored is None:
        found.pop(term.person_id)
    certificates = issued.valid_of_term(term=term.pk)
    credentials.void(certificates=certificates, by=actor.reference, reason="Undone", now=now)
