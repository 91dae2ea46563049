"""The pathways from apprentice to specialist, as an operator wrote them (S3)."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings

#: Quarter hours in an hour; the log counts quarters, so that sums stay whole numbers.
QUARTERS = 4


@dataclass(frozen=True, slots=True)
class Pathway:
    """One way to the specialist level.

    Arguments:
        backgrounds: codes of the professional backgrounds that it is for; empty for everybody.
        evidence: what must be given besides the hours, in words; "" for nothing.
        approvers: who at the employer may approve: "administrator", "physician".
        staff: the staff role that approves when no employer can.
    """

    code: str
    name: str
    hours: int
    backgrounds: tuple[str, ...]
    evidence: str
    approvers: tuple[str, ...]
    staff: str

    @property
    def quarters(self) -> int:
        """The needed hours in quarters of an hour."""
        return self.hours * QUARTERS

    def is_for(self, background: str) -> bool:
        """Return whether somebody with this professional background may take it."""
        return not self.backgrounds or background in self.backgrounds


@dataclass(frozen=True, slots=True)
class Statement:
    """The text of the affidavit, of which the exact words are kept with each signature."""

    version: str
    text: str

    def filled(self, *, name: str, hours: str, first: str, last: str) -> str:
        """Return the text as somebody signs it."""
        return self.text.format(name=name, hours=hours, first=first, last=last)


@dataclass(frozen=True, slots=True)
class Pathways:
    """Everything between CMSA and CMSS that an operator can change."""

    longest_day_quarters: int
    reminder_days: tuple[int, ...]
    move_after_days: int
    ways: tuple[Pathway, ...]
    statement: Statement

    def of_background(self, background: str) -> Pathway:
        """Return the pathway of a professional background: the first that is for it."""
        return self.open_to(background)[0]

    def open_to(self, background: str) -> list[Pathway]:
        """Return the pathways that somebody may choose from; the last one is open to everybody."""
        return [way for way in self.ways if way.is_for(background)] or [self.ways[-1]]

    def by_code(self, code: str) -> Pathway | None:
        """Return a pathway, or None."""
        return next((way for way in self.ways if way.code == code), None)


@cache
def _load(folder: Path) -> Pathways:
    with (folder / "pathways.toml").open("rb") as file:
        raw = tomllib.load(file)
    return Pathways(
        longest_day_quarters=raw["log"]["longest_day_quarters"],
        reminder_days=tuple(raw["log"]["reminder_days"]),
        move_after_days=raw["log"]["move_after_days"],
        ways=tuple(
            Pathway(
                code=code,
                name=way["name"],
                hours=way["hours"],
                backgrounds=tuple(way["backgrounds"]),
                evidence=way["evidence"],
                approvers=tuple(way["approvers"]),
                staff=way["staff"],
            )
            for code, way in raw["pathways"].items()
        ),
        statement=Statement(raw["affidavit"]["version"], raw["affidavit"]["text"].strip()),
    )


def pathways() -> Pathways:
    """Return the pathways that this installation runs."""
    return _load(settings.PROGRAMME_DIR)


def text_sha256(text: str) -> str:
    """Return the SHA-256 of a text exactly as it was shown, in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()
