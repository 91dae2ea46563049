"""Finding words in the manual or a course: the sections that hold them, with an excerpt."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scriptorium.domains.training import queries as texts
from scriptorium.domains.training.models import Chapter, Section

MOST = 40
_WORDS, _LETTERS = 6, 40
#: How many letters an excerpt shows, of which a third before the first find.
_SHOWN = 210


@dataclass(frozen=True, slots=True)
class Hit:
    """A section that holds the words; each piece says whether it was looked for."""

    title: list[tuple[str, bool]]
    url: str
    excerpt: list[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class Hits:
    """What a search found."""

    query: str
    found: list[Hit]
    total: int

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.total - len(self.found)


def search(*, chapters: Sequence[Chapter], base: str, query: str) -> Hits:
    """Return the sections in which every word of the query stands, best first.

    A section whose heading holds a word comes before one that holds it in the text only.

    Arguments:
        chapters: of the version that is read now; base: the address of its contents.
    """
    wanted = [word[:_LETTERS] for word in query.split()][:_WORDS]
    if not wanted or not chapters:
        return Hits(query.strip(), [], 0)
    rows = texts.sections_with(version=chapters[0].version_id, words=wanted)
    pattern = re.compile("|".join(re.escape(word) for word in wanted), re.IGNORECASE)
    rows.sort(key=lambda row: -bool(pattern.search(row.title)))
    found = [_hit(row, base, pattern) for row in rows[:MOST]]
    return Hits(query.strip(), found, len(rows))


def _hit(row: Section, base: str, pattern: re.Pattern[str]) -> Hit:
    title = f"{row.chapter.position}. {row.chapter.title}"
    return Hit(
        title=list(_pieces(f"{title}: {row.title}" if row.title else title, pattern)),
        url=f"{base}{row.chapter.slug}/#{row.anchor}",
        excerpt=list(_pieces(_cut(row.plain, pattern), pattern)),
    )


def _cut(plain: str, pattern: re.Pattern[str]) -> str:
    """Return the words around the first find."""
    text = " ".join(plain.split())
    first = pattern.search(text)
    start = max(0, (first.start() if first else 0) - _SHOWN // 3)
    end = start + _SHOWN
    while start and text[start - 1] != " ":
        start -= 1
    shown = text[start:end]
    if end < len(text):
        shown = f"{shown.rpartition(' ')[0]} …"
    return f"… {shown}" if start else shown


def _pieces(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[str, bool]]:
    last = 0
    for match in pattern.finditer(text):
        if match.start() > last:
            yield text[last : match.start()], False
        yield match[0], True
        last = match.end()
    if last < len(text):
        yield text[last:], False
