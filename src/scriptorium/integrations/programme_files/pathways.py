"""The pathways and the fairness numbers of a programme: checked with file and line of each slip."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from string import Formatter
from typing import Any

from scriptorium.integrations.programme_files.problems import Problem, read_toml

PATHWAYS, FAIRNESS = "pathways.toml", "fairness.toml"
_APPROVERS = {"administrator", "physician"}
_BLANKS = {"name", "hours", "first", "last"}
#: Section and key of each whole number, with the least and the most that make sense.
_NUMBERS: dict[str, tuple[tuple[str, str, int, int], ...]] = {
    PATHWAYS: (("log", "longest_day_quarters", 1, 96), ("log", "move_after_days", 1, 365)),
    FAIRNESS: (
        ("accommodation", "most_percent", 100, 300),
        ("accommodation", "most_break_minutes", 0, 600),
        ("accommodation", "forget_words_days", 0, 365),
        ("cases", "acknowledge_days", 1, 90),
        ("cases", "decide_days", 1, 365),
        ("cases", "appeal_days", 1, 365),
        ("cases", "closing_days", 0, 90),
        ("waiver", "valid_days", 1, 730),
    ),
}

#: What is wrong: the section and the key where it stands, and the sentence.
Slip = tuple[str, str, str]


def check_pathways(
    folder: Path,
    *,
    backgrounds: Collection[str],
    staff_roles: Collection[str],
    problems: list[Problem],
) -> None:
    """Add what is wrong with a folder's pathways and fairness numbers to ``problems``.

    Arguments:
        backgrounds: codes of the catalogue's professional backgrounds.
        staff_roles: codes of the body's staff roles.
    """
    for name, found in (
        (PATHWAYS, lambda raw: _pathways(raw, backgrounds, staff_roles)),
        (FAIRNESS, _fairness),
    ):
        raw = read_toml(folder / name, named=name, problems=problems)
        if not raw:
            continue
        lines = (folder / name).read_text(encoding="utf-8").splitlines()
        slips = [*_numbers(raw, name), *found(raw)]
        problems += [
            Problem(name, _line_of(lines, section, key), sentence)
            for section, key, sentence in slips
        ]


def _line_of(lines: list[str], section: str, key: str) -> int:
    """Return the line of a key in a section, the section's own without it, else 0."""
    head = here = 0
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if text.startswith("["):
            here = number if text.partition("]")[0] == f"[{section}" else 0
            head = here or head
        elif here and text.partition("=")[0].strip() == key:
            return number
    return head


def _section(raw: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = raw.get(name)
    return found if isinstance(found, dict) else {}


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _numbers(raw: Mapping[str, Any], name: str) -> Iterator[Slip]:
    for section, key, least, most in _NUMBERS[name]:
        value = _section(raw, section).get(key)
        if not _whole(value) or not least <= value <= most:  # type: ignore[operator]
            yield section, key, f"{key} is a whole number from {least} to {most}."


def _pathways(
    raw: Mapping[str, Any], backgrounds: Collection[str], staff_roles: Collection[str]
) -> Iterator[Slip]:
    log = _section(raw, "log")
    days, last = log.get("reminder_days"), log.get("move_after_days")
    if (
        not isinstance(days, list)
        or not all(_whole(day) for day in days)
        or days != sorted(set(days))
        or (_whole(last) and days and days[-1] >= last)
    ):
        yield "log", "reminder_days", "reminder_days grow, and end before move_after_days."
    ways = _section(raw, "pathways")
    for code, way in ways.items():
        for key, sentence in _way(code, way, backgrounds, staff_roles):
            yield f"pathways.{code}", key, sentence
    if not ways or list(ways.values())[-1].get("backgrounds"):
        yield "pathways", "", "The last pathway is open to everybody: its backgrounds are empty."
    yield from _statement(_section(raw, "affidavit"))


def _way(
    code: str, way: Mapping[str, Any], backgrounds: Collection[str], staff_roles: Collection[str]
) -> Iterator[tuple[str, str]]:
    if len(code) > 20 or not way.get("name"):
        yield "name", f"{code}: a code of at most 20 letters, and a name."
    if not _whole(way.get("hours")) or way["hours"] < 1:
        yield "hours", f"{code}: hours is a whole number above 0."
    if not isinstance(way.get("evidence"), str):
        yield "evidence", f"{code}: evidence says what is needed, or is empty."
    unknown = sorted(set(way.get("backgrounds", ["?"])) - set(backgrounds))
    if unknown:
        yield "backgrounds", f"{code}: the catalogue has no background {', '.join(unknown)}."
    approvers = set(way.get("approvers", ()))
    if not approvers or approvers - _APPROVERS:
        yield "approvers", f"{code}: approvers are {' or '.join(sorted(_APPROVERS))}."
    if way.get("staff") not in staff_roles:
        yield "staff", f"{code}: staff names one of the body’s staff roles."


def _statement(affidavit: Mapping[str, Any]) -> Iterator[Slip]:
    version, text = affidavit.get("version"), affidavit.get("text")
    if not isinstance(version, str) or not 0 < len(version) <= 20:
        yield "affidavit", "version", "version is a text of at most 20 letters."
    try:
        blanks = {name for _, name, _, _ in Formatter().parse(str(text or "")) if name is not None}
    except ValueError:
        blanks = {"?"}
    if not isinstance(text, str) or not text.strip() or blanks - _BLANKS:
        allowed = ", ".join(f"{{{name}}}" for name in sorted(_BLANKS))
        yield "affidavit", "text", f"The text of the affidavit may have the blanks {allowed}."


def _fairness(raw: Mapping[str, Any]) -> Iterator[Slip]:
    kinds = _section(_section(raw, "accommodation"), "kinds")
    if not kinds or any(len(code) > 10 for code in kinds) or not all(kinds.values()):
        yield "accommodation.kinds", "", "Each kind has a code of at most 10 letters and words."
    cases = _section(raw, "cases")
    first, last = cases.get("acknowledge_days"), cases.get("decide_days")
    if _whole(first) and _whole(last) and first >= last:  # type: ignore[operator]
        yield "cases", "acknowledge_days", "A case is acknowledged before it is decided."
