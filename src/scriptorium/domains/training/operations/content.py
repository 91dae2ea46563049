"""Taking the manual and the courses into the database; what is in use is never edited."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from scriptorium.domains.training import queries
from scriptorium.domains.training.enums import MANUAL
from scriptorium.domains.training.models import Chapter, Section, Version


@dataclass(frozen=True, slots=True)
class NewSource:
    """What a text rests on; ``as_of`` is an ISO day."""

    text: str
    url: str
    as_of: str


@dataclass(frozen=True, slots=True)
class NewSection:
    """A part of a chapter: safe HTML, and plain words to search."""

    anchor: str
    title: str
    html: str
    plain: str


@dataclass(frozen=True, slots=True)
class NewChapter:
    """A chapter or lesson as it was written."""

    slug: str
    title: str
    minutes: int
    summary: str
    sources: tuple[NewSource, ...]
    body: str
    sections: tuple[NewSection, ...]

    @property
    def sha256(self) -> str:
        """The hash of what was written, as canonical JSON; how it is drawn is no part of it."""
        written = asdict(self)
        del written["sections"]
        return _sha256(written)


@dataclass(frozen=True, slots=True)
class Loaded:
    """The version that is read now, and whether this load made it."""

    version: Version
    fresh: bool


def _sha256(content: object) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def load_manual(*, chapters: Sequence[NewChapter], now: dt.datetime) -> Loaded:
    """Make the manual say what the chapters say: a new version where anything is different.

    Arguments:
        chapters: in order; at least one.
    """
    return _load(MANUAL, chapters, now)


def load_course(*, code: str, lessons: Sequence[NewChapter], now: dt.datetime) -> Loaded:
    """Make a course say what the lessons say: a new version where anything is different.

    Arguments:
        code: the course's code, such as "hipaa".
        lessons: in order; at least one.
    """
    return _load(code, lessons, now)


def _load(code: str, chapters: Sequence[NewChapter], now: dt.datetime) -> Loaded:
    if not chapters:
        raise ValueError(f"{code} has no chapter.")
    sha256 = _sha256([chapter.sha256 for chapter in chapters])
    old = queries.current(code=code)
    if old is not None and old.content_sha256 == sha256:
        return Loaded(old, fresh=False)
    version = Version.objects.create(
        code=code,
        number=old.number + 1 if old else 1,
        content_sha256=sha256,
        loaded_at=now,
    )
    rows = Chapter.objects.bulk_create(
        [
            Chapter(
                version=version,
                position=position,
                slug=chapter.slug,
                title=chapter.title,
                minutes=chapter.minutes,
                summary=chapter.summary,
                sources=[asdict(source) for source in chapter.sources],
                body=chapter.body,
                content_sha256=chapter.sha256,
            )
            for position, chapter in enumerate(chapters, start=1)
        ]
    )
    Section.objects.bulk_create(
        [
            Section(
                chapter=row,
                position=position,
                anchor=section.anchor,
                title=section.title,
                html=section.html,
                plain=section.plain,
            )
            for row, chapter in zip(rows, chapters, strict=True)
            for position, section in enumerate(chapter.sections, start=1)
        ]
    )
    return Loaded(version, fresh=True)
