"""Writing estimates. A change is a new revision; the one before is marked as replaced."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Max

from scriptorium.domains.orders.enums import EstimateState
from scriptorium.domains.orders.models import Estimate, EstimateLine
from scriptorium.domains.orders.operations.lines import lines_of
from scriptorium.domains.orders.rules.pricing import Quote
from scriptorium.kernel.actor import Actor
from scriptorium.kernel.references import new_reference


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEstimate:
    """What an estimate says.

    Arguments:
        practice, practice_reference: whose estimate it is.
        replaces: the revision that this one follows, locked, or None for a new estimate.
        idempotency_key: of the form; None where a program makes it.
        by_staff: staff wrote it, with lines of their own.
    """

    practice: int
    practice_reference: str
    quote: Quote
    title: str
    note: str
    good_until: dt.date
    by_staff: bool = False
    replaces: Estimate | None = None
    idempotency_key: str | None = None


def insert_estimate(
    *, actor: Actor, new: NewEstimate, now: dt.datetime, today: dt.date
) -> Estimate:
    """Insert an estimate or its next revision; a shared link goes on to the newest revision."""
    before = new.replaces
    shared = None
    if before is None:
        sequence = _next_sequence(new.practice)
        revision = 1
    else:
        sequence, revision = before.sequence, before.revision + 1
        shared = before.share_token
        before.state, before.share_token = EstimateState.REPLACED, None
        before.save(update_fields=["state", "share_token"])
    estimate = Estimate.objects.create(
        practice_id=new.practice,
        sequence=sequence,
        revision=revision,
        number=f"EST-{new.practice_reference[:8].upper()}-{sequence}-{revision}",
        state=EstimateState.SENT,
        title=new.title,
        note=new.note,
        currency=new.quote.currency,
        net_minor=new.quote.net_minor,
        tax_minor=new.quote.tax_minor,
        by_staff=new.by_staff,
        made_at=now,
        made_by=actor.reference,
        made_by_name=actor.name,
        made_on=today,
        good_until=new.good_until,
        share_token=shared,
        idempotency_key=new.idempotency_key,
    )
    EstimateLine.objects.bulk_create(lines_of(new.quote.lines, EstimateLine, estimate=estimate))
    return estimate


def _next_sequence(practice: int) -> int:
    """Return a practice's next number; the caller holds the practice's lock."""
    newest = Estimate.objects.filter(practice_id=practice).aggregate(newest=Max("sequence"))
    return (newest["newest"] or 0) + 1


def set_shared(*, estimate: Estimate, shared: bool) -> str:
    """Open or close the address at which an estimate can be read without a login.

    Returns:
        The token of the address, or "" when it is closed.
    """
    token = (estimate.share_token or new_reference(24)) if shared else None
    estimate.share_token = token
    estimate.save(update_fields=["share_token"])
    return token or ""


def mark_accepted(
    *, estimate: Estimate, by: str, name: str, po_number: str, now: dt.datetime
) -> None:
    """Write down who accepted an estimate, with the typed name and the purchase order."""
    estimate.state = EstimateState.ACCEPTED
    estimate.accepted_at, estimate.accepted_by = now, by
    estimate.accepted_name, estimate.po_number = name, po_number
    estimate.save(
        update_fields=["state", "accepted_at", "accepted_by", "accepted_name", "po_number"]
    )


def mark_declined(*, estimate: Estimate, by: str, reason: str, now: dt.datetime) -> None:
    """Write down that an estimate was declined, and why."""
    estimate.state = EstimateState.DECLINED
    estimate.declined_at, estimate.declined_by, estimate.decline_reason = now, by, reason
    estimate.save(update_fields=["state", "declined_at", "declined_by", "decline_reason"])
