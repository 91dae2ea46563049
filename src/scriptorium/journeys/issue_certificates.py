"""Issuing certificate rows for new terms, inside the transaction that makes the terms."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings

from scriptorium.domains.accounts import queries as accounts
from scriptorium.domains.catalog.queries import programme
from scriptorium.domains.credentials import operations as credentials
from scriptorium.domains.credentials import queries as held
from scriptorium.domains.credentials import rules as wording
from scriptorium.domains.credentials.models import Certificate, Credential
from scriptorium.domains.memberships.models import Term
from scriptorium.domains.practices import queries as roster
from scriptorium.domains.practices.models import Practice


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
    return credentials.issue(drafts=drafts, now=now)


def certificate_content(
    *,
    title: str,
    name: str,
    credentials: Sequence[Credential],
    practice: str,
    physicians: Sequence[str],
    starts_on: dt.date,
    ends_before: dt.date,
    issued_on: dt.date,
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
        "ends_before": ends_before.isoformat(),
        "issued_on": issued_on.isoformat(),
        "body": settings.BODY_NAME,
        "wording": wording.DISCLAIMER.format(body=settings.BODY_NAME),
        "wording_version": wording.WORDING_VERSION,
    }
