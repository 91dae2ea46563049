"""What the office decides about a credential: suspend, reinstate, revoke, surrender, retire.

Each has a reason for the record, a notice for the person, and a day from which it counts. A
revocation is proposed by one person and approved by another (DOMAIN §6, §13).
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.audit.operations import Happening, record
from scriptorium.domains.catalog.queries import fairness, programme
from scriptorium.domains.credentials import operations as credentials
from scriptorium.domains.credentials import queries as kept
from scriptorium.domains.credentials.enums import DecisionKind, ProposalOutcome
from scriptorium.domains.credentials.models import Credential, Decision, DecisionProposal
from scriptorium.domains.credentials.operations import ProposalClosed
from scriptorium.domains.credentials.rules import ADVERSE, IllegalDecision, MayNotDecide
from scriptorium.domains.support.queries import upheld_appeal
from scriptorium.journeys.conflicts import involved_with
from scriptorium.journeys.decisions import carry_out
from scriptorium.kernel.actor import Actor, ActorKind

__all__ = ["IllegalDecision", "MayNotDecide", "ProposalClosed"]


def _ruling(
    kind: DecisionKind, reason: str, notice: str, effective_on: dt.date, appeal: str = ""
) -> credentials.Ruling:
    return credentials.Ruling(
        kind=kind,
        reason=reason,
        notice=notice,
        effective_on=effective_on,
        scheme_version=programme().numbers.scheme_version,
        evidence={"source": "office"} | ({"appeal": appeal} if appeal else {}),
        appeal_days=fairness().appeal_days if kind in ADVERSE else None,
    )


@transaction.atomic(durable=True)
def rule(
    *,
    actor: Actor,
    person: Person,
    credential: Credential,
    kind: DecisionKind,
    reason: str,
    notice: str,
    effective_on: dt.date,
    now: dt.datetime,
    today: dt.date,
) -> Decision:
    """Take a decision that one person can take alone.

    Raises:
        IllegalDecision: the credential cannot take the step, or words are missing.
        MayNotDecide: a conflict of interest, or the kind needs a second person.
    """
    return carry_out(
        actor=actor,
        person=person,
        specialty=credential.specialty,
        ruling=_ruling(kind, reason, notice, effective_on, _appeal(person, credential)),
        involved=involved_with(person=person, now=now),
        now=now,
        today=today,
    )


def _appeal(person: Person, credential: Credential) -> str:
    """Return the reference of the appeal that was upheld against the last decision, or ""."""
    last = kept.decisions_of(credentials=[credential.pk])[credential.pk][0]
    found = upheld_appeal(person=person.pk, about_kind="decision", about=str(last.pk))
    return found.reference if found else ""


@transaction.atomic(durable=True)
def propose_revocation(
    *,
    actor: Actor,
    person: Person,
    credential: Credential,
    reason: str,
    notice: str,
    effective_on: dt.date,
    now: dt.datetime,
) -> DecisionProposal:
    """Propose to revoke a credential; nothing changes until another person approves.

    Raises:
        IllegalDecision: the credential cannot be revoked, or a proposal waits already.
        MayNotDecide: a conflict of interest.
    """
    proposal = credentials.propose_decision(
        actor=actor,
        person=person,
        credential=credential,
        ruling=_ruling(DecisionKind.REVOKED, reason, notice, effective_on),
        involved=involved_with(person=person, now=now),
        now=now,
    )
    _note("credential.revocation_proposed", actor, person, credential, reason, now)
    return proposal


@transaction.atomic(durable=True)
def approve(
    *, actor: Actor, proposal: DecisionProposal, now: dt.datetime, today: dt.date
) -> Decision:
    """Approve a proposed revocation as the second person; it counts from its day, or today.

    Raises:
        ProposalClosed: it was answered meanwhile.
        IllegalDecision: the credential changed meanwhile and can no longer be revoked.
        MayNotDecide: a conflict of interest, or the same person proposed it.
    """
    credentials.answer_proposal(
        actor=actor, proposal=proposal, outcome=ProposalOutcome.APPROVED, note="", now=now
    )
    credential, person = proposal.credential, proposal.credential.person
    ruling = _ruling(
        DecisionKind(proposal.kind),
        proposal.reason,
        proposal.notice,
        max(proposal.effective_on, today),
    )
    first = Actor(ActorKind.STAFF, proposal.proposed_by, proposal.proposed_by_name)
    return carry_out(
        actor=first,
        person=person,
        specialty=credential.specialty,
        ruling=ruling,
        involved=involved_with(person=person, now=now),
        now=now,
        today=today,
        second=actor,
    )


@transaction.atomic(durable=True)
def decline(*, actor: Actor, proposal: DecisionProposal, note: str, now: dt.datetime) -> None:
    """Decline a proposal, or withdraw one's own; the credential stays as it is.

    Raises:
        ProposalClosed: it was answered meanwhile.
    """
    own = actor.reference == proposal.proposed_by
    outcome = ProposalOutcome.WITHDRAWN if own else ProposalOutcome.DECLINED
    credentials.answer_proposal(actor=actor, proposal=proposal, outcome=outcome, note=note, now=now)
    key = "credential.revocation_withdrawn" if own else "credential.revocation_declined"
    credential = proposal.credential
    _note(key, actor, credential.person, credential, note, now)


def _note(
    key: str, actor: Actor, person: Person, credential: Credential, reason: str, now: dt.datetime
) -> None:
    data = {"name": person.name, "number": credential.number, "reason": reason}
    record(actor=actor, happening=Happening(key, "person", person.reference, "", data), now=now)
