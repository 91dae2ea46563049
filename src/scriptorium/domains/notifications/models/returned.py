"""Mail that came back, addresses that get less, and notices that staff give by telephone."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower

from scriptorium.database.records import AppendOnly, FrozenExcept, ReferenceField
from scriptorium.domains.notifications.enums import BounceKind, SuppressionReason


class Suppression(FrozenExcept):
    """An address that gets less mail, and why; lifted once, with a reason, by name."""

    personal_data = frozenset({"address", "note", "lift_reason"})
    writable_once = ("lifted_at", "lifted_by", "lift_reason")

    reference = ReferenceField()
    address = models.EmailField()
    reason = models.CharField(max_length=12, choices=SuppressionReason)
    note = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.CharField(max_length=60, null=True, blank=True)
    lift_reason = models.CharField(max_length=300, null=True, blank=True)

    class Meta:
        constraints = [
            # Also read by the sender: what holds for this address?
            models.UniqueConstraint(
                fields=["address", "reason"],
                condition=models.Q(lifted_at__isnull=True),
                name="suppressed_once",
            ),
            models.CheckConstraint(
                condition=models.Q(address=Lower("address")), name="suppressed_in_lower_case"
            ),
            models.CheckConstraint(
                condition=models.Q(lifted_at__isnull=True, lifted_by__isnull=True)
                | models.Q(lifted_at__isnull=False, lifted_by__isnull=False),
                name="suppression_lift_paired",
            ),
        ]


class Undelivered(models.Model):
    """Legal notices that did not reach an address: somebody on staff gives them by telephone.

    One open row for an address of a practice, however many notices; the mails point at it.
    """

    personal_data = frozenset({"address", "name", "note"})

    reference = ReferenceField()
    practice = models.CharField(max_length=16, blank=True)
    address = models.EmailField()
    name = models.CharField(max_length=200, blank=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=60, blank=True)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            # Also read by every page of a practice: is there an address to check?
            models.UniqueConstraint(
                fields=["practice", "address"],
                condition=models.Q(closed_at__isnull=True),
                name="undelivered_once",
            ),
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=True, closed_by="", note="")
                | (
                    models.Q(closed_at__isnull=False) & ~models.Q(closed_by="") & ~models.Q(note="")
                ),
                name="undelivered_close_paired",
            ),
        ]


class Bounce(AppendOnly):
    """A report that a mail did not arrive, taken in once by the report's own Message-ID."""

    personal_data = frozenset({"address", "diagnostic"})

    mail = models.ForeignKey(
        "notifications.OutboxMail", on_delete=models.PROTECT, related_name="bounces"
    )
    address = models.EmailField()
    kind = models.CharField(max_length=4, choices=BounceKind)
    #: The server gave this mail up; without it a report tells of a delay.
    final = models.BooleanField()
    status = models.CharField(max_length=12, blank=True)
    diagnostic = models.CharField(max_length=500, blank=True)
    report = models.CharField(max_length=250, unique=True)
    at = models.DateTimeField()
