"""Writing the ledger. Every move is an entry; every balance moves with it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import F

from scriptorium.database.bulk import update_rows
from scriptorium.domains.catalog.enums import counted
from scriptorium.domains.ledger import rules
from scriptorium.domains.ledger.enums import EntryEvent, PartState, UnitState
from scriptorium.domains.ledger.models import Action, Balance, Entry, Unit, UnitPart
from scriptorium.domains.ledger.queries.limits import next_free
from scriptorium.kernel.actor import Actor
from scriptorium.kernel.payer import Payer

_COLUMN = {
    UnitState.FREE: "free",
    UnitState.RESERVED: "reserved",
    UnitState.ASSIGNED: "in_use",
    UnitState.STARTED: "in_use",
}


class NotEnoughUnits(Exception):
    """Fewer free units than people; nothing was assigned."""

    def __init__(self, kind: str, free: int, needed: int) -> None:
        self.kind, self.free, self.needed = kind, free, needed
        most = "1 person" if free == 1 else f"{free:,} people or fewer"
        super().__init__(
            f"{counted(kind, needed)} needed, {free:,} free; nothing was assigned."
            f" Choose {most}, or get more."
            if free
            else f"{counted(kind, needed)} needed, none free; nothing was assigned. Get more first."
        )


@dataclass(frozen=True, slots=True)
class PartGrant:
    """One part of a unit for one holder."""

    kind: str
    choice: str = ""
    state: str = PartState.ASSIGNED
    term_starts_on: dt.date | None = None
    term_ends_before: dt.date | None = None


@dataclass(slots=True)
class Holding:
    """Who gets a unit: a person through a link, or the link alone until acceptance."""

    link: int | None
    person: int | None
    parts: list[PartGrant] = field(default_factory=list)


def _move_balance(payer: Payer, kind: str, changes: dict[str, int]) -> int:
    """Change a balance row by one conditional update; returns how many rows matched."""
    changes = {column: delta for column, delta in changes.items() if delta}
    rows = Balance.objects.filter(kind=kind, **payer.columns)
    for column, delta in changes.items():
        if delta < 0:
            rows = rows.filter(**{f"{column}__gte": -delta})
    return rows.update(**{column: F(column) + delta for column, delta in changes.items()})


def _entry(unit: Unit, event: EntryEvent, before: str, actor: Actor, now: dt.datetime,
           reason: str = "", action: Action | None = None) -> Entry:  # fmt: skip
    return Entry(
        unit=unit,
        event=event,
        from_state=before,
        to_state=unit.state,
        payer_practice_id=unit.payer_practice_id,
        payer_person_id=unit.payer_person_id,
        person_id=unit.person_id,
        link_id=unit.link_id,
        action=action,
        actor_kind=actor.kind,
        actor_reference=actor.reference,
        actor_name=actor.name,
        reason=reason,
        at=now,
    )


def grant_units(
    *,
    actor: Actor,
    payer: Payer,
    kind: str,
    count: int,
    source: str,
    reason: str,
    expires_on: dt.date,
    now: dt.datetime,
    idempotency_key: str | None = None,
    ends_before: dt.date | None = None,
) -> list[Unit]:
    """Put new free units into the ledger. Buying and granting both come through here.

    Arguments:
        count: at least 1.
        source: "grant", "purchase" or "demo".
        ends_before: memberships of a practice alone: the day by which the year ends, whenever it
            starts, so that its person renews with others; the unit expires by then too.
        idempotency_key: unique per grant; a repeated one makes the database refuse.

    Raises:
        ValueError: the count is not positive.
    """
    if count < 1:
        raise ValueError("Give a whole number of one or more.")
    Balance.objects.get_or_create(kind=kind, **payer.columns)
    _move_balance(payer, kind, {"free": count})
    units = [
        Unit(
            kind=kind,
            source=source,
            purchased_at=now,
            expires_on=rules.limited_expiry(expires_on, ends_before),
            ends_before=ends_before,
            **payer.columns,
        )
        for _ in range(count)
    ]
    Unit.objects.bulk_create(units)
    entries = [_entry(u, EntryEvent.PURCHASED, "", actor, now, reason) for u in units]
    if idempotency_key:
        for number, entry in enumerate(entries):
            entry.idempotency_key = f"{idempotency_key}:{number}"
    Entry.objects.bulk_create(entries)
    return units


def _take(
    payer: Payer, kind: str, changes: dict[str, int], count: int, *, whole: bool = False
) -> list[Unit]:
    if not count:
        return []
    if not _move_balance(payer, kind, {"free": -count} | changes):
        balance = Balance.objects.filter(kind=kind, **payer.columns).first()
        raise NotEnoughUnits(kind, balance.free if balance else 0, count)
    free = next_free(payer=payer, kind=kind).select_for_update()
    if whole:
        free = free.filter(ends_before__isnull=True)
    units = list(free[:count])
    if len(units) != count:
        if whole:
            raise NotEnoughUnits(kind, len(units), count)
        raise RuntimeError("The balance and the free units disagree; run verify-ledger.")
    return units


def adjust_units(
    *, actor: Actor, payer: Payer, kind: str, count: int, reason: str, now: dt.datetime
) -> list[Unit]:
    """Remove free units, soonest to expire first; staff only, with a reason.

    Raises:
        NotEnoughUnits: fewer are free.
        ValueError: the count is not positive.
    """
    if count < 1:
        raise ValueError("Give a whole number of one or more.")
    units = _take(payer, kind, {}, count)
    _set_state(units, EntryEvent.ADJUSTED, actor=actor, now=now, reason=reason)
    return units


def _set_state(
    units: Sequence[Unit],
    event: EntryEvent,
    *,
    actor: Actor,
    now: dt.datetime,
    reason: str = "",
    action: Action | None = None,
    fields: Sequence[str] = ("state",),
    change: Callable[[Unit], None] | None = None,
) -> None:
    entries = []
    for unit in units:
        before = unit.state
        unit.state = rules.check_move(event, before)
        if event != EntryEvent.RELEASED and change is not None:
            change(unit)
        entries.append(_entry(unit, event, before, actor, now, reason, action))
        if event == EntryEvent.RELEASED and change is not None:
            change(unit)
    update_rows(Unit, units, fields)
    Entry.objects.bulk_create(entries)


def hand_out(
    *,
    actor: Actor,
    payer: Payer,
    kind: str,
    choice: str,
    holdings: Sequence[Holding],
    action: Action | None,
    now: dt.datetime,
    whole: bool = False,
) -> list[Unit]:
    """Give one free unit to each holder: assigned to a person, reserved for a bare link.

    Arguments:
        whole: leave limited units alone; what is paid for here lasts a whole year.

    Returns:
        The units in the order of the holdings.

    Raises:
        NotEnoughUnits: fewer free than holders; nothing was changed.
    """
    people = sum(1 for holding in holdings if holding.person is not None)
    bare = len(holdings) - people
    units = _take(payer, kind, {"in_use": people, "reserved": bare}, len(holdings), whole=whole)
    assigned: list[Unit] = []
    reserved: list[Unit] = []
    parts: list[UnitPart] = []
    for unit, holding in zip(units, holdings, strict=True):
        unit.link_id, unit.person_id, unit.choice = holding.link, holding.person, choice
        unit.assigned_at, unit.action = now, action
        (reserved if holding.person is None else assigned).append(unit)
        parts += _parts_of(unit, holding)
    fields = ("state", "link", "person", "choice", "assigned_at", "action")
    for group, event in ((assigned, EntryEvent.ASSIGNED), (reserved, EntryEvent.RESERVED)):
        if group:
            _set_state(group, event, actor=actor, now=now, action=action, fields=fields)
    UnitPart.objects.bulk_create(parts)
    return units


def _parts_of(unit: Unit, holding: Holding) -> list[UnitPart]:
    return [
        UnitPart(
            unit=unit,
            person_id=holding.person,
            link_id=holding.link,
            kind=grant.kind,
            choice=grant.choice,
            state=grant.state
            if holding.person is not None or grant.state == PartState.WAIVED
            else PartState.RESERVED,
            term_starts_on=grant.term_starts_on,
            term_ends_before=grant.term_ends_before,
        )
        for grant in holding.parts
    ]


def accept_reserved(
    *, actor: Actor, units: Sequence[Unit], person: int, grants: dict[int, list[PartGrant]],
    now: dt.datetime,
) -> None:  # fmt: skip
    """Turn units reserved for a link into units assigned to the person who accepted.

    Arguments:
        units: reserved units, locked.
        grants: unit key → the parts as they are now that the person is known.
    """
    if not units:
        return

    def hold(unit: Unit) -> None:
        unit.person_id, unit.assigned_at = person, now

    UnitPart.objects.filter(unit__in=units).delete()
    for (payer, kind), count in Counter((Payer.of(u), u.kind) for u in units).items():
        _move_balance(payer, kind, {"reserved": -count, "in_use": count})
    _set_state(
        units,
        EntryEvent.ASSIGNED,
        actor=actor,
        now=now,
        fields=("state", "person", "assigned_at"),
        change=hold,
    )
    parts = []
    for unit in units:
        parts += _parts_of(unit, Holding(unit.link_id, person, grants[unit.pk]))
    UnitPart.objects.bulk_create(parts)


def release_units(
    *, actor: Actor, units: Sequence[Unit], reason: str, today: dt.date, now: dt.datetime
) -> None:
    """Take units back into the payer's free ones. The caller has checked that it may.

    Arguments:
        units: reserved, assigned or started units, locked.
        reason: kept on each entry.
        today: a unit past its expiry gets 30 days from here, a limited one never more than it had.
    """
    if not units:
        return

    def free(unit: Unit) -> None:
        unit.link_id = unit.person_id = unit.action_id = None
        unit.choice, unit.assigned_at = "", None
        unit.expires_on = rules.expiry_after_release(
            unit.expires_on, today, ends_before=unit.ends_before
        )

    deltas: dict[tuple[Payer, str], Counter[str]] = {}
    for unit in units:
        counts = deltas.setdefault((Payer.of(unit), unit.kind), Counter())
        counts[_COLUMN[UnitState(unit.state)]] -= 1
        counts["free"] += 1
    for (payer, kind), counts in deltas.items():
        _move_balance(payer, kind, dict(counts))
    UnitPart.objects.filter(unit__in=units).update(state=PartState.RELEASED)
    fields = ("state", "link", "person", "choice", "assigned_at", "action", "expires_on")
    _set_state(
        units,
        EntryEvent.RELEASED,
        actor=actor,
        now=now,
        reason=reason,
        fields=fields,
        change=free,
    )


def expire_units(*, actor: Actor, units: Sequence[Unit], now: dt.datetime) -> None:
    """Write the expiry of free units whose day has come."""
    for (payer, kind), count in Counter((Payer.of(u), u.kind) for u in units).items():
        _move_balance(payer, kind, {"free": -count})
    limited = [unit for unit in units if unit.ends_before == unit.expires_on]
    others = [unit for unit in units if unit.ends_before != unit.expires_on]
    for some, reason in ((others, "Twelve months passed"), (limited, "The day it ends by came")):
        if some:
            _set_state(some, EntryEvent.EXPIRED, actor=actor, now=now, reason=reason)


def move_parts(
    *, actor: Actor, parts: Iterable[UnitPart], to: PartState, now: dt.datetime
) -> list[Unit]:
    """Start or complete parts and let their units follow (DOMAIN §2, "When a unit moves").

    Returns:
        The units that changed state.
    """
    moved = list(parts)
    for part in moved:
        part.state = to
    update_rows(UnitPart, moved, ("state",))
    units = list(
        Unit.objects.select_for_update()
        .filter(pk__in={part.unit_id for part in moved})
        .prefetch_related("parts")
        .order_by("pk")
    )
    changed = []
    for event in (EntryEvent.STARTED, EntryEvent.COMPLETED):
        group = [
            unit for unit in units if rules.can_move(event, unit.state) and _reached(unit, event)
        ]
        if not group:
            continue
        if event == EntryEvent.COMPLETED:
            for (payer, kind), count in Counter((Payer.of(u), u.kind) for u in group).items():
                _move_balance(payer, kind, {"in_use": -count})
        _set_state(group, event, actor=actor, now=now)
        changed += group
    return changed


def _reached(unit: Unit, event: EntryEvent) -> bool:
    goal = rules.unit_state_of([part.state for part in unit.parts.all()])
    if event == EntryEvent.STARTED:
        return goal in {UnitState.STARTED, UnitState.COMPLETED}
    return goal == UnitState.COMPLETED
