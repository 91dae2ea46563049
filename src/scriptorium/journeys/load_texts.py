"""Taking a programme's manual and courses into the database; what is in use is never edited."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

from django.db import transaction

from scriptorium.domains.audit.operations import Happening, record
from scriptorium.domains.training import operations as training
from scriptorium.domains.training.enums import OPENED_BY
from scriptorium.integrations.programme_files.problems import Problem, ProgrammeInvalid
from scriptorium.integrations.programme_files.texts import WrittenText, read_texts
from scriptorium.kernel.actor import Actor

__all__ = ["ProgrammeInvalid", "check_texts", "load_texts"]


def check_texts(*, folder: Path, problems: list[Problem]) -> dict[str, int]:
    """Read a programme's texts without writing; returns how many chapters and lessons there are.

    Arguments:
        problems: what is wrong is added here.
    """
    written = read_texts(folder, problems)
    lessons = sum(len(course) for course in written.courses.values())
    return {"chapters": len(written.manual), "lessons": lessons}


@transaction.atomic
def load_texts(*, actor: Actor, folder: Path, now: dt.datetime) -> int:
    """Load the manual and the courses of a programme: a new version of each that is different.

    May stand inside the transaction of a whole programme.

    Returns:
        How many new versions were made; 0 when everything was there already.

    Raises:
        ProgrammeInvalid: names every problem with file and line; nothing was changed.
    """
    problems: list[Problem] = []
    written = read_texts(folder, problems)
    if problems:
        raise ProgrammeInvalid(problems)
    loaded = []
    if written.manual:
        loaded.append(training.load_manual(chapters=_new(written.manual), now=now))
    for code, lessons in written.courses.items():
        if lessons:
            loaded.append(training.load_course(code=code, lessons=_new(lessons), now=now))
    fresh = [one.version for one in loaded if one.fresh]
    for version in fresh:
        part = OPENED_BY.get(version.code)
        data = {
            "title": part.label if part else version.code,
            "number": version.number,
            "chapters": version.chapters.count(),
            "sha256": version.content_sha256,
        }
        record(
            actor=actor,
            happening=Happening("text.version_loaded", "text", version.code, "", data),
            now=now,
        )
    return len(fresh)


def _new(written: Iterable[WrittenText]) -> list[training.NewChapter]:
    return [
        training.NewChapter(
            slug=text.slug,
            title=text.title,
            minutes=text.minutes,
            summary=text.summary,
            sources=tuple(
                training.NewSource(source.text, source.url, source.as_of.isoformat())
                for source in text.sources
            ),
            body=text.body,
            sections=tuple(
                training.NewSection(section.anchor, section.title, section.html, section.plain)
                for section in text.sections
            ),
        )
        for text in written
    ]
