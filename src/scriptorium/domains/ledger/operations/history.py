"""Writing units whose life began elsewhere, with the whole chain of entries that they went through.

Moving in from an earlier system, and the demonstration's large population, come through here:
a constant number of statements however many units, and the same rules as units of our own.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F, Q

from scriptorium.domains.ledger import rules
from scriptorium.domains.ledger.enums import EntryEvent, UnitState
from scriptorium.domains.ledger.models import Balance, Entry, Unit, UnitPart
from scriptorium.domains.ledger.operations.units import Holding
from scriptorium.kernel.actor import Actor
from scriptorium.kernel.payer import Payer

_REACHED = {
    UnitState.FREE: (),
    UnitState.ASSIGNED: (EntryEvent.ASSIGNED,),
    UnitState.STARTED: (EntryEvent.ASSIGNED, EntryEvent.STARTED),
    UnitState.COMPLETED: (EntryEvent.ASSIGNED, EntryEvent.STARTED, EntryEvent.COMPLETED),
}
_COLUMN = {UnitState.FREE: "free", UnitState.ASSIGNED: "in_use", UnitState.STARTED: "in_use"}


@dataclass(frozen=True, slots=True)
class PastUnit:
    """A unit as an earlier record leaves it; the states of its parts say where it is now.

    Arguments:
        held: the person who has it, with its parts, or None while it is free.
        assigned_at: when the person got it; None while it is free.
    """

    payer: Payer
    kind: str
    purchased_at: dt.datetime
    expires_on: dt.date
    held: Holding | None = None
    assigned_at: dt.datetime | None = None

    def __post_init__(self) -> None:
        if (self.held is None) != (self.assigned_at is None):
            raise ValueError("A unit that somebody has was assigned at some time, and only then.")

    @property
    def state(self) -> UnitState:
        """Free, or what the parts add up to."""
        if self.held is None:
            return UnitState.FREE
        return rules.unit_state_of([part.state for part in self.held.parts])


def write_past_units(
    *, actor: Actor, units: Sequence[PastUnit], source: str, reason: str
) -> list[Unit]:
    """Insert units with their parts, entries and balances; returns them in the same order.

    Arguments:
        actor: in whose name the entries stand.
        source: "demo", or the name of the earlier system.
        reason: kept on each purchase entry.
    """
    rows = [
        Unit(
            kind=past.kind,
            state=past.state,
            source=source,
            purchased_at=past.purchased_at,
            expires_on=past.expires_on,
            link_id=past.held.link if past.held else None,
            person_id=past.held.person if past.held else None,
            assigned_at=past.assigned_at,
            **past.payer.columns,
        )
        for past in units
    ]
    Unit.objects.bulk_create(rows)
    entries: list[Entry] = []
    parts: list[UnitPart] = []
    for unit, past in zip(rows, units, strict=True):
        entries += _chain(unit, past, actor, reason)
        if past.held is not None:
            parts += [
                UnitPart(
                    unit=unit,
                    person_id=past.held.person,
                    link_id=past.held.link,
                    kind=part.kind,
                    choice=part.choice,
                    state=part.state,
                    term_starts_on=part.term_starts_on,
                    term_ends_before=part.term_ends_before,
                )
                for part in past.held.parts
            ]
    Entry.objects.bulk_create(entries)
    UnitPart.objects.bulk_create(parts)
    _add_to_balances(units)
    return rows


def _chain(unit: Unit, past: PastUnit, actor: Actor, reason: str) -> list[Entry]:
    found = []
    state = ""
    for event in (EntryEvent.PURCHASED, *_REACHED[past.state]):
        bought = event == EntryEvent.PURCHASED
        after = rules.check_move(event, state)
        found.append(
            Entry(
                unit=unit,
                event=event,
                from_state=state,
                to_state=after,
                payer_practice_id=unit.payer_practice_id,
                payer_person_id=unit.payer_person_id,
                person_id=None if bought else unit.person_id,
                link_id=None if bought else unit.link_id,
                actor_kind=actor.kind,
                actor_reference=actor.reference,
                actor_name=actor.name,
                reason=reason if bought else "",
                at=(None if bought else past.assigned_at) or past.purchased_at,
            )
        )
        state = after
    return found


def _add_to_balances(units: Sequence[PastUnit]) -> None:
    """Add the units to their payers' balances: new rows at once, one update for each old row."""
    counts: dict[tuple[Payer, str], Counter[str]] = {}
    for past in units:
        column = _COLUMN.get(past.state)
        moved = counts.setdefault((past.payer, past.kind), Counter())
        if column is not None:
            moved[column] += 1
    payers = {payer for payer, _ in counts}
    known = {
        (Payer.of(balance), balance.kind): balance.pk
        for balance in Balance.objects.filter(
            Q(payer_practice_id__in=[p.practice for p in payers if p.practice is not None])
            | Q(payer_person_id__in=[p.person for p in payers if p.person is not None])
        )
    }
    fresh = []
    for (payer, kind), moved in counts.items():
        key = known.get((payer, kind))
        if key is None:
            fresh.append(Balance(kind=kind, **payer.columns, **moved))
        else:
            changes = {column: F(column) + number for column, number in moved.items()}
            if changes:
                Balance.objects.filter(pk=key).update(**changes)
    Balance.objects.bulk_create(fresh)
