"""What holds for appeals and complaints."""

from scriptorium.domains.support.rules.cases import (
    IllegalStep,
    Involved,
    NotTheDecider,
    can_be_decider,
    can_step,
    check_can_be_decider,
    check_is_decider,
    check_step,
    is_decider,
)

__all__ = [
    "IllegalStep",
    "Involved",
    "NotTheDecider",
    "can_be_decider",
    "can_step",
    "check_can_be_decider",
    "check_is_decider",
    "check_step",
    "is_decider",
]
