"""States of units and the events that move them (DOMAIN §2)."""

from __future__ import annotations

from django.db import models


class UnitState(models.TextChoices):
    """Where a unit is."""

    FREE = "free", "Free"
    RESERVED = "reserved", "Reserved"
    ASSIGNED = "assigned", "Assigned"
    STARTED = "started", "Started"
    COMPLETED = "completed", "Completed"
    EXPIRED = "expired", "Expired"
    REFUNDED = "refunded", "Refunded"
    REMOVED = "removed", "Removed by staff"


class EntryEvent(models.TextChoices):
    """What an entry says happened."""

    PURCHASED = "purchased", "Purchased"
    RESERVED = "reserved", "Reserved"
    ASSIGNED = "assigned", "Assigned"
    STARTED = "started", "Started"
    COMPLETED = "completed", "Completed"
    RELEASED = "released", "Released"
    EXPIRED = "expired", "Expired"
    REFUNDED = "refunded", "Refunded"
    ADJUSTED = "adjusted", "Adjusted"


class PartState(models.TextChoices):
    """Where one part of a unit is."""

    RESERVED = "reserved", "Reserved"
    ASSIGNED = "assigned", "Assigned"
    STARTED = "started", "Started"
    COMPLETED = "completed", "Completed"
    WAIVED = "waived", "Waived"
    RELEASED = "released", "Released"


class PartOutcome(models.TextChoices):
    """How the newest sitting of an exam part went; the board's mark reads it."""

    PASSED = "passed", "Passed"
    FAILED = "failed", "Not passed yet"


class Outcome(models.TextChoices):
    """What an assignment did for one person."""

    ASSIGNED = "assigned", "Assigned"
    SKIPPED = "skipped", "Skipped"


_S = UnitState

#: Every legal move: event → (states it may leave, state it reaches). Data, not code, so that
#: the operations, ``verify-ledger`` and the documents read the same table.
MOVES: dict[EntryEvent, tuple[frozenset[str], UnitState]] = {
    EntryEvent.PURCHASED: (frozenset({""}), _S.FREE),
    EntryEvent.RESERVED: (frozenset({_S.FREE}), _S.RESERVED),
    EntryEvent.ASSIGNED: (frozenset({_S.FREE, _S.RESERVED}), _S.ASSIGNED),
    EntryEvent.STARTED: (frozenset({_S.ASSIGNED}), _S.STARTED),
    EntryEvent.COMPLETED: (frozenset({_S.STARTED}), _S.COMPLETED),
    EntryEvent.RELEASED: (frozenset({_S.RESERVED, _S.ASSIGNED, _S.STARTED}), _S.FREE),
    EntryEvent.EXPIRED: (frozenset({_S.FREE}), _S.EXPIRED),
    EntryEvent.REFUNDED: (frozenset({_S.FREE}), _S.REFUNDED),
    EntryEvent.ADJUSTED: (frozenset({_S.FREE}), _S.REMOVED),
}
