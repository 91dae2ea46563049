"""Reading sittings, their items and answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import IntegerField, Max, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from scriptorium.domains.exams.models import (
    Answer,
    FormItem,
    Heartbeat,
    ScoreRun,
    Sitting,
    SittingCredit,
)
from scriptorium.domains.exams.queries.browsers import browser_is_needed
from scriptorium.domains.exams.queries.corrections import corrected, keys_of


def with_credit(rows: QuerySet[Sitting]) -> QuerySet[Sitting]:
    """Read along the seconds that each sitting was given back."""
    credits_ = (
        SittingCredit.objects.filter(sitting=OuterRef("pk"))
        .order_by()
        .values("sitting")
        .annotate(total=Sum("seconds"))
        .values("total")
    )
    none = Value(0, output_field=IntegerField())
    return rows.annotate(credit_seconds=Coalesce(Subquery(credits_), none))


def credit_of(sitting: Sitting) -> int:
    """Return the credited seconds that a query of this module read along with a sitting."""
    return int(sitting.credit_seconds)  # type: ignore[attr-defined]


def sitting_of_user(*, user: int, reference: str) -> Sitting | None:
    """Return a login's own sitting with its exam, credit and ``browser_needed``, or None."""
    rows = Sitting.objects.filter(reference=reference, person__user_id=user).annotate(
        browser_needed=browser_is_needed()
    )
    return with_credit(rows).select_related("form__exam_version", "person").first()


def locked_of_user(*, user: int, reference: str) -> Sitting | None:
    """Return a login's own sitting, locked, with its person, exam and credit."""
    rows = Sitting.objects.filter(reference=reference, person__user_id=user)
    return (
        with_credit(rows)
        .select_related("form__exam_version", "person")
        .select_for_update(of=("self",))
        .first()
    )


def by_key(*, key: int) -> Sitting | None:
    """Return a sitting with its exam and credit, or None."""
    rows = with_credit(Sitting.objects.filter(pk=key))
    return rows.select_related("form__exam_version").first()


def locked(*, key: int) -> Sitting | None:
    """Return a sitting by key, locked, with its exam and credit."""
    return (
        with_credit(Sitting.objects.filter(pk=key))
        .select_related("form__exam_version", "person")
        .select_for_update(of=("self",))
        .first()
    )


def newest_seqs(*, sitting: int) -> dict[int, int]:
    """Return position → the highest number of a save in time."""
    rows = Answer.objects.filter(sitting_id=sitting, late=False).values_list("position")
    return dict(rows.annotate(newest=Max("seq")).order_by())


def late_count(*, sitting: int) -> int:
    """Return how many answers came after the end."""
    return Answer.objects.filter(sitting_id=sitting, late=True).count()


def same_save(*, sitting: int, position: int, seq: int) -> Answer | None:
    """Return the save that has this number already."""
    return Answer.objects.filter(sitting_id=sitting, position=position, seq=seq, late=False).first()


@dataclass(frozen=True, slots=True)
class Kept:
    """The answer that counts at a position."""

    position: int
    seq: int
    choice: str
    text: str
    flagged: bool
    saved_at: dt.datetime

    @property
    def answered(self) -> bool:
        """Whether there is anything to score."""
        return bool(self.choice or self.text.strip())


def answers_of(*, sitting: int) -> dict[int, Kept]:
    """Return position → the newest save in time."""
    rows = (
        Answer.objects.filter(sitting_id=sitting, late=False)
        .order_by("position", "seq")
        .values_list("position", "seq", "choice", "text", "flagged", "saved_at")
    )
    return {row[0]: Kept(*row) for row in rows}


def answer_at(*, sitting: int, position: int) -> Kept | None:
    """Return the newest save in time of one position."""
    row = (
        Answer.objects.filter(sitting_id=sitting, position=position, late=False)
        .order_by("-seq")
        .values_list("position", "seq", "choice", "text", "flagged", "saved_at")
        .first()
    )
    return Kept(*row) if row else None


def item_at(*, form: int, position: int) -> FormItem | None:
    """Return one place of a form with what it shows, or None."""
    return (
        FormItem.objects.filter(form_id=form, position=position).select_related("version").first()
    )


def form_keys(
    *, form: int, also: Mapping[int, int] | None = None
) -> list[tuple[int, str, bool, int | None, list[str]]]:
    """Return (position, topic, scored, key, accepted spellings) of each place.

    Where a key was corrected the right one counts; the form itself stays as it is (row 21).

    Arguments:
        also: wrong version → right version of a correction that nobody decided yet.
    """
    rows = list(
        FormItem.objects.filter(form_id=form)
        .order_by("position")
        .values_list("position", "topic", "scored", "version__key", "version__accept", "version_id")
    )
    steps = corrected(also=also)
    wrong = {version for *_, version in rows} & steps.keys()
    right = keys_of(versions={steps[version] for version in wrong}) if wrong else {}
    return [
        (position, topic, scored, *(right[steps[v]] if v in wrong else (key, accept)))
        for position, topic, scored, key, accept, v in rows
    ]


def form_length(*, form: int) -> int:
    """Return how many items a form has."""
    return FormItem.objects.filter(form_id=form).count()


def of_person(*, person: int, exam: str | None = None) -> list[Sitting]:
    """Return a person's sittings, newest first."""
    rows = Sitting.objects.filter(person_id=person)
    if exam is not None:
        rows = rows.filter(exam=exam)
    return list(with_credit(rows).select_related("form__exam_version").order_by("-id"))


def on_unit(*, unit_reference: str, person: int) -> int:
    """Return how many sittings a person had on a unit."""
    return Sitting.objects.filter(person_id=person, unit_reference=unit_reference).count()


def newest_run(*, sitting: int) -> ScoreRun | None:
    """Return the scoring that counts."""
    return ScoreRun.objects.filter(sitting_id=sitting).order_by("-number").first()


def last_beat() -> dt.datetime | None:
    """Return the web server's last sign of life."""
    return Heartbeat.objects.values_list("at", flat=True).first()


def open_during(*, began_at: dt.datetime, ended_at: dt.datetime, most: int) -> list[Sitting]:
    """Return open sittings that an outage may have touched, locked, with their credit.

    Arguments:
        most: seconds of credit that a sitting may have beyond its first deadline.
    """
    early = began_at - dt.timedelta(seconds=most)
    rows = Sitting.objects.filter(
        finished_at__isnull=True, started_at__lt=ended_at, deadline_at__gt=early
    )
    return list(with_credit(rows).order_by("pk").select_for_update(of=("self",)))


def over(*, now: dt.datetime, limit: int) -> list[int]:
    """Return open sittings whose time with all credits is over, the first deadline first."""
    rows = Sitting.objects.filter(finished_at__isnull=True, deadline_at__lt=now)
    found = with_credit(rows).order_by("deadline_at", "pk")
    return [
        sitting.pk
        for sitting in found
        if sitting.deadline_at + dt.timedelta(seconds=credit_of(sitting)) < now
    ][:limit]


def finished_of_forms(*, forms: Iterable[int]) -> QuerySet[Sitting]:
    """Return the finished sittings of forms, oldest first."""
    return Sitting.objects.filter(form_id__in=list(forms), finished_at__isnull=False).order_by("pk")


def open_of_person(*, person: int) -> Sitting | None:
    """Return the sitting that a person is in, or None."""
    rows = Sitting.objects.filter(person_id=person, finished_at__isnull=True)
    return with_credit(rows).select_related("form__exam_version").first()


def passed_exams(*, people: Iterable[int]) -> set[tuple[int, str]]:
    """Return (person, exam) of every passed exam."""
    rows = Sitting.objects.filter(passed=True, person_id__in=list(people))
    return set(rows.values_list("person_id", "exam"))
