"""Reading studies, their ratings, and the cut scores of exams."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import Count, Q, QuerySet

from scriptorium.domains.exams.enums import CutMethod
from scriptorium.domains.exams.models import (
    AngoffStudy,
    CutScore,
    ExamVersion,
    Form,
    FormItem,
    Judge,
    Rating,
    Sitting,
)


def studies_of(*, exam: str) -> list[AngoffStudy]:
    """Return the studies of an exam, newest first."""
    rows = AngoffStudy.objects.filter(form__exam_version__exam=exam)
    return list(rows.select_related("form").order_by("-id"))


def study_by_reference(*, reference: str) -> AngoffStudy | None:
    """Return a study with its form and exam, or None."""
    rows = AngoffStudy.objects.filter(reference=reference)
    return rows.select_related("form__exam_version").first()


def judges_of(*, study: int) -> list[Judge]:
    """Return a study's panel in its order."""
    return list(Judge.objects.filter(study_id=study).order_by("number"))


def rated_items(*, form: int) -> list[tuple[int, str]]:
    """Return (version, code) of the items that count on a form, in its order."""
    rows = FormItem.objects.filter(form_id=form, scored=True).order_by("position")
    return list(rows.values_list("version_id", "version__item__code"))


def ratings_of(*, study: int) -> dict[int, dict[str, dict[int, int]]]:
    """Return round → judge → version → percent."""
    rows = Rating.objects.filter(judge__study_id=study).order_by("round", "judge__number")
    found: dict[int, dict[str, dict[int, int]]] = {}
    for number, judge, version, percent in rows.values_list(
        "round", "judge__name", "version_id", "percent"
    ):
        found.setdefault(number, {}).setdefault(judge, {})[version] = percent
    return found


def cuts_of(*, exam: str) -> list[CutScore]:
    """Return every cut score of an exam, newest first."""
    return list(CutScore.objects.filter(exam=exam).select_related("study").order_by("-id"))


def cut_by_reference(*, reference: str) -> CutScore | None:
    """Return a cut score with its study, or None."""
    return CutScore.objects.filter(reference=reference).select_related("study").first()


def _in_force(exam: str, on: dt.date) -> QuerySet[CutScore]:
    counts = Q(method=CutMethod.PROVISIONAL) | Q(adopted_at__isnull=False)
    return CutScore.objects.filter(counts, exam=exam, effective_on__lte=on)


def cut_in_force(*, exam: str, on: dt.date) -> CutScore | None:
    """Return the cut score that holds on a day: adopted, or recorded as provisional."""
    return _in_force(exam, on).order_by("-effective_on", "-id").first()


def provisional_by_programme(*, exam_version: ExamVersion) -> str:
    """Return why the programme's files call the pass mark provisional, "" where they do not."""
    cut = exam_version.rules.get("cut", {})
    return str(cut.get("reason", "")) if cut.get("method") == CutMethod.PROVISIONAL else ""


def parallel_forms(*, exam: str) -> list[Form]:
    """Return every parallel form of an exam, the newest version's first."""
    rows = Form.objects.filter(exam_version__exam=exam, number__isnull=False)
    return list(rows.select_related("exam_version").order_by("-exam_version__number", "number"))


def sittings_of_forms(*, forms: Iterable[int]) -> dict[int, int]:
    """Return form → how many sittings it had."""
    rows = Sitting.objects.filter(form_id__in=list(forms)).values_list("form_id")
    return dict(rows.annotate(n=Count("id")).order_by())


def unapproved_forms(*, exam_versions: Iterable[int]) -> int:
    """Return how many parallel forms of exam versions nobody approved yet."""
    return Form.objects.filter(
        exam_version_id__in=list(exam_versions),
        number__isnull=False,
        approved_at__isnull=True,
        retired_at__isnull=True,
    ).count()
