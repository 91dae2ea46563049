"""Accommodations at exams: asked for by the person, decided by staff, seen by nobody else.

No event, mail or page of these journeys carries a practice (28 CFR 36.309; STANDARDS row 12).
Mails say only that there is an answer, since an employer may read a work address.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from scriptorium.domains.accounts import operations as accounts
from scriptorium.domains.accounts.models import AccommodationGrant, AccommodationRequest, Person
from scriptorium.domains.audit.operations import Happening, record
from scriptorium.domains.catalog.queries import fairness
from scriptorium.domains.notifications.operations import Mail, enqueue
from scriptorium.kernel.actor import Actor

#: How many requests one nightly step empties.
CHUNK = 200


class CannotDecide(Exception):
    """The decision cannot be made; the text says why."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What is granted.

    Arguments:
        percent: of an exam's usual time, 100 to 300.
        break_minutes: of breaks that do not count, in each sitting.
        last_day: the last day on which it counts.
    """

    percent: int
    break_minutes: int
    last_day: dt.date


@transaction.atomic(durable=True)
def ask(*, actor: Actor, person: Person, kind: str, words: str, now: dt.datetime) -> None:
    """Ask for an accommodation; an open request is replaced."""
    request = accounts.ask_accommodation(person=person.pk, kind=kind, words=words, now=now)
    _record("accommodation.asked", actor, person, request.reference, now)


@transaction.atomic(durable=True)
def withdraw(
    *, actor: Actor, person: Person, request: AccommodationRequest, now: dt.datetime
) -> bool:
    """Take an open request back; returns False when it was decided already."""
    done = accounts.withdraw_accommodation(request=request, now=now)
    if done:
        _record("accommodation.withdrawn", actor, person, request.reference, now)
    return done


@transaction.atomic(durable=True)
def grant(
    *,
    actor: Actor,
    decider: int,
    request: AccommodationRequest,
    terms: Terms,
    answer: str,
    now: dt.datetime,
    today: dt.date,
) -> AccommodationGrant:
    """Grant a request; it counts for each sitting that starts from today to the last day.

    Arguments:
        decider: key of the member of staff; nobody decides about themselves.

    Raises:
        CannotDecide: somebody was faster, or the limits of the programme are left.
    """
    limits = fairness()
    if not 100 <= terms.percent <= limits.most_percent:
        raise CannotDecide(f"Give between 100 and {limits.most_percent} percent of the time.")
    if not 0 <= terms.break_minutes <= limits.most_break_minutes:
        raise CannotDecide(f"Give at most {limits.most_break_minutes} minutes of breaks.")
    if terms.percent == 100 and not terms.break_minutes:
        raise CannotDecide("This grants nothing: give more time or breaks, or decline.")
    if terms.last_day < today:
        raise CannotDecide("Choose today or a later day.")
    _decide(actor, decider, request, granted=True, answer=answer, now=now)
    granted = accounts.grant_accommodation(
        request=request,
        percent=terms.percent,
        break_minutes=terms.break_minutes,
        starts_on=today,
        ends_before=terms.last_day + dt.timedelta(days=1),
        by=actor.reference,
        by_name=actor.name,
        now=now,
    )
    _record("accommodation.granted", actor, request.person, request.reference, now)
    return granted


@transaction.atomic(durable=True)
def refuse(
    *,
    actor: Actor,
    decider: int,
    request: AccommodationRequest,
    answer: str,
    now: dt.datetime,
) -> None:
    """Decline a request, with the words that the person reads.

    Raises:
        CannotDecide: somebody was faster, or it is the decider's own.
    """
    _decide(actor, decider, request, granted=False, answer=answer, now=now)
    _record("accommodation.refused", actor, request.person, request.reference, now)


def _decide(
    actor: Actor,
    decider: int,
    request: AccommodationRequest,
    *,
    granted: bool,
    answer: str,
    now: dt.datetime,
) -> None:
    if request.person_id == decider:
        raise CannotDecide("Nobody decides about their own request. Ask another decision-maker.")
    decided = accounts.decide_accommodation(
        request=request,
        granted=granted,
        answer=answer,
        by=actor.reference,
        by_name=actor.name,
        now=now,
    )
    if not decided:
        raise CannotDecide("This request was decided or withdrawn already. Nothing changed.")
    _tell(request.person, f"accommodation:{request.reference}", now)


@transaction.atomic(durable=True)
def end(*, actor: Actor, grant: AccommodationGrant, reason: str, now: dt.datetime) -> bool:
    """End a grant before its day, with a reason; returns False when it was ended already.

    A sitting that has started keeps the time that it was given.
    """
    done = accounts.end_accommodation(grant=grant, by=actor.reference, reason=reason, now=now)
    if done:
        _record("accommodation.ended", actor, grant.person, grant.reference, now)
        _tell(grant.person, f"accommodation-end:{grant.reference}", now)
    return done


def _tell(person: Person, subject: str, now: dt.datetime) -> None:
    enqueue(
        mails=[
            Mail("request_answered", person.email, person.name, f"request_answered:{subject}", {})
        ],
        now=now,
    )


def _record(key: str, actor: Actor, person: Person, request: str, now: dt.datetime) -> None:
    record(
        actor=actor,
        happening=Happening(key, "person", person.reference, "", {"request": request}),
        now=now,
    )


@transaction.atomic(durable=True)
def forget_words(actor: Actor, today: dt.date, now: dt.datetime) -> int:
    """Delete what people wrote, some time after the decision, which stays (DOMAIN §12).

    A step of the night; returns how many requests were emptied.
    """
    del today
    before = now - dt.timedelta(days=fairness().forget_words_days)
    count = accounts.forget_words(before=before, limit=CHUNK)
    if count:
        record(
            actor=actor,
            happening=Happening(
                "accommodation.words_forgotten", "installation", "nightly", "", {"count": count}
            ),
            now=now,
        )
    return count
