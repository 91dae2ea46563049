"""Kinds, states and outcomes of appeals and complaints (ISO/IEC 17024, 9.8 and 9.9)."""

from __future__ import annotations

from django.db import models


class CaseKind(models.TextChoices):
    """What somebody opens a case for."""

    APPEAL = "appeal", "Appeal against a decision"
    COMPLAINT = "complaint", "Complaint"


class CaseState(models.TextChoices):
    """Where a case is on its way."""

    OPENED = "opened", "Received"
    ACKNOWLEDGED = "acknowledged", "Acknowledged"
    ASSIGNED = "assigned", "With a decider"
    DECIDED = "decided", "Decided"
    WITHDRAWN = "withdrawn", "Withdrawn"


class CaseOutcome(models.TextChoices):
    """What the decider found."""

    UPHELD = "upheld", "Upheld"
    PARTLY = "partly", "Upheld in part"
    DISMISSED = "dismissed", "Dismissed"


#: From each state, the states that may follow.
STEPS: dict[str, frozenset[str]] = {
    CaseState.OPENED: frozenset({CaseState.ACKNOWLEDGED, CaseState.WITHDRAWN}),
    CaseState.ACKNOWLEDGED: frozenset({CaseState.ASSIGNED, CaseState.WITHDRAWN}),
    # Assigning again gives the case to another decider.
    CaseState.ASSIGNED: frozenset({CaseState.ASSIGNED, CaseState.DECIDED, CaseState.WITHDRAWN}),
    CaseState.DECIDED: frozenset(),
    CaseState.WITHDRAWN: frozenset(),
}

#: States in which somebody still has to act.
OPEN_STATES = tuple(state for state, following in STEPS.items() if following)
