"""Which staff roles one person may hold together (DOMAIN §5, firewall; ISO/IEC 17024 5.2)."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from scriptorium.domains.accounts.enums import StaffRole

#: Of these a person holds one at most: who teaches neither writes nor approves what is asked,
#: and who writes it does not approve the forms.
EXCLUDING = frozenset({StaffRole.TRAINING, StaffRole.EXAMS, StaffRole.APPROVER})


class RolesExclude(Exception):
    """A staff role that the person may not have beside another one; the text says which."""


def check_can_hold(*, role: str, held: AbstractSet[str]) -> None:
    """Refuse a role that excludes one that the person holds.

    Arguments:
        role: what is to be granted.
        held: what the person holds now.

    Raises:
        RolesExclude: names both roles and what to do.
    """
    others = (held & EXCLUDING) - {role}
    if role in EXCLUDING and others:
        wanted, other = StaffRole(role).label, StaffRole(min(others)).label
        raise RolesExclude(
            f"{wanted} and {other} exclude one another, so that training gives nobody an advantage"
            f" in the exam and nobody approves their own forms. End the role {other} first."
        )


def can_hold(*, role: str, held: AbstractSet[str]) -> bool:
    """Return whether a role may be granted beside those held."""
    try:
        check_can_hold(role=role, held=held)
    except RolesExclude:
        return False
    return True
