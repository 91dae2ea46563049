"""Reading appeals and complaints."""

from __future__ import annotations

from django.db.models import QuerySet

from scriptorium.domains.support.enums import OPEN_STATES, CaseKind, CaseOutcome
from scriptorium.domains.support.models import Case, CaseStep


def cases_of(*, person: int) -> list[Case]:
    """Return a person's cases, newest first."""
    return list(
        Case.objects.filter(person_id=person)
        .select_related("decider")
        .order_by("-opened_at", "-id")
    )


def case_of(*, person: int, reference: str) -> Case | None:
    """Return one of a person's own cases, or None."""
    return Case.objects.filter(person_id=person, reference=reference).first()


def case_by_reference(*, reference: str) -> Case | None:
    """Return a case with its person and decider, or None."""
    return (
        Case.objects.filter(reference=reference).select_related("person__user", "decider").first()
    )


def open_cases() -> QuerySet[Case]:
    """Return what is open, the soonest deadline first."""
    return (
        Case.objects.filter(state__in=OPEN_STATES)
        .select_related("person", "decider")
        .order_by("decide_by", "id")
    )


def closed_cases(*, limit: int = 30) -> list[Case]:
    """Return the newest closed cases."""
    return list(
        Case.objects.exclude(state__in=OPEN_STATES)
        .select_related("person", "decider")
        .order_by("-closed_at", "-id")[:limit]
    )


def appealed(*, person: int) -> set[tuple[str, str]]:
    """Return (kind, key) of everything that a person appealed, open or closed."""
    rows = Case.objects.filter(person_id=person, kind=CaseKind.APPEAL)
    return set(rows.values_list("about_kind", "about"))


def upheld_appeal(*, person: int, about_kind: str, about: str) -> Case | None:
    """Return the appeal against one thing that was upheld, wholly or in part, or None."""
    return Case.objects.filter(
        person_id=person,
        kind=CaseKind.APPEAL,
        about_kind=about_kind,
        about=about,
        outcome__in=[CaseOutcome.UPHELD, CaseOutcome.PARTLY],
    ).first()


def involved_in(*, case: int) -> dict[str, str]:
    """Return person reference → why they may not decide a case."""
    rows = Case.objects.filter(pk=case, involvements__isnull=False)
    return dict(rows.values_list("involvements__person", "involvements__why"))


def steps_of(*, case: int) -> list[CaseStep]:
    """Return how a case went, oldest step first."""
    return list(CaseStep.objects.filter(case_id=case).order_by("id"))
