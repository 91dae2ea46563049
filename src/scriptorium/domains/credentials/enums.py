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

    PASSED = "passed", "Awarded after the exam was passed"
    BROUGHT_FORWARD = "brought_forward", "Brought forward from an earlier record"
    PROMOTED = "promoted", "Promoted to specialist"
    SUSPENDED = "suspended", "Suspended"
    REINSTATED = "reinstated", "Reinstated"
    REVOKED = "revoked", "Revoked"
    SURRENDERED = "surrendered", "Surrendered"
    RETIRED = "retired", "Retired"


_S, _K = DecisionState, DecisionKind

#: Every legal decision: kind → (states that it may leave, "" is a person without this credential;
#: the state that it reaches). Data, so that operations, tests and documents read the same table.
#: A surrendered or retired credential can be earned again under its old number; a revoked one
#: comes back only when an appeal is upheld (DOMAIN §6; ISO/IEC 17024 9.5).
RULINGS: dict[DecisionKind, tuple[frozenset[str], DecisionState]] = {
    _K.PASSED: (frozenset({"", _S.SURRENDERED, _S.RETIRED}), _S.HELD),
    _K.BROUGHT_FORWARD: (frozenset({""}), _S.HELD),
    _K.PROMOTED: (frozenset({_S.HELD}), _S.HELD),
    _K.SUSPENDED: (frozenset({_S.HELD}), _S.SUSPENDED),
    _K.REINSTATED: (frozenset({_S.SUSPENDED, _S.REVOKED}), _S.HELD),
    _K.REVOKED: (frozenset({_S.HELD, _S.SUSPENDED}), _S.REVOKED),
    _K.SURRENDERED: (frozenset({_S.HELD, _S.SUSPENDED}), _S.SURRENDERED),
    _K.RETIRED: (frozenset({_S.HELD}), _S.RETIRED),
}

#: States that end a credential, unlike a suspension.
ENDED = frozenset({_S.REVOKED, _S.SURRENDERED, _S.RETIRED})


class ProposalOutcome(models.TextChoices):
    """How a proposal that needs a second person was answered."""

    APPROVED = "approved", "Approved"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn by who proposed it"


class Standing(models.TextChoices):
    """Where a held credential stands on a day; computed, never stored (DOMAIN §6)."""

    ACTIVE = "active", "Active"
    GRACE = "grace", "In the grace period"
    INACTIVE = "inactive", "Inactive"


class StatusPurpose(models.TextChoices):
    """The two public lists of bits (W3C Bitstring Status List)."""

    REVOCATION = "revocation", "Revocation"
    SUSPENSION = "suspension", "Suspension"


class CertificateKind(models.TextChoices):
    """The dated documents that this version issues."""

    CREDENTIAL = "credential", "Credential certificate"
    COMPLIANCE = "compliance", "Annual compliance certificate"
    MEMBERSHIP = "membership", "Membership certificate"


class PrintState(models.TextChoices):
    """How far a batch of certificates is."""

    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Being put together"
    DONE = "done", "Ready"
    FAILED = "failed", "Could not be made"


class AffidavitOutcome(models.TextChoices):
    """How an affidavit over logged hours ended; while it waits it has none."""

    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"
    WITHDRAWN = "withdrawn", "Withdrawn"
    MOVED = "moved", "Moved to another employer"
