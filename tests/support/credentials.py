"""Short ways to credentials in every state, made by the journeys that the office uses."""

from __future__ import annotations

import datetime as dt

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.accounts.operations import grant_staff_role
from scriptorium.domains.credentials.enums import DecisionKind
from scriptorium.domains.credentials.models import Credential, Decision
from scriptorium.domains.practices.models import RosterLink
from scriptorium.journeys import conduct, signing_keys
from scriptorium.journeys.bring_forward import bring_credential_forward
from scriptorium.kernel.actor import Actor, ActorKind
from tests.support.builders import DESK, NOW, TODAY, Clinic, noon, person

EMERY = Actor(ActorKind.STAFF, "0emery000000", "Emery Galvin")
MARLOW = Actor(ActorKind.STAFF, "0marlow00000", "Marlow Ingram")


def award(
    who: Person,
    *,
    level: str = "CMSS",
    specialty: str = "dermatology",
    since: dt.date = TODAY - dt.timedelta(days=100),
    now: dt.datetime = NOW,
) -> Credential:
    """Give somebody a credential."""
    decision = bring_credential_forward(
        actor=DESK, person=who, specialty=specialty, level=level, since=since,
        reason="Register", now=now,
    )  # fmt: skip
    return decision.credential


def holder(clinic: Clinic, name: str = "Ada Park", *, renews_in: int = 200) -> Credential:
    """Return the credential of somebody whose membership renews in so many days."""
    link: RosterLink = clinic.member(name, renews_in=renews_in)
    assert link.person is not None
    return award(link.person)


def rule(
    credential: Credential,
    kind: str,
    *,
    on: dt.date = TODAY,
    now: dt.datetime | None = None,
    notice: str = "We write to you about it.",
    reason: str = "Secret reason",
) -> Decision:
    """Decide about a credential as the office does; a revocation by its two people."""
    moment = now or noon(TODAY)
    if kind == DecisionKind.REVOKED:
        proposal = conduct.propose_revocation(
            actor=EMERY, person=credential.person, credential=credential, reason=reason,
            notice=notice, effective_on=on, now=moment,
        )  # fmt: skip
        return conduct.approve(actor=MARLOW, proposal=proposal, now=moment, today=moment.date())
    return conduct.rule(
        actor=EMERY, person=credential.person, credential=credential, kind=DecisionKind(kind),
        reason=reason, notice=notice, effective_on=on, now=moment, today=moment.date(),
    )  # fmt: skip


def staff_person(name: str, role: str) -> Person:
    """Make a member of staff."""
    someone = person(name)
    grant_staff_role(person=someone, role=role, by="tests", now=NOW)
    return someone


def credentials_of_the_matrix(who: Person) -> dict[str, str]:
    """Return real objects for the addresses of the access matrix: a credential with everything."""
    held = award(who)
    key, _ = signing_keys.current_key(now=NOW)
    proposal = conduct.propose_revocation(
        actor=EMERY, person=who, credential=held, reason="x", notice="y", effective_on=TODAY,
        now=NOW,
    )  # fmt: skip
    return {
        "office-hide-person ref": who.reference,
        "office-credential ref": who.reference,
        "office-credential number": held.number,
        "office-credential-rule ref": who.reference,
        "office-credential-rule number": held.number,
        "office-credential-rule act": "suspend",
        "office-decision-answer ref": proposal.reference,
        "badge-achievement code": "cmss-dermatology",
        "badge-drawing code": "cmss-dermatology",
        "badge-key kid": key.kid,
        "badge-status purpose": "revocation",
        "badge-status number": "1",
        "badge-document number": held.number,
        "badge-token number": held.number,
        "badge-picture number": held.number,
    }
