"""Writing actions: one click, what it did for each person, and its undoing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from scriptorium.domains.ledger.models import Action, ActionLine
from scriptorium.kernel.actor import Actor
from scriptorium.kernel.payer import Payer
from scriptorium.kernel.references import new_reference


def open_action(
    *, actor: Actor, payer: Payer, kind: str, choice: str, idempotency_key: str, now: dt.datetime
) -> Action:
    """Insert the row that groups the entries of one click.

    Raises:
        IntegrityError: the same actor used the key already.
    """
    return Action.objects.create(
        kind=kind,
        choice=choice,
        actor_reference=actor.reference,
        idempotency_key=idempotency_key,
        at=now,
        **payer.columns,
    )


@dataclass(frozen=True, slots=True)
class LineDraft:
    """What an action did for one person, by keys."""

    link: int | None
    unit: int | None
    term: int | None
    certificate: int | None
    outcome: str
    reason: str


def write_lines(*, action: Action, lines: Iterable[LineDraft]) -> None:
    """Keep an action's answer, so that the same click reads it again."""
    ActionLine.objects.bulk_create(
        [
            ActionLine(
                action=action,
                link_id=line.link,
                unit_id=line.unit,
                term_id=line.term,
                certificate_id=line.certificate,
                outcome=line.outcome,
                reason=line.reason[:300],
            )
            for line in lines
        ]
    )


def mark_undone(*, action: Action, now: dt.datetime) -> bool:
    """Close an action's right to be undone; returns False when somebody was faster."""
    return bool(Action.objects.filter(pk=action.pk, undone_at__isnull=True).update(undone_at=now))


def fresh_key() -> str:
    """Return a new idempotency key for a form."""
    return new_reference(20)
