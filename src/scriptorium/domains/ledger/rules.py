"""What may happen to a unit, and when (DOMAIN §2). Pure."""

from __future__ import annotations

import calendar
import datetime as dt

from scriptorium.domains.catalog.enums import PartKind
from scriptorium.domains.ledger.enums import MOVES, EntryEvent, PartState, UnitState


class IllegalMove(Exception):
    """A unit cannot make this move from where it is."""


class CannotRelease(Exception):
    """A unit cannot be taken back; the text is the reason that a person reads."""


def check_move(event: EntryEvent, from_state: str) -> UnitState:
    """Return the state that an event leads to.

    Raises:
        IllegalMove: the transition table does not know the move.
    """
    allowed, target = MOVES[event]
    if from_state not in allowed:
        raise IllegalMove(f"A unit that is {from_state or 'new'} cannot be {event}.")
    return target


def can_move(event: EntryEvent, from_state: str) -> bool:
    """Return whether ``check_move`` would pass."""
    return from_state in MOVES[event][0]


def expiry_of(purchased_on: dt.date, months: int) -> dt.date:
    """Return the day on which a free unit expires: ``months`` calendar months later."""
    index = purchased_on.year * 12 + purchased_on.month - 1 + months
    year, month = divmod(index, 12)
    day = min(purchased_on.day, calendar.monthrange(year, month + 1)[1])
    return dt.date(year, month + 1, day)


def limited_expiry(expires_on: dt.date, ends_before: dt.date | None) -> dt.date:
    """Return the expiry of a unit that may be limited: once its day has come it pays for nothing.

    Arguments:
        ends_before: the day by which whatever the unit pays for ends, or None.
    """
    return expires_on if ends_before is None else min(expires_on, ends_before)


def expiry_after_release(
    expires_on: dt.date,
    today: dt.date,
    grace_days: int = 30,
    *,
    ends_before: dt.date | None = None,
) -> dt.date:
    """Return a released unit's expiry: a release after expiry gives 30 days (DOMAIN §2).

    Arguments:
        ends_before: of a limited unit, whose expiry never goes beyond it.
    """
    later = (
        max(expires_on, today + dt.timedelta(days=grace_days))
        if expires_on <= today
        else expires_on
    )
    return limited_expiry(later, ends_before)


def unit_state_of(parts: list[str]) -> UnitState:
    """Return the state that a unit's parts add up to.

    Assigned until a part starts, started until every part is completed or waived.
    """
    counted = [state for state in parts if state not in {PartState.WAIVED, PartState.RELEASED}]
    if counted and all(state == PartState.COMPLETED for state in counted):
        return UnitState.COMPLETED
    if any(state in {PartState.STARTED, PartState.COMPLETED} for state in counted):
        return UnitState.STARTED
    return UnitState.ASSIGNED


def opened(parts: list[tuple[str, str]]) -> str | None:
    """Return the kind of the first learning part that was opened, if any.

    Arguments:
        parts: (kind, state) of each part.
    """
    for kind, state in parts:
        if kind != PartKind.MEMBERSHIP and state in {PartState.STARTED, PartState.COMPLETED}:
            return kind
    return None


def check_can_release(
    *,
    state: str,
    parts: list[tuple[str, str]],
    assigned_on: dt.date | None,
    certificate_downloaded: bool,
    today: dt.date,
    release_days: int,
) -> None:
    """Refuse a release that DOMAIN §2 does not allow.

    Raises:
        CannotRelease: names what stands in the way.
    """
    if state in {UnitState.RESERVED, UnitState.ASSIGNED}:
        return
    if state == UnitState.COMPLETED:
        raise CannotRelease("It is used up; a completed unit never comes back")
    if state != UnitState.STARTED:
        raise CannotRelease("It is not assigned to anybody")
    kind = opened(parts)
    if kind == PartKind.EXAM:
        raise CannotRelease("The exam was started; it never comes back")
    if kind is not None:
        raise CannotRelease(f"The {PartKind(kind).label} was opened already")
    if certificate_downloaded:
        raise CannotRelease("Its certificate was downloaded already")
    if assigned_on is None or (today - assigned_on).days > release_days:
        raise CannotRelease(f"It was assigned more than {release_days} days ago")


def can_release(
    *,
    state: str,
    parts: list[tuple[str, str]],
    assigned_on: dt.date | None,
    certificate_downloaded: bool,
    today: dt.date,
    release_days: int,
) -> bool:
    """Return whether ``check_can_release`` would pass."""
    try:
        check_can_release(
            state=state,
            parts=parts,
            assigned_on=assigned_on,
            certificate_downloaded=certificate_downloaded,
            today=today,
            release_days=release_days,
        )
    except CannotRelease:
        return False
    return True


def mermaid() -> str:
    """Return the transition table as a Mermaid diagram for the documents."""
    lines = ["stateDiagram-v2"]
    for event, (sources, target) in MOVES.items():
        lines += [f"    {source or '[*]'} --> {target}: {event}" for source in sorted(sources)]
    return "\n".join(lines)
