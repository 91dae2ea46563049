"""Reading the log of hours and the affidavits over it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import Q, QuerySet, Sum

from scriptorium.domains.credentials.enums import DecisionState, Level
from scriptorium.domains.credentials.models import Affidavit, Certificate, Credential, HourEntry


def entries_of(*, person: int) -> QuerySet[HourEntry]:
    """Return the entries that count, newest day first; superseded and struck ones are left out."""
    return (
        HourEntry.objects.filter(person_id=person, correction__isnull=True, quarters__gt=0)
        .select_related("practice")
        .order_by("-worked_on", "-id")
    )


def entries_since(*, person: int, since: dt.date) -> list[HourEntry]:
    """Return what counts for a credential that is held since a day, oldest day first."""
    return list(entries_of(person=person).filter(worked_on__gte=since).order_by("worked_on", "id"))


def quarters_since(*, person: int, since: dt.date) -> int:
    """Return the sum of what counts for a credential that is held since a day."""
    rows = entries_of(person=person).filter(worked_on__gte=since)
    return rows.aggregate(sum=Sum("quarters"))["sum"] or 0


def quarters_on(*, person: int, day: dt.date, without: int | None = None) -> int:
    """Return what counts on one day.

    Arguments:
        without: key of an entry that is about to be superseded.
    """
    rows = entries_of(person=person).filter(worked_on=day)
    if without is not None:
        rows = rows.exclude(pk=without)
    return rows.aggregate(sum=Sum("quarters"))["sum"] or 0


def entry_by_reference(*, person: int, reference: str) -> HourEntry | None:
    """Return one of a person's entries that count, or None."""
    return entries_of(person=person).filter(reference=reference).first()


def apprenticeships_of(*, person: int, lock: bool = False) -> list[Credential]:
    """Return a person's held credentials at the apprentice level, oldest first."""
    rows = Credential.objects.filter(
        person_id=person, level=Level.CMSA, decision_state=DecisionState.HELD
    ).order_by("id")
    return list(rows.select_for_update() if lock else rows)


def credentials_of_people(*, people: Iterable[int]) -> QuerySet[Credential]:
    """Return every credential of people, in whatever state, oldest first."""
    return Credential.objects.filter(person_id__in=list(people)).order_by("id")


def affidavits_of(*, person: int) -> list[Affidavit]:
    """Return every affidavit of a person, newest first."""
    return list(
        Affidavit.objects.filter(person_id=person)
        .select_related("practice", "credential")
        .order_by("-id")
    )


def waiting_affidavits(*, credentials: Iterable[int]) -> dict[int, Affidavit]:
    """Return credential key → the affidavit that waits for it."""
    rows = Affidavit.objects.filter(
        credential_id__in=list(credentials), closed_at__isnull=True
    ).select_related("practice")
    return {row.credential_id: row for row in rows}


def affidavit_by_reference(*, reference: str) -> Affidavit | None:
    """Return an affidavit with its person, credential and employer, or None."""
    return (
        Affidavit.objects.filter(reference=reference)
        .select_related("person", "credential", "practice__primary")
        .first()
    )


def _queue() -> QuerySet[Affidavit]:
    return (
        Affidavit.objects.filter(closed_at__isnull=True)
        .select_related("person", "credential", "practice")
        .order_by("sent_at", "id")
    )


def queue_of_practices(
    *, practices: Iterable[int], people: Iterable[int] | None = None
) -> QuerySet[Affidavit]:
    """Return what waits for employers, oldest first.

    Arguments:
        people: only theirs, when given.
    """
    rows = _queue().filter(practice_id__in=list(practices))
    return rows if people is None else rows.filter(person_id__in=list(people))


def queue_of_staff() -> QuerySet[Affidavit]:
    """Return what waits for the body's staff, oldest first."""
    return _queue().filter(practice__isnull=True)


def closed_of_practice(*, practice: int, limit: int = 20) -> list[Affidavit]:
    """Return what a practice decided, newest first."""
    return list(
        Affidavit.objects.filter(practice_id=practice)
        .filter(Q(outcome="approved") | Q(outcome="rejected"))
        .select_related("person", "credential")
        .order_by("-closed_at", "-id")[:limit]
    )


def certificates_in_force(
    *, person: int, practice: int | None, today: dt.date
) -> list[Certificate]:
    """Return what a person's running and coming years brought, neither voided nor superseded.

    Arguments:
        practice: only that practice's, when given.
    """
    rows = Certificate.objects.filter(
        person_id=person,
        term__isnull=False,
        ends_before__gt=today,
        void__isnull=True,
        certificate__isnull=True,
    )
    if practice is not None:
        rows = rows.filter(practice_id=practice)
    return list(rows.select_related("practice").order_by("id"))


def current_at_practices(
    *, practices: Iterable[int], people: Iterable[int], today: dt.date
) -> list[Certificate]:
    """Return what practices hold of people for today, neither voided nor superseded, by name."""
    return list(
        Certificate.objects.filter(
            practice_id__in=list(practices),
            person_id__in=list(people),
            starts_on__lte=today,
            ends_before__gt=today,
            void__isnull=True,
            certificate__isnull=True,
        ).order_by("person__last_name", "person__first_name", "-id")
    )


def waiting_at_practices() -> Iterable[Affidavit]:
    """Return everything that waits for an employer, for the nightly reminders."""
    return _queue().filter(practice__isnull=False).iterator(chunk_size=500)
