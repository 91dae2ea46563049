"""Which version's key counts, where a key was corrected."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from scriptorium.domains.exams.models import (
    Answer,
    FormItem,
    ItemVersion,
    KeyCorrection,
    ScoreRun,
    Sitting,
)


def corrected(*, also: Mapping[int, int] | None = None) -> dict[int, int]:
    """Return wrong version → the version whose key counts, along whole chains; few rows ever.

    Arguments:
        also: a correction that nobody decided yet, to see what it would do.
    """
    rows = KeyCorrection.objects.filter(approved=True).values_list("wrong_id", "right_id")
    steps = dict(rows.order_by("id")) | dict(also or {})
    found = {}
    for wrong in steps:
        right = steps[wrong]
        while right in steps:
            right = steps[right]
        found[wrong] = right
    return found


def keys_of(*, versions: Iterable[int]) -> dict[int, tuple[int | None, list[str]]]:
    """Return version → (key, accepted spellings) of what is written there."""
    rows = ItemVersion.objects.filter(pk__in=list(versions))
    return {pk: (key, accept) for pk, key, accept in rows.values_list("pk", "key", "accept")}


def correction_by_reference(*, reference: str) -> KeyCorrection | None:
    """Return a correction with its versions and item, or None."""
    return (
        KeyCorrection.objects.filter(reference=reference)
        .select_related("wrong__item", "right")
        .first()
    )


def open_correction_of(*, item: int) -> KeyCorrection | None:
    """Return the correction of an item that nobody decided yet, or None."""
    return KeyCorrection.objects.filter(wrong__item_id=item, decided_at__isnull=True).first()


def items_being_corrected() -> set[int]:
    """Return the items whose key waits for a decision."""
    rows = KeyCorrection.objects.filter(decided_at__isnull=True)
    return set(rows.values_list("wrong__item_id", flat=True))


def corrections(*, limit: int) -> list[KeyCorrection]:
    """Return the newest corrections, those that wait first."""
    rows = KeyCorrection.objects.select_related("wrong__item", "right")
    return sorted(rows.order_by("-id")[:limit], key=lambda row: row.decided_at is not None)


def forms_with(*, versions: Iterable[int]) -> list[int]:
    """Return the forms on which one of these versions stands."""
    rows = FormItem.objects.filter(version_id__in=list(versions))
    return sorted(set(rows.values_list("form_id", flat=True)))


def sittings_of(*, forms: Iterable[int]) -> list[Sitting]:
    """Return the finished sittings of forms with exam and person, by key."""
    rows = Sitting.objects.filter(form_id__in=list(forms), finished_at__isnull=False)
    return list(rows.select_related("form__exam_version", "person").order_by("pk"))


def newest_runs(*, sittings: Iterable[int]) -> dict[int, ScoreRun]:
    """Return sitting → the scoring that counts."""
    rows = ScoreRun.objects.filter(sitting_id__in=list(sittings)).order_by("sitting_id", "number")
    return {run.sitting_id: run for run in rows}


def answers_of_many(*, sittings: Iterable[int]) -> dict[int, dict[int, tuple[str, str]]]:
    """Return sitting → position → (choice, text) of the newest save in time."""
    rows = Answer.objects.filter(sitting_id__in=list(sittings), late=False).order_by("seq")
    found: dict[int, dict[int, tuple[str, str]]] = {}
    for sitting, position, choice, text in rows.values_list(
        "sitting_id", "position", "choice", "text"
    ):
        found.setdefault(sitting, {})[position] = (choice, text)
    return found


def runs_of_correction(*, reason: str, at: dt.datetime) -> list[ScoreRun]:
    """Return the scorings that a decided correction made, with sitting and person."""
    rows = ScoreRun.objects.filter(reason=reason, at=at).select_related("sitting__person")
    return list(
        rows.select_related("sitting__form__exam_version", "sitting__person").order_by("pk")
    )


def runs_before(*, runs: Iterable[ScoreRun]) -> dict[int, bool]:
    """Return sitting → whether it was passed by the scoring before each of these."""
    numbers = {run.sitting_id: run.number - 1 for run in runs}
    rows = ScoreRun.objects.filter(sitting_id__in=list(numbers))
    return {
        sitting: passed
        for sitting, number, passed in rows.values_list("sitting_id", "number", "passed")
        if number == numbers[sitting]
    }
