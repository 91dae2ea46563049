"""What authors do with versions: handing them in for review, and mending a wrong key."""

from __future__ import annotations

from django.db import models

from scriptorium.database.records import AppendOnly, FrozenExcept, ReferenceField
from scriptorium.domains.exams.models.items import ItemVersion


class ItemSubmission(AppendOnly):
    """An author's word that a version is ready; a second person reads it then."""

    personal_data = frozenset({"by_name"})

    version = models.OneToOneField(ItemVersion, on_delete=models.PROTECT, related_name="submission")
    by = models.CharField(max_length=60)
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField()


class KeyCorrection(FrozenExcept):
    """A wrong key and the version that says the right one; a second person decides.

    Once approved, every form that holds the wrong version is scored by the right one; what the
    form shows, and its hash, stay as they are (STANDARDS row 21).
    """

    writable_once = ("decided_at", "decided_by", "decided_by_name", "approved")
    personal_data = frozenset({"proposed_by_name", "decided_by_name"})

    reference = ReferenceField()
    wrong = models.ForeignKey(ItemVersion, on_delete=models.PROTECT, related_name="corrections")
    right = models.OneToOneField(ItemVersion, on_delete=models.PROTECT, related_name="corrects")
    reason = models.CharField(max_length=300)
    proposed_by = models.CharField(max_length=60)
    proposed_by_name = models.CharField(max_length=200)
    proposed_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=60, null=True)
    decided_by_name = models.CharField(max_length=200, null=True)
    approved = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["wrong"],
                condition=~models.Q(approved=False) | models.Q(approved__isnull=True),
                name="correction_once",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    decided_at__isnull=True, decided_by__isnull=True, approved__isnull=True
                )
                | models.Q(
                    decided_at__isnull=False, decided_by__isnull=False, approved__isnull=False
                ),
                name="correction_decision_paired",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True)
                | ~models.Q(decided_by=models.F("proposed_by")),
                name="correction_second_person",
            ),
        ]
