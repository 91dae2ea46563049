"""What was decided about the demonstration's credentials.

One is suspended, one revoked, one surrendered, and a revocation waits for a second person. All four
left Riverside, so its board and its numbers stay as they are.
"""

from __future__ import annotations

import datetime as dt

from scriptorium.demo.past import noon
from scriptorium.domains.accounts import queries as accounts
from scriptorium.domains.accounts.models import Person
from scriptorium.domains.credentials import queries as credentials
from scriptorium.domains.credentials.enums import DecisionKind
from scriptorium.domains.credentials.models import Credential
from scriptorium.journeys import conduct
from scriptorium.kernel.actor import Actor, ActorKind

DECIDER, DIRECTOR = "decisions@body.example", "director@body.example"
SUSPENDED = "victor.amsel@riverside.example"
REVOKED = "olek.zima@riverside.example"
SURRENDERED = "gita.rao@riverside.example"
PROPOSED = "morgan.hale@riverside.example"


def build_conduct(*, day: dt.date) -> None:
    """Take the decisions on the days before the demonstration's date.

    Arguments:
        day: the demo's date.
    """
    emails = [DECIDER, DIRECTOR, SUSPENDED, REVOKED, SURRENDERED, PROPOSED]
    people = accounts.by_email(emails=emails)
    emery, marlow = (_staff(people[email]) for email in (DECIDER, DIRECTOR))
    surrendered, revoked, suspended = (day - dt.timedelta(days=n) for n in (60, 40, 12))
    person, credential = _held(people[SURRENDERED])
    conduct.rule(
        actor=emery, person=person, credential=credential, kind=DecisionKind.SURRENDERED,
        reason="Letter of the person: works in another field now",
        notice="We recorded that you gave your credential back. You can earn it again.",
        effective_on=surrendered, now=noon(surrendered), today=surrendered,
    )  # fmt: skip
    person, credential = _held(people[REVOKED])
    proposal = conduct.propose_revocation(
        actor=emery, person=person, credential=credential,
        reason="Attested hours that the employer shows were not worked",
        notice="Your employer showed that hours you attested were not worked.",
        effective_on=revoked, now=noon(revoked),
    )  # fmt: skip
    conduct.approve(actor=marlow, proposal=proposal, now=noon(revoked, 20), today=revoked)
    person, credential = _held(people[SUSPENDED])
    conduct.rule(
        actor=emery, person=person, credential=credential, kind=DecisionKind.SUSPENDED,
        reason="Shared sign-in reported by a practice; inquiry until the end of the month",
        notice="Your credential is suspended while we look into a shared sign-in. Call us today.",
        effective_on=suspended, now=noon(suspended), today=suspended,
    )  # fmt: skip
    person, credential = _held(people[PROPOSED])
    asked = day - dt.timedelta(days=2)
    conduct.propose_revocation(
        actor=emery, person=person, credential=credential,
        reason="Membership ended and the credential is still used in advertising",
        notice="You advertise with a credential that is not in good standing.",
        effective_on=asked, now=noon(asked),
    )  # fmt: skip


def _staff(person: Person) -> Actor:
    return Actor(ActorKind.STAFF, person.reference, person.name)


def _held(person: Person) -> tuple[Person, Credential]:
    (credential,) = credentials.held_by(people=[person.pk])[person.pk]
    return person, credential
