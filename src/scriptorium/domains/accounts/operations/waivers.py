"""Writing waivers of the retake rule."""

from __future__ import annotations

import datetime as dt

from scriptorium.domains.accounts.models import RetakeWaiver
from scriptorium.domains.audit.operations import Happening, record
from scriptorium.kernel.actor import Actor


def grant_waiver(
    *,
    person: int,
    exam: str,
    reason: str,
    ends_before: dt.date,
    by: str,
    by_name: str,
    now: dt.datetime,
) -> RetakeWaiver:
    """Insert a waiver; one that ended unused before is closed first."""
    RetakeWaiver.objects.filter(
        person_id=person,
        exam=exam,
        used_at__isnull=True,
        closed_at__isnull=True,
    ).update(closed_at=now, closed_by=by)
    return RetakeWaiver.objects.create(
        person_id=person,
        exam=exam,
        reason=reason,
        granted_at=now,
        granted_by=by,
        granted_by_name=by_name,
        ends_before=ends_before,
    )


def use_waiver(*, actor: Actor, waiver: RetakeWaiver, sitting: str, now: dt.datetime) -> bool:
    """Use a waiver up for one sitting, inside the transaction that starts it; logged here.

    Arguments:
        sitting: the sitting's reference.

    Returns:
        False when it was used, closed, or used by another start at this moment.
    """
    used = RetakeWaiver.objects.filter(
        pk=waiver.pk, used_at__isnull=True, closed_at__isnull=True
    ).update(used_at=now, used_for=sitting)
    if used:
        record(
            actor=actor,
            happening=Happening(
                "waiver.used",
                "person",
                waiver.person.reference,
                data={"exam": waiver.exam, "sitting": sitting, "waiver": waiver.reference},
            ),
            now=now,
        )
    return bool(used)


def close_waiver(*, waiver: RetakeWaiver, by: str, now: dt.datetime) -> bool:
    """Take an unused waiver back; returns False when it was used or closed already."""
    return bool(
        RetakeWaiver.objects.filter(
            pk=waiver.pk, used_at__isnull=True, closed_at__isnull=True
        ).update(closed_at=now, closed_by=by)
    )
