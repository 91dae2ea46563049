"""Writing what came back, suppressed addresses, and notices that staff give by telephone."""

from __future__ import annotations

import datetime as dt

from scriptorium.domains.notifications.models import Bounce, OutboxMail, Suppression, Undelivered


def suppress(
    *, address: str, reason: str, note: str = "", now: dt.datetime
) -> tuple[Suppression, bool]:
    """Let an address get less mail; returns the row and whether it is new.

    Arguments:
        note: what was said, such as the server's words.
    """
    return Suppression.objects.get_or_create(
        address=address.lower(),
        reason=reason,
        lifted_at=None,
        defaults={"note": note[:500], "at": now},
    )


def lift(*, suppression: Suppression, by: str, reason: str, now: dt.datetime) -> bool:
    """End a suppression; returns False when it was lifted already."""
    held = Suppression.objects.filter(pk=suppression.pk, lifted_at__isnull=True)
    return bool(held.update(lifted_at=now, lifted_by=by, lift_reason=reason))


def note_bounce(
    *,
    mail: OutboxMail,
    kind: str,
    final: bool,
    status: str,
    diagnostic: str,
    report: str,
    now: dt.datetime,
) -> Bounce:
    """Keep a report about a mail.

    Arguments:
        final: whether the mail was given up.
        report: what the report is known by, so that it is taken in once.
    """
    return Bounce.objects.create(
        mail=mail,
        address=mail.to_address,
        kind=kind,
        final=final,
        status=status[:12],
        diagnostic=diagnostic[:500],
        report=report,
        at=now,
    )


def open_undelivered(*, mail: OutboxMail, now: dt.datetime) -> tuple[Undelivered, bool]:
    """Put a legal notice that did not arrive on the worklist; returns the row and if it is new."""
    found, new = Undelivered.objects.get_or_create(
        practice=mail.practice,
        address=mail.to_address.lower(),
        closed_at=None,
        defaults={"name": mail.to_name, "opened_at": now},
    )
    OutboxMail.objects.filter(pk=mail.pk).update(undelivered=found)
    return found, new


def close_undelivered(*, row: Undelivered, by: str, note: str, now: dt.datetime) -> bool:
    """Take notices off the worklist; returns False when somebody else did."""
    waiting = Undelivered.objects.filter(pk=row.pk, closed_at__isnull=True)
    return bool(waiting.update(closed_at=now, closed_by=by, note=note))
