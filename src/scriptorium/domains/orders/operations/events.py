"""What the payment provider tells, and our attempts to be paid through it."""

from __future__ import annotations

import datetime as dt

from scriptorium.domains.orders.enums import AttemptState
from scriptorium.domains.orders.models import Attempt, Mismatch, Order, ProviderEvent

#: From where an attempt may come to a state: it only moves forward, whatever the order of events.
MAY_COME_FROM: dict[str, frozenset[str]] = {
    AttemptState.PENDING: frozenset({AttemptState.OPEN}),
    AttemptState.SUCCEEDED: frozenset(
        {AttemptState.OPEN, AttemptState.PENDING, AttemptState.FAILED, AttemptState.EXPIRED}
    ),
    AttemptState.FAILED: frozenset({AttemptState.OPEN, AttemptState.PENDING}),
    # A page can close while its payer still owes the bank an answer.
    AttemptState.EXPIRED: frozenset({AttemptState.OPEN, AttemptState.PENDING}),
}


def begin_attempt(
    *,
    order: Order,
    number: int,
    provider: str,
    amount_minor: int,
    by: str,
    saves_method: bool,
    charged_on: dt.date | None,
    now: dt.datetime,
) -> Attempt:
    """Insert the next attempt to pay an order, locked by the caller.

    Arguments:
        number: one more than the order has attempts.
        charged_on: the day of a charge to the saved method; the database allows one a day. None
            for a visit to the provider's page.
    """
    return Attempt.objects.create(
        order=order,
        number=number,
        provider=provider,
        amount_minor=amount_minor,
        saves_method=saves_method,
        off_session=charged_on is not None,
        charged_on=charged_on,
        begun_at=now,
        begun_by=by,
    )


def name_attempt(*, attempt: Attempt, external_id: str) -> None:
    """Keep the provider's name of an attempt."""
    attempt.external_id = external_id
    attempt.save(update_fields=["external_id"])


def move_attempt(
    *, attempt: Attempt, to: str, now: dt.datetime, failure: str = "", failure_code: str = ""
) -> bool:
    """Move an attempt forward; False when it is there or further already."""
    if attempt.state not in MAY_COME_FROM.get(to, frozenset()):
        return False
    attempt.state = to
    attempt.failure, attempt.failure_code = failure[:300], failure_code[:60]
    attempt.ended_at = None if to == AttemptState.PENDING else now
    attempt.save(update_fields=["state", "failure", "failure_code", "ended_at"])
    return True


def note_failure(*, attempt: Attempt, failure: str, failure_code: str) -> None:
    """Keep why the last try on a page failed that is still open for another one."""
    attempt.failure, attempt.failure_code = failure[:300], failure_code[:60]
    attempt.save(update_fields=["failure", "failure_code"])


def keep_event(
    *, provider: str, event_id: str, kind: str, external_id: str, body: str, now: dt.datetime
) -> bool:
    """Keep an event as it came; False when the same one was kept before."""
    _, fresh = ProviderEvent.objects.get_or_create(
        provider=provider,
        event_id=event_id,
        defaults={
            "kind": kind[:60],
            "external_id": external_id,
            "body": body,
            "received_at": now,
        },
    )
    return fresh


def mark_handled(*, event: ProviderEvent, outcome: str, now: dt.datetime) -> None:
    """Write down what an event led to."""
    event.handled_at, event.outcome = now, outcome[:300]
    event.save(update_fields=["handled_at", "outcome"])


def note_mismatch(*, provider: str, external_id: str, what: str, now: dt.datetime) -> bool:
    """Put a disagreement on the worklist; False when it stands there or was settled before."""
    _, fresh = Mismatch.objects.get_or_create(
        provider=provider, external_id=external_id, what=what[:300], defaults={"found_at": now}
    )
    return fresh


def close_mismatch(*, mismatch: Mismatch, by: str, note: str, now: dt.datetime) -> None:
    """Settle a disagreement with a note."""
    mismatch.closed_at, mismatch.closed_by, mismatch.note = now, by, note
    mismatch.save(update_fields=["closed_at", "closed_by", "note"])
