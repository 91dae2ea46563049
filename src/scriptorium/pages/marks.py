"""The seven marks of a row: which state each is in, and the words for it.

Every page that shows a person's parts reads them here, so a later issue that fills exams and
training extends one place (CONTRACT, the board).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scriptorium.domains.catalog.enums import GENERAL, PartKind
from scriptorium.domains.catalog.queries import programme
from scriptorium.domains.credentials import queries as credentials
from scriptorium.domains.ledger import queries as ledger
from scriptorium.domains.ledger.enums import PartOutcome, PartState
from scriptorium.domains.memberships.enums import MembershipState
from scriptorium.domains.practices.models import RosterLink

ORDER = ("membership", "manual", "hipaa", "mscat", "specialty", "ce", "certificate")

NAMES = {
    "membership": "Membership",
    "manual": "Manual",
    "hipaa": "HIPAA for Scribes",
    "mscat": "MSCAT",
    "specialty": "Specialty exam",
    "ce": "Continuing education",
    "certificate": "Certificate",
}

WORDS = {
    ("membership", "assigned"): "invited, not in force yet",
    ("membership", "started"): "in force",
    ("membership", "expired"): "renewal needed",
    ("manual", "passed"): "read to the end",
    ("certificate", "passed"): "current",
    ("certificate", "expired"): "only older ones",
    ("ce", "started"): "fewer than 3 hours this year",
    ("ce", "passed"): "3 hours or more this year",
}

STATE_WORDS = {
    "none": "none",
    "assigned": "assigned, not opened",
    "started": "started",
    "passed": "passed",
    "failed": "failed",
    "expired": "expired",
    "waived": "waived",
}

#: A part's ledger state as the board's word, weakest first: the strongest one is shown.
_FROM_PART = {
    PartState.WAIVED: "waived",
    PartState.RESERVED: "assigned",
    PartState.ASSIGNED: "assigned",
    PartState.STARTED: "started",
    PartState.COMPLETED: "passed",
}
_STRENGTH = ("none", "waived", "assigned", "started", "failed", "passed")

_MEMBERSHIP = {
    MembershipState.NEVER: "none",
    MembershipState.PENDING: "assigned",
    MembershipState.ACTIVE: "started",
    MembershipState.DUE: "started",
    MembershipState.OVERDUE: "expired",
    MembershipState.LAPSED: "expired",
    MembershipState.ENDED: "none",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """One of the seven."""

    part: str
    state: str

    @property
    def label(self) -> str:
        """The state in words, with the part's name."""
        words = WORDS.get((self.part, self.state), STATE_WORDS[self.state])
        return f"{NAMES[self.part]}: {words}"


def _column(kind: str, choice: str) -> str:
    if kind == PartKind.EXAM:
        return "mscat" if choice in {"", GENERAL} else "specialty"
    return kind


def marks_of(
    *,
    links: Sequence[RosterLink],
    membership: Mapping[int, MembershipState],
    today: dt.date,
) -> dict[int, tuple[Mark, ...]]:
    """Return link key → its seven marks, with two queries however many links there are.

    Arguments:
        links: roster links.
        membership: link key → membership state today.
    """
    people = {link.person_id: link.pk for link in links if link.person_id is not None}
    states: dict[int, dict[str, str]] = {link.pk: dict.fromkeys(ORDER, "none") for link in links}
    rows = ledger.mark_parts(
        people=people, links=[link.pk for link in links if link.person_id is None]
    )
    for person, link, kind, choice, part_state, outcome in rows:
        key = people.get(person) if person is not None else link
        if key is None or key not in states or kind == PartKind.MEMBERSHIP:
            continue
        column = _column(kind, choice)
        # Not passed yet is shown until a later sitting passes.
        state = "failed" if outcome == PartOutcome.FAILED else _FROM_PART[PartState(part_state)]
        if _STRENGTH.index(state) > _STRENGTH.index(states[key][column]):
            states[key][column] = state
    facts = credentials.mark_facts(
        people=people, today=today, grace_days=programme().numbers.grace_days
    )
    for row in links:
        own = states[row.pk]
        own["membership"] = _MEMBERSHIP[membership[row.pk]]
        if row.person_id in facts:
            own["certificate"] = "passed" if facts[row.person_id] else "expired"
    return {key: tuple(Mark(part, own[part]) for part in ORDER) for key, own in states.items()}
