"""Issuing badges for held credentials, inside the transaction that awards or renews them.

A badge counts for one paid year, so each year brings a new one and an old one runs out by itself
(STANDARDS §4.1). The signed token follows at the first request (``badge_files``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from scriptorium.domains.accounts import queries as accounts
from scriptorium.domains.credentials import operations as credentials
from scriptorium.domains.credentials import queries as kept
from scriptorium.domains.credentials.models import Badge, Credential
from scriptorium.domains.memberships import queries as memberships
from scriptorium.domains.memberships.models import Term
from scriptorium.kernel import clock

_SECOND = dt.timedelta(seconds=1)


def issue_for_years(
    *, held: Mapping[int, Sequence[Credential]], terms: Mapping[int, Term], now: dt.datetime
) -> list[Badge]:
    """Issue the badge of each held credential of people for whom a year was paid.

    Arguments:
        held: person key → credentials that they hold.
        terms: person key → the new year.
    """
    people = [person for person in terms if held.get(person)]
    if not people:
        return []
    emails = accounts.addresses(people=people)
    drafts = [
        _draft(credential, terms[person], emails[person])
        for person in people
        for credential in held[person]
    ]
    return credentials.issue_badges(drafts=drafts, now=now)


def issue_for_credential(
    *, credential: Credential, now: dt.datetime, today: dt.date
) -> Badge | None:
    """Issue a credential's badge for the last paid year.

    None when no paid day lies ahead, or the newest badge is of this year and level already.
    """
    term = memberships.last_paid_term(person=credential.person_id)
    if term is None or term.ends_before <= today:
        return None
    newest = kept.newest_badges(credentials=[credential.pk]).get(credential.pk)
    if newest is not None and (newest.term_id, newest.level) == (term.pk, credential.level):
        return None
    email = accounts.addresses(people=[credential.person_id])[credential.person_id]
    return credentials.issue_badges(drafts=[_draft(credential, term, email)], now=now)[0]


def _draft(credential: Credential, term: Term, email: str) -> credentials.BadgeDraft:
    return credentials.BadgeDraft(
        credential=credential.pk,
        term=term.pk,
        level=credential.level,
        awarded_on=credential.level_since,
        email=email,
        # The last second of the last paid day, where the body lives.
        valid_until=clock.start_of(term.ends_before) - _SECOND,
    )
