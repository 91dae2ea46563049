"""Reading what statistics are made of: finished sittings, their forms, and every answer, once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, Max, Q, QuerySet

from scriptorium.domains.exams.models import Answer, Form, FormItem, ItemVersion, ScoreRun, Sitting

#: Rows that the database hands over at a time.
CHUNK = 20_000


@dataclass(frozen=True, slots=True)
class Taken:
    """How often an exam was sat."""

    sittings: int
    passed: int
    people: int


def taken() -> dict[str, Taken]:
    """Return exam → its finished sittings; exams that nobody finished are left out."""
    rows = (
        Sitting.objects.filter(finished_at__isnull=False)
        .values_list("exam")
        .annotate(
            n=Count("id"),
            good=Count("id", filter=Q(passed=True)),
            who=Count("person", distinct=True),
        )
        .order_by()
    )
    return {exam: Taken(n, good, who) for exam, n, good, who in rows}


def _finished(exam: str) -> QuerySet[Sitting]:
    return Sitting.objects.filter(exam=exam, finished_at__isnull=False)


def state_of(*, exam: str) -> tuple[int, int]:
    """Return what changes with each sitting that ends and each new scoring of an exam."""
    found = ScoreRun.objects.filter(sitting__exam=exam).aggregate(n=Count("id"), newest=Max("id"))
    return found["n"], found["newest"] or 0


def finished(*, exam: str) -> list[tuple[int, int, int, bool]]:
    """Return (sitting, form, person, passed) of an exam's finished sittings, by key."""
    rows = _finished(exam).order_by("id")
    return [
        (sitting, form, person, bool(passed))
        for sitting, form, person, passed in rows.values_list(
            "id", "form_id", "person_id", "passed"
        )
    ]


def forms_taken(*, exam: str) -> list[Form]:
    """Return the forms of an exam that somebody finished, with their versions of the exam."""
    rows = Form.objects.filter(exam_version__exam=exam, pk__in=_finished(exam).values("form_id"))
    return list(
        rows.select_related("exam_version").order_by("exam_version__number", "number", "pk")
    )


def places_taken(*, exam: str) -> Iterator[tuple[int, int, int, str, bool]]:
    """Yield (form, position, version, topic, scored) of each place of those forms."""
    rows = FormItem.objects.filter(form_id__in=_finished(exam).values("form_id"))
    return rows.values_list("form_id", "position", "version_id", "topic", "scored").iterator(
        chunk_size=CHUNK
    )


def saved_answers(*, exam: str) -> Iterator[tuple[int, int, int, str, str]]:
    """Yield (sitting, position, number, choice, text) of every save in time, in no order.

    The one query that statistics read answers with, streamed.
    """
    rows = Answer.objects.filter(sitting__in=_finished(exam).values("id"), late=False).order_by()
    return rows.values_list("sitting_id", "position", "seq", "choice", "text").iterator(
        chunk_size=CHUNK
    )


def versions_by_key(*, versions: set[int]) -> dict[int, ItemVersion]:
    """Return the versions of items with these keys, each with its item, without long texts."""
    found: dict[int, ItemVersion] = {}
    keys = sorted(versions)
    for start in range(0, len(keys), 500):
        rows = ItemVersion.objects.filter(pk__in=keys[start : start + 500]).select_related("item")
        for row in rows.only("number", "key", "accept", "item__code", "item__state"):
            found[row.pk] = row
    return found
