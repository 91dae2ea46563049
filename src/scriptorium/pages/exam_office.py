"""Exams for the office: versions, parallel forms with their overlap, studies and cut scores."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from scriptorium.domains.exams.enums import CutMethod, Delivery
from scriptorium.domains.exams.models import AngoffStudy, CutScore, ExamVersion, Form, Judge
from scriptorium.domains.exams.queries import authoring, newest_exam, newest_exams
from scriptorium.domains.exams.queries import statistics as taken
from scriptorium.domains.exams.queries import studies as read
from scriptorium.domains.exams.queries.statistics import Taken
from scriptorium.domains.exams.rules.cut_scores import check_cut, rounds_of
from scriptorium.domains.exams.rules.standard_setting import CannotSetStandard, RoundFigures


@dataclass(frozen=True, slots=True)
class ExamLine:
    """One exam in the list."""

    version: ExamVersion
    items: int
    forms: int
    approved: int
    cut: str
    taken: Taken


@dataclass(frozen=True, slots=True)
class FormLine:
    """One parallel form.

    Arguments:
        state, tone: approved, to be approved, or retired, in words.
        shares: how many items it has in common with each other form of its version.
    """

    form: Form
    state: str
    tone: str
    sittings: int
    shares: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class ExamPage:
    """Everything on an exam's page.

    Arguments:
        missing: why no form may be approved now, "" when it may.
        most_forms, allowed_forms: of an item, as it is and as the programme allows.
    """

    version: ExamVersion
    delivery: str
    forms: tuple[FormLine, ...]
    earlier: tuple[FormLine, ...]
    most_forms: int
    allowed_forms: int
    in_force: str
    missing: str
    cuts: tuple[CutScore, ...]
    studies: tuple[AngoffStudy, ...]
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class StudyPage:
    """Everything on a study's page."""

    study: AngoffStudy
    judges: tuple[Judge, ...]
    items: int
    rounds: tuple[RoundFigures, ...]
    cuts: tuple[CutScore, ...]


def exam_lines(*, today: dt.date) -> list[ExamLine]:
    """Return every exam as it is sat now."""
    sat = taken.taken()
    lines = []
    for version in newest_exams():
        forms = [
            form
            for form in read.parallel_forms(exam=version.exam)
            if form.exam_version_id == version.pk and form.retired_at is None
        ]
        lines.append(
            ExamLine(
                version=version,
                items=sum(row["count"] for row in version.blueprint),
                forms=len(forms),
                approved=sum(form.approved_at is not None for form in forms),
                cut=cut_words(version, today),
                taken=sat.get(version.exam, Taken(0, 0, 0)),
            )
        )
    return lines


def cut_words(version: ExamVersion, today: dt.date) -> str:
    """Return where an exam's pass mark comes from, in a few words."""
    if version.course:
        return f"{version.pass_percent} %, of the course"
    cut = read.cut_in_force(exam=version.exam, on=today)
    if cut is not None and cut.method == CutMethod.ANGOFF:
        return f"{cut.percent} %, from a study"
    if cut is not None or read.provisional_by_programme(exam_version=version):
        return f"{version.pass_percent} %, provisional"
    return "none"


def exam_page(*, exam: str, today: dt.date) -> ExamPage | None:
    """Return an exam's page, or None where there is no such exam."""
    version = newest_exam(exam=exam)
    if version is None:
        return None
    forms = read.parallel_forms(exam=exam)
    own = [form for form in forms if form.exam_version_id == version.pk]
    live = [form for form in own if form.retired_at is None]
    overlap = authoring.overlap_of(forms=[form.pk for form in live])
    sittings = read.sittings_of_forms(forms=[form.pk for form in forms])
    shared: dict[int, list[tuple[int, int]]] = {}
    numbers = {form.pk: form.number or 0 for form in live}
    for (one, other), count in overlap.shared.items():
        shared.setdefault(one, []).append((numbers[other], count))
        shared.setdefault(other, []).append((numbers[one], count))
    lines = [_form_line(form, sittings, shared) for form in forms]
    return ExamPage(
        version=version,
        delivery=Delivery(version.delivery).label,
        forms=tuple(line for line in lines if line.form.exam_version_id == version.pk),
        earlier=tuple(line for line in lines if line.form.exam_version_id != version.pk),
        most_forms=overlap.most,
        allowed_forms=version.rules["forms_per_item"],
        in_force=cut_words(version, today),
        missing=_missing(version, today),
        cuts=tuple(read.cuts_of(exam=exam)),
        studies=tuple(read.studies_of(exam=exam)),
        facts=_facts(version),
    )


def _facts(version: ExamVersion) -> tuple[tuple[str, str], ...]:
    return (
        ("Version", f"{version.number}, scheme {version.scheme_version}"),
        ("Items", str(sum(row["count"] for row in version.blueprint))),
        ("Time", f"{version.minutes} minutes"),
        ("Passes", f"{version.pass_percent} % of the items that count"),
        ("Delivery", Delivery(version.delivery).label),
    )


def _form_line(
    form: Form, sittings: dict[int, int], shared: dict[int, list[tuple[int, int]]]
) -> FormLine:
    state, tone = "To be approved", "soon"
    if form.retired_at is not None:
        state, tone = "Retired", ""
    elif form.approved_at is not None:
        state, tone = "Approved", "good"
    return FormLine(
        form, state, tone, sittings.get(form.pk, 0), tuple(sorted(shared.get(form.pk, ())))
    )


def _missing(version: ExamVersion, today: dt.date) -> str:
    try:
        check_cut(exam_version=version, on=today)
    except CannotSetStandard as error:
        return str(error)
    return ""


def study_page(*, study: AngoffStudy) -> StudyPage:
    """Return a study with the figures of each round."""
    cuts = [cut for cut in read.cuts_of(exam=study.form.exam_version.exam) if cut.study == study]
    return StudyPage(
        study=study,
        judges=tuple(read.judges_of(study=study.pk)),
        items=len(read.rated_items(form=study.form_id)),
        rounds=tuple(rounds_of(study=study)),
        cuts=tuple(cuts),
    )


def forms_to_approve() -> int:
    """Return how many parallel forms of exams as they are now wait for a second person."""
    return read.unapproved_forms(exam_versions=[version.pk for version in newest_exams()])
