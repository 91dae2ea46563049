"""A small manual and course, written as files and loaded as an operator loads them."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Sequence
from pathlib import Path

from scriptorium.domains.training import queries
from scriptorium.journeys import study
from scriptorium.journeys.load_texts import load_texts
from scriptorium.kernel.actor import Actor
from tests.support.builders import NOW, actor_of

OPERATOR = Actor.system("tests")
HEAD = """+++
title = "{title}"
minutes = {minutes}
summary = "{title}, in short."
sources = [{{ text = "45 CFR 164.502", url = "https://www.ecfr.gov/", as_of = 2026-11-24 }}]
+++
"""
CHAPTERS = (
    ("role", "The role", "## In the room\n\nThe scribe listens & writes.\n\n## Signatures\n\nEach"
     " note is *signed*.\n"),
    ("privacy", "Privacy", "Before any heading.\n\n## Minimum necessary\n\nShare the minimum"
     " necessary, and no more.\n\n| Rule | Days |\n| --- | ---: |\n| notice | 60 |\n"),
    ("orders", "Orders", "## Pended orders\n\nA pended order waits for the practitioner.\n"),
)  # fmt: skip
LESSONS = (
    ("what", "What HIPAA is", "## The law\n\nA law of 1996.\n"),
    ("phi", "PHI", "## Identifiers\n\nNames, dates, numbers.\n"),
)

Written = Sequence[tuple[str, str, str]]


def write_texts(folder: Path, *, chapters: Written = CHAPTERS, lessons: Written = LESSONS) -> Path:
    """Write a programme's texts into a folder and return it."""
    for under, texts in (("manual", chapters), ("courses/hipaa", lessons)):
        place = folder / under
        place.mkdir(parents=True)
        for number, (slug, title, body) in enumerate(texts, start=1):
            head = HEAD.format(title=title, minutes=number * 10)
            (place / f"{number:02}-{slug}.md").write_text(f"{head}\n{body}", encoding="utf-8")
    return folder


def load(
    *, chapters: Written = CHAPTERS, lessons: Written = LESSONS, now: dt.datetime = NOW
) -> int:
    """Load a small manual and course; returns how many new versions that made."""
    with tempfile.TemporaryDirectory() as folder:
        written = write_texts(Path(folder), chapters=chapters, lessons=lessons)
        return load_texts(actor=OPERATOR, folder=written, now=now)


def changed(texts: Written, slug: str) -> Written:
    """Return texts of which one says something more."""
    return [
        (name, title, f"{body}\nOne sentence more.\n" if name == slug else body)
        for name, title, body in texts
    ]


def wording(code: str, slug: str) -> str:
    """Return the hash of the wording that a page shows now."""
    return next(c.content_sha256 for c in queries.chapters(code=code) if c.slug == slug)


def read(person, code: str, *slugs: str, now: dt.datetime = NOW) -> study.Marked:
    """Open chapters and mark them as read, as a reader does; returns what the last one led to."""
    marked = study.Marked("", False)
    for slug in slugs:
        study.open_chapter(actor=actor_of(person), person=person, code=code, slug=slug, now=now)
        marked = study.mark_read(
            actor=actor_of(person), person=person, code=code, slug=slug,
            sha256=wording(code, slug), now=now,
        )  # fmt: skip
    return marked
