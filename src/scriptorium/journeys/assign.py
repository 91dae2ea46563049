"""Assigning what a practice has bought: the heart of the product.

One transaction uses the units, extends memberships, issues certificate rows, queues mail and
writes the audit trail. The number of statements does not grow with the number of people.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction

from scriptorium.domains.accounts import queries as accounts
from scriptorium.domains.audit.operations import Happening, record_many
from scriptorium.domains.catalog.enums import ONE, ProductKind
from scriptorium.domains.catalog.queries import programme
from scriptorium.domains.credentials.models import Certificate
from scriptorium.domains.ledger import operations as ledger
from scriptorium.domains.ledger import queries as stock
from scriptorium.domains.ledger.enums import Outcome, PartState
from scriptorium.domains.ledger.operations import NotEnoughUnits
from scriptorium.domains.memberships import operations as memberships
from scriptorium.domains.memberships import rules as year_rules
from scriptorium.domains.memberships.rules import words
from scriptorium.domains.notifications.operations import Mail, enqueue
from scriptorium.domains.practices import operations as practices
from scriptorium.domains.practices import queries as roster
from scriptorium.domains.practices.models import Practice, RosterLink
from scriptorium.journeys.assignment_plan import Plan, Planned, plan_assignment
from scriptorium.journeys.issue_certificates import issue_for_terms
from scriptorium.kernel.actor import Actor
from scriptorium.kernel.payer import Payer

__all__ = ["BadChoice", "Collision", "NotEnoughUnits", "assign", "preview", "result_of"]


class BadChoice(Exception):
    """The kind or its choice is missing or unknown; the text says what to choose."""


class Collision(Exception):
    """Somebody else changed one of the people at the same moment; nothing was assigned."""


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """What will happen for one person."""

    reference: str
    name: str
    outcome: str
    reason: str
    detail: str
    waived: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What an assignment will use (UX: say it before)."""

    kind: str
    choice: str
    lines: tuple[PreviewLine, ...]
    will_use: int
    free: int
    #: By which day how many of the free ones end; those for a whole year are not in.
    limited: tuple[tuple[dt.date, int], ...] = ()

    @property
    def left(self) -> int:
        """Free units afterwards, never below zero."""
        return max(0, self.free - self.will_use)

    @property
    def short_by(self) -> int:
        """How many units are missing."""
        return max(0, self.will_use - self.free)


@dataclass(frozen=True, slots=True)
class ResultLine:
    """What happened for one person."""

    reference: str
    name: str
    outcome: str
    reason: str
    certificate_number: str


@dataclass(frozen=True, slots=True)
class Result:
    """What happened (UX: say it after)."""

    action: str
    kind: str
    lines: tuple[ResultLine, ...]
    at: dt.datetime
    undone: bool

    @property
    def assigned(self) -> int:
        """How many units were used."""
        return sum(1 for line in self.lines if line.outcome == Outcome.ASSIGNED)


def check_choice(*, kind: str, choice: str) -> None:
    """Refuse an unknown kind, and a specialty or course that the catalogue does not have.

    Raises:
        BadChoice: says what to choose.
    """
    if kind not in ProductKind.values:
        raise BadChoice("Choose what to assign.")
    options = programme().choices_of(kind)
    if kind == ProductKind.SPECIALTY and not choice:
        raise BadChoice("Choose the specialty first.")
    if choice and choice not in options:
        raise BadChoice(f"“{choice[:40]}” cannot be chosen for {ONE[kind]}.")


def preview(
    *, practice: Practice, links: Sequence[RosterLink], kind: str, choice: str, today: dt.date
) -> Preview:
    """Return what assigning would do; writes nothing.

    Raises:
        BadChoice: the kind or choice does not exist.
    """
    check_choice(kind=kind, choice=choice)
    payer = Payer(practice=practice.pk)
    plan = plan_assignment(payer=payer, links=links, kind=kind, choice=choice, today=today)
    lines = tuple(
        PreviewLine(
            p.link.reference,
            p.link.name,
            "skip" if p.refusal else "assign",
            p.refusal,
            p.detail,
            tuple(p.waived),
        )
        for p in plan.people
    )
    free = stock.free_of(payer=payer, kind=kind)
    limited = stock.limited_free(payer=payer, kind=kind) if kind == ProductKind.MEMBERSHIP else ()
    return Preview(kind, choice, lines, len(plan.eligible), free, tuple(limited))


def assign(
    *,
    actor: Actor,
    practice: Practice,
    links: Sequence[int],
    kind: str,
    choice: str,
    idempotency_key: str,
    now: dt.datetime,
    today: dt.date,
) -> Result:
    """Give one unit to each person who may have one.

    Arguments:
        links: keys of live roster links of the practice.
        kind, choice: product kind, and specialty or course code.
        idempotency_key: the same key from the same actor returns the first answer again.

    Raises:
        BadChoice: the kind or choice does not exist.
        NotEnoughUnits: fewer free than needed; nothing was assigned.
        Collision: a concurrent change; nothing was assigned.
    """
    check_choice(kind=kind, choice=choice)
    earlier = stock.action_by_key(actor_reference=actor.reference, idempotency_key=idempotency_key)
    if earlier is None:
        try:
            _assign(actor, practice, links, kind, choice, idempotency_key, now, today)
        except IntegrityError as error:
            # Either a double click, whose first half has just committed, or a collision.
            earlier = stock.action_by_key(
                actor_reference=actor.reference, idempotency_key=idempotency_key
            )
            if earlier is None:
                raise Collision(
                    "Somebody else assigned something to one of these people at the same moment."
                    " Nothing was assigned; look at the list and try again."
                ) from error
    found = result_of(actor_reference=actor.reference, idempotency_key=idempotency_key)
    assert found is not None
    return found


def result_of(*, actor_reference: str, idempotency_key: str) -> Result | None:
    """Return the stored answer of an assignment, or None."""
    action = stock.action_by_key(actor_reference=actor_reference, idempotency_key=idempotency_key)
    if action is None:
        return None
    lines = tuple(
        ResultLine(
            line.link.reference if line.link else "",
            line.link.name if line.link else "",
            line.outcome,
            line.reason,
            line.certificate.number if line.certificate else "",
        )
        for line in stock.action_lines(action=action)
    )
    return Result(action.reference, action.kind, lines, action.at, action.undone_at is not None)


@transaction.atomic(durable=True)
def _assign(
    actor: Actor,
    practice: Practice,
    keys: Sequence[int],
    kind: str,
    choice: str,
    idempotency_key: str,
    now: dt.datetime,
    today: dt.date,
) -> None:
    carry_out(actor, practice, keys, kind, choice, idempotency_key, now, today)


def carry_out(
    actor: Actor,
    practice: Practice,
    keys: Sequence[int],
    kind: str,
    choice: str,
    idempotency_key: str,
    now: dt.datetime,
    today: dt.date,
    *,
    whole: bool = False,
) -> None:
    """Assign inside the caller's transaction: a button's, or that of a renewal that was paid.

    Arguments:
        whole: leave limited units alone, since a whole year was ordered for these people.

    Raises:
        NotEnoughUnits: fewer free than needed.
        IntegrityError: the key was used before, or somebody else changed one of the people.
    """
    payer = Payer(practice=practice.pk)
    # The action's unique key is taken first, so that a double click waits here for its twin.
    action = ledger.open_action(
        actor=actor,
        payer=payer,
        kind=kind,
        choice=choice,
        idempotency_key=idempotency_key,
        now=now,
    )
    links = roster.locked_links(practice=practice.pk, keys=keys)
    plan = plan_assignment(
        payer=payer, links=links, kind=kind, choice=choice, today=today, lock=True, whole=whole
    )
    chosen = plan.eligible
    units = ledger.hand_out(
        actor=actor,
        payer=payer,
        kind=kind,
        choice=choice,
        holdings=[ledger.Holding(p.link.pk, p.link.person_id, p.parts) for p in chosen],
        action=action,
        now=now,
        whole=whole,
    )
    _check_limits(chosen, units)
    terms = _add_years(plan, chosen, [unit.pk for unit in units], payer, now)
    certificates = issue_for_terms(practice=practice, terms=terms, now=now, today=today)
    start_due(actor, units, today, now)
    practices.refresh_rows(facts=year_rules.row_facts(_touched(plan, terms)), today=today)
    unit_of = {p.link.pk: unit for p, unit in zip(chosen, units, strict=True)}
    ledger.write_lines(action=action, lines=_lines(plan, unit_of, terms, certificates))
    _tell(actor, practice, kind, chosen, unit_of, terms, certificates, now)


def _lines(
    plan: Plan,
    unit_of: dict[int, Any],
    terms: dict[int, Any],
    certificates: Sequence[Certificate],
) -> list[ledger.LineDraft]:
    by_person = {c.person_id: c for c in certificates}
    return [
        ledger.LineDraft(
            link=p.link.pk,
            unit=unit_of[p.link.pk].pk if p.link.pk in unit_of else None,
            term=t.pk if (t := terms.get(p.link.person_id or 0)) else None,
            certificate=c.pk if (c := by_person.get(p.link.person_id or 0)) else None,
            outcome=Outcome.SKIPPED if p.refusal else Outcome.ASSIGNED,
            reason=p.refusal or "; ".join(p.waived) or p.detail,
        )
        for p in plan.people
    ]


def _check_limits(chosen: Sequence[Planned], units: Sequence[Any]) -> None:
    """Refuse where the units taken end on other days than those that the plan counted on.

    Raises:
        IntegrityError: somebody took or gave back one in between; nothing may be assigned.
    """
    if [unit.ends_before for unit in units] != [planned.ends_before for planned in chosen]:
        raise IntegrityError("The free units changed while the assignment was planned.")


def _add_years(
    plan: Plan, chosen: Sequence[Planned], units: Sequence[int], payer: Payer, now: dt.datetime
) -> dict[int, Any]:
    grants = [
        memberships.YearGrant(p.link.person_id, p.year, unit)
        for p, unit in zip(chosen, units, strict=True)
        if p.year is not None and p.link.person_id is not None
    ]
    if not grants:
        return {}
    return memberships.add_years(grants=grants, memberships=plan.memberships, payer=payer, now=now)


def _touched(plan: Plan, terms: dict[int, Any]) -> list[Any]:
    return [plan.memberships[person] for person in terms]


def start_due(actor: Actor, units: Sequence[Any], today: dt.date, now: dt.datetime) -> None:
    """Start the years whose first day is here (DOMAIN §2, "When a unit moves")."""
    due = stock.membership_parts(units=[u.pk for u in units], state=PartState.ASSIGNED, by=today)
    if due:
        ledger.move_parts(actor=actor, parts=due, to=PartState.STARTED, now=now)


def _tell(
    actor: Actor,
    practice: Practice,
    kind: str,
    chosen: Sequence[Planned],
    unit_of: dict[int, Any],
    terms: dict[int, Any],
    certificates: Sequence[Certificate],
    now: dt.datetime,
) -> None:
    """Write the audit trail and queue the mails of an assignment."""
    happenings, mails = [], []
    names = {p.link.person_id: p.link.name for p in chosen}
    addresses = accounts.addresses(people=[p.link.person_id for p in chosen if p.link.person_id])
    for p in chosen:
        unit = unit_of[p.link.pk]
        verb = "unit.assigned" if p.link.person_id else "unit.reserved"
        happenings.append(
            Happening(verb, "link", p.link.reference, practice.reference,
                      {"kind": ONE[kind], "name": p.link.name, "unit": unit.reference})
        )  # fmt: skip
        term = terms.get(p.link.person_id or 0)
        template = "membership_extended" if term else "unit_assigned"
        if p.year is not None:
            happenings.append(
                Happening(
                    "membership.renewed" if p.year.extends else "membership.started",
                    "link",
                    p.link.reference,
                    practice.reference,
                    {"name": p.link.name, "ends_before": words(p.year.period.ends_before)},
                )
            )
        if p.link.person_id:
            mails.append(
                Mail(
                    template,
                    addresses[p.link.person_id],
                    p.link.name,
                    f"{template}:{unit.reference}:{now:%Y%m%dT%H%M%S}",
                    {
                        "practice": practice.name,
                        "product": ONE[kind],
                        "paid_until": words(p.year.period.last_day) if p.year else "",
                    },
                )
            )
    happenings += [
        Happening(
            "certificate.issued",
            "certificate",
            certificate.number,
            practice.reference,
            {"number": certificate.number, "name": names[certificate.person_id]},
        )
        for certificate in certificates
    ]
    record_many(actor=actor, happenings=happenings, now=now)
    enqueue(mails=mails, now=now)
