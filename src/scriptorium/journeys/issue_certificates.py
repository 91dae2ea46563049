"""Issuing certificate rows for new terms, inside the transaction that makes the terms."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings

from scriptorium.domains.accounts import queries as accounts
from scriptorium.domains.accounts.models import Person
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

#: What a credential certificate says was done; a year's certificate says it by its title.
STATEMENT = (
    "met the requirements of the certification scheme. Whether the credential is held today is"
    " said at the address below."
)


def issue_for_terms(
    *,
    practice: Practice,
    terms: Mapping[int, Term],
    now: dt.datetime,
    today: dt.date,
) -> list[Certificate]:
    """Insert the certificate row of each new term, frozen as the facts are now (DOMAIN §7)."""
    if not terms:
        return []
    credentials_of = held.held_by(people=terms)
    physicians = roster.supervisors(practice=practice.pk, scribes=terms, on=today)
    people = accounts.certificate_names(people=terms)
    drafts = []
    for person, term in terms.items():
        earned = credentials_of.get(person, [])
        kind = wording.kind_for(has_credential=bool(earned))
        drafts.append(
            credentials.Draft(
                kind=kind,
                person=person,
                practice=practice.pk,
                term=term.pk,
                credential=earned[0].pk if earned else None,
                starts_on=term.starts_on,
                ends_before=term.ends_before,
                content=certificate_content(
                    title=kind.label,
                    name=people[person],
                    credentials=earned,
                    practice=practice.name,
                    physicians=physicians.get(person, []),
                    starts_on=term.starts_on,
                    ends_before=term.ends_before,
                    issued_on=today,
                ),
            )
        )
    issue_for_years(held=credentials_of, terms=terms, now=now)
    return credentials.issue(drafts=drafts, now=now)


def reissue(*, person: int, now: dt.datetime, today: dt.date) -> list[Certificate]:
    """Issue anew what a person's running and coming years brought, with the facts as they are now.

    A changed level, name or physician makes a certificate that supersedes the old one (DOMAIN §7);
    what is over or was voided stays as it is.
    """
    old = held.certificates_in_force(person=person, today=today)
    if not old:
        return []
    earned = held.held_by(people=[person]).get(person, [])
    name = accounts.certificate_names(people=[person])[person]
    kind = wording.kind_for(has_credential=bool(earned))
    drafts = []
    for certificate in old:
        place = certificate.practice
        on = max(today, certificate.starts_on)
        physicians = (
            roster.supervisors(practice=place.pk, scribes=[person], on=on).get(person, [])
            if place
            else []
        )
        assert certificate.ends_before is not None
        drafts.append(
            credentials.Draft(
                kind=kind,
                person=person,
                practice=certificate.practice_id,
                term=certificate.term_id,
                credential=earned[0].pk if earned else None,
                starts_on=certificate.starts_on,
                ends_before=certificate.ends_before,
                supersedes=certificate.pk,
                content=certificate_content(
                    title=kind.label,
                    name=name,
                    credentials=earned,
                    practice=place.name if place else "",
                    physicians=physicians,
                    starts_on=certificate.starts_on,
                    ends_before=certificate.ends_before,
                    issued_on=today,
                ),
            )
        )
    return credentials.issue(drafts=drafts, now=now)


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
