"""Lakeside Health: a practice of 1,000 people, made in groups by the same journeys."""

from __future__ import annotations

import datetime as dt
import random

from allauth.account.models import EmailAddress
from django.db import transaction

from scriptorium.demo.names import FIRST, LAST
from scriptorium.demo.past import PracticeBuilder, first_day, make_login, noon
from scriptorium.domains.accounts.models import Person, User
from scriptorium.domains.practices import operations as practices
from scriptorium.domains.practices import queries as roster
from scriptorium.domains.practices.models import RosterLink
from scriptorium.journeys.nightly import run_night
from scriptorium.kernel.actor import Actor, ActorKind
from scriptorium.kernel.periods import Anchor

PEOPLE = 1000
GROUPS = 40
FREE = {"renewal": 400, "ce": 12}


def build_lakeside(*, day: dt.date, password: str) -> None:
    """Make the practice and its people; a group shares one renewal date."""
    rng = random.Random(f"lakeside-{day.isoformat()}")  # noqa: S311 (demo data, not a secret)
    opened = noon(day - dt.timedelta(days=1100))
    omar = make_login(
        first="Omar", last="Haddad", email="omar@lakeside.example", password=password, now=opened,
        background="office",
    )  # fmt: skip
    with transaction.atomic():
        practice = practices.create_practice(
            name="Lakeside Health",
            primary=omar.pk,
            now=opened,
            details={"city": "Lakeside", "region": "CA", "country": "United States"},
        )
        people = [omar, *_people(rng, password, opened)]
        links = practices.add_links(
            practice=practice.pk,
            people=[
                practices.NewLink(p.first_name, p.last_name, p.email, "", p.background, p.pk)
                for p in people
            ],
            today=opened.date(),
        )
    practice = roster.by_reference(reference=practice.reference) or practice
    builder = PracticeBuilder(practice, day, Actor(ActorKind.PERSON, omar.reference, omar.name))
    _assign_groups(builder, links[1:], rng, day)
    run_night(today=day, now=noon(day, 9))
    for kind, count in FREE.items():
        builder.grant(day - dt.timedelta(days=20), kind, count, "Order of this month")


def _people(rng: random.Random, password: str, now: dt.datetime) -> list[Person]:
    wanted = [
        (rng.choice(FIRST), rng.choice(LAST), f"person{number:04}@lakeside.example")
        for number in range(1, PEOPLE)
    ]
    users = User.objects.bulk_create(
        [User(email=email, password=password, joined_at=now) for _, _, email in wanted]
    )
    EmailAddress.objects.bulk_create(
        [EmailAddress(user=u, email=u.email, verified=True, primary=True) for u in users]
    )
    return Person.objects.bulk_create(
        [
            Person(
                user=user,
                first_name=first,
                last_name=last,
                certificate_name=f"{first} {last}",
                email=email,
                background="scribe",
                created_at=now,
            )
            for user, (first, last, email) in zip(users, wanted, strict=True)
        ]
    )


def _assign_groups(
    builder: PracticeBuilder, links: list[RosterLink], rng: random.Random, day: dt.date
) -> None:
    """Give each group its past: a membership, then renewals, in the order of the days."""
    turns = []
    for number in range(GROUPS):
        group = links[number::GROUPS]
        renews_on = day + dt.timedelta(days=-40 + number * 10)
        years = 1 + rng.randrange(2)
        start = first_day(renews_on, years)
        turns.append((start, "membership", group))
        for year in range(1, years):
            turn = Anchor.of(renews_on).in_year(start.year + year) - dt.timedelta(days=6)
            turns.append((turn, "renewal", group))
    for when, kind, group in sorted(turns, key=lambda t: (t[0], t[1])):
        builder.give(when, kind, "", group)
