"""What is wrong in a programme's files: where, in a sentence that its author can act on."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_PLACE = re.compile(r"\(at line (\d+), column \d+\)")


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing to mend: the file, the line (from 1; 0 for the file as a whole), and what it is."""

    path: str
    line: int
    sentence: str

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.sentence}"


class ProgrammeInvalid(Exception):
    """A programme that cannot be loaded; ``problems`` names every one that was found."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def read_toml(path: Path, *, named: str, problems: list[Problem]) -> dict[str, Any]:
    """Return a TOML file's content, or {} after adding what is wrong to ``problems``."""
    text = read_text(path, named=named, problems=problems)
    return {} if text is None else parse_toml(text, named=named, problems=problems)


def read_text(path: Path, *, named: str, problems: list[Problem]) -> str | None:
    """Return a file's text, or None after adding what is wrong to ``problems``."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        problems.append(Problem(named, 0, "The file is missing."))
    except UnicodeDecodeError:
        problems.append(Problem(named, 0, "The file is not UTF-8 text. Save it as UTF-8."))
    return None


def parse_toml(
    text: str, *, named: str, problems: list[Problem], first_line: int = 1
) -> dict[str, Any]:
    """Return what a text in TOML says, or {} after adding what is wrong to ``problems``.

    Arguments:
        first_line: the line of the file on which the text begins.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = _PLACE.search(str(error))
        what = _PLACE.sub("", str(error)).strip()
        line = int(place[1]) + first_line - 1 if place else 0
        problems.append(Problem(named, line, f"The file cannot be read: {what}."))
    return {}
