"""Studying: opening chapters, marking them as read, and completing the course (DOMAIN §2, §5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.audit.operations import Happening, record, record_many
from scriptorium.domains.catalog.enums import PartKind
from scriptorium.domains.catalog.queries import programme
from scriptorium.domains.exams.models import ScoreRun, Sitting
from scriptorium.domains.ledger import operations as ledger
from scriptorium.domains.ledger import queries as stock
from scriptorium.domains.ledger.enums import PartState
from scriptorium.domains.practices import queries as roster
from scriptorium.domains.training import operations as training
from scriptorium.domains.training import queries as texts
from scriptorium.domains.training.enums import MANUAL, OPENED_BY
from scriptorium.domains.training.models import Chapter, Completion, Study
from scriptorium.kernel.actor import Actor
from scriptorium.kernel.clock import day_of

_LIVE = (PartState.ASSIGNED, PartState.STARTED)


class NotYours(Exception):
    """The person has no unit that opens this text."""


class NoSuchChapter(Exception):
    """The text that is read now has no chapter of this name."""


class TextChanged(Exception):
    """A new version was loaded while the person read; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Marked:
    """What marking a chapter led to.

    Arguments:
        following: the next chapter's slug, or "" after the last one.
        all_read: whether this was the last one that was left.
    """

    following: str
    all_read: bool


@transaction.atomic(durable=True)
def open_chapter(*, actor: Actor, person: Person, code: str, slug: str, now: dt.datetime) -> None:
    """Remember that a person reads a chapter; the first opening starts the unit.

    Arguments:
        code: "manual", or a course's code.

    Raises:
        NoSuchChapter: there is no such text or chapter.
        NotYours: the person has no unit that opens it; nothing was written.
    """
    chapters = texts.chapters(code=code)
    study = _open(actor, person, _at(chapters, slug)[0], now)
    # A new version may have taken out the last chapter that was left.
    _settle(actor, person, study, chapters, now)


@transaction.atomic(durable=True)
def mark_read(
    *, actor: Actor, person: Person, code: str, slug: str, sha256: str, now: dt.datetime
) -> Marked:
    """Mark a chapter as read; with the last one of the manual its unit's part is completed.

    Arguments:
        sha256: the hash of the wording that the person had on the page.

    Raises:
        NoSuchChapter, NotYours: as opening it does.
        TextChanged: the chapter has another wording by now.
    """
    chapters = texts.chapters(code=code)
    chapter, following = _at(chapters, slug)
    study = _open(actor, person, chapter, now)
    if sha256 != chapter.content_sha256:
        raise TextChanged(
            "This chapter was changed while you had it open. Read the new wording below, then"
            " mark it as read."
        )
    training.mark_read(study=study, chapter=chapter, now=now)
    return Marked(following, _settle(actor, person, study, chapters, now))


@transaction.atomic(durable=True)
def keep_place(*, person: Person, code: str, slug: str, anchor: str, now: dt.datetime) -> None:
    """Remember the section at which a person is, for going on elsewhere.

    Raises:
        NoSuchChapter: there is no such chapter or section.
        NotYours: the person has not opened this text.
    """
    chapter, _ = _at(texts.chapters(code=code), slug)
    progress = texts.progress_of(person=person.pk).get(code)
    if progress is None or not _parts(person, code):
        raise NotYours
    if anchor not in {section.anchor for section in texts.sections(chapter=chapter.pk)}:
        raise NoSuchChapter
    training.keep_place(study=progress.study, slug=slug, anchor=anchor, now=now)


def complete_hipaa(
    *, actor: Actor, sitting: Sitting, run: ScoreRun, now: dt.datetime
) -> Completion:
    """Record a passed assessment, complete the unit's part, and write the event.

    Called inside the transaction that finishes the sitting.

    Arguments:
        sitting: finished, with its person and its form's exam.
        run: its passing score.

    Raises:
        NoTextLoaded: the course of the assessment was never loaded.
        IntegrityError: the score does not pass, or the sitting has its record already.
    """
    person, version = sitting.person, sitting.form.exam_version
    practice = roster.by_reference(reference=sitting.practice_reference)
    completed_at = sitting.finished_at or now
    completion = training.record_completion(
        person=person.pk,
        name=person.name,
        practice=practice.reference if practice else "",
        at_practice=practice.name if practice else "",
        course=version.course,
        sat=training.Sat(sitting.reference, sitting.form.reference, sitting.started_at),
        score=training.Score(run.correct, run.scored, version.pass_percent),
        keep_years=programme().numbers.completion_keep_years,
        today=day_of(completed_at),
        now=completed_at,
    )
    part = stock.locked_part_of_unit(
        unit_reference=sitting.unit_reference,
        person=person.pk,
        kind=OPENED_BY[version.course],
    )
    if part is not None and part.state in _LIVE:
        ledger.move_parts(actor=actor, parts=[part], to=PartState.COMPLETED, now=now)
    data = {
        "name": person.name,
        "course": OPENED_BY[version.course].label,
        "version": completion.version.number,
        "sha256": completion.content_sha256,
    }
    record(
        actor=actor,
        happening=Happening(
            "course.completed", "completion", completion.reference, completion.practice, data
        ),
        now=now,
    )
    return completion


def _at(chapters: Sequence[Chapter], slug: str) -> tuple[Chapter, str]:
    """Return a chapter by its name, and the name of the one after it or ""."""
    slugs = [chapter.slug for chapter in chapters]
    if slug not in slugs:
        raise NoSuchChapter
    position = slugs.index(slug)
    return chapters[position], (slugs[position + 1 :] or [""])[0]


def _parts(person: Person, code: str) -> list[stock.UnitPart]:
    kind = OPENED_BY.get(code)
    parts = stock.live_parts(people=[person.pk]).get(person.pk, [])
    return [part for part in parts if part.kind == kind]


def _open(actor: Actor, person: Person, chapter: Chapter, now: dt.datetime) -> Study:
    parts = _parts(person, chapter.version.code)
    if not parts:
        raise NotYours
    started: list[stock.UnitPart] = []
    if any(part.state == PartState.ASSIGNED for part in parts):
        held = stock.locked_parts(person=person.pk, kind=OPENED_BY[chapter.version.code])
        if not held:
            raise NotYours
        started = [part for part in held if part.state == PartState.ASSIGNED]
        ledger.move_parts(actor=actor, parts=started, to=PartState.STARTED, now=now)
        _record(actor, person, "part.started", started, now)
    return training.open_chapter(person=person.pk, chapter=chapter, anew=bool(started), now=now)


def _settle(
    actor: Actor, person: Person, study: Study, chapters: Sequence[Chapter], now: dt.datetime
) -> bool:
    """Close the reading when nothing is left; the manual's part is completed with that."""
    if not training.settle(study=study, chapters=chapters, now=now):
        return False
    if study.code == MANUAL:
        held = stock.locked_parts(person=person.pk, kind=PartKind.MANUAL)
        done = [part for part in held if part.state == PartState.STARTED]
        ledger.move_parts(actor=actor, parts=done, to=PartState.COMPLETED, now=now)
        _record(actor, person, "part.completed", done, now)
    return True


def _record(
    actor: Actor, person: Person, key: str, parts: Iterable[stock.UnitPart], now: dt.datetime
) -> None:
    """Write one event for each part that moved; only its payer's activity log shows it."""
    happenings = []
    for part in parts:
        payer = part.unit.payer_practice_id
        link = roster.live_link_of(practice=payer, person=person.pk) if payer else None
        subject = ("link", link.reference) if link else ("person", person.reference)
        practice = roster.references(keys=[link.practice_id])[link.practice_id] if link else ""
        data = {"name": person.name, "part": PartKind(part.kind).label}
        happenings.append(Happening(key, *subject, practice, data))
    record_many(actor=actor, happenings=happenings, now=now)
