"""What an accreditor asks about one form, as a list and as a tagged PDF (NCCA annual report)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings

from scriptorium.domains.exams.models import Form
from scriptorium.domains.exams.queries import newest_exam
from scriptorium.domains.exams.queries import studies as cuts
from scriptorium.domains.exams.rules.figures import ExamFigures, FormLine, ItemLine, kept_figures
from scriptorium.integrations.pdf.reports import ReportDocument, ReportTable
from scriptorium.integrations.tables.writing import write_csv
from scriptorium.journeys.services import report_renderer

_ITEM_HEADERS = ("Item", "Version", "People", "p", "Discrimination", "D", "Flags")
_NOTES = (
    "p is the share of people who solved an item; discrimination its point-biserial correlation"
    " with the rest of the form; D the share that solved it among the best 27 % less that among the"
    " worst 27 %. Item figures are over all forms that hold the item.",
    "KR-20 and alpha are the same for items scored right or wrong. SEM is the standard error of"
    " measurement in points; at the cut it is Lord’s conditional one. Consistency of decisions is"
    " Subkoviak’s, with its kappa; Livingston’s K² is the reliability of the distance to the cut.",
    "Candidates with accommodations are counted like everybody and are not told apart.",
)


@dataclass(frozen=True, slots=True)
class _Report:
    form: Form
    exam: ExamFigures
    line: FormLine | None
    items: list[ItemLine]
    cut: str


def report_csv(*, form: Form, today: dt.date) -> bytes:
    """Return the report of a parallel form as a list: its figures, then its items."""
    report = _gathered(form, today)
    facts = [[name, value] for name, value in _facts(report)]
    items = [list(row) for row in _item_rows(report)]
    return write_csv(
        headers=["figure", "value"], rows=[*facts, [None], list(_ITEM_HEADERS), *items]
    )


def report_pdf(*, form: Form, today: dt.date) -> bytes:
    """Return the report of a parallel form as a tagged PDF."""
    report = _gathered(form, today)
    version = form.exam_version
    document = ReportDocument(
        title=f"{version.title}, form {form.number}",
        subtitle=f"Statistics of the form as of {today:%-d %b %Y}",
        author=settings.BODY_NAME,
        made_on=today,
        facts=tuple(_facts(report)),
        tables=(
            ReportTable(
                title="Items",
                headers=_ITEM_HEADERS,
                rows=tuple(_item_rows(report)),
                numeric=(False, True, True, True, True, True, False),
            ),
        ),
        notes=_NOTES,
    )
    return report_renderer().render(document=document)


def _gathered(form: Form, today: dt.date) -> _Report:
    newest = newest_exam(exam=form.exam_version.exam)
    figures = kept_figures(exam_version=newest or form.exam_version)
    line = next((one for one in figures.forms if one.reference == form.reference), None)
    own = set(form.items.values_list("version__item__code", flat=True))
    items = [item for item in figures.items if item.code in own]
    cut = cuts.cut_in_force(exam=form.exam_version.exam, on=today)
    if cut is not None:
        words = f"{cut.percent} %, {cut.get_method_display().lower()}"
        if cut.adopted_by_name:
            words += f", adopted by {cut.adopted_by_name}, SE {cut.standard_error} points"
    else:
        why = cuts.provisional_by_programme(exam_version=form.exam_version)
        words = f"provisional: {why}" if why else "none"
    return _Report(form, figures, line, items, words)


def _facts(report: _Report) -> list[tuple[str, str]]:
    form, line = report.form, report.line
    version = form.exam_version
    people = line.people if line else 0
    facts = [
        ("Exam", f"{version.title}, version {version.number}, scheme {version.scheme_version}"),
        ("Form", f"{form.number}, {form.reference}"),
        ("SHA-256 of its content", form.content_sha256),
        ("Approved", f"{form.approved_at:%-d %b %Y}" if form.approved_at else "not yet"),
        ("Cut score", report.cut),
        ("People tested", str(people)),
    ]
    if line is None or line.figures is None:
        least = report.exam.least
        return [*facts, ("Figures", f"insufficient data: {people} of {least} people needed")]
    found = line.figures
    return [
        *facts,
        ("Items that count", str(found.items)),
        ("Passing point", f"{found.cut} of {found.items} ({line.percent} %)"),
        ("Passed", f"{found.passed} ({found.passed / found.people:.1%})"),
        ("Mean", f"{found.mean:.2f}"),
        ("Standard deviation", f"{found.deviation:.2f}"),
        ("Reliability, KR-20", _number(found.kr20)),
        ("Alpha", _number(found.alpha)),
        ("SEM, points", _number(found.error, 2)),
        ("SEM at the cut, points", _number(found.cut_error, 2)),
        ("Livingston’s K²", _number(found.livingston)),
        ("Consistency of decisions", _number(found.consistency)),
        ("Kappa", _number(found.kappa)),
    ]


def _number(value: float | None, digits: int = 3) -> str:
    return "cannot be computed" if value is None else f"{value:.{digits}f}"


def _item_rows(report: _Report) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for item in report.items:
        head = (item.code + (" (pilot)" if item.pilot else ""), str(item.number), str(item.people))
        found = item.figures
        if found is None:
            rows.append((*head, "", "", "", "insufficient data"))
            continue
        flags = "; ".join(found.flags)
        rows.append(
            (
                *head, f"{found.difficulty:.3f}", _number(found.discrimination),
                f"{found.tails:.3f}", flags,
            )
        )  # fmt: skip
    return rows
