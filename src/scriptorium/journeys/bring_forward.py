"""Staff bring an earlier record forward: past years and an earned credential (issue 2, point 8)."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.catalog.queries import programme
from scriptorium.domains.credentials import queries as held
from scriptorium.domains.credentials.enums import DecisionKind
from scriptorium.domains.credentials.models import Decision
from scriptorium.domains.credentials.operations import Ruling
from scriptorium.domains.credentials.rules import MayNotDecide
from scriptorium.journeys.conflicts import involved_with
from scriptorium.journeys.decisions import carry_out
from scriptorium.kernel.actor import Actor
from scriptorium.kernel.clock import day_of

__all__ = ["AlreadyHeld", "MayNotDecide"]


class AlreadyHeld(Exception):
    """The person has this credential already."""


@transaction.atomic(durable=True)
def bring_credential_forward(
    *,
    actor: Actor,
    person: Person,
    specialty: str,
    level: str,
    since: dt.date,
    reason: str,
    now: dt.datetime,
) -> Decision:
    """Enter a credential earned before this system, by a decision of staff.

    Raises:
        AlreadyHeld: one credential per person and specialty (DOMAIN §6).
        MayNotDecide: a conflict of interest.
    """
    own = {c.specialty: c for c in held.credentials_of(person=person.pk)}
    if specialty in own:
        state = own[specialty].get_decision_state_display().lower()
        holds = "holds this credential already" if state == "held" else f"had it; it is {state}"
        raise AlreadyHeld(f"{person.name} {holds}.")
    return carry_out(
        actor=actor,
        person=person,
        specialty=specialty,
        ruling=Ruling(
            kind=DecisionKind.BROUGHT_FORWARD,
            reason=reason,
            evidence={"source": "earlier record"},
            scheme_version=programme().numbers.scheme_version,
            effective_on=since,
            level=level,
        ),
        involved=involved_with(person=person, now=now),
        now=now,
        today=day_of(now),
    )
