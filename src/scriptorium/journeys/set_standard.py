"""A pass mark from a panel's study to its adoption by a second person (STANDARDS row 19)."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction

from scriptorium.domains.audit.operations import Happening, record
from scriptorium.domains.exams.models import AngoffStudy, CutScore, ExamVersion, Form
from scriptorium.domains.exams.operations import studies as writing
from scriptorium.domains.exams.queries import studies as read
from scriptorium.domains.exams.rules.cut_scores import rounds_of
from scriptorium.domains.exams.rules.standard_setting import CannotSetStandard
from scriptorium.integrations.tables.delimited import decoded
from scriptorium.integrations.tables.table import TableError, unescaped
from scriptorium.integrations.tables.writing import write_csv
from scriptorium.kernel.actor import Actor

__all__ = ["CannotSetStandard"]

#: A sheet of ratings: a hundred items and a few dozen judges.
LARGEST_SHEET = 1_000_000


@transaction.atomic(durable=True)
def open_study(
    *, actor: Actor, form: Form, title: str, procedure: str, panel: Sequence[tuple[str, str]],
    now: dt.datetime,
) -> AngoffStudy:  # fmt: skip
    """Begin a study of a parallel form.

    Raises:
        CannotSetStandard: the panel is too small, or names somebody twice.
    """
    study = writing.open_study(
        actor=actor, form=form, title=title, procedure=procedure, panel=panel, now=now
    )
    data = {"exam": form.exam_version.title, "judges": len(panel)}
    _note(actor, "study.opened", "study", study.reference, data, now)
    return study


def rating_sheet(*, study: AngoffStudy) -> bytes:
    """Return an empty sheet for one round: a line an item, a column a judge."""
    judges = [judge.name for judge in read.judges_of(study=study.pk)]
    items = read.rated_items(form=study.form_id)
    return write_csv(
        headers=["item", *judges], rows=[[code, *[None] * len(judges)] for _, code in items]
    )


@transaction.atomic(durable=True)
def keep_round(*, actor: Actor, study: AngoffStudy, sheet: bytes, now: dt.datetime) -> int:
    """Take in a filled sheet as the next round; returns its number.

    Raises:
        CannotSetStandard: says what is wrong in the sheet, and where.
    """
    number = writing.keep_round(study=study, ratings=_read_sheet(sheet), now=now)
    data = {"round": number, "title": study.title}
    _note(actor, "study.round_kept", "study", study.reference, data, now)
    return number


def _read_sheet(sheet: bytes) -> dict[str, dict[str, int]]:
    if len(sheet) > LARGEST_SHEET:
        raise CannotSetStandard("The sheet is larger than any panel’s. Is it the right file?")
    try:
        text, _ = decoded(content=sheet)
        dialect = csv.excel if text.count(",") >= text.count(";") else _Semicolon
        rows = list(csv.reader(io.StringIO(text, newline=""), dialect=dialect, strict=True))
    except (TableError, csv.Error) as error:
        raise CannotSetStandard(f"The sheet cannot be read: {error}") from error
    rows = [[unescaped(value=cell).strip() for cell in row] for row in rows if any(row)]
    if len(rows) < 2 or len(rows[0]) < 2:
        raise CannotSetStandard("The sheet needs a line of judges and a line for each item.")
    judges = rows[0][1:]
    found: dict[str, dict[str, int]] = {judge: {} for judge in judges}
    for line, (code, *cells) in enumerate(rows[1:], start=2):
        if len(cells) != len(judges) or any(code in own for own in found.values()):
            raise CannotSetStandard(
                f"Line {line} ({code}) repeats, or has not a cell for each judge."
            )
        for judge, cell in zip(judges, cells, strict=True):
            if not cell.removesuffix("%").strip().isdecimal():
                raise CannotSetStandard(f"Line {line} ({code}): {judge} needs a whole percentage.")
            found[judge][code] = int(cell.removesuffix("%"))
    return found


class _Semicolon(csv.excel):
    delimiter = ";"


@transaction.atomic(durable=True)
def propose_cut(
    *,
    actor: Actor,
    study: AngoffStudy,
    lowered_by_sems: Decimal,
    sem: Decimal | None,
    reason: str,
    effective_on: dt.date,
    now: dt.datetime,
) -> CutScore:
    """Propose a study's cut for adoption; the study takes no more ratings.

    Raises:
        CannotSetStandard: says what is missing.
    """
    cut = writing.propose_cut(
        actor=actor, study=study, lowered_by_sems=lowered_by_sems, sem=sem, reason=reason,
        effective_on=effective_on, now=now,
    )  # fmt: skip
    data = {"exam": study.form.exam_version.title, "percent": cut.percent}
    _note(actor, "cut.proposed", "cut", cut.reference, data, now)
    return cut


@transaction.atomic(durable=True)
def adopt_cut(*, actor: Actor, cut: CutScore, now: dt.datetime) -> None:
    """Adopt a proposed cut, as a second person.

    Raises:
        CannotSetStandard: the proposer asks, or it is adopted already.
    """
    writing.adopt_cut(actor=actor, cut=cut, now=now)
    data = {"exam": cut.exam, "percent": cut.percent, "day": cut.effective_on.isoformat()}
    _note(actor, "cut.adopted", "cut", cut.reference, data, now)


@transaction.atomic(durable=True)
def declare_provisional(
    *, actor: Actor, exam_version: ExamVersion, reason: str, now: dt.datetime
) -> CutScore:
    """Record that the pass mark of an exam is provisional, with the reason.

    Raises:
        CannotSetStandard: there is no reason.
    """
    cut = writing.declare_provisional(
        actor=actor, exam_version=exam_version, reason=reason, now=now
    )
    data = {"exam": exam_version.title, "percent": cut.percent, "reason": reason}
    _note(actor, "cut.provisional", "cut", cut.reference, data, now)
    return cut


def study_csv(*, study: AngoffStudy) -> bytes:
    """Return a study's report as a list: each round's ratings, then its figures."""
    items = read.rated_items(form=study.form_id)
    judges = [judge.name for judge in read.judges_of(study=study.pk)]
    ratings = read.ratings_of(study=study.pk)
    rows: list[list[str | int | float | None]] = []
    for figures in rounds_of(study=study):
        own = ratings[figures.number]
        rows += [
            [figures.number, code, *[own[judge][version] for judge in judges]]
            for version, code in items
        ]
        rows += [
            [figures.number, "cut of the judge, points", *[c.points for c in figures.judges]],
            [figures.number, "cut of the panel, points", figures.cut],
            [figures.number, "cut of the panel, percent", figures.percent],
            [figures.number, "standard deviation of the judges", figures.deviation],
            [figures.number, "standard error", figures.standard_error],
            [figures.number, "95 % interval, from", figures.low],
            [figures.number, "95 % interval, to", figures.high],
            [figures.number, "ICC(2,k)", figures.agreement],
        ]
    return write_csv(headers=["round", "item", *judges], rows=rows)


def _note(
    actor: Actor, key: str, kind: str, subject: str, data: dict[str, object], now: dt.datetime
) -> None:
    record(actor=actor, happening=Happening(key, kind, subject, "", data), now=now)
