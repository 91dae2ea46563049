"""An apprentice attests the logged hours and sends them to an employer (DOMAIN §6, S3)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.audit.operations import Happening, record
from scriptorium.domains.catalog.queries import Pathway, pathways, programme, text_sha256
from scriptorium.domains.credentials import operations as writing
from scriptorium.domains.credentials import queries as kept
from scriptorium.domains.credentials import rules
from scriptorium.domains.credentials.enums import AffidavitOutcome
from scriptorium.domains.credentials.models import Affidavit, Credential
from scriptorium.domains.credentials.rules import (
    AffidavitClosed,
    CannotMove,
    CannotSend,
    hours_words,
)
from scriptorium.domains.memberships.rules import words as day_words
from scriptorium.domains.notifications.operations import Mail, enqueue
from scriptorium.domains.practices import queries as roster
from scriptorium.domains.practices.models import Practice
from scriptorium.kernel.actor import Actor
from scriptorium.kernel.clock import day_of

__all__ = ["AffidavitClosed", "CannotMove", "CannotSend", "Signature", "WrongName"]


class WrongName(Exception):
    """The affidavit is not signed with the person's own name."""


@dataclass(frozen=True, slots=True)
class Signature:
    """What somebody typed under the text that was shown.

    Arguments:
        statement_sha256: of the text as the page showed it, so that nobody signs another one.
        address: the network address, kept with the signature.
    """

    typed_name: str
    statement_sha256: str
    address: str | None


def statement_for(*, person: Person, credential: Credential) -> str:
    """Return the affidavit's exact text over what counts for a credential now; "" without hours."""
    entries = kept.entries_since(person=person.pk, since=credential.level_since)
    if not entries:
        return ""
    return pathways().statement.filled(
        name=person.certificate_name,
        hours=hours_words(sum(entry.quarters for entry in entries)),
        first=day_words(entries[0].worked_on),
        last=day_words(entries[-1].worked_on),
    )


def employers_of(*, person: int) -> list[Practice]:
    """Return the practices that can decide about somebody's hours: another approver is there."""
    here = [link.practice for link in roster.links_of_person(person=person) if not link.ended_at]
    approvers = roster.approvers_of(practices=[practice.pk for practice in here])
    return [p for p in here if any(a.pk != person for a in approvers[p.pk])]


@transaction.atomic(durable=True)
def send_affidavit(
    *,
    actor: Actor,
    person: Person,
    credential: Credential,
    pathway: Pathway,
    practice: Practice | None,
    evidence: str,
    signature: Signature,
    now: dt.datetime,
) -> Affidavit:
    """Sign the log as it is now and send it to an employer, or to staff for want of one.

    Raises:
        CannotSend: too few hours, no evidence, another one waits, or the log has changed.
        WrongName: the typed name is not the person's.
    """
    held = {c.pk: c for c in kept.apprenticeships_of(person=person.pk, lock=True)}
    if credential.pk not in held:
        raise CannotSend("You hold this credential at the apprentice level no longer.")
    entries = kept.entries_since(person=person.pk, since=credential.level_since)
    log = rules.frozen_log(entries)
    rules.check_can_send(
        progress=rules.Progress(sum(e.quarters for e in entries), pathway.quarters),
        pathway=pathway,
        background=person.background,
        evidence=evidence,
        waiting=bool(kept.waiting_affidavits(credentials=[credential.pk])),
    )
    _check_employer(person, practice)
    statement = statement_for(person=person, credential=credential)
    if signature.statement_sha256 != text_sha256(statement):
        raise CannotSend("Your log or the text has changed since you read it. Read it again.")
    if not _is_own(signature.typed_name, person):
        raise WrongName(f"Type your name as it stands in the text: {person.certificate_name}.")
    affidavit = writing.sign(
        credential=credential,
        practice=practice.pk if practice else None,
        pathway=pathway.code,
        scheme_version=programme().numbers.scheme_version,
        needed_quarters=pathway.quarters,
        log=log,
        evidence=evidence,
        statement=statement,
        statement_version=pathways().statement.version,
        statement_sha256=signature.statement_sha256,
        typed_name=signature.typed_name,
        address=signature.address,
        now=now,
    )
    _tell_employer(actor, person, affidavit, practice, now)
    return affidavit


def _check_employer(person: Person, practice: Practice | None) -> None:
    employers = employers_of(person=person.pk)
    if practice is None and employers:
        raise CannotSend("Choose the employer who decides about your hours.")
    if practice is not None and practice.pk not in {employer.pk for employer in employers}:
        raise CannotSend("Nobody at this practice can decide about your hours.")


def _is_own(typed: str, person: Person) -> bool:
    def plain(name: str) -> str:
        return " ".join(name.split()).casefold()

    return plain(typed) in {plain(person.name), plain(person.certificate_name)}


def _tell_employer(
    actor: Actor,
    person: Person,
    affidavit: Affidavit,
    practice: Practice | None,
    now: dt.datetime,
) -> None:
    record(
        actor=actor,
        happening=_happening("affidavit.sent", affidavit, person, practice),
        now=now,
    )
    if practice is not None:
        enqueue(
            mails=mails_to_approvers(
                template="hours_to_approve",
                affidavit=affidavit,
                person=person,
                practice=practice,
                suffix="",
                more={},
            ),
            now=now,
        )


def mails_to_approvers(
    *,
    template: str,
    affidavit: Affidavit,
    person: Person,
    practice: Practice,
    suffix: str,
    more: dict[str, object],
) -> list[Mail]:
    """Return one mail for each administrator and physician who may decide, never to the person."""
    people = roster.approvers_of(practices=[practice.pk])[practice.pk]
    return [
        Mail(
            template,
            approver.email,
            approver.name,
            f"{template}:{affidavit.reference}:{approver.reference}{suffix}",
            {
                "name": person.name,
                "first_name": person.first_name or person.name,
                "hours": hours_words(affidavit.quarters),
                "practice": practice.name,
                "days": pathways().move_after_days,
                "link": f"/practice/{practice.reference}/hours/{affidavit.reference}/",
            }
            | more,
        )
        for approver in people
        if approver.pk != person.pk
    ]


def _happening(
    key: str, affidavit: Affidavit, person: Person, practice: Practice | None
) -> Happening:
    return Happening(
        key,
        "affidavit",
        affidavit.reference,
        practice.reference if practice else "",
        {"name": person.name, "hours": hours_words(affidavit.quarters)},
    )


@transaction.atomic(durable=True)
def withdraw_affidavit(
    *, actor: Actor, person: Person, affidavit: Affidavit, now: dt.datetime
) -> None:
    """Take attested hours back before anybody decided.

    Raises:
        AffidavitClosed: somebody was faster.
    """
    _close(actor, affidavit, AffidavitOutcome.WITHDRAWN, now)
    record(
        actor=actor,
        happening=_happening("affidavit.withdrawn", affidavit, person, affidavit.practice),
        now=now,
    )


def _close(actor: Actor, affidavit: Affidavit, outcome: AffidavitOutcome, now: dt.datetime) -> None:
    rules.check_waits(affidavit)
    closed = writing.close_affidavit(
        affidavit=affidavit,
        outcome=outcome,
        note="",
        by=actor.reference,
        by_name=actor.name,
        now=now,
    )
    if not closed:
        raise AffidavitClosed("Somebody decided about these hours at this moment. Open them again.")


@transaction.atomic(durable=True)
def move_affidavit(
    *,
    actor: Actor,
    person: Person,
    affidavit: Affidavit,
    practice: Practice | None,
    now: dt.datetime,
    today: dt.date,
) -> Affidavit:
    """Send an unanswered affidavit to another employer, or to the body's staff (None).

    Raises:
        AffidavitClosed: it waits no longer.
        CannotMove: the employer's days are not over, or the other one cannot decide.
    """
    employers = {employer.pk for employer in employers_of(person=person.pk)}
    links = roster.links_of_person(person=person.pk)
    here = {link.practice_id for link in links if link.ended_at is None}
    rules.check_can_move(
        affidavit=affidavit,
        sent_on=day_of(affidavit.sent_at),
        employed_there=affidavit.practice_id in here,
        today=today,
    )
    if practice is not None and (
        practice.pk not in employers or practice.pk == affidavit.practice_id
    ):
        raise CannotMove("Choose another practice where somebody can decide about your hours.")
    _close(actor, affidavit, AffidavitOutcome.MOVED, now)
    record(
        actor=actor,
        happening=_happening("affidavit.moved", affidavit, person, affidavit.practice),
        now=now,
    )
    moved = writing.send_elsewhere(
        affidavit=affidavit, practice=practice.pk if practice else None, now=now
    )
    _tell_employer(actor, person, moved, practice, now)
    return moved
