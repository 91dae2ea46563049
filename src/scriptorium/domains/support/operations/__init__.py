"""Writing messages and cases."""

from scriptorium.domains.support.operations.cases import (
    move_case,
    open_case,
)
from scriptorium.domains.support.operations.messages import (
    mark_answered,
    receive,
)

__all__ = [
    "mark_answered",
    "move_case",
    "open_case",
    "receive",
]
