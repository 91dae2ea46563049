"""Certification decisions with all that follows: certificate, badge, audit event, notice.

Decisions by rule stand in ``certify`` (a passed exam) and ``promote`` (approved hours), what the
office decides in ``conduct``; each runs inside the transaction of its own journey.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db import transaction

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.audit.operations import Happening, record, record_many
from scriptorium.domains.catalog.queries import programme
from scriptorium.domains.credentials import operations as credentials
from scriptorium.domains.credentials import queries as held
from scriptorium.domains.credentials.enums import ENDED, DecisionKind, DecisionState
from scriptorium.domains.credentials.models import Certificate, Decision
from scriptorium.domains.memberships.rules import words
from scriptorium.domains.notifications.operations import Mail, enqueue
from scriptorium.journeys.issue_badges import issue_for_credential
from scriptorium.journeys.issue_certificates import issue_for_decision
from scriptorium.kernel.actor import Actor

_CHUNK = 200
AWARDS = frozenset({DecisionKind.PASSED, DecisionKind.BROUGHT_FORWARD, DecisionKind.PROMOTED})

_KEYS = {
    DecisionKind.PASSED: "credential.awarded",
    DecisionKind.BROUGHT_FORWARD: "credential.brought_forward",
    DecisionKind.PROMOTED: "credential.promoted",
    DecisionKind.SUSPENDED: "credential.suspended",
    DecisionKind.REINSTATED: "credential.reinstated",
    DecisionKind.REVOKED: "credential.revoked",
    DecisionKind.SURRENDERED: "credential.surrendered",
    DecisionKind.RETIRED: "credential.retired",
}
#: What the notice says happened; the other kinds bring a mail of their own journey, or none.
_NOTICES = {
    DecisionKind.SUSPENDED: "is suspended",
    DecisionKind.REINSTATED: "is reinstated",
    DecisionKind.REVOKED: "is revoked",
    DecisionKind.SURRENDERED: "is recorded as surrendered",
    DecisionKind.RETIRED: "is recorded as retired",
}


def carry_out(
    *,
    actor: Actor,
    person: Person,
    specialty: str,
    ruling: credentials.Ruling,
    involved: Collection[str],
    now: dt.datetime,
    today: dt.date,
    second: Actor | None = None,
) -> Decision:
    """Take a decision and do what follows from it, in the caller's transaction.

    Raises:
        IllegalDecision: the step is not one that the credential can take.
        MayNotDecide: a conflict of interest, or a second person is missing.
    """
    decision = credentials.decide(
        actor=actor,
        person=person,
        specialty=specialty,
        ruling=ruling,
        involved=involved,
        now=now,
        second=second,
    )
    issue_documents(decision=decision, person=person, actor=actor, now=now, today=today)
    record(
        actor=actor,
        happening=Happening(
            _KEYS[ruling.kind],
            "person",
            person.reference,
            "",
            {
                "name": person.name,
                "number": decision.credential.number,
                "level": decision.level,
                "reason": decision.reason,
                "effective_on": decision.effective_on.isoformat(),
                "second": decision.second_by_name,
            },
        ),
        now=now,
    )
    enqueue(mails=_mails(decision, person), now=now)
    return decision


def issue_documents(
    *, decision: Decision, person: Person, actor: Actor, now: dt.datetime, today: dt.date
) -> None:
    """Issue or void the credential's certificate, and issue its badge, as a decision asks for."""
    credential = decision.credential
    if decision.to_state == DecisionState.HELD:
        valid = held.valid_of_credential(credential=credential.pk)
        if decision.kind in AWARDS or not valid:
            issued = issue_for_decision(decision=decision, person=person, now=now, today=today)
            data = {"number": issued.number, "name": person.name}
            event = Happening("certificate.issued", "certificate", issued.number, "", data)
            record(actor=actor, happening=event, now=now)
        issue_for_credential(credential=credential, now=now, today=today)
    elif decision.to_state in ENDED and decision.effective_on <= today:
        void_documents(
            actor=actor,
            certificates=held.valid_of_credential(credential=credential.pk),
            now=now,
        )


def void_documents(*, actor: Actor, certificates: list[Certificate], now: dt.datetime) -> None:
    """Void the certificates of credentials that ended; the reason stays with the decision."""
    credentials.void(
        certificates=certificates, by=actor.reference, reason="The credential ended", now=now
    )
    record_many(
        actor=actor,
        happenings=[
            Happening(
                "certificate.voided",
                "certificate",
                certificate.number,
                "",
                {"number": certificate.number, "reason": "The credential ended"},
            )
            for certificate in certificates
        ],
        now=now,
    )


@transaction.atomic(durable=True)
def void_of_ended(actor: Actor, today: dt.date, now: dt.datetime) -> int:
    """Void the certificates of credentials whose end was decided for a later day that has come."""
    certificates = held.still_valid_though_ended(today=today, limit=_CHUNK)
    void_documents(actor=actor, certificates=certificates, now=now)
    return len(certificates)


def credential_words(decision: Decision) -> str:
    """Return a credential as people read it, such as "CMSS, Dermatology"."""
    name = programme().specialties.get(decision.credential.specialty, "General")
    return f"{decision.level}, {name}"


def _mails(decision: Decision, person: Person) -> list[Mail]:
    kind = DecisionKind(decision.kind)
    number = decision.credential.number
    if kind == DecisionKind.PASSED:
        data: dict[str, Any] = {
            "credential": credential_words(decision),
            "number": number,
            "link": "/member/credentials/",
        }
        key = f"credential_awarded:{number}:{decision.pk}"
        return [Mail("credential_awarded", person.email, person.name, key, data)]
    if kind not in _NOTICES:
        return []
    until = decision.appeal_until
    data = {
        "credential": credential_words(decision),
        "number": number,
        "happened": _NOTICES[kind],
        "effective_on": words(decision.effective_on),
        "notice": decision.notice,
        "appeal_until": words(until) if until else "",
        "link": "/member/credentials/",
    }
    key = f"credential_decision:{number}:{decision.pk}"
    return [Mail("credential_decision", person.email, person.name, key, data)]
