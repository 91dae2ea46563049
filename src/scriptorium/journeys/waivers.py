"""Staff let somebody sit an exam once that the retake rule would refuse (STANDARDS row 23)."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from scriptorium.domains.accounts import operations as accounts
from scriptorium.domains.accounts.models import Person, RetakeWaiver
from scriptorium.domains.audit.operations import Happening, record
from scriptorium.domains.catalog.enums import GENERAL
from scriptorium.domains.catalog.queries import fairness, programme
from scriptorium.kernel.actor import Actor


class CannotWaive(Exception):
    """The waiver cannot be granted; the text says why."""


def exams() -> dict[str, str]:
    """Return code → name of the exams to which the retake rule applies."""
    codes = [GENERAL, *programme().specialties]
    return {code: programme().exam_name(code) for code in codes}


@transaction.atomic(durable=True)
def grant(
    *,
    actor: Actor,
    granter: int,
    person: Person,
    exam: str,
    reason: str,
    now: dt.datetime,
    today: dt.date,
) -> RetakeWaiver:
    """Allow one further sitting; it ends unused after the programme's days.

    Arguments:
        granter: key of the member of staff; nobody waives a rule for themselves.

    Raises:
        CannotWaive: no such exam, or the granter's own.
    """
    if exam not in exams():
        raise CannotWaive("Choose an exam.")
    if person.pk == granter:
        raise CannotWaive("Nobody waives a rule for themselves. Ask somebody else.")
    waiver = accounts.grant_waiver(
        person=person.pk,
        exam=exam,
        reason=reason,
        ends_before=today + dt.timedelta(days=fairness().waiver_valid_days),
        by=actor.reference,
        by_name=actor.name,
        now=now,
    )
    _record("waiver.granted", actor, waiver, person, now)
    return waiver


@transaction.atomic(durable=True)
def take_back(*, actor: Actor, waiver: RetakeWaiver, now: dt.datetime) -> bool:
    """Close an unused waiver; returns False when it was used or closed already."""
    done = accounts.close_waiver(waiver=waiver, by=actor.reference, now=now)
    if done:
        _record("waiver.closed", actor, waiver, waiver.person, now)
    return done


def _record(key: str, actor: Actor, waiver: RetakeWaiver, person: Person, now: dt.datetime) -> None:
    record(
        actor=actor,
        happening=Happening(
            key,
            "person",
            person.reference,
            "",
            {
                "exam": programme().exam_name(waiver.exam),
                "reason": waiver.reason,
                "waiver": waiver.reference,
            },
        ),
        now=now,
    )
