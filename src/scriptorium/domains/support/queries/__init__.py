"""Reading messages and cases."""

from scriptorium.domains.support.queries.cases import (
    appealed,
    case_by_reference,
    case_of,
    cases_of,
    closed_cases,
    involved_in,
    open_cases,
    steps_of,
    upheld_appeal,
)
from scriptorium.domains.support.queries.messages import (
    by_reference,
    open_messages,
)

__all__ = [
    "appealed",
    "by_reference",
    "case_by_reference",
    "case_of",
    "cases_of",
    "closed_cases",
    "involved_in",
    "open_cases",
    "open_messages",
    "steps_of",
    "upheld_appeal",
]
