"""Reading the audit trail."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Count, F, QuerySet

from scriptorium.domains.audit.enums import SENTENCES
from scriptorium.domains.audit.models import AuditEvent, NightRun, NightStep


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


def night_ended(*, on: dt.date) -> bool:
    """Return whether a run of a day went through all its steps."""
    runs = NightRun.objects.filter(on=on).annotate(ended=Count("done"))
    return bool(runs.filter(ended__gte=F("steps")).exists())


@dataclass(frozen=True, slots=True)
class Night:
    """One run of the night with the steps that ended."""

    on: dt.date
    steps: int
    started_at: dt.datetime
    done: list[NightStep]

    @property
    def ended_at(self) -> dt.datetime | None:
        """When the last step ended; None while it runs, or when it was stopped."""
        return self.done[-1].ended_at if len(self.done) == self.steps else None


def nights(*, limit: int) -> list[Night]:
    """Return the newest runs of the night, newest first."""
    runs = list(NightRun.objects.order_by("-id")[:limit])
    done: dict[int, list[NightStep]] = defaultdict(list)
    for step in NightStep.objects.filter(run__in=runs).order_by("run", "position"):
        done[step.run_id].append(step)
    return [Night(run.on, run.steps, run.started_at, done[run.pk]) for run in runs]
