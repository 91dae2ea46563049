"""Issuing certificate rows for new terms, inside the transaction that makes the terms."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings

from scriptorium.domains.accounts import queries as accounts
from scriptorium.domains.accounts.models import Person
from scriptorium.domains.audit.operations import Happening, record_many
from scriptorium.domains.catalog.queries import programme
from scriptorium.domains.credentials import operations as credentials
from scriptorium.domains.credentials import queries as held
from scriptorium.domains.credentials import rules as wording
from scriptorium.domains.credentials.enums import CertificateKind
from scriptorium.domains.credentials.models import Certificate, Credential, Decision
from scriptorium.domains.memberships.models import Term
from scriptorium.domains.practices import queries as roster
from scriptorium.domains.practices.models import Practice
from scriptorium.journeys.issue_badges import issue_for_years
from scriptorium.kernel.actor import Actor

#: What a credential certificate says was done; a year's certificate says it by its title.
STATEMENT = (
    "met the requirements of the certification scheme. Whether the credential is held today is"
    " said at the address below."
)


#: What a certificate says of a person; when one of these changes, a new one is issued.
_FACTS = frozenset({"name", "credentials", "physicians"})


def issue_for_terms(
    *,
    practice: Practice | None,
    terms: Mapping[int, Term],
    now: dt.datetime,
    today: dt.date,
) -> list[Certificate]:
    """Insert the certificate row of each new term, frozen as the facts are now (DOMAIN §7).

    Arguments:
        practice: the payer that it is for, or None where people pay for themselves.
    """
    if not terms:
        return []
    credentials_of = held.held_by(people=terms)
    physicians = (
        roster.supervisors(practice=practice.pk, scribes=terms, on=today) if practice else {}
    )
    people = accounts.certificate_names(people=terms)
    drafts = []
    for person, term in terms.items():
        earned = credentials_of.get(person, [])
        kind = wording.kind_for(has_credential=bool(earned))
        drafts.append(
            credentials.Draft(
                kind=kind,
                person=person,
                practice=practice.pk if practice else None,
                term=term.pk,
                credential=earned[0].pk if earned else None,
                starts_on=term.starts_on,
                ends_before=term.ends_before,
                content=certificate_content(
                    title=kind.label,
                    name=people[person],
                    credentials=earned,
                    practice=practice.name if practice else "",
                    physicians=physicians.get(person, []),
                    starts_on=term.starts_on,
                    ends_before=term.ends_before,
                    issued_on=today,
                ),
            )
        )
    issue_for_years(held=credentials_of, terms=terms, now=now)
    return credentials.issue(drafts=drafts, now=now)


def reissue(
    *,
    actor: Actor,
    person: Person,
    now: dt.datetime,
    today: dt.date,
    practice: int | None = None,
) -> list[Certificate]:
    """Issue anew what a person's running and coming years brought, where the facts have changed.

    A changed level, name or physician makes a certificate that supersedes the old one (DOMAIN §7);
    what is over, was voided, or would say the same stays as it is.

    Arguments:
        practice: only that practice's certificates, when given.
    """
    old = held.certificates_in_force(person=person.pk, practice=practice, today=today)
    earned = held.held_by(people=[person.pk]).get(person.pk, [])
    drafts = [
        draft
        for certificate in old
        if (draft := _anew(certificate, person, earned, today)) is not None
    ]
    issued = credentials.issue(drafts=drafts, now=now)
    places = roster.references(keys={c.practice_id for c in issued if c.practice_id})
    record_many(
        actor=actor,
        happenings=[
            Happening(
                "certificate.issued",
                "certificate",
                certificate.number,
                places.get(certificate.practice_id or 0, ""),
                {"number": certificate.number, "name": person.name},
            )
            for certificate in issued
        ],
        now=now,
    )
    return issued


def _anew(
    certificate: Certificate, person: Person, earned: Sequence[Credential], today: dt.date
) -> credentials.Draft | None:
    """Return the certificate that says the facts of today, or None when it says them already."""
    place = certificate.practice
    physicians: list[str] = []
    if place is not None:
        on = max(today, certificate.starts_on)
        found = roster.supervisors(practice=place.pk, scribes=[person.pk], on=on)
        physicians = found.get(person.pk, [])
    kind = wording.kind_for(has_credential=bool(earned))
    content = certificate_content(
        title=kind.label,
        name=person.certificate_name,
        credentials=earned,
        practice=place.name if place else "",
        physicians=physicians,
        starts_on=certificate.starts_on,
        ends_before=certificate.ends_before,
        issued_on=today,
    )
    said = {name: value for name, value in certificate.content.items() if name in _FACTS}
    if said == {name: value for name, value in content.items() if name in _FACTS}:
        return None
    return credentials.Draft(
        kind=kind,
        person=person.pk,
        practice=certificate.practice_id,
        term=certificate.term_id,
        credential=earned[0].pk if earned else None,
        starts_on=certificate.starts_on,
        ends_before=certificate.ends_before,
        content=content,
        supersedes=certificate.pk,
    )


def issue_for_decision(
    *, decision: Decision, person: Person, now: dt.datetime, today: dt.date
) -> Certificate:
    """Insert the certificate of a credential that was awarded; it replaces an earlier one."""
    credential = decision.credential
    earlier = held.newest_of_credential(credential=credential.pk)
    kind = CertificateKind.CREDENTIAL
    draft = credentials.Draft(
        kind=kind,
        person=person.pk,
        practice=None,
        term=None,
        credential=credential.pk,
        starts_on=decision.effective_on,
        ends_before=None,
        content=certificate_content(
            title=kind.label,
            name=person.certificate_name,
            credentials=[credential],
            practice="",
            physicians=[],
            starts_on=decision.effective_on,
            ends_before=None,
            issued_on=today,
            statement=STATEMENT,
        ),
        supersedes=earlier.pk if earlier else None,
    )
    return credentials.issue(drafts=[draft], now=now)[0]


def certificate_content(
    *,
    title: str,
    name: str,
    credentials: Sequence[Credential],
    practice: str,
    physicians: Sequence[str],
    starts_on: dt.date,
    ends_before: dt.date | None,
    issued_on: dt.date,
    statement: str = "",
) -> dict[str, Any]:
    """Return what a certificate says, as plain values whose hash is kept."""
    specialties = programme().specialties
    return {
        "title": title,
        "name": name,
        "credentials": [
            f"{c.get_level_display()} ({c.level}), {specialties.get(c.specialty, 'General')}"
            for c in credentials
        ],
        "credential_number": credentials[0].number if credentials else "",
        "practice": practice,
        "physicians": list(physicians),
        "starts_on": starts_on.isoformat(),
        "ends_before": ends_before.isoformat() if ends_before else "",
        "issued_on": issued_on.isoformat(),
        "body": settings.BODY_NAME,
        "wording": wording.DISCLAIMER.format(body=settings.BODY_NAME),
        "wording_version": wording.WORDING_VERSION,
    } | ({"statement": statement} if statement else {})
