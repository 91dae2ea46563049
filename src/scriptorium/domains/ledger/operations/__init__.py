"""Writing the ledger: units with their entries and balances, and the actions that group them."""

from scriptorium.domains.ledger.operations.actions import (
    LineDraft,
    fresh_key,
    mark_undone,
    open_action,
    write_lines,
)
from scriptorium.domains.ledger.operations.history import PastUnit, write_past_units
from scriptorium.domains.ledger.operations.learning import choose_exam, note_outcome
from scriptorium.domains.ledger.operations.units import (
    Holding,
    NotEnoughUnits,
    PartGrant,
    accept_reserved,
    adjust_units,
    expire_units,
    grant_units,
    hand_out,
    move_parts,
    release_units,
)

__all__ = [
    "Holding",
    "LineDraft",
    "NotEnoughUnits",
    "PartGrant",
    "PastUnit",
    "accept_reserved",
    "adjust_units",
    "choose_exam",
    "expire_units",
    "fresh_key",
    "grant_units",
    "hand_out",
    "mark_undone",
    "move_parts",
    "note_outcome",
    "open_action",
    "release_units",
    "write_lines",
    "write_past_units",
]
