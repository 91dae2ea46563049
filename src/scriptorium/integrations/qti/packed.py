"""One item as a package carries it, and what is wrong with a package."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

#: Problems that one refusal names.
MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class PackedItem:
    """One item of a package.

    Arguments:
        code: its identifier.
        options, key: four texts and the place of the right one; empty and None for a typed answer.
        accept: spellings that count as right, for a typed answer; else empty.
        bank, topic: where it belongs, "" in packages of other systems.
        enemies: codes of items that may not stand on one form with it.
    """

    code: str
    stem: str
    options: tuple[str, ...] = ()
    key: int | None = None
    accept: tuple[str, ...] = ()
    rationale: str = ""
    source: str = ""
    url: str = ""
    bank: str = ""
    topic: str = ""
    vignette: bool = False
    ai_assisted: bool = False
    enemies: tuple[str, ...] = ()


class PackageError(Exception):
    """A package that is refused; ``problems`` says what is wrong, where, in sentences."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = list(problems)
        shown = self.problems[:MOST_NAMED]
        if len(self.problems) > MOST_NAMED:
            shown.append(f"And {len(self.problems) - MOST_NAMED} more.")
        super().__init__("\n".join(shown))
