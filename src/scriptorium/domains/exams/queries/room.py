"""Reading for the exam room's two busiest requests: saving an answer and fetching an item.

Their statements are compiled once (docs/adr/0020).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import IntegerField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, JSONObject

from scriptorium.database.prepared import Prepared
from scriptorium.domains.accounts.models import Person
from scriptorium.domains.exams.models import Answer, ExamVersion, FormItem, Sitting
from scriptorium.domains.exams.queries.browsers import browser_is_needed
from scriptorium.domains.exams.queries.sittings import with_credit

_NONE = Value(0, output_field=IntegerField())


def _own(user: int, reference: str) -> QuerySet[Sitting]:
    # Not a join: PostgreSQL plans each of these anew, and a join costs it more than the answer.
    person = Person.objects.filter(user_id=user).values("pk")[:1]
    return with_credit(Sitting.objects.filter(reference=reference, person_id=Subquery(person)))


def _newest(position: int) -> QuerySet[Answer]:
    rows = Answer.objects.filter(sitting=OuterRef("pk"), position=position, late=False)
    return rows.order_by("-seq")


def _for_save(user: int, reference: str, position: int) -> QuerySet[Sitting]:
    newest = Subquery(_newest(position).values("seq")[:1])
    return (
        _own(user, reference)
        .annotate(newest_seq=Coalesce(newest, _NONE), browser_needed=browser_is_needed())
        .select_for_update(of=("self",))
    )


_locked_for_save = Prepared(_for_save, (7_000_001, "one", 7_001), (7_000_002, "other", 7_002))


def locked_for_save(*, user: int, reference: str, position: int) -> Sitting | None:
    """Return a login's own sitting, locked, with its credit and a position's newest save.

    ``newest_seq`` is that position's highest number so far, 0 without any; ``browser_needed``
    says whether the exam is sat in one browser only.
    """
    return _locked_for_save.first(user, reference, position)


def grace_of(sitting: Sitting) -> int:
    """Return the exam's grace in seconds; only saves after the deadline ask for it."""
    rows = ExamVersion.objects.filter(forms=sitting.form_id)
    return int(rows.values_list("rules__grace_seconds", flat=True).get())


def newest_of(sitting: Sitting) -> int:
    """Return the newest number of the position that ``locked_for_save`` was asked about."""
    return int(sitting.newest_seq)  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Glance:
    """An item as it is shown, where its sitting stands, and what was answered so far.

    Arguments:
        answer: seq, choice, text and flagged of the newest save in time, or None.
    """

    stem: str
    options: list[str]
    holder: str
    deadline_at: dt.datetime
    credit_seconds: int
    answer: dict[str, Any] | None


def _standing(user: int, reference: str, position: int) -> QuerySet[Sitting, tuple[Any, ...]]:
    answer = JSONObject(seq="seq", choice="choice", text="text", flagged="flagged")
    return (
        _own(user, reference)
        .filter(~browser_is_needed(), finished_at__isnull=True, first_shown_at__isnull=False)
        .annotate(answer=Subquery(_newest(position).values_list(answer)[:1]))
        .values_list("form_id", "holder", "deadline_at", "credit_seconds", "answer")
    )


def _place(form: int, position: int) -> QuerySet[FormItem, tuple[Any, ...]]:
    rows = FormItem.objects.filter(form_id=form, position=position)
    return rows.values_list("version__stem", "version__options")


# Two, not one: PostgreSQL takes longer to plan the join of both than to answer either.
_glance = Prepared(_standing, (7_000_001, "one", 7_001), (7_000_002, "other", 7_002))
_shown = Prepared(_place, (7_000_001, 7_001), (7_000_002, 7_002))


def glance(*, user: int, reference: str, position: int) -> Glance | None:
    """Return an item of a login's own open sitting that has begun, or None where there is none.

    Also None where the exam is sat in one browser only: that takes more than a glance.
    """
    standing = _glance.first(user, reference, position)
    if standing is None:
        return None
    form, *rest = standing
    item = _shown.first(form, position)
    return Glance(*item, *rest) if item else None
