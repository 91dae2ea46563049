"""What the exam pages show: what can be sat, the palette of a sitting, its review and result."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from scriptorium.domains.accounts import queries as people
from scriptorium.domains.accounts.models import Person
from scriptorium.domains.catalog.enums import PartKind
from scriptorium.domains.exams import queries as exams
from scriptorium.domains.exams.enums import LETTERS
from scriptorium.domains.exams.models import ExamVersion, Sitting
from scriptorium.domains.exams.queries import Kept
from scriptorium.domains.exams.rules import scoring
from scriptorium.domains.exams.rules import sitting as rules
from scriptorium.domains.ledger import queries as ledger
from scriptorium.domains.ledger.enums import PartState
from scriptorium.domains.memberships.rules import words

_OPEN_PARTS = {PartState.ASSIGNED, PartState.STARTED}


@dataclass(frozen=True, slots=True)
class ExamRow:
    """One exam that a person has a unit for, and what can be done with it now."""

    code: str
    title: str
    items: int
    minutes: int
    url: str
    reason: str
    note: str


@dataclass(frozen=True, slots=True)
class PastSitting:
    """One sitting in the person's list."""

    title: str
    on: str
    words: str
    url: str
    running: bool


@dataclass(frozen=True, slots=True)
class ExamList:
    """Everything on the page of exams."""

    running: PastSitting | None
    rows: list[ExamRow]
    past: list[PastSitting]


@dataclass(frozen=True, slots=True)
class StartPage:
    """What a candidate reads and signs before the first item."""

    code: str
    title: str
    items: int
    minutes: int
    pass_percent: int
    affidavit: str
    agreement: str
    name: str
    email: str
    refused: str


@dataclass(frozen=True, slots=True)
class Place:
    """One button of the palette."""

    number: int
    url: str
    answered: bool
    flagged: bool
    current: bool


@dataclass(frozen=True, slots=True)
class Palette:
    """The palette with its counts."""

    places: list[Place]
    answered: int
    flagged: int
    open: int

    @property
    def open_numbers(self) -> list[int]:
        """The items without an answer."""
        return [place.number for place in self.places if not place.answered]


@dataclass(frozen=True, slots=True)
class Result:
    """What a candidate is told: pass or not, what comes next; topics in bands after a fail."""

    title: str
    passed: bool
    finished: dt.datetime
    by_time: bool
    bands: list[tuple[str, str]]
    again: str
    course: str


def exam_list(*, person: Person, now: dt.datetime, today: dt.date) -> ExamList:
    """Return what a person can sit, is in, and has sat."""
    sittings = exams.of_person(person=person.pk)
    past = [_past(sitting) for sitting in sittings if sitting.finished_at is not None]
    running = next((_past(s) for s in sittings if s.finished_at is None), None)
    versions = {version.exam: version for version in exams.newest_exams()}
    rows = [
        _row(person, version, unit, note, sittings, now, today)
        for version, unit, note in _sittable(person, versions)
    ]
    return ExamList(running, rows, past)


def _sittable(
    person: Person, versions: Mapping[str, ExamVersion]
) -> list[tuple[ExamVersion, str, str]]:
    """Return each exam that an open part allows, with the part's unit and a note."""
    found: dict[str, tuple[ExamVersion, str, str]] = {}
    parts = [p for p in ledger.exam_parts(person=person.pk) if p.state in _OPEN_PARTS]
    # A part for one exam comes before a package that could be used for it.
    for part in sorted(parts, key=lambda part: part.choice == ""):
        if part.kind == PartKind.HIPAA:
            codes = [code for code, version in versions.items() if version.course]
        elif part.choice:
            codes = [part.choice]
        else:
            codes = [code for code, version in versions.items() if not version.course]
        open_choice = part.kind == PartKind.EXAM and not part.choice
        note = (
            "Your package opens one of these; the choice is made at the start."
            if open_choice
            else ""
        )
        for code in codes:
            if code in versions and code not in found:
                found[code] = (versions[code], part.unit.reference, note)
    return list(found.values())


def _row(
    person: Person,
    version: ExamVersion,
    unit: str,
    note: str,
    sittings: list[Sitting],
    now: dt.datetime,
    today: dt.date,
) -> ExamRow:
    return ExamRow(
        code=version.exam,
        title=version.title,
        items=sum(row["count"] for row in version.blueprint),
        minutes=version.minutes,
        url=f"/member/exams/?exam={version.exam}",
        reason=_refusal(person, version, unit, sittings, now, today),
        note=note,
    )


def _refusal(
    person: Person,
    version: ExamVersion,
    unit: str,
    sittings: list[Sitting],
    now: dt.datetime,
    today: dt.date,
) -> str:
    """Return why the exam cannot be started now, or ""."""
    own = [s for s in sittings if s.exam == version.exam]
    try:
        rules.check_can_start(
            last_finished_at=own[0].finished_at if own else None,
            sittings_on_unit=sum(1 for s in sittings if s.unit_reference == unit),
            retake_hours=version.retake_hours,
            sittings_per_unit=version.sittings_per_unit,
            waived=people.waiver_for(person=person.pk, exam=version.exam, on=today) is not None,
            now=now,
        )
    except rules.CannotStart as error:
        return str(error)
    return ""


def _past(sitting: Sitting) -> PastSitting:
    said = (
        "Running" if sitting.finished_at is None else "Passed" if sitting.passed else "Not passed"
    )
    return PastSitting(
        sitting.form.exam_version.title,
        words(sitting.started_at.date()),
        said,
        f"/member/exams/{sitting.reference}/",
        sitting.finished_at is None,
    )


def start_page(*, person: Person, exam: str, now: dt.datetime, today: dt.date) -> StartPage | None:
    """Return what stands before an exam, or None where the person has no unit for it."""
    versions = {version.exam: version for version in exams.newest_exams()}
    chosen = next((row for row in _sittable(person, versions) if row[0].exam == exam), None)
    if chosen is None:
        return None
    version, unit, _ = chosen
    granted = people.accommodation_of(person=person.pk, on=today)
    seconds = rules.limit_seconds(minutes=version.minutes, percent=granted.percent)
    sittings = exams.of_person(person=person.pk)
    return StartPage(
        code=exam,
        title=version.title,
        items=sum(row["count"] for row in version.blueprint),
        minutes=seconds // 60 + granted.break_minutes,
        pass_percent=version.pass_percent,
        affidavit=version.rules["affidavit"]["text"],
        agreement=version.rules["agreement"]["text"],
        name=person.name,
        email=person.email,
        refused=_refusal(person, version, unit, sittings, now, today),
    )


def palette_of(*, sitting: Sitting, current: int, answers: Mapping[int, Kept]) -> Palette:
    """Return the palette of a sitting.

    Arguments:
        current: the item that is shown, 0 for none.
        answers: position → what is kept.
    """
    count = sum(row["count"] for row in sitting.form.exam_version.blueprint)
    places = []
    for number in range(1, count + 1):
        kept = answers.get(number)
        places.append(
            Place(
                number,
                f"/member/exams/{sitting.reference}/items/{number}/",
                bool(kept and kept.answered),
                bool(kept and kept.flagged),
                number == current,
            )
        )
    answered = sum(place.answered for place in places)
    flagged = sum(place.flagged for place in places)
    return Palette(places, answered, flagged, count - answered)


def lettered(options: list[str]) -> list[tuple[str, str]]:
    """Return an item's options with their letters."""
    return list(zip(LETTERS, options, strict=False))


def result_of(*, sitting: Sitting) -> Result:
    """Return what a candidate is told about a finished sitting: never a figure, never a key."""
    version = sitting.form.exam_version
    run = exams.newest_run(sitting=sitting.pk)
    assert run is not None
    assert sitting.finished_at is not None
    bands = []
    if not run.passed:
        bands = [
            (
                row["name"],
                scoring.band(
                    correct=row["correct"], scored=row["scored"], percent=version.pass_percent
                ),
            )
            for row in run.topics
        ]
    return Result(
        title=version.title,
        passed=run.passed,
        finished=sitting.finished_at,
        by_time=sitting.finish_reason == "time",
        bands=bands,
        again="" if run.passed else _again(sitting, version),
        course=version.course,
    )


def _again(sitting: Sitting, version: ExamVersion) -> str:
    most = version.sittings_per_unit
    assert sitting.finished_at is not None
    opens = sitting.finished_at + dt.timedelta(hours=version.retake_hours)
    when = f"You can sit it again from {words(opens.date())} on"
    if most and sitting.number_on_unit >= most:
        return f"{when}, with another unit; both sittings of this one are used."
    return f"{when}, on the same unit."
