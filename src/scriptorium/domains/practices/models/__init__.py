"""The practice's tables, one file per aggregate."""

from scriptorium.domains.practices.models.imports import ImportRow, RosterImport
from scriptorium.domains.practices.models.roster import (
    NO_DATE,
    HandOver,
    Invitation,
    LinkRole,
    Practice,
    PracticeCounter,
    RosterLink,
    Supervision,
)

__all__ = [
    "NO_DATE",
    "HandOver",
    "ImportRow",
    "Invitation",
    "LinkRole",
    "Practice",
    "PracticeCounter",
    "RosterImport",
    "RosterLink",
    "Supervision",
]
