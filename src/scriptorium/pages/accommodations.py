"""Accommodations as their person and the decision-makers see them; no practice page uses this."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from scriptorium.domains.accounts import queries as accounts
from scriptorium.domains.accounts.models import AccommodationGrant, AccommodationRequest, Person
from scriptorium.domains.catalog.queries import fairness
from scriptorium.domains.memberships import queries as memberships
from scriptorium.domains.memberships.rules import words
from scriptorium.kernel.clock import day_of


@dataclass(frozen=True, slots=True)
class RequestLine:
    """One request with its answer."""

    reference: str
    kind: str
    words: str
    asked: str
    state: str
    answer: str
    open: bool


@dataclass(frozen=True, slots=True)
class OwnPage:
    """Everything on a person's own page; ``granted`` is empty when the usual time counts."""

    granted: list[tuple[str, str]]
    requests: list[RequestLine]
    open: bool


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """A request that waits, as a decision-maker reads it.

    Arguments:
        until: proposed last day: the end of the person's paid year, else a year from today.
    """

    reference: str
    name: str
    kind: str
    words: str
    asked: str
    until: dt.date
    own: bool
    before: list[str]


@dataclass(frozen=True, slots=True)
class GrantLine:
    """What counts for somebody today."""

    reference: str
    name: str
    terms: str
    until: str
    by: str


def terms_words(grant: AccommodationGrant) -> str:
    """Return what is granted: "150 % of the time, 20 minutes of breaks"."""
    parts = []
    if grant.percent != 100:
        parts.append(f"{grant.percent} % of the usual time")
    if grant.break_minutes:
        parts.append(f"{grant.break_minutes} minutes of breaks")
    return ", ".join(parts)


def own_accommodations(*, person: Person, today: dt.date) -> OwnPage:
    """Return a person's own accommodations and requests."""
    grant = accounts.live_grant(person=person.pk, on=today)
    granted = []
    if grant is not None:
        last = grant.ends_before - dt.timedelta(days=1)
        granted = [("At each exam", terms_words(grant)), ("Until", words(last))]
    requests = [_line(r) for r in accounts.accommodation_requests_of(person=person.pk)]
    return OwnPage(granted, requests, any(line.open for line in requests))


def _line(request: AccommodationRequest) -> RequestLine:
    state = "waits for an answer"
    if request.withdrawn_at is not None:
        state = f"taken back on {words(day_of(request.withdrawn_at))}"
    elif request.decided_at is not None:
        verb = "granted" if request.granted else "declined"
        state = f"{verb} on {words(day_of(request.decided_at))}"
        grant = getattr(request, "grant", None)
        if grant is not None and grant.ended_at is not None:
            state += f", ended on {words(day_of(grant.ended_at))}: {grant.end_reason}"
    return RequestLine(
        request.reference,
        fairness().kinds.get(request.kind, request.kind),
        request.words,
        words(day_of(request.asked_at)),
        state,
        request.answer,
        request.decided_at is None and request.withdrawn_at is None,
    )


def open_requests(*, reader: int, today: dt.date) -> list[OpenRequest]:
    """Return the requests that wait, oldest first, for a decision-maker."""
    found = []
    for request in accounts.open_accommodation_requests():
        earlier = accounts.grants_of(person=request.person_id)
        found.append(
            OpenRequest(
                reference=request.reference,
                name=request.person.name,
                kind=fairness().kinds.get(request.kind, request.kind),
                words=request.words,
                asked=words(day_of(request.asked_at)),
                until=_cycle_end(request.person_id, today),
                own=request.person_id == reader,
                before=[
                    f"{terms_words(g)}, from {words(g.starts_on)}"
                    f" to {words(g.ends_before - dt.timedelta(days=1))}"
                    for g in earlier
                ],
            )
        )
    return found


def _cycle_end(person: int, today: dt.date) -> dt.date:
    """Return the last paid day, so that a grant is scoped to the cycle (DOMAIN §5)."""
    membership = memberships.of_people(people=[person]).get(person)
    if membership is not None and membership.renews_on > today:
        return membership.renews_on - dt.timedelta(days=1)
    return today + dt.timedelta(days=365)


def live_grants(*, today: dt.date) -> list[GrantLine]:
    """Return what counts today, by name."""
    return [
        GrantLine(
            grant.reference,
            grant.person.name,
            terms_words(grant),
            words(grant.ends_before - dt.timedelta(days=1)),
            f"{grant.granted_by_name} on {words(day_of(grant.granted_at))}",
        )
        for grant in accounts.grants_on(on=today)
    ]
