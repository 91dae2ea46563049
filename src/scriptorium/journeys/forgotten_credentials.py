"""Credentials whose membership ended too long ago: the exam is due again (DOMAIN §4)."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from scriptorium.domains.credentials import operations as credentials
from scriptorium.domains.credentials import queries as held
from scriptorium.domains.credentials.enums import DecisionKind
from scriptorium.domains.credentials.models import Credential
from scriptorium.domains.memberships import rules as year_rules
from scriptorium.domains.memberships.rules import words
from scriptorium.journeys.certify import RULE
from scriptorium.journeys.decisions import carry_out
from scriptorium.kernel.actor import Actor

CHUNK = 100


@transaction.atomic(durable=True)
def retire_forgotten(actor: Actor, today: dt.date, now: dt.datetime) -> int:
    """Retire held credentials that can no longer be reinstated; a passed exam earns them again.

    The number stays for life, and what was public on earlier days stays as it was (DOMAIN §6).
    """
    del actor
    found = to_retire(today=today, limit=CHUNK)
    ended_before = _ended_before(today)
    for credential in found:
        carry_out(
            actor=RULE,
            person=credential.person,
            specialty=credential.specialty,
            ruling=credentials.Ruling(
                kind=DecisionKind.RETIRED,
                reason=f"The membership ended before {words(ended_before)} and did not come back",
                notice=(
                    "Your membership ended too long ago to be reinstated. A certification package"
                    " brings a new year and the exam; passing it earns this credential again,"
                    " under the same number."
                ),
                effective_on=today,
                scheme_version=credential.scheme_version,
                evidence={"rule": "Within a year after the end a membership comes back, no later"},
            ),
            involved=(),
            now=now,
            today=today,
        )
    return len(found)


def to_retire(*, today: dt.date, limit: int) -> list[Credential]:
    """Return held credentials whose membership ended too long ago to come back."""
    ended_before = _ended_before(today)
    return held.held_long_after_the_end(
        ended_before=ended_before,
        renewed_before=ended_before - dt.timedelta(days=year_rules.windows().ended_after),
        limit=limit,
    )


def _ended_before(today: dt.date) -> dt.date:
    return today - dt.timedelta(days=year_rules.windows().reinstate_within)
