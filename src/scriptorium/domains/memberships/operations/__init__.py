"""The only writers of memberships and of the proposals to renew them."""

from scriptorium.domains.memberships.operations.price_notices import (
    locked_price_notice,
    move_price_notice,
)
from scriptorium.domains.memberships.operations.proposals import (
    add_extras,
    close_proposals,
    free_lines,
    freeze,
    mark_lines,
    mark_told,
    open_proposals,
    remove_extras,
    reopen_line,
    tick,
)
from scriptorium.domains.memberships.operations.reinstatements import (
    close_reinstatement,
    insert_reinstatement,
)
from scriptorium.domains.memberships.operations.years import (
    UnableToVoid,
    YearGrant,
    add_years,
    cancel,
    move_lapse,
    move_lapses,
    record_consent,
    set_mode,
    void_term,
)

__all__ = [
    "UnableToVoid",
    "YearGrant",
    "add_extras",
    "add_years",
    "cancel",
    "close_proposals",
    "close_reinstatement",
    "free_lines",
    "freeze",
    "insert_reinstatement",
    "locked_price_notice",
    "mark_lines",
    "mark_told",
    "move_lapse",
    "move_lapses",
    "move_price_notice",
    "open_proposals",
    "record_consent",
    "remove_extras",
    "reopen_line",
    "set_mode",
    "tick",
    "void_term",
]
