"""Staff bring an earlier record forward: past years and an earned credential (issue 2, point 8)."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.audit.operations import Happening, record
from scriptorium.domains.catalog.queries import programme
from scriptorium.domains.credentials import operations as credentials
from scriptorium.domains.credentials import queries as held
from scriptorium.domains.credentials.enums import Level
from scriptorium.kernel.actor import Actor


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
) -> None:
    """Enter a credential earned before this system, by a decision of staff.

    Raises:
        AlreadyHeld: one credential per person and specialty (DOMAIN §6).
    """
    if any(c.specialty == specialty for c in held.held_by(people=[person.pk]).get(person.pk, [])):
        raise AlreadyHeld(f"{person.name} holds this credential already.")
    credentials.bring_forward(
        actor=actor,
        person=person.pk,
        specialty=specialty,
        level=Level(level),
        since=since,
        reason=reason,
        scheme_version=programme().numbers.scheme_version,
        now=now,
    )
    record(
        actor=actor,
        happening=Happening(
            "credential.brought_forward",
            "person",
            person.reference,
            "",
            {"name": person.name, "level": level, "reason": reason},
        ),
        now=now,
    )
