"""Credentials and the decisions that make and change them."""

from __future__ import annotations

from django.db import models

from scriptorium.database.records import AppendOnly
from scriptorium.domains.credentials.enums import DecisionKind, DecisionState, Level


class Credential(models.Model):
    """What a person earned: one per specialty, one number for life."""

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
    """A certification decision: who decided what, when, on which evidence (DOMAIN §6)."""

    personal_data = frozenset({"decided_by_name"})

    credential = models.ForeignKey(Credential, on_delete=models.PROTECT, related_name="decisions")
    kind = models.CharField(max_length=20, choices=DecisionKind)
    level = models.CharField(max_length=4, choices=Level)
    to_state = models.CharField(max_length=12, choices=DecisionState)
    reason = models.CharField(max_length=300)
    evidence = models.JSONField(default=dict)
    scheme_version = models.CharField(max_length=12)
    effective_on = models.DateField()
    decided_by = models.CharField(max_length=60)
    decided_by_name = models.CharField(max_length=200)
    at = models.DateTimeField()
