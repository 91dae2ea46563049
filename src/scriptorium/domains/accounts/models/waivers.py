"""Waivers of the retake rule: one sitting that the rule would refuse (STANDARDS row 23)."""

from __future__ import annotations

from django.db import models

from scriptorium.database.records import FrozenExcept, ReferenceField
from scriptorium.domains.accounts.models.people import Person


class RetakeWaiver(FrozenExcept):
    """Lets one person sit one exam once, sooner or oftener than the rule; used once or closed."""

    writable_once = ("used_at", "used_for", "closed_at", "closed_by")
    personal_data = frozenset({"reason", "granted_by_name"})

    reference = ReferenceField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="retake_waivers")
    exam = models.CharField(max_length=30)
    reason = models.CharField(max_length=300)
    granted_at = models.DateTimeField()
    granted_by = models.CharField(max_length=60)
    granted_by_name = models.CharField(max_length=200)
    ends_before = models.DateField()
    used_at = models.DateTimeField(null=True, blank=True)
    used_for = models.CharField(max_length=16, null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=60, null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "exam"],
                condition=models.Q(used_at__isnull=True, closed_at__isnull=True),
                name="one_open_waiver",
            ),
            models.CheckConstraint(
                condition=models.Q(used_at__isnull=True) | models.Q(closed_at__isnull=True),
                name="waiver_used_or_closed",
            ),
        ]
