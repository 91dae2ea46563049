"""Who may do what at a practice, and when invitations and hand-overs count. Pure."""

from __future__ import annotations

import datetime as dt

from scriptorium.domains.practices.queries import Standing


class NotAllowed(Exception):
    """The person's role does not allow this; the text says who may."""


def check_can_manage(standing: Standing) -> None:
    """Refuse anybody but the primary administrator and the deputies.

    Raises:
        NotAllowed: says who may.
    """
    if not standing.manages:
        raise NotAllowed("Only the primary administrator and deputies can change this.")


def can_manage(standing: Standing) -> bool:
    """Return whether ``check_can_manage`` would pass."""
    return standing.manages


def check_can_hand_over(standing: Standing) -> None:
    """Refuse anybody but the primary administrator.

    Raises:
        NotAllowed: says who may.
    """
    if not standing.primary:
        raise NotAllowed("Only the primary administrator can hand over.")


def can_hand_over(standing: Standing) -> bool:
    """Return whether ``check_can_hand_over`` would pass."""
    return standing.primary


def sort_name(first_name: str, last_name: str) -> str:
    """Return the key by which a roster is ordered: last name, then first."""
    return f"{last_name} {first_name}".strip().casefold()[:170]


def search_text(first_name: str, last_name: str, email: str) -> str:
    """Return what a search looks through."""
    return f"{first_name} {last_name} {email}".casefold()[:420]


def days_left(expires_at: dt.datetime, now: dt.datetime) -> int:
    """Return the days that an invitation has left, a begun one counted, 0 when it is over."""
    return max(0, -((now - expires_at) // dt.timedelta(days=1)))
