"""Writing the records of completion. Called by journeys inside their transaction."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from scriptorium.domains.training import queries
from scriptorium.domains.training.models import Completion, Study
from scriptorium.domains.training.rules import keep_until


class NoTextLoaded(Exception):
    """No record of completion for a course that was never loaded."""


@dataclass(frozen=True, slots=True)
class Sat:
    """The sitting of an assessment and its form, by reference, and when it began."""

    sitting: str
    form: str
    started_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Score:
    """A passed assessment: correct of scored items, and the percentage that passes."""

    correct: int
    scored: int
    pass_percent: int


def record_completion(
    *,
    person: int,
    name: str,
    practice: str,
    at_practice: str,
    course: str,
    sat: Sat,
    score: Score,
    keep_years: int,
    today: dt.date,
    now: dt.datetime,
) -> Completion:
    """Insert the record of a passed assessment and finish the study (DOMAIN §5).

    The record names the version whose lessons the person read, also when a newer one was loaded
    since, and begins with the first lesson. Where nothing was read, which the start of a sitting
    refuses, it names the version of today and begins with the sitting: a pass is never lost.

    Arguments:
        name: the person's name as it is now.
        practice, at_practice: the practice at the time, reference and name; "" without one.
        keep_years: how long the record is kept; today: the day of ``now``.
        now: when the assessment was finished.

    Raises:
        NoTextLoaded: the course has no version.
        IntegrityError: the score does not pass, or the sitting has its record already.
    """
    study = (
        Study.objects.select_for_update(of=("self",))
        .select_related("version")
        .filter(person_id=person, code=course, all_read_at__isnull=False)
        .order_by("-id")
        .first()
    )
    version = study.version if study else queries.current(code=course)
    if version is None:
        raise NoTextLoaded(f"Load the lessons of {course} first.")
    completion = Completion.objects.create(
        person_id=person,
        person_name=name,
        practice=practice,
        at_practice=at_practice,
        course=course,
        version=version,
        content_sha256=version.content_sha256,
        sitting=sat.sitting,
        form=sat.form,
        correct=score.correct,
        scored=score.scored,
        pass_percent=score.pass_percent,
        started_at=study.started_at if study else sat.started_at,
        completed_at=now,
        keep_until=keep_until(completed_on=today, years=keep_years),
    )
    if study is not None:
        Study.objects.filter(pk=study.pk, finished_at__isnull=True).update(finished_at=now)
    return completion
