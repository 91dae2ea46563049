"""Estimates: each change is a new revision, so that what was sent stays what it was."""

from __future__ import annotations

from django.db import models

from scriptorium.database.records import ReferenceField
from scriptorium.domains.orders.enums import EstimateState
from scriptorium.domains.orders.models.lines import Line, line_adds_up


class Estimate(models.Model):
    """One revision of an estimate, ``EST-<practice>-<seq>-<rev>``."""

    personal_data = frozenset({"made_by_name", "accepted_name"})

    reference = ReferenceField()
    practice = models.ForeignKey(
        "practices.Practice", on_delete=models.PROTECT, related_name="estimates"
    )
    sequence = models.PositiveIntegerField()
    revision = models.PositiveSmallIntegerField()
    number = models.CharField(max_length=40, unique=True)
    state = models.CharField(max_length=8, choices=EstimateState)
    title = models.CharField(max_length=120, blank=True)
    note = models.CharField(max_length=600, blank=True)
    currency = models.CharField(max_length=3)
    net_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    by_staff = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=60)
    made_by_name = models.CharField(max_length=160)
    made_on = models.DateField()
    # The last day on which it can be accepted.
    good_until = models.DateField()
    # Who has the link may read it without a login; empty while it is not shared.
    share_token = models.CharField(max_length=32, null=True, unique=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.CharField(max_length=60, blank=True)
    accepted_name = models.CharField(max_length=160, blank=True)
    po_number = models.CharField(max_length=60, blank=True)
    declined_at = models.DateTimeField(null=True, blank=True)
    declined_by = models.CharField(max_length=60, blank=True)
    decline_reason = models.CharField(max_length=300, blank=True)
    # Of the form that made it: pressed twice, it makes one estimate.
    idempotency_key = models.CharField(max_length=80, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "sequence", "revision"], name="estimate_revision_once"
            ),
            models.UniqueConstraint(
                fields=["practice", "idempotency_key"],
                condition=models.Q(idempotency_key__isnull=False),
                name="estimate_key_once",
            ),
            # Only one revision of an estimate can be open or accepted.
            models.UniqueConstraint(
                fields=["practice", "sequence"],
                condition=models.Q(state__in=["draft", "sent", "accepted"]),
                name="estimate_one_live_revision",
            ),
            models.CheckConstraint(
                condition=models.Q(state="accepted", accepted_at__isnull=False)
                | (~models.Q(state="accepted") & models.Q(accepted_at__isnull=True)),
                name="estimate_accepted_has_time",
            ),
        ]
        indexes = [
            # Read by the practice's list, newest first.
            models.Index(fields=["practice", "-sequence", "-revision"], name="estimate_list"),
            # Read by the office's list of what is open.
            models.Index(
                fields=["good_until"], name="estimate_open", condition=models.Q(state="sent")
            ),
        ]

    @property
    def total_minor(self) -> int:
        """Net and tax together."""
        return self.net_minor + self.tax_minor


class EstimateLine(Line):
    """One line of a revision."""

    estimate = models.ForeignKey(Estimate, on_delete=models.PROTECT, related_name="lines")

    class Meta:
        ordering = ["position"]
        constraints = [
            line_adds_up("estimate_line_adds_up"),
            models.UniqueConstraint(
                fields=["estimate", "position"], name="estimate_line_position_once"
            ),
        ]
