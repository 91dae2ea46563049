"""Writing accommodation requests and grants. Called by journeys inside their transaction."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet

from scriptorium.domains.accounts.models import AccommodationGrant, AccommodationRequest
from scriptorium.domains.accounts.queries import words_to_forget


def ask_accommodation(
    *, person: int, kind: str, words: str, now: dt.datetime
) -> AccommodationRequest:
    """Remember what somebody asks for; a newer request replaces an open one."""
    AccommodationRequest.objects.filter(
        person_id=person, decided_at__isnull=True, withdrawn_at__isnull=True
    ).update(withdrawn_at=now)
    return AccommodationRequest.objects.create(
        person_id=person, kind=kind, words=words, asked_at=now
    )


def withdraw_accommodation(*, request: AccommodationRequest, now: dt.datetime) -> bool:
    """Take an open request back; returns False when it was decided or withdrawn already."""
    return bool(_open(request).update(withdrawn_at=now))


def decide_accommodation(
    *,
    request: AccommodationRequest,
    granted: bool,
    answer: str,
    by: str,
    by_name: str,
    now: dt.datetime,
) -> bool:
    """Write the decision on an open request; returns False when somebody was faster."""
    return bool(
        _open(request).update(
            granted=granted, answer=answer, decided_at=now, decided_by=by, decided_by_name=by_name
        )
    )


def _open(request: AccommodationRequest) -> QuerySet[AccommodationRequest]:
    return AccommodationRequest.objects.filter(
        pk=request.pk, decided_at__isnull=True, withdrawn_at__isnull=True
    )


def grant_accommodation(
    *,
    request: AccommodationRequest,
    percent: int,
    break_minutes: int,
    starts_on: dt.date,
    ends_before: dt.date,
    by: str,
    by_name: str,
    now: dt.datetime,
) -> AccommodationGrant:
    """Insert what counts for each sitting from a day to a day."""
    return AccommodationGrant.objects.create(
        person_id=request.person_id,
        request=request,
        percent=percent,
        break_minutes=break_minutes,
        starts_on=starts_on,
        ends_before=ends_before,
        granted_at=now,
        granted_by=by,
        granted_by_name=by_name,
    )


def end_accommodation(*, grant: AccommodationGrant, by: str, reason: str, now: dt.datetime) -> bool:
    """End a grant before its day; returns False when it was ended already."""
    return bool(
        AccommodationGrant.objects.filter(pk=grant.pk, ended_at__isnull=True).update(
            ended_at=now, ended_by=by, end_reason=reason
        )
    )


def forget_words(*, before: dt.datetime, limit: int) -> int:
    """Empty the words of requests decided or withdrawn before a moment; the decision stays."""
    keys = list(words_to_forget(before=before).values_list("pk", flat=True)[:limit])
    return AccommodationRequest.objects.filter(pk__in=keys).update(words="")
