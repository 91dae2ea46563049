"""Waivers of the retake rule as staff see them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from scriptorium.domains.accounts import queries as accounts
from scriptorium.domains.accounts.models import RetakeWaiver
from scriptorium.domains.catalog.queries import programme
from scriptorium.domains.memberships.rules import words
from scriptorium.kernel.clock import day_of


@dataclass(frozen=True, slots=True)
class WaiverLine:
    """One waiver and what became of it."""

    reference: str
    name: str
    exam: str
    reason: str
    granted: str
    state: str
    open: bool


def waiver_lines(*, today: dt.date) -> list[WaiverLine]:
    """Return the newest waivers."""
    return [_line(waiver, today) for waiver in accounts.newest_waivers()]


def _line(waiver: RetakeWaiver, today: dt.date) -> WaiverLine:
    state, is_open = "", False
    if waiver.used_at is not None:
        state = f"used on {words(day_of(waiver.used_at))}"
    elif waiver.closed_at is not None:
        state = f"taken back on {words(day_of(waiver.closed_at))}"
    elif waiver.ends_before <= today:
        state = f"ended unused on {words(waiver.ends_before - dt.timedelta(days=1))}"
    else:
        state, is_open = f"open until {words(waiver.ends_before - dt.timedelta(days=1))}", True
    return WaiverLine(
        waiver.reference,
        waiver.person.name,
        programme().exam_name(waiver.exam),
        waiver.reason,
        f"{words(day_of(waiver.granted_at))} by {waiver.granted_by_name}",
        state,
        is_open,
    )
