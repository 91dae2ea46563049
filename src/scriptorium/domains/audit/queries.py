"""Reading the audit trail."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from django.db.models import QuerySet

from scriptorium.domains.audit.enums import SENTENCES
from scriptorium.domains.audit.models import AuditEvent


@dataclass(frozen=True, slots=True)
class Line:
    """One event as a person reads it."""

    at: dt.datetime
    who: str
    words: str
    key: str
    key_number: int


def sentence(key: str, data: dict[str, object]) -> str:
    """Return the human sentence of an event; a missing value reads as "?"."""
    return SENTENCES.get(key, key).format_map(defaultdict(lambda: "?", data))


def _lines(events: QuerySet[AuditEvent]) -> list[Line]:
    return [Line(e.at, e.actor_name, sentence(e.key, e.data), e.key, e.pk) for e in events]


def of_practice(*, practice: str, limit: int = 100, before: int | None = None) -> list[Line]:
    """Return a practice's newest events."""
    events = AuditEvent.objects.filter(practice=practice).order_by("-id")
    if before is not None:
        events = events.filter(id__lt=before)
    return _lines(events[:limit])


def of_subject(*, kind: str, reference: str, practice: str, limit: int = 50) -> list[Line]:
    """Return the newest events about one subject that a practice may see."""
    events = AuditEvent.objects.filter(
        subject_kind=kind, subject=reference, practice=practice
    ).order_by("-id")
    return _lines(events[:limit])


def newest(*, limit: int = 100) -> list[Line]:
    """Return the newest events of the whole installation, for staff."""
    return _lines(AuditEvent.objects.order_by("-id")[:limit])
