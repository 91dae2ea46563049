"""An employer answers attested hours; an approval makes the apprentice a specialist.

The approval is evidence. The decision itself is made by the rule of the pathway, under a version
of the scheme, and rests on that evidence (DOMAIN §6; STANDARDS rows 4 and 6).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db import transaction

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.audit.operations import Happening, record
from scriptorium.domains.catalog.queries import fairness, programme
from scriptorium.domains.credentials import operations as writing
from scriptorium.domains.credentials import queries as kept
from scriptorium.domains.credentials import rules
from scriptorium.domains.credentials.enums import AffidavitOutcome, DecisionKind, Level
from scriptorium.domains.credentials.models import Affidavit, Certificate
from scriptorium.domains.credentials.rules import AffidavitClosed, MayNotJudge, hours_words
from scriptorium.domains.memberships.rules import words as day_words
from scriptorium.domains.notifications.operations import Mail, enqueue
from scriptorium.domains.practices.queries import Standing
from scriptorium.journeys.certify import RULE
from scriptorium.journeys.decisions import carry_out
from scriptorium.journeys.issue_certificates import reissue
from scriptorium.kernel.actor import Actor

__all__ = ["AffidavitClosed", "CannotPromote", "MayNotJudge", "answer", "approve", "reject"]


class CannotPromote(Exception):
    """The credential is not one that can be promoted now; the text says why."""


def answer(
    *,
    actor: Actor,
    judge: Person,
    affidavit: Affidavit,
    standing: Standing | None,
    staff_roles: Collection[str],
    approved: bool,
    note: str,
    now: dt.datetime,
    today: dt.date,
) -> None:
    """Approve attested hours, or send them back with a note, as the form says.

    Raises:
        AffidavitClosed, MayNotJudge, CannotPromote: as the two say.
    """
    if approved:
        approve(
            actor=actor, judge=judge, affidavit=affidavit, standing=standing,
            staff_roles=staff_roles, now=now, today=today,
        )  # fmt: skip
    else:
        reject(
            actor=actor, judge=judge, affidavit=affidavit, standing=standing,
            staff_roles=staff_roles, note=note, now=now, today=today,
        )  # fmt: skip


@transaction.atomic(durable=True)
def approve(
    *,
    actor: Actor,
    judge: Person,
    affidavit: Affidavit,
    standing: Standing | None,
    staff_roles: Collection[str],
    now: dt.datetime,
    today: dt.date,
) -> None:
    """Approve attested hours and promote CMSA to CMSS, with new certificates and a mail.

    Arguments:
        standing: the judge's place at the employer; None in the office.
        staff_roles: what the judge is for the body; empty at a practice.

    Raises:
        AffidavitClosed: somebody was faster.
        MayNotJudge: the judge's own hours, or not their role.
        CannotPromote: the credential is no longer held at the apprentice level.
    """
    rules.check_can_judge(
        affidavit=affidavit, judge=judge.pk, standing=standing, staff_roles=staff_roles
    )
    held = {c.pk: c for c in kept.apprenticeships_of(person=affidavit.person_id, lock=True)}
    credential = held.get(affidavit.credential_id)
    if credential is None:
        raise CannotPromote(
            f"{affidavit.person.name} does not hold {affidavit.credential.number} as an apprentice"
            " now, so it cannot be promoted. Please write to us."
        )
    _close(actor, affidavit, AffidavitOutcome.APPROVED, "", now)
    carry_out(
        actor=RULE,
        person=affidavit.person,
        specialty=credential.specialty,
        ruling=_ruling(actor, affidavit, today),
        involved=(),
        now=now,
        today=today,
    )
    certificates = reissue(actor=RULE, person=affidavit.person, now=now, today=today)
    record(actor=actor, happening=_happening("affidavit.approved", affidavit), now=now)
    _congratulate(affidavit, credential.number, credential.specialty, certificates, now, today)


def _ruling(actor: Actor, affidavit: Affidavit, today: dt.date) -> writing.Ruling:
    """Return the decision that the pathway's rule makes, with all that it rests on."""
    hours = hours_words(affidavit.quarters)
    return writing.Ruling(
        kind=DecisionKind.PROMOTED,
        reason=f"{hours} attested hours were approved",
        effective_on=today,
        scheme_version=affidavit.scheme_version,
        evidence={
            "rule": "Enough approved hours on a pathway make CMSS",
            "pathway": affidavit.pathway,
            "affidavit": affidavit.reference,
            "hours": hours,
            "log_sha256": affidavit.log_sha256,
            "statement_sha256": affidavit.statement_sha256,
            "approved_by": actor.reference,
            "approved_by_name": actor.name,
            "employer": affidavit.practice.reference if affidavit.practice else "",
        },
        level=Level.CMSS,
    )


@transaction.atomic(durable=True)
def reject(
    *,
    actor: Actor,
    judge: Person,
    affidavit: Affidavit,
    standing: Standing | None,
    staff_roles: Collection[str],
    note: str,
    now: dt.datetime,
    today: dt.date,
) -> None:
    """Send attested hours back with a note; the log stays and can be attested again.

    Raises:
        AffidavitClosed: somebody was faster.
        MayNotJudge: the judge's own hours, or not their role.
    """
    rules.check_can_judge(
        affidavit=affidavit, judge=judge.pk, standing=standing, staff_roles=staff_roles
    )
    _close(actor, affidavit, AffidavitOutcome.REJECTED, note, now)
    record(actor=actor, happening=_happening("affidavit.rejected", affidavit), now=now)
    person = affidavit.person
    until = today + dt.timedelta(days=fairness().appeal_days)
    enqueue(
        mails=[
            Mail(
                "hours_rejected",
                person.email,
                person.name,
                f"hours_rejected:{affidavit.reference}",
                {
                    "by": actor.name,
                    "hours": hours_words(affidavit.quarters),
                    "note": note,
                    "appeal_until": day_words(until),
                },
            )
        ],
        now=now,
    )


def _close(
    actor: Actor, affidavit: Affidavit, outcome: AffidavitOutcome, note: str, now: dt.datetime
) -> None:
    closed = writing.close_affidavit(
        affidavit=affidavit,
        outcome=outcome,
        note=note,
        by=actor.reference,
        by_name=actor.name,
        now=now,
    )
    if not closed:
        raise AffidavitClosed("Somebody answered these hours at this moment. Nothing changed.")


def _happening(key: str, affidavit: Affidavit) -> Happening:
    return Happening(
        key,
        "affidavit",
        affidavit.reference,
        affidavit.practice.reference if affidavit.practice else "",
        {"name": affidavit.person.name, "hours": hours_words(affidavit.quarters)},
    )


def _congratulate(
    affidavit: Affidavit,
    number: str,
    specialty: str,
    certificates: Collection[Certificate],
    now: dt.datetime,
    today: dt.date,
) -> None:
    person = affidavit.person
    enqueue(
        mails=[
            Mail(
                "level_reached",
                person.email,
                person.name,
                f"level_reached:{number}:{Level.CMSS}",
                {
                    "hours": hours_words(affidavit.quarters),
                    "number": number,
                    "specialty": programme().specialties.get(specialty, "General"),
                    "level": Level.CMSS.value,
                    "level_name": Level.CMSS.label,
                    "since": day_words(today),
                    "certificates": len(certificates),
                },
            )
        ],
        now=now,
    )
