"""Items as text files: one file a topic, one table an item, each with the line it stands on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scriptorium.integrations.programme_files.problems import Problem, read_toml

_CODE = re.compile(r"[a-z]+(?:-[a-z]+)*-\d{3}")
_KEYS = {
    "code", "stem", "right", "wrong", "accept", "why", "source", "url", "vignette", "enemies",
}  # fmt: skip
_NEEDED = ("stem", "why", "source")


@dataclass(frozen=True, slots=True)
class WrittenItem:
    """One item as its author wrote it.

    Arguments:
        code: its name for life, such as "terminology-001".
        right, wrong: the key and three other options; both empty for a text entry.
        accept: spellings that count as right, for a text entry; else empty.
        why: the rationale; source: what supports the key; url: where to read it, or "".
        enemies: codes of items that may not stand on one form with this one.
    """

    path: str
    line: int
    bank: str
    topic: str
    code: str
    stem: str
    right: str
    wrong: tuple[str, ...]
    accept: tuple[str, ...]
    why: str
    source: str
    url: str
    vignette: bool
    enemies: tuple[str, ...]


def read_items(folder: Path, problems: list[Problem]) -> list[WrittenItem]:
    """Return the items under ``folder``/items, in the order of their codes.

    Arguments:
        folder: a programme's folder; items lie in ``items/<bank>/<topic>.toml``.
        problems: what is wrong is added here.
    """
    found: dict[str, WrittenItem] = {}
    for path in sorted((folder / "items").glob("*/*.toml")):
        for item in _read_file(path, path.relative_to(folder).as_posix(), problems):
            if item.code in found:
                first = found[item.code]
                problems.append(
                    Problem(
                        item.path,
                        item.line,
                        f"The code {item.code} is taken by {first.path}:{first.line}.",
                    )
                )
            else:
                found[item.code] = item
    for item in found.values():
        problems += [
            Problem(item.path, item.line, f"{item.code} names {code} as an enemy; there is none.")
            for code in item.enemies
            if code not in found
        ]
    return [found[code] for code in sorted(found)]


def _read_file(path: Path, named: str, problems: list[Problem]) -> Iterator[WrittenItem]:
    raw = read_toml(path, named=named, problems=problems)
    if not raw:
        return
    lines = [
        number
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if line.strip() == "[[item]]"
    ]
    if raw.get("topic") != path.stem:
        problems.append(Problem(named, 1, f'Its topic must be "{path.stem}", like its name.'))
    for line, item in zip(lines, raw.get("item", []), strict=False):
        wrong = list(_wrong_with(item))
        problems += [Problem(named, line, sentence) for sentence in wrong]
        if not wrong:
            yield _item(named, line, path, item)


def _item(named: str, line: int, path: Path, raw: dict[str, Any]) -> WrittenItem:
    return WrittenItem(
        path=named,
        line=line,
        bank=path.parent.name,
        topic=path.stem,
        code=raw["code"],
        stem=" ".join(raw["stem"].split()),
        right=raw.get("right", ""),
        wrong=tuple(raw.get("wrong", ())),
        accept=tuple(raw.get("accept", ())),
        why=" ".join(raw["why"].split()),
        source=raw["source"],
        url=raw.get("url", ""),
        vignette=raw.get("vignette", False),
        enemies=tuple(raw.get("enemies", ())),
    )


def _wrong_with(raw: dict[str, Any]) -> Iterator[str]:
    code = raw.get("code", "")
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        yield 'An item needs a code such as "terminology-001".'
        return
    unknown = sorted(raw.keys() - _KEYS)
    if unknown:
        yield f"{code} has a key that nobody reads: {', '.join(unknown)}."
    for key in _NEEDED:
        if not isinstance(raw.get(key), str) or not raw[key].strip():
            yield f"{code} needs “{key}”."
    if "accept" in raw:
        yield from _wrong_with_entry(code, raw)
    else:
        yield from _wrong_with_choice(code, raw)


def _wrong_with_entry(code: str, raw: dict[str, Any]) -> Iterator[str]:
    if "right" in raw or "wrong" in raw:
        yield f"{code} is a text entry (“accept”) and cannot have options too."
    if not raw["accept"] or not all(isinstance(text, str) and text for text in raw["accept"]):
        yield f"{code} needs at least one accepted spelling."


def _wrong_with_choice(code: str, raw: dict[str, Any]) -> Iterator[str]:
    options = [raw.get("right"), *raw.get("wrong", [])]
    if len(options) != 4 or not all(isinstance(text, str) and text.strip() for text in options):
        yield f"{code} needs one right and three wrong options, each a text."
    elif len({text.casefold().strip(" .") for text in options}) < 4:
        yield f"{code} has the same option twice."
