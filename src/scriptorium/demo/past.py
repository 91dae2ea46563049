"""How the demonstration gets a past: units granted and assigned on earlier days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from scriptorium.demo.cast import Member
from scriptorium.domains.accounts import operations as accounts
from scriptorium.domains.accounts.models import Person, User
from scriptorium.domains.practices.models import Practice, RosterLink
from scriptorium.journeys import assign as assigning
from scriptorium.journeys.grant_units import grant
from scriptorium.kernel.actor import Actor, ActorKind
from scriptorium.kernel.periods import Anchor
from scriptorium.kernel.references import new_reference

DESK = Actor(ActorKind.STAFF, "demo-desk", "Robin Ashby")


def noon(day: dt.date, hour: int = 17) -> dt.datetime:
    """Return a moment of a day; 17:00 UTC is the same day in every American time zone."""
    return dt.datetime.combine(day, dt.time(hour), dt.UTC)


@transaction.atomic
def make_login(
    *, first: str, last: str, email: str, password: str, now: dt.datetime, background: str = ""
) -> Person:
    """Make a person who can sign in with the demo password."""
    person = accounts.create_person(
        first_name=first, last_name=last, email=email, now=now, background=background
    )
    user = accounts.give_login(person=person, password=None, now=now)
    User.objects.filter(pk=user.pk).update(password=password)
    return person


def first_day(renews_on: dt.date, years: int) -> dt.date:
    """Return the first day of the oldest of ``years`` paid years that end on a date."""
    return Anchor.of(renews_on).in_year(renews_on.year - years)


class PracticeBuilder:
    """Builds one practice's past, day by day."""

    def __init__(self, practice: Practice, day: dt.date, actor: Actor) -> None:
        self.practice, self.day, self.actor = practice, day, actor
        self.needs: list[tuple[dt.date, str, str, RosterLink]] = []

    def plan(self, link: RosterLink, member: Member) -> None:
        """Note what the person was assigned, and when."""
        if member.renews_in is None:
            return
        renews_on = self.day + dt.timedelta(days=member.renews_in)
        start = first_day(renews_on, member.years)
        self.needs.append((start, member.first, "", link))
        for extra in member.extras:
            kind, _, choice = extra.partition(":")
            self.needs.append((min(start + dt.timedelta(days=40), self.day), kind, choice, link))
        for year in range(1, member.years):
            turn = Anchor.of(renews_on).in_year(start.year + year)
            self.needs.append((turn - dt.timedelta(days=6), "renewal", "", link))

    def run(self) -> None:
        """Carry the noted assignments out in the order of their days."""
        for when, kind, choice, link in sorted(self.needs, key=lambda n: (n[0], n[1], n[3].email)):
            self.give(when, kind, choice, [link])

    def give(self, when: dt.date, kind: str, choice: str, links: Sequence[RosterLink]) -> None:
        """Grant and assign units on a past day."""
        self.grant(when, kind, len(links), "Order before this system")
        assigning.assign(
            actor=self.actor,
            practice=self.practice,
            links=[link.pk for link in links],
            kind=kind,
            choice=choice,
            idempotency_key=new_reference(20),
            now=noon(when),
            today=when,
        )

    def grant(self, when: dt.date, kind: str, count: int, reason: str) -> None:
        """Grant free units on a past day."""
        grant(
            actor=DESK,
            practice=self.practice,
            kind=kind,
            count=count,
            reason=reason,
            idempotency_key=new_reference(20),
            now=noon(when, 16),
            today=when,
        )
