"""Reading waivers of the retake rule."""

from __future__ import annotations

import datetime as dt

from scriptorium.domains.accounts.models import RetakeWaiver


def waiver_for(*, person: int, exam: str, on: dt.date) -> RetakeWaiver | None:
    """Return the waiver that lets a person sit an exam against the retake rule, or None.

    Arguments:
        exam: the exam's code, such as "general" or "dermatology".
    """
    return RetakeWaiver.objects.filter(
        person_id=person,
        exam=exam,
        used_at__isnull=True,
        closed_at__isnull=True,
        ends_before__gt=on,
    ).first()


def waiver_by_reference(*, reference: str) -> RetakeWaiver | None:
    """Return a waiver with its person, or None."""
    return RetakeWaiver.objects.filter(reference=reference).select_related("person").first()


def newest_waivers(*, limit: int = 100) -> list[RetakeWaiver]:
    """Return the newest waivers with their people, for staff."""
    return list(RetakeWaiver.objects.select_related("person").order_by("-id")[:limit])
