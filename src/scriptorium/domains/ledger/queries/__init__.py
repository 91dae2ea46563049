"""Reading the ledger: stock and holders, and the recomputation behind ``verify-ledger``.

The row types are named here for annotations; only the ledger itself reads or writes the tables.
"""

from scriptorium.domains.ledger.models import Action, ActionLine, Unit, UnitPart
from scriptorium.domains.ledger.queries.learning import (
    exam_parts,
    locked_part_of_unit,
    locked_part_to_sit,
)
from scriptorium.domains.ledger.queries.stock import (
    Expiring,
    Stock,
    action_by_key,
    action_lines,
    expiring_groups,
    free_of,
    live_parts,
    lock_units_of_action,
    locked_action,
    locked_parts,
    locked_units_of_link,
    locked_units_to_expire,
    mark_parts,
    membership_parts,
    parts_of_units,
    parts_to_complete,
    parts_to_start,
    reserved_parts,
    stock_of,
    unit_of_link,
    units_of_link,
    units_to_expire,
)
from scriptorium.domains.ledger.queries.verification import (
    broken_chains,
    duplicate_assignments,
    missing_parts,
    wrong_balances,
    wrong_holders,
)

__all__ = [
    "Action",
    "ActionLine",
    "Expiring",
    "Stock",
    "Unit",
    "UnitPart",
    "action_by_key",
    "action_lines",
    "broken_chains",
    "duplicate_assignments",
    "exam_parts",
    "expiring_groups",
    "free_of",
    "live_parts",
    "lock_units_of_action",
    "locked_action",
    "locked_part_of_unit",
    "locked_part_to_sit",
    "locked_parts",
    "locked_units_of_link",
    "locked_units_to_expire",
    "mark_parts",
    "membership_parts",
    "missing_parts",
    "parts_of_units",
    "parts_to_complete",
    "parts_to_start",
    "reserved_parts",
    "stock_of",
    "unit_of_link",
    "units_of_link",
    "units_to_expire",
    "wrong_balances",
    "wrong_holders",
]
