"""What a study says, and whether an exam has a cut score: the rules over what is recorded."""

from __future__ import annotations

import datetime as dt

from scriptorium.domains.exams.enums import CutMethod
from scriptorium.domains.exams.models import AngoffStudy, ExamVersion
from scriptorium.domains.exams.queries import studies as read
from scriptorium.domains.exams.rules import standard_setting as rules
from scriptorium.domains.exams.rules.standard_setting import RoundFigures


def rounds_of(*, study: AngoffStudy) -> list[RoundFigures]:
    """Return the figures of each round of a study, the first round first."""
    order = [version for version, _ in read.rated_items(form=study.form_id)]
    return [
        rules.round_figures(
            number=number,
            ratings={judge: [own[version] for version in order] for judge, own in judges.items()},
        )
        for number, judges in read.ratings_of(study=study.pk).items()
    ]


def check_cut(*, exam_version: ExamVersion, on: dt.date) -> None:
    """Refuse to publish a form of an exam without a cut score (STANDARDS row 19).

    Raises:
        CannotSetStandard: says what is missing.
    """
    cut = read.cut_in_force(exam=exam_version.exam, on=on)
    adopted = cut is not None and cut.method == CutMethod.ANGOFF
    rules.check_can_publish(
        title=exam_version.title,
        course=exam_version.course,
        pass_percent=exam_version.pass_percent,
        adopted_percent=cut.percent if cut is not None and adopted else None,
        provisional=cut is not None
        or bool(read.provisional_by_programme(exam_version=exam_version)),
    )
