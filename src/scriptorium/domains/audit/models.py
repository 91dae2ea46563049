"""The audit trail: one insert-only row for each change."""

from __future__ import annotations

from django.db import models

from scriptorium.database.records import AppendOnly
from scriptorium.kernel.actor import ActorKind


class AuditEvent(AppendOnly):
    """One thing that happened, in the past tense, written with the change itself (DOMAIN §11)."""

    personal_data = frozenset({"actor_name", "data"})

    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=8, choices=[(k, k) for k in ActorKind])
    actor_reference = models.CharField(max_length=60)
    actor_name = models.CharField(max_length=200)
    on_behalf_of = models.CharField(max_length=60, blank=True)
    key = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=30)
    subject = models.CharField(max_length=40)
    practice = models.CharField(max_length=16, blank=True)
    data = models.JSONField(default=dict)
    request_id = models.CharField(max_length=40, blank=True)

    class Meta:
        indexes = [
            # Read by the practice's activity page, newest first.
            models.Index(fields=["practice", "-id"], name="audit_by_practice"),
            # Read by a member record's history.
            models.Index(fields=["subject_kind", "subject", "-id"], name="audit_by_subject"),
        ]


class NightRun(AppendOnly):
    """One run of the night, written when it begins; several of one day do no harm."""

    on = models.DateField()
    # How many steps a run has that is not stopped on the way.
    steps = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField()

    class Meta:
        indexes = [
            # Read by the office: did a run of this day end?
            models.Index(fields=["on"], name="night_by_day"),
        ]


class NightStep(AppendOnly):
    """One step of a run, written when it ends: how many it did, and how long that took."""

    run = models.ForeignKey(NightRun, on_delete=models.PROTECT, related_name="done")
    position = models.PositiveSmallIntegerField()
    step = models.CharField(max_length=60)
    count = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "position"], name="night_step_once"),
        ]
