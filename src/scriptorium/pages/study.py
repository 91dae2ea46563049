"""What readers see: a text's contents with progress, one chapter, and the list of courses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.safestring import SafeString, mark_safe

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.exams import queries as exams
from scriptorium.domains.ledger import queries as ledger
from scriptorium.domains.ledger.enums import PartState
from scriptorium.domains.memberships.rules import words
from scriptorium.domains.training import queries as texts
from scriptorium.domains.training import rules
from scriptorium.domains.training.enums import MANUAL, OPENED_BY
from scriptorium.domains.training.models import Chapter, Completion
from scriptorium.domains.training.queries import Progress
from scriptorium.kernel.clock import day_of
from scriptorium.pages.study_search import Hits, search

#: What each text is, for those who cannot read it yet.
ABOUT = {
    MANUAL: "The manual for the MSCAT: every topic of the exam, with examples, practice questions"
    " and sources. It is for study; the exam can be taken without it.",
    "hipaa": "The course HIPAA for Scribes says what HIPAA is, explains protected health"
    " information, shows where scribes run risks, and how the privacy and security rules are"
    " followed. An assessment ends it.",
}


@dataclass(frozen=True, slots=True)
class ChapterLine:
    """One chapter in the contents; its state in words."""

    number: int
    slug: str
    title: str
    summary: str
    minutes: int
    url: str
    state: str
    words: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """The assessment that ends a course: where it is taken, or why not yet."""

    facts: str
    url: str
    reason: str


@dataclass(frozen=True, slots=True)
class CompletionLine:
    """One record of completion."""

    reference: str
    on: str
    score: str
    version: int
    sha256: str
    keep_until: str


@dataclass(frozen=True, slots=True)
class StudyPage:
    """The contents of the manual or of a course.

    Arguments:
        owned: whether the person has a unit that opens the text.
        resume: (address, words) of the place to go on, or None where nothing can be read.
    """

    code: str
    title: str
    about: str
    one: str
    many: str
    owned: bool
    lines: list[ChapterLine]
    read: int
    minutes: str
    minutes_left: str
    resume: tuple[str, str] | None
    finished_on: str
    version: str
    hits: Hits | None
    assessment: Assessment | None
    completions: list[CompletionLine]

    @property
    def total(self) -> int:
        """How many chapters there are."""
        return len(self.lines)

    @property
    def changed(self) -> int:
        """How many chapters have another wording than the one that was read."""
        return sum(line.state == "changed" for line in self.lines)


@dataclass(frozen=True, slots=True)
class SectionText:
    """A part of a chapter with its own address."""

    anchor: str
    title: str
    html: SafeString


@dataclass(frozen=True, slots=True)
class ChapterPage:
    """One chapter to read, with its neighbours and what the person did with it."""

    code: str
    text: str
    one: str
    contents_url: str
    line: ChapterLine
    total: int
    sections: list[SectionText]
    sources: list[dict[str, str]]
    previous: ChapterLine | None
    following: ChapterLine | None
    sha256: str
    version: str
    reader: str


@dataclass(frozen=True, slots=True)
class CourseLine:
    """One course in the list."""

    title: str
    about: str
    url: str
    words: str
    owned: bool


@dataclass(frozen=True, slots=True)
class _Shelf:
    """What one person has of one text."""

    code: str
    owned: bool
    chapters: list[Chapter]
    progress: Progress | None
    readings: rules.Readings = field(default_factory=dict)

    @property
    def title(self) -> str:
        return OPENED_BY[self.code].label


def base_of(code: str) -> str:
    """Return the address of a text's contents."""
    return "/member/manual/" if code == MANUAL else f"/member/courses/{code}/"


def nouns_of(code: str) -> tuple[str, str]:
    """Return what one part of a text is called, and several."""
    return ("chapter", "chapters") if code == MANUAL else ("lesson", "lessons")


def duration(minutes: int) -> str:
    """Return minutes in words, such as "2 h 5 min"."""
    hours, rest = divmod(minutes, 60)
    return " ".join(
        part for part in (f"{hours} h" if hours else "", f"{rest} min" if rest else "") if part
    )


def study_page(*, person: Person, code: str, query: str = "") -> StudyPage | None:
    """Return the contents of a text, or None where there is no such text.

    Arguments:
        query: words to look for; only readers get results.
    """
    if code not in OPENED_BY:
        return None
    shelf = _shelf(person, code)
    lines = _lines(shelf)
    left = rules.unread(outline=_outline(shelf.chapters), readings=shelf.readings)
    one, many = nouns_of(code)
    completions = texts.completions_of(person=person.pk) if code != MANUAL else []
    return StudyPage(
        code=code,
        title=shelf.title,
        about=ABOUT[code],
        one=one,
        many=many,
        owned=shelf.owned,
        lines=lines,
        read=len(lines) - len(left),
        minutes=duration(sum(line.minutes for line in lines)),
        minutes_left=duration(sum(line.minutes for line in lines if line.slug in left)),
        resume=_resume(shelf, lines) if shelf.owned and lines else None,
        finished_on=_finished_on(shelf),
        version=_version(shelf.chapters),
        hits=search(chapters=shelf.chapters, base=base_of(code), query=query)
        if shelf.owned and query
        else None,
        assessment=_assessment(shelf) if code != MANUAL and shelf.owned else None,
        completions=[_completion(row) for row in completions if row.course == code],
    )


def chapter_page(*, person: Person, code: str, slug: str, today: dt.date) -> ChapterPage | None:
    """Return one chapter with its text, or None for somebody who may not read it."""
    shelf = _shelf(person, code)
    lines = _lines(shelf)
    index = next((n for n, chapter in enumerate(shelf.chapters) if chapter.slug == slug), None)
    if not shelf.owned or index is None:
        return None
    chapter = shelf.chapters[index]
    return ChapterPage(
        code=code,
        text=shelf.title,
        one=nouns_of(code)[0],
        contents_url=base_of(code),
        line=lines[index],
        total=len(lines),
        sections=[
            # Cleaned of everything but text markup when it was loaded.
            SectionText(s.anchor, s.title, mark_safe(s.html))  # noqa: S308
            for s in texts.sections(chapter=chapter.pk)
        ],
        sources=[
            source | {"as_of": words(dt.date.fromisoformat(source["as_of"]))}
            for source in chapter.sources
        ],
        previous=lines[index - 1] if index else None,
        following=lines[index + 1] if index + 1 < len(lines) else None,
        sha256=chapter.content_sha256,
        version=_version(shelf.chapters),
        reader=f"{person.name} · {words(today)}",
    )


def courses_page(*, person: Person) -> list[CourseLine]:
    """Return the courses that are taken here, with how far the person is."""
    found = []
    for code in OPENED_BY:
        if code == MANUAL:
            continue
        shelf = _shelf(person, code)
        left = rules.unread(outline=_outline(shelf.chapters), readings=shelf.readings)
        total = len(shelf.chapters)
        said = f"{total - len(left)} of {total} lessons read"
        if shelf.progress and shelf.progress.study.finished_at:
            said = f"Completed on {_finished_on(shelf)}"
        elif shelf.owned and not left:
            said = "All lessons read; the assessment is open"
        elif not shelf.owned:
            said = "Not assigned to you"
        found.append(CourseLine(shelf.title, ABOUT[code], base_of(code), said, shelf.owned))
    return found


def _shelf(person: Person, code: str) -> _Shelf:
    kind = OPENED_BY.get(code)
    parts = ledger.live_parts(people=[person.pk]).get(person.pk, [])
    states = [part.state for part in parts if part.kind == kind]
    progress = texts.progress_of(person=person.pk).get(code)
    if progress and progress.study.finished_at and PartState.ASSIGNED in states:
        # A new unit waits to be opened: reading begins anew with it.
        progress = None
    return _Shelf(
        code=code,
        owned=bool(states),
        chapters=texts.chapters(code=code),
        progress=progress,
        readings=progress.readings if progress else {},
    )


def _outline(chapters: Sequence[Chapter]) -> list[tuple[str, str]]:
    return [(chapter.slug, chapter.content_sha256) for chapter in chapters]


def _version(chapters: Sequence[Chapter]) -> str:
    if not chapters:
        return ""
    version = chapters[0].version
    return f"Version {version.number} of {words(day_of(version.loaded_at))}"


def _finished_on(shelf: _Shelf) -> str:
    at = shelf.progress.study.finished_at if shelf.progress else None
    return words(day_of(at)) if at else ""


def _lines(shelf: _Shelf) -> list[ChapterLine]:
    place = shelf.progress.study.place_slug if shelf.progress else ""
    lines = []
    for chapter in shelf.chapters:
        state, said = "open", "Not read yet"
        if chapter.slug in shelf.readings:
            sha256, at = shelf.readings[chapter.slug]
            on = words(day_of(at))
            same = sha256 == chapter.content_sha256
            state = "read" if same else "changed"
            said = f"Read on {on}" if same else f"Changed since you read it on {on}"
        elif chapter.slug == place:
            state, said = "here", "You stopped here"
        lines.append(
            ChapterLine(
                number=chapter.position,
                slug=chapter.slug,
                title=chapter.title,
                summary=chapter.summary,
                minutes=chapter.minutes,
                url=f"{base_of(shelf.code)}{chapter.slug}/",
                state=state,
                words=said,
            )
        )
    return lines


def _resume(shelf: _Shelf, lines: Sequence[ChapterLine]) -> tuple[str, str]:
    """Return where to go on: the place that was left, else the first chapter not read yet."""
    study = shelf.progress.study if shelf.progress else None
    if study is None:
        return lines[0].url, f"Start with {nouns_of(shelf.code)[0]} 1"
    here = next((line for line in lines if line.slug == study.place_slug), lines[0])
    anchor = study.place_anchor
    if here.state == "read" and study.all_read_at is None:
        here = next((line for line in lines if line.state in {"here", "open", "changed"}), here)
        anchor = "" if here.slug != study.place_slug else anchor
    url = f"{here.url}#{anchor}" if anchor else here.url
    verb = "Open again:" if study.all_read_at else "Go on with"
    return url, f"{verb} {here.number}. {here.title}"


def _assessment(shelf: _Shelf) -> Assessment | None:
    """Return the exam that ends a course, or None while none is loaded."""
    exam = next((e for e in exams.newest_exams() if e.course == shelf.code), None)
    if exam is None:
        return None
    items = sum(row["count"] for row in exam.blueprint)
    reason = rules.before_assessment(
        progress=shelf.progress,
        outline=[(c.slug, c.content_sha256, c.minutes) for c in shelf.chapters],
    )
    return Assessment(
        facts=f"{items} questions in {exam.minutes} minutes; {exam.pass_percent} % right answers"
        f" are needed. If it does not go well, it can be taken again after {exam.retake_hours}"
        " hours.",
        # Nobody has to read to be examined (DOMAIN §5, firewall); the page advises it.
        url=""
        if shelf.progress and shelf.progress.study.finished_at
        else f"/member/exams/?exam={exam.exam}",
        reason=reason,
    )


def _completion(row: Completion) -> CompletionLine:
    return CompletionLine(
        reference=row.reference,
        on=words(day_of(row.completed_at)),
        score=f"{row.correct} of {row.scored} right",
        version=row.version.number,
        sha256=row.content_sha256,
        keep_until=words(row.keep_until),
    )
