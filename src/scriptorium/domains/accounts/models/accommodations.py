"""What a person may have at exams that others have not (28 CFR 36.309; DOMAIN §5).

No row here names a practice: an employer never learns of it. Medical papers are never stored.
"""

from __future__ import annotations

from django.db import models

from scriptorium.database.records import FrozenExcept, ReferenceField
from scriptorium.domains.accounts.models.people import Person


class AccommodationRequest(models.Model):
    """What somebody asks for at exams, and what staff answered."""

    personal_data = frozenset({"kind", "words", "answer", "decided_by_name"})

    reference = ReferenceField()
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="accommodation_requests"
    )
    kind = models.CharField(max_length=10)
    # Emptied some time after the decision; the decision stays (DOMAIN §12).
    words = models.TextField()
    asked_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=60, blank=True)
    decided_by_name = models.CharField(max_length=200, blank=True)
    granted = models.BooleanField(null=True, blank=True)
    answer = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(decided_at__isnull=True, withdrawn_at__isnull=True),
                name="one_open_accommodation_request",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_at__isnull=True, granted__isnull=True, decided_by="")
                | (
                    models.Q(decided_at__isnull=False, granted__isnull=False)
                    & ~models.Q(decided_by="")
                ),
                name="accommodation_decision_paired",
            ),
        ]
        indexes = [
            # Read by the decision-makers' worklist and by the night that forgets the words.
            models.Index(fields=["decided_at", "asked_at"], name="accommodation_waiting"),
        ]


class AccommodationGrant(FrozenExcept):
    """A decision that counts for each sitting from a day to a day; it can be ended once."""

    writable_once = ("ended_at", "ended_by", "end_reason")
    personal_data = frozenset({"percent", "break_minutes", "granted_by_name", "end_reason"})

    reference = ReferenceField()
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="accommodation_grants"
    )
    request = models.OneToOneField(
        AccommodationRequest, on_delete=models.PROTECT, related_name="grant"
    )
    percent = models.PositiveSmallIntegerField()
    break_minutes = models.PositiveSmallIntegerField(default=0)
    starts_on = models.DateField()
    ends_before = models.DateField()
    granted_at = models.DateTimeField()
    granted_by = models.CharField(max_length=60)
    granted_by_name = models.CharField(max_length=200)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=60, null=True, blank=True)
    end_reason = models.CharField(max_length=300, null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(percent__gte=100, percent__lte=300),
                name="accommodation_percent",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_before__gt=models.F("starts_on")),
                name="accommodation_has_days",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, ended_by__isnull=True)
                | models.Q(ended_at__isnull=False, ended_by__isnull=False),
                name="accommodation_end_paired",
            ),
        ]
        indexes = [
            # Read at the start of each sitting: what counts for this person on this day.
            models.Index(fields=["person", "ends_before"], name="accommodation_by_person"),
        ]
