"""Credentials and the decisions that make and change them."""

from __future__ import annotations

from django.db import models

from scriptorium.database.records import AppendOnly, FrozenExcept, ReferenceField
from scriptorium.domains.credentials.enums import (
    DecisionKind,
    DecisionState,
    Level,
    ProposalOutcome,
)


class Credential(models.Model):
    """What a person earned: one per specialty, one number for life.

    Level and decision state are what the last decision says, also before its day has come; only
    ``operations.decide`` writes them. Pages that answer for a day read the decisions.
    """

    number = models.CharField(max_length=20, unique=True)
    person = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, related_name="credentials"
    )
    specialty = models.CharField(max_length=30)
    level = models.CharField(max_length=4, choices=Level)
    level_since = models.DateField()
    decision_state = models.CharField(max_length=12, choices=DecisionState)
    scheme_version = models.CharField(max_length=12)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "specialty"], name="credential_once"),
        ]


class Decision(AppendOnly):
    """A certification decision: who decided what, when, on which evidence (DOMAIN §6).

    ``notice`` is what the person was told, ``appeal_until`` the last day on which she can appeal.
    """

    personal_data = frozenset({"decided_by_name", "second_by_name", "reason", "notice"})

    credential = models.ForeignKey(Credential, on_delete=models.PROTECT, related_name="decisions")
    kind = models.CharField(max_length=20, choices=DecisionKind)
    level = models.CharField(max_length=4, choices=Level)
    to_state = models.CharField(max_length=12, choices=DecisionState)
    reason = models.CharField(max_length=1000)
    notice = models.TextField(blank=True)
    evidence = models.JSONField(default=dict)
    scheme_version = models.CharField(max_length=12)
    effective_on = models.DateField()
    appeal_until = models.DateField(null=True)
    decided_by = models.CharField(max_length=60)
    decided_by_name = models.CharField(max_length=200)
    second_by = models.CharField(max_length=60, blank=True)
    second_by_name = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            # A revocation is the work of two people (DOMAIN §13).
            models.CheckConstraint(
                condition=~models.Q(kind="revoked")
                | (~models.Q(second_by="") & ~models.Q(second_by=models.F("decided_by"))),
                name="decision_revoked_by_two",
            ),
        ]
        indexes = [
            # Read by the status lists: the few credentials that something was decided against.
            models.Index(
                fields=["credential"],
                condition=~models.Q(to_state="held"),
                name="decision_against",
            ),
        ]


class DecisionProposal(FrozenExcept):
    """A decision that waits for a second person; answered once (DOMAIN §13)."""

    personal_data = frozenset(
        {"reason", "notice", "proposed_by_name", "answered_by_name", "answer_note"}
    )
    writable_once = ("answered_at", "answered_by", "answered_by_name", "outcome", "answer_note")

    reference = ReferenceField()
    credential = models.ForeignKey(Credential, on_delete=models.PROTECT, related_name="proposals")
    kind = models.CharField(max_length=20, choices=DecisionKind)
    reason = models.CharField(max_length=1000)
    notice = models.TextField()
    effective_on = models.DateField()
    proposed_by = models.CharField(max_length=60)
    proposed_by_name = models.CharField(max_length=200)
    proposed_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=60, null=True)
    answered_by_name = models.CharField(max_length=200, null=True)
    outcome = models.CharField(max_length=10, choices=ProposalOutcome, null=True)
    answer_note = models.CharField(max_length=1000, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["credential"],
                condition=models.Q(answered_at__isnull=True),
                name="proposal_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    answered_at__isnull=True, answered_by__isnull=True, outcome__isnull=True
                )
                | models.Q(
                    answered_at__isnull=False, answered_by__isnull=False, outcome__isnull=False
                ),
                name="proposal_answer_paired",
            ),
        ]
