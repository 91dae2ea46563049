"""Writing credentials: each change is a decision. Called by journeys inside their transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.credentials import rules
from scriptorium.domains.credentials.enums import (
    DecisionKind,
    DecisionState,
    Level,
    ProposalOutcome,
)
from scriptorium.domains.credentials.models import Credential, Decision, DecisionProposal
from scriptorium.kernel.actor import Actor
from scriptorium.kernel.clock import day_of
from scriptorium.kernel.references import new_reference


class ProposalClosed(Exception):
    """The proposal was answered already."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What is decided.

    Arguments:
        kind: which decision; ``enums.RULINGS`` says what it may follow.
        reason: why, for the record; never public.
        effective_on: from which day on.
        scheme_version: the version of the scheme that it was decided under.
        evidence: plain values that it rests on, such as a sitting's reference.
        level: only where the decision sets it.
        notice: what the person is told, in words.
        appeal_days: how long it can be appealed, counted from the decision; None for never.
    """

    kind: DecisionKind
    reason: str
    effective_on: dt.date
    scheme_version: str
    evidence: Mapping[str, Any] = field(default_factory=dict)
    level: str = ""
    notice: str = ""
    appeal_days: int | None = None


def decide(
    *,
    actor: Actor,
    person: Person,
    specialty: str,
    ruling: Ruling,
    involved: Collection[str],
    now: dt.datetime,
    second: Actor | None = None,
) -> Decision:
    """Take a decision; the one writer of a credential's level and state (DOMAIN §6).

    The first award makes the credential with its number for life.

    Arguments:
        actor: the decider; ``Actor.system`` for a decision by rule.
        specialty: which of the person's credentials, "general" or a specialty's code.
        involved: references of everybody who trained, supervised or attested for the person or
            wrote what they were examined on; none of them may decide.
        second: the second person where two are needed.

    Raises:
        IllegalDecision: the step is not one that the credential can take.
        MayNotDecide: a conflict of interest, or a second person is missing.
    """
    held = (
        Credential.objects.select_for_update()
        .filter(person_id=person.pk, specialty=specialty)
        .first()
    )
    target, level = _checked(
        held, actor=actor, person=person, ruling=ruling, involved=involved, second=second, now=now
    )
    credential = held or Credential(
        number=f"SC-{new_reference(8).upper()}", person_id=person.pk, specialty=specialty
    )
    if held is None or held.level != level:
        credential.level_since = ruling.effective_on
    credential.level, credential.decision_state = level, target
    credential.scheme_version = ruling.scheme_version
    credential.save()
    days = ruling.appeal_days
    return Decision.objects.create(
        credential=credential,
        kind=ruling.kind,
        level=level,
        to_state=target,
        reason=ruling.reason.strip(),
        notice=ruling.notice.strip(),
        evidence=dict(ruling.evidence),
        scheme_version=ruling.scheme_version,
        effective_on=ruling.effective_on,
        appeal_until=None if days is None else day_of(now) + dt.timedelta(days=days),
        decided_by=actor.reference,
        decided_by_name=actor.name,
        second_by=second.reference if second else "",
        second_by_name=second.name if second else "",
        at=now,
    )


def _checked(
    held: Credential | None,
    *,
    actor: Actor,
    person: Person,
    ruling: Ruling,
    involved: Collection[str],
    second: Actor | None,
    now: dt.datetime,
) -> tuple[DecisionState, Level]:
    """Return the state and level that a ruling leads to, once every rule has passed."""
    kind, state = ruling.kind, held.decision_state if held else ""
    target = rules.check_ruling(kind=kind, state=state)
    level = rules.level_after(kind=kind, level=held.level if held else "", wanted=ruling.level)
    rules.check_words(
        kind=kind, state=state, reason=ruling.reason, notice=ruling.notice, evidence=ruling.evidence
    )
    rules.check_day(kind=kind, effective_on=ruling.effective_on, decided_on=day_of(now))
    rules.check_can_decide(decider=actor, person=person.reference, involved=involved)
    rules.check_second(
        kind=kind, decider=actor, second=second, person=person.reference, involved=involved
    )
    return target, level


def propose_decision(
    *,
    actor: Actor,
    person: Person,
    credential: Credential,
    ruling: Ruling,
    involved: Collection[str],
    now: dt.datetime,
) -> DecisionProposal:
    """Propose a decision that needs a second person.

    Raises:
        IllegalDecision: the credential cannot take the step, or another proposal waits.
        MayNotDecide: a conflict of interest.
    """
    locked = Credential.objects.select_for_update().get(pk=credential.pk)
    rules.check_ruling(kind=ruling.kind, state=locked.decision_state)
    rules.check_words(
        kind=ruling.kind,
        state=locked.decision_state,
        reason=ruling.reason,
        notice=ruling.notice,
        evidence=ruling.evidence,
    )
    rules.check_day(kind=ruling.kind, effective_on=ruling.effective_on, decided_on=day_of(now))
    rules.check_can_decide(decider=actor, person=person.reference, involved=involved)
    if DecisionProposal.objects.filter(credential=locked, answered_at__isnull=True).exists():
        raise rules.IllegalDecision(
            "A proposal for this credential waits already. Answer it first."
        )
    return DecisionProposal.objects.create(
        credential=locked,
        kind=ruling.kind,
        reason=ruling.reason.strip(),
        notice=ruling.notice.strip(),
        effective_on=ruling.effective_on,
        proposed_by=actor.reference,
        proposed_by_name=actor.name,
        proposed_at=now,
    )


def answer_proposal(
    *,
    actor: Actor,
    proposal: DecisionProposal,
    outcome: ProposalOutcome,
    note: str,
    now: dt.datetime,
) -> None:
    """Close a proposal, once.

    Raises:
        ProposalClosed: somebody answered it meanwhile.
    """
    closed = DecisionProposal.objects.filter(pk=proposal.pk, answered_at__isnull=True).update(
        answered_at=now,
        answered_by=actor.reference,
        answered_by_name=actor.name,
        outcome=outcome,
        answer_note=note,
    )
    if not closed:
        raise ProposalClosed("This proposal was answered already. Nothing changed.")
