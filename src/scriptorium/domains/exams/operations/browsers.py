"""Writing in which browsers exams are sat. Each inside a journey's transaction."""

from __future__ import annotations

import datetime as dt

from scriptorium.domains.exams.models import BrowserKey, BrowserProof, BrowserWaiver, Sitting
from scriptorium.kernel.actor import Actor


def allow_browser(
    *,
    actor: Actor,
    exam: str,
    config_key: str,
    name: str,
    address: str,
    origin: str,
    now: dt.datetime,
) -> BrowserKey:
    """Insert a configuration in which an exam may be sat, and from then on must be.

    Arguments:
        config_key: as ``rules.browsers.config_key`` returns it.
        origin: the file it was read from, or that it was pasted.

    Raises:
        IntegrityError: the exam has it already.
    """
    return BrowserKey.objects.create(
        exam=exam,
        config_key=config_key,
        name=name,
        address=address,
        origin=origin[:200],
        added_at=now,
        added_by=actor.reference,
        added_by_name=actor.name,
    )


def retire_browser(*, actor: Actor, key: BrowserKey, now: dt.datetime) -> bool:
    """Let a configuration count no more; returns False when it did not count already."""
    rows = BrowserKey.objects.filter(pk=key.pk, retired_at__isnull=True)
    return bool(rows.update(retired_at=now, retired_by=actor.reference, retired_by_name=actor.name))


def keep_proof(*, sitting: Sitting, key: BrowserKey, page: str, now: dt.datetime) -> bool:
    """Remember for the session that holds a sitting what its page showed; False when it was."""
    _, new = BrowserProof.objects.get_or_create(
        sitting=sitting,
        key=key,
        holder=sitting.holder,
        defaults={"page": page, "at": now},
    )
    return new


def grant_browser_waiver(
    *,
    actor: Actor,
    person: int,
    exam: str,
    reason: str,
    ends_before: dt.datetime,
    now: dt.datetime,
) -> BrowserWaiver:
    """Insert a waiver; an unused one before it is closed."""
    BrowserWaiver.objects.filter(
        person_id=person, exam=exam, used_at__isnull=True, closed_at__isnull=True
    ).update(closed_at=now, closed_by=actor.reference)
    return BrowserWaiver.objects.create(
        person_id=person,
        exam=exam,
        reason=reason,
        granted_at=now,
        granted_by=actor.reference,
        granted_by_name=actor.name,
        ends_before=ends_before,
    )


def use_browser_waiver(*, waiver: BrowserWaiver, sitting: str, now: dt.datetime) -> bool:
    """Use a waiver up for one sitting; returns False when it was used or closed meanwhile.

    Arguments:
        sitting: the sitting's reference.
    """
    rows = BrowserWaiver.objects.filter(pk=waiver.pk, used_at__isnull=True, closed_at__isnull=True)
    return bool(rows.update(used_at=now, used_for=sitting))


def close_browser_waiver(*, actor: Actor, waiver: BrowserWaiver, now: dt.datetime) -> bool:
    """Take an unused waiver back; returns False when it was used or closed already."""
    rows = BrowserWaiver.objects.filter(pk=waiver.pk, used_at__isnull=True, closed_at__isnull=True)
    return bool(rows.update(closed_at=now, closed_by=actor.reference))
