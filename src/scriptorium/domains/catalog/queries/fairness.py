"""Accommodations, cases and waivers: the numbers and words that an operator can change."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings


@dataclass(frozen=True, slots=True)
class Fairness:
    """What holds for accommodations, appeals, complaints and waivers, in days unless said.

    Arguments:
        kinds: code → words of what can be asked for at an exam.
    """

    most_percent: int
    most_break_minutes: int
    forget_words_days: int
    kinds: dict[str, str]
    acknowledge_days: int
    decide_days: int
    appeal_days: int
    closing_days: int
    waiver_valid_days: int


@cache
def _load(folder: Path) -> Fairness:
    with (folder / "fairness.toml").open("rb") as file:
        raw = tomllib.load(file)
    return Fairness(
        **raw["accommodation"], **raw["cases"], waiver_valid_days=raw["waiver"]["valid_days"]
    )


def fairness() -> Fairness:
    """Return the numbers and words that this installation runs."""
    return _load(settings.PROGRAMME_DIR)
