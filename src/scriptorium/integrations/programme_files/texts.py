"""The manual and the courses as text files: a head in TOML between ``+++``, then Markdown.

Chapters lie in ``manual/NN-slug.md``, lessons in ``courses/<code>/NN-slug.md``; the number gives
the order, the slug is the chapter's name for life.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scriptorium.integrations.programme_files.problems import (
    Problem,
    parse_toml,
    read_text,
)
from scriptorium.integrations.programme_files.rendering import Section, misplaced, sections_of

_NAME = re.compile(r"(\d{2})-([a-z0-9]+(?:-[a-z0-9]+)*)\.md")
_KEYS = {"title", "minutes", "summary", "sources"}
_SOURCE_KEYS = {"text", "url", "as_of"}
_FENCE = "+++"
#: No single chapter is a day's work; a larger number is a slip of the pen.
_MOST_MINUTES = 240


@dataclass(frozen=True, slots=True)
class Source:
    """What a text rests on: in words, where to read it (or ""), and as of which day it is true."""

    text: str
    url: str
    as_of: dt.date


@dataclass(frozen=True, slots=True)
class WrittenText:
    """One chapter or lesson as its author wrote it, with the HTML that was made of it.

    Arguments:
        slug: its name for life, such as "privacy-rule"; position: from 1.
        minutes: how long reading takes.
        body: the Markdown; sections: the same as safe HTML and plain words.
    """

    path: str
    slug: str
    position: int
    title: str
    minutes: int
    summary: str
    sources: tuple[Source, ...]
    body: str
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class WrittenTexts:
    """Everything to read in a programme: the manual's chapters, and course code → lessons."""

    manual: tuple[WrittenText, ...]
    courses: dict[str, tuple[WrittenText, ...]]


def read_texts(folder: Path, problems: list[Problem]) -> WrittenTexts:
    """Return the manual and the courses of a programme, each in order.

    Arguments:
        folder: the programme's folder.
        problems: what is wrong is added here; a text with a problem is left out.
    """
    root = folder / "courses"
    codes = sorted(path.name for path in root.iterdir() if path.is_dir()) if root.is_dir() else []
    return WrittenTexts(
        manual=_read_folder(folder, "manual", problems),
        courses={code: _read_folder(folder, f"courses/{code}", problems) for code in codes},
    )


def _read_folder(folder: Path, under: str, problems: list[Problem]) -> tuple[WrittenText, ...]:
    found: list[WrittenText] = []
    slugs: dict[str, str] = {}
    for number, path in enumerate(sorted((folder / under).glob("*.md")), start=1):
        named = f"{under}/{path.name}"
        name = _NAME.fullmatch(path.name)
        if name is None:
            sentence = 'Its name must be two digits and words, such as "05-privacy-rule.md".'
            problems.append(Problem(named, 0, sentence))
            continue
        if int(name[1]) != number:
            sentence = f"Its number should be {number:02}: numbers run from 01 without a gap."
            problems.append(Problem(named, 0, sentence))
        if name[2] in slugs:
            problems.append(
                Problem(named, 0, f"{slugs[name[2]]} has the same name after the number.")
            )
        slugs[name[2]] = named
        text = _read_file(path, named, name[2], int(name[1]), problems)
        if text is not None:
            found.append(text)
    return tuple(found)


def _read_file(
    path: Path, named: str, slug: str, position: int, problems: list[Problem]
) -> WrittenText | None:
    text = read_text(path, named=named, problems=problems)
    if text is None:
        return None
    lines = text.splitlines()
    if not lines or lines[0].strip() != _FENCE or _FENCE not in (x.strip() for x in lines[1:]):
        sentence = "The file must begin with a head in TOML between two lines of +++."
        problems.append(Problem(named, 1, sentence))
        return None
    end = next(n for n, line in enumerate(lines[1:], start=1) if line.strip() == _FENCE)
    before = len(problems)
    head = parse_toml("\n".join(lines[1:end]), named=named, problems=problems, first_line=2)
    if len(problems) == before:
        problems += [Problem(named, _line_of(lines, key), s) for key, s in _wrong_with(head)]
    body = "\n".join(lines[end + 1 :]).strip("\n") + "\n"
    if not body.strip():
        problems.append(Problem(named, end + 1, "The text itself is missing after the head."))
    first = end + 1 + next((n for n, line in enumerate(lines[end + 1 :]) if line.strip()), 0)
    problems += [Problem(named, first + line, sentence) for line, sentence in misplaced(body)]
    if len(problems) > before:
        return None
    return WrittenText(
        path=named,
        slug=slug,
        position=position,
        title=head["title"].strip(),
        minutes=head["minutes"],
        summary=" ".join(head["summary"].split()),
        sources=tuple(
            Source(one["text"].strip(), one.get("url", ""), one["as_of"]) for one in head["sources"]
        ),
        body=body,
        sections=sections_of(body),
    )


def _line_of(lines: list[str], key: str) -> int:
    """Return the line of the head on which a key stands, or its first line."""
    pattern = re.compile(rf"\s*{re.escape(key)}\s*=")
    return next((n for n, line in enumerate(lines, start=1) if pattern.match(line)), 1)


def _wrong_with(head: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for key in sorted(head.keys() - _KEYS):
        yield key, f"“{key}” is a key that nobody reads."
    for key in ("title", "summary"):
        if not isinstance(head.get(key), str) or not head[key].strip():
            yield key, f"“{key}” is needed, as a text."
    minutes = head.get("minutes")
    if type(minutes) is not int or not 1 <= minutes <= _MOST_MINUTES:
        yield "minutes", f"“minutes” is needed: a whole number from 1 to {_MOST_MINUTES}."
    sources = head.get("sources")
    if not isinstance(sources, list) or not sources:
        yield "sources", "“sources” is needed: a list of at least one {text, url, as_of}."
        return
    for number, source in enumerate(sources, start=1):
        for sentence in _wrong_with_source(source):
            yield "sources", f"Source {number} {sentence}"


def _wrong_with_source(source: object) -> Iterator[str]:
    if not isinstance(source, dict) or source.keys() - _SOURCE_KEYS:
        yield "must be a table of text, as_of and perhaps url."
        return
    if not isinstance(source.get("text"), str) or not source["text"].strip():
        yield "needs a text."
    if type(source.get("as_of")) is not dt.date:
        yield "needs as_of, a day such as 2026-11-24."
    url = source.get("url", "")
    if not isinstance(url, str) or (url and not url.startswith("https://")):
        yield "has a url that does not begin with https://."
