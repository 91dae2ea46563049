"""Writing to the audit trail."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from scriptorium.domains.audit.enums import SENTENCES
from scriptorium.domains.audit.models import AuditEvent, NightRun, NightStep
from scriptorium.kernel.actor import Actor


class UnknownAuditKey(LookupError):
    """An event's key has no sentence."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One event to record.

    Arguments:
        key: dotted, in the past tense, listed in ``enums.SENTENCES``.
        subject_kind: what the event is about ("person", "link", "unit" …).
        subject: its public reference.
        practice: reference of the practice whose activity log shows it, or "".
        data: plain values for the sentence and for auditors; no secrets.
    """

    key: str
    subject_kind: str
    subject: str
    practice: str = ""
    data: dict[str, Any] = field(default_factory=dict)


def record(*, actor: Actor, happening: Happening, now: dt.datetime, on_behalf_of: str = "") -> None:
    """Write one audit event in the current transaction.

    Raises:
        UnknownAuditKey: the key has no sentence.
    """
    record_many(actor=actor, happenings=[happening], now=now, on_behalf_of=on_behalf_of)


def record_many(
    *, actor: Actor, happenings: Iterable[Happening], now: dt.datetime, on_behalf_of: str = ""
) -> None:
    """Write many audit events with one statement.

    Raises:
        UnknownAuditKey: a key has no sentence.
    """
    rows = []
    for happening in happenings:
        if happening.key not in SENTENCES:
            raise UnknownAuditKey(f"Give {happening.key!r} a sentence in audit/enums.py first.")
        rows.append(
            AuditEvent(
                at=now,
                actor_kind=actor.kind,
                actor_reference=actor.reference,
                actor_name=actor.name,
                on_behalf_of=on_behalf_of,
                key=happening.key,
                subject_kind=happening.subject_kind,
                subject=happening.subject,
                practice=happening.practice,
                data=happening.data,
                request_id=actor.request_id,
            )
        )
    AuditEvent.objects.bulk_create(rows)


def begin_night(*, on: dt.date, steps: int, now: dt.datetime) -> NightRun:
    """Write down that a run of the night began.

    Arguments:
        steps: how many it has.
    """
    return NightRun.objects.create(on=on, steps=steps, started_at=now)


def end_step(
    *,
    run: NightRun,
    position: int,
    name: str,
    count: int,
    started_at: dt.datetime,
    now: dt.datetime,
) -> None:
    """Write down that a step of a run ended, and how many it did."""
    NightStep.objects.create(
        run=run, position=position, step=name, count=count, started_at=started_at, ended_at=now
    )
