"""Writing credentials: each change is a decision. Called by journeys inside their transaction."""

from __future__ import annotations

import datetime as dt

from scriptorium.domains.credentials.enums import DecisionKind, DecisionState, Level
from scriptorium.domains.credentials.models import Credential, Decision
from scriptorium.kernel.actor import Actor
from scriptorium.kernel.references import new_reference


def bring_forward(
    *,
    actor: Actor,
    person: int,
    specialty: str,
    level: Level,
    since: dt.date,
    reason: str,
    scheme_version: str,
    now: dt.datetime,
) -> Credential:
    """Enter a credential from an earlier record by a staff decision (issue: exams come later)."""
    credential = Credential.objects.create(
        number=f"SC-{new_reference(8).upper()}",
        person_id=person,
        specialty=specialty,
        level=level,
        level_since=since,
        decision_state=DecisionState.HELD,
        scheme_version=scheme_version,
    )
    Decision.objects.create(
        credential=credential,
        kind=DecisionKind.BROUGHT_FORWARD,
        level=level,
        to_state=DecisionState.HELD,
        reason=reason,
        evidence={"source": "earlier record"},
        scheme_version=scheme_version,
        effective_on=since,
        decided_by=actor.reference,
        decided_by_name=actor.name,
        at=now,
    )
    return credential
