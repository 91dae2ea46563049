"""Reading the programme's catalogue: numbers and choices that an operator can change."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings

from scriptorium.domains.catalog.enums import GENERAL, ProductKind


@dataclass(frozen=True, slots=True)
class Numbers:
    """The programme's numbers, all in days unless the name says otherwise (DOMAIN §2, §3)."""

    due_days: int
    grace_days: int
    ended_after_days: int
    renew_early_days: int
    unit_valid_months: int
    unit_notice_days: tuple[int, ...]
    invitation_days: int
    invitation_reminder_days: tuple[int, ...]
    undo_minutes: int
    release_started_days: int
    reinstate_within_days: int
    completion_keep_years: int
    scheme_version: str
    notice_days: tuple[int, ...]
    proposal_days: int
    reminder_days: tuple[int, ...]
    overdue_notice_days: tuple[int, ...]
    win_back_days: tuple[int, ...]
    card_retry_days: tuple[int, ...]
    coterm_least_days: int
    coterm_offers: int
    inactive_days: int

    @property
    def renewal_ladder(self) -> tuple[int, ...]:
        """The days on which a payer is told of a renewal: before the date, negative after it."""
        before = {*self.notice_days, self.proposal_days, *self.reminder_days}
        after = {*self.overdue_notice_days, *self.win_back_days}
        return (*sorted(before, reverse=True), *(-day for day in sorted(after)))


@dataclass(frozen=True, slots=True)
class Programme:
    """One programme's catalogue."""

    name: str
    numbers: Numbers
    specialties: dict[str, str]
    courses: dict[str, str]
    backgrounds: dict[str, str]

    def choices_of(self, kind: str) -> dict[str, str]:
        """Return code → name of what can be chosen when a kind is assigned; empty for most."""
        if kind == ProductKind.SPECIALTY:
            return self.specialties
        if kind == ProductKind.CE:
            return self.courses
        return {}

    def exam_name(self, choice: str) -> str:
        """Return an exam's name; "" is the choice that a package leaves open."""
        if not choice:
            return "MSCAT, not chosen yet"
        if choice == GENERAL:
            return "MSCAT General"
        return f"MSCAT {self.specialties.get(choice, choice)}"


@cache
def _load(folder: Path) -> Programme:
    with (folder / "catalogue.toml").open("rb") as file:
        raw = tomllib.load(file)
    numbers = dict(raw["numbers"])
    for name in (
        "unit_notice_days", "invitation_reminder_days", "notice_days", "reminder_days",
        "overdue_notice_days", "win_back_days", "card_retry_days",
    ):  # fmt: skip
        numbers[name] = tuple(numbers[name])
    return Programme(
        name=raw["name"],
        numbers=Numbers(**numbers),
        specialties=raw["specialties"],
        courses=raw["courses"],
        backgrounds=raw["backgrounds"],
    )


def programme() -> Programme:
    """Return the programme that this installation runs."""
    return _load(settings.PROGRAMME_DIR)
