"""The exams of a programme: blueprints, time, pass mark, rules; each checked against the bank."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scriptorium.integrations.programme_files.items import WrittenItem
from scriptorium.integrations.programme_files.problems import Problem, read_toml

FILE = "exams.toml"
#: A bank holds at least this many items for each that a form takes of a core topic.
BANK_TO_FORM = 3.2
#: Places of a form for items that do not count (DOMAIN §5).
MOST_PILOTS = 10
_DELIVERIES = ("fixed", "assembled")


@dataclass(frozen=True, slots=True)
class WrittenExam:
    """One exam as its author wrote it.

    Arguments:
        code: "hipaa", "general", or a specialty's code.
        course: the course that it ends, or "" for an exam that earns a credential.
        pass_percent: correct × 100 ≥ pass_percent × scored items passes.
        retake_hours: between two sittings; sittings_per_unit: 0 for as many as wanted.
        blueprint: (bank, topic, count), in the order of the form's report.
    """

    code: str
    title: str
    course: str
    minutes: int
    pass_percent: int
    delivery: str
    retake_hours: int
    sittings_per_unit: int
    blueprint: tuple[tuple[str, str, int], ...]

    @property
    def length(self) -> int:
        """How many items a form holds."""
        return sum(count for _, _, count in self.blueprint)


@dataclass(frozen=True, slots=True)
class WrittenScheme:
    """Everything of ``exams.toml``; ``raw`` is kept as the scheme version's content."""

    version: str
    effective_on: dt.date
    exams: tuple[WrittenExam, ...]
    rules: Mapping[str, int]
    topics: Mapping[str, str]
    bank: Mapping[str, Any]
    raw: Mapping[str, Any]


def read_scheme(
    folder: Path,
    *,
    specialties: Mapping[str, str],
    items: Sequence[WrittenItem],
    problems: list[Problem],
) -> WrittenScheme | None:
    """Return the scheme of a programme's folder, or None where it cannot be read at all.

    Arguments:
        specialties: code → name, from the catalogue; each gets an exam.
        items: the bank, against which every blueprint is checked.
        problems: what is wrong is added here, with file and line.
    """
    raw = read_toml(folder / FILE, named=FILE, problems=problems)
    if not raw:
        return None
    lines = (folder / FILE).read_text(encoding="utf-8").splitlines()
    try:
        exams = tuple(_exams(raw, specialties))
        scheme = WrittenScheme(
            version=raw["scheme"],
            effective_on=raw["effective_on"],
            exams=exams,
            rules=raw["rules"],
            topics=raw["topics"],
            bank=raw["bank"],
            raw=raw,
        )
    except KeyError as error:
        problems.append(Problem(FILE, 0, f"“{error.args[0]}” is missing."))
        return None
    if not 0 <= scheme.rules.get("pilot_items", 0) <= MOST_PILOTS:
        line = next((n for n, text in enumerate(lines, 1) if text.startswith("pilot_items")), 0)
        problems.append(Problem(FILE, line, f"pilot_items is a number from 0 to {MOST_PILOTS}."))
    bank = Counter((item.bank, item.topic) for item in items)
    for exam in exams:
        line = _line_of(lines, exam.code)
        problems += [Problem(FILE, line, text) for text in _wrong_with(exam, bank, scheme.topics)]
    return scheme


def _exams(raw: Mapping[str, Any], specialties: Mapping[str, str]) -> list[WrittenExam]:
    rules = raw["rules"]
    found = []
    for code, own in raw["exam"].items():
        blueprint = [(*place.split("/", 1), count) for place, count in own["blueprint"].items()]
        found.append(_exam(code, own, blueprint, rules))
    each = raw["each_specialty"]
    for code, name in specialties.items():
        blueprint = [(*place.split("/", 1), count) for place, count in each["core"].items()]
        blueprint += [(code, topic, count) for topic, count in each["own"].items()]
        found.append(
            _exam(code, each | {"title": each["title"].format(name=name)}, blueprint, rules)
        )
    return found


def _exam(
    code: str, own: Mapping[str, Any], blueprint: list[Any], rules: Mapping[str, int]
) -> WrittenExam:
    return WrittenExam(
        code=code,
        title=own["title"],
        course=own.get("course", ""),
        minutes=own["minutes"],
        pass_percent=own["pass_percent"],
        delivery=own["delivery"],
        retake_hours=own.get("retake_hours", rules["retake_days"] * 24),
        sittings_per_unit=own.get("sittings_per_unit", rules["sittings_per_unit"]),
        blueprint=tuple((bank, topic, count) for bank, topic, count in blueprint),
    )


def _line_of(lines: Sequence[str], code: str) -> int:
    wanted = (f"[exam.{code}]", "[each_specialty]")
    return next((n for n, line in enumerate(lines, 1) if line.strip() in wanted), 0)


def _wrong_with(
    exam: WrittenExam, bank: Counter[tuple[str, str]], topics: Mapping[str, str]
) -> list[str]:
    found = []
    if exam.delivery not in _DELIVERIES:
        found.append(f"{exam.code}: delivery is “fixed” or “assembled”.")
    if not 0 < exam.pass_percent <= 100 or exam.minutes <= 0:
        found.append(f"{exam.code}: minutes and pass_percent must make sense.")
    for own, topic, count in exam.blueprint:
        have = bank[(own, topic)]
        if topic not in topics:
            found.append(f"{exam.code}: the topic {topic} has no name under [topics].")
        if have < count or (own == "core" and have < BANK_TO_FORM * count):
            found.append(f"{exam.code}: {own}/{topic} needs {count} items a form; has {have}.")
    return found
