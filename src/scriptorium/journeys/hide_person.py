"""Hiding a person who must be protected from public pages, and showing them again.

A hidden person looks like nobody: verification, badges and the directory answer as for an unknown
number (DOMAIN §6; STANDARDS row 10). What was issued stays as it is.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from scriptorium.domains.accounts import operations as accounts
from scriptorium.domains.accounts.models import Person
from scriptorium.domains.audit.operations import Happening, record
from scriptorium.kernel.actor import Actor


@transaction.atomic(durable=True)
def set_hidden(
    *, actor: Actor, person: Person, hidden: bool, reason: str, now: dt.datetime
) -> bool:
    """Hide somebody, or show them again; returns False when it was so already."""
    if not accounts.set_hidden(person=person, hidden=hidden):
        return False
    record(
        actor=actor,
        happening=Happening(
            "person.hidden" if hidden else "person.shown",
            "person",
            person.reference,
            "",
            {"name": person.name, "reason": reason},
        ),
        now=now,
    )
    return True
