"""Levels, decisions and certificate kinds (DOMAIN §6, §7)."""

from __future__ import annotations

from django.db import models


class Level(models.TextChoices):
    """The dated level on a credential."""

    CMSA = "CMSA", "Certified Medical Scribe Apprentice"
    CMSS = "CMSS", "Certified Medical Scribe Specialist"


class DecisionState(models.TextChoices):
    """What the last decision says of a credential."""

    HELD = "held", "Held"
    SUSPENDED = "suspended", "Suspended"
    REVOKED = "revoked", "Revoked"
    RETIRED = "retired", "Retired"
    SURRENDERED = "surrendered", "Surrendered"


class DecisionKind(models.TextChoices):
    """What was decided."""

    BROUGHT_FORWARD = "brought_forward", "Brought forward from an earlier record"


class CertificateKind(models.TextChoices):
    """The dated documents that this version issues."""

    COMPLIANCE = "compliance", "Annual compliance certificate"
    MEMBERSHIP = "membership", "Membership certificate"


class PrintState(models.TextChoices):
    """How far a batch of certificates is."""

    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Being put together"
    DONE = "done", "Ready"
    FAILED = "failed", "Could not be made"
