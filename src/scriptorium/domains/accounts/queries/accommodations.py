"""Reading what somebody is granted at exams. No practice page may use this module."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import QuerySet

from scriptorium.domains.accounts.models import AccommodationGrant, AccommodationRequest


@dataclass(frozen=True, slots=True)
class Accommodation:
    """What counts for a sitting: its time in percent of the usual, and minutes of breaks."""

    percent: int = 100
    break_minutes: int = 0


def accommodation_of(*, person: int, on: dt.date) -> Accommodation:
    """Return what is granted to a person on a day; the usual time without breaks if nothing is.

    The newest grant that covers the day counts; it replaces older ones as a whole.
    """
    grant = _live(person=person, on=on).first()
    if grant is None:
        return Accommodation()
    return Accommodation(grant.percent, grant.break_minutes)


def live_grant(*, person: int, on: dt.date) -> AccommodationGrant | None:
    """Return the grant that counts for a person on a day, or None."""
    return _live(person=person, on=on).first()


def _live(*, person: int, on: dt.date) -> QuerySet[AccommodationGrant]:
    return AccommodationGrant.objects.filter(
        person_id=person, starts_on__lte=on, ends_before__gt=on, ended_at__isnull=True
    ).order_by("-id")


def grants_of(*, person: int) -> list[AccommodationGrant]:
    """Return every grant of a person, newest first."""
    return list(AccommodationGrant.objects.filter(person_id=person).order_by("-id"))


def grant_by_reference(*, reference: str) -> AccommodationGrant | None:
    """Return a grant with its person, or None."""
    return AccommodationGrant.objects.filter(reference=reference).select_related("person").first()


def grants_on(*, on: dt.date, limit: int = 200) -> list[AccommodationGrant]:
    """Return the grants that count on a day, by name, for the decision-makers."""
    return list(
        AccommodationGrant.objects.filter(
            starts_on__lte=on, ends_before__gt=on, ended_at__isnull=True
        )
        .select_related("person")
        .order_by("person__last_name", "person__first_name", "id")[:limit]
    )


def accommodation_requests_of(*, person: int) -> list[AccommodationRequest]:
    """Return a person's requests with their grants, newest first."""
    return list(
        AccommodationRequest.objects.filter(person_id=person)
        .select_related("grant")
        .order_by("-id")
    )


def open_accommodation_requests() -> QuerySet[AccommodationRequest]:
    """Return the requests that wait for a decision, oldest first."""
    return (
        AccommodationRequest.objects.filter(decided_at__isnull=True, withdrawn_at__isnull=True)
        .select_related("person")
        .order_by("asked_at", "id")
    )


def accommodation_request(*, reference: str) -> AccommodationRequest | None:
    """Return one request with its person, or None."""
    return AccommodationRequest.objects.filter(reference=reference).select_related("person").first()


def words_to_forget(*, before: dt.datetime) -> QuerySet[AccommodationRequest]:
    """Return decided or withdrawn requests whose words are older than they may be kept."""
    requests = AccommodationRequest.objects.exclude(words="")
    return requests.filter(decided_at__lt=before) | requests.filter(withdrawn_at__lt=before)
