"""One credential as staff see it: status, decisions, a waiting proposal; and what waits."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.catalog.queries import programme
from scriptorium.domains.credentials import queries as kept
from scriptorium.domains.credentials.enums import DecisionKind, DecisionState
from scriptorium.domains.credentials.models import Credential, Decision, DecisionProposal
from scriptorium.domains.credentials.rules import can_rule, status_on
from scriptorium.domains.memberships.rules import words
from scriptorium.domains.support.queries import upheld_appeal
from scriptorium.kernel.clock import day_of
from scriptorium.pages.verification import level_words, specialty_words, status_words


@dataclass(frozen=True, slots=True)
class DecisionRecord:
    """One decision with everything that was kept of it."""

    what: str
    decided: str
    by: str
    effective: str
    reason: str
    notice: str
    appeal: str
    scheme: str


@dataclass(frozen=True, slots=True)
class ProposalLine:
    """A revocation that waits for a second person.

    Arguments:
        own: whether the reader proposed it, and so cannot approve it.
    """

    reference: str
    person: str
    person_url: str
    credential: str
    credential_url: str
    by: str
    since: str
    effective: str
    reason: str
    notice: str
    own: bool


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that can be decided from here; ``refusal`` says why not now, "" when it can."""

    slug: str
    title: str
    explanation: str
    button: str
    danger: bool
    refusal: str


@dataclass(frozen=True, slots=True)
class CredentialPage:
    """Everything on a credential's office page."""

    number: str
    reference: str
    title: str
    person: str
    person_url: str
    status: str
    facts: list[tuple[str, str]]
    decisions: list[DecisionRecord]
    proposal: ProposalLine | None
    acts: list[Act]


@dataclass(frozen=True, slots=True)
class CredentialLine:
    """One credential on a person's office page."""

    number: str
    title: str
    status: str
    url: str


#: What the office can decide: address → (kind, title, explanation, button, danger).
ACTS: dict[str, tuple[DecisionKind, str, str, str, bool]] = {
    "suspend": (
        DecisionKind.SUSPENDED,
        "Suspend",
        "The public page says suspended from the day on. It can be reinstated later.",
        "Suspend",
        True,
    ),
    "reinstate": (
        DecisionKind.REINSTATED,
        "Reinstate",
        "Ends a suspension. A revoked credential comes back only by an appeal.",
        "Reinstate",
        False,
    ),
    "revoke": (
        DecisionKind.REVOKED,
        "Propose a revocation",
        "Nothing changes until a second decision-maker or the director approves.",
        "Propose",
        True,
    ),
    "surrender": (
        DecisionKind.SURRENDERED,
        "Record a surrender",
        "The person gave the credential back. It can be earned again under its number.",
        "Record",
        False,
    ),
    "retire": (
        DecisionKind.RETIRED,
        "Record a retirement",
        "The person left the profession in good standing.",
        "Record",
        False,
    ),
}


def credential_url(person: Person, number: str) -> str:
    """Return the address of a credential's office page."""
    return f"/office/people/{person.reference}/credentials/{number}/"


def credential_lines(*, person: Person, today: dt.date) -> list[CredentialLine]:
    """Return a person's credentials in every state, each with its status today."""
    grace = programme().numbers.grace_days
    found = []
    for facts in kept.facts_of(kept.credentials_of(person=person.pk)):
        status = status_on(facts, today, grace_days=grace)
        level = status.level or (facts.decisions[-1].level if facts.decisions else "")
        found.append(
            CredentialLine(
                number=facts.number,
                title=f"{level_words(level)}, {specialty_words(facts.specialty)}",
                status=status_words(status),
                url=credential_url(person, facts.number),
            )
        )
    return found


def credential_page(
    *, person: Person, credential: Credential, reader: str, today: dt.date
) -> CredentialPage:
    """Return one credential with its decisions and what can be decided now.

    Arguments:
        reader: reference of who looks.
    """
    own = kept.credentials_of(person=person.pk).filter(pk=credential.pk)
    facts = kept.facts_of(own)[0]
    status = status_on(facts, today, grace_days=programme().numbers.grace_days)
    proposal = kept.open_proposal_of(credential=credential.pk)
    decisions = kept.decisions_of(credentials=[credential.pk])[credential.pk]
    valid = status.valid_through
    return CredentialPage(
        number=credential.number,
        reference=person.reference,
        title=f"{level_words(credential.level)}, {specialty_words(credential.specialty)}",
        person=person.name,
        person_url=f"/office/people/{person.reference}/",
        status=status_words(status),
        facts=[
            ("Number", credential.number),
            ("Status today", status_words(status)),
            ("Last decision says", credential.get_decision_state_display()),
            ("At this level since", words(credential.level_since)),
            ("Valid through", words(valid) if valid else ""),
            ("Scheme version", credential.scheme_version),
        ],
        decisions=[_record(decision) for decision in decisions],
        proposal=_proposal(proposal, person, credential, reader) if proposal else None,
        acts=[
            Act(
                slug,
                title,
                explanation,
                button,
                danger,
                _refusal(kind, credential, decisions, proposal is not None),
            )
            for slug, (kind, title, explanation, button, danger) in ACTS.items()
        ],
    )


def _refusal(
    kind: DecisionKind, credential: Credential, decisions: list[Decision], proposed: bool
) -> str:
    """Return why something cannot be decided now, or ""."""
    state = credential.decision_state
    if not can_rule(kind=kind, state=state):
        return f"The credential is {DecisionState(state).label.lower()}."
    if kind == DecisionKind.REVOKED and proposed:
        return "A proposal waits already."
    if kind == DecisionKind.REINSTATED and state == DecisionState.REVOKED:
        about = str(decisions[0].pk)
        person = credential.person_id
        if upheld_appeal(person=person, about_kind="decision", about=about) is None:
            return "A revoked credential comes back only by an appeal that was upheld."
    return ""


def _record(decision: Decision) -> DecisionRecord:
    by = decision.decided_by_name
    if decision.second_by_name:
        by = f"{by}, approved by {decision.second_by_name}"
    until = decision.appeal_until
    return DecisionRecord(
        what=f"{decision.get_kind_display()}, {decision.level}",
        decided=words(day_of(decision.at)),
        by=by,
        effective=words(decision.effective_on),
        reason=decision.reason,
        notice=decision.notice,
        appeal=words(until) if until else "",
        scheme=decision.scheme_version,
    )


def _proposal(
    proposal: DecisionProposal, person: Person, credential: Credential, reader: str
) -> ProposalLine:
    return ProposalLine(
        reference=proposal.reference,
        person=person.name,
        person_url=f"/office/people/{person.reference}/",
        credential=f"{credential.number}, {credential.level},"
        f" {specialty_words(credential.specialty)}",
        credential_url=credential_url(person, credential.number),
        by=proposal.proposed_by_name,
        since=words(day_of(proposal.proposed_at)),
        effective=words(proposal.effective_on),
        reason=proposal.reason,
        notice=proposal.notice,
        own=proposal.proposed_by == reader,
    )


def waiting_proposals(*, reader: str) -> list[ProposalLine]:
    """Return every revocation that waits for a second person, oldest first.

    Arguments:
        reader: reference of who looks.
    """
    return [
        _proposal(proposal, proposal.credential.person, proposal.credential, reader)
        for proposal in kept.open_proposals()
    ]
