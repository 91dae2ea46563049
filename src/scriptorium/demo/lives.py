"""Who lives in a large population: practices and people, decided before any row is written."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from scriptorium.demo.names import FIELDS, FIRST, LAST, PLACES
from scriptorium.domains.accounts.models import Person
from scriptorium.domains.ledger.enums import PartState
from scriptorium.kernel.periods import Anchor

#: Practices of exactly these sizes exist when there are people enough; the benchmarks open them.
SIZES = (24, 1_000, 10_000)
#: Renewal dates lie between these days, counted from the demo's date.
FIRST_DAY, LAST_DAY = -25, 339


def admin_of(size: int) -> str:
    """Return the login of the administrator of the practice with exactly ``size`` people."""
    return f"admin-{size}@population.example"


@dataclass(frozen=True, slots=True)
class House:
    """A practice to make."""

    name: str
    admin: str
    size: int
    free: dict[str, int]


@dataclass(slots=True)
class Life:
    """One person's past, decided before any row is written."""

    house: int
    first: str
    last: str
    email: str
    renews_on: dt.date
    years: int
    package: bool
    automatic: bool
    learning: tuple[PartState, PartState, PartState]
    person: Person = field(default_factory=Person)

    @property
    def anchor(self) -> Anchor:
        """The day on which the years turn."""
        return Anchor.of(self.renews_on)

    def year(self, number: int) -> tuple[dt.date, dt.date]:
        """Return first day and end of a paid year, counted from 0."""
        start = self.renews_on.year - self.years + number
        return self.anchor.in_year(start), self.anchor.in_year(start + 1)


def houses_for(rng: random.Random, people: int, practices: int) -> Iterator[House]:
    """Yield the practices: those of fixed sizes that fit, then equal ones for everybody else."""
    left = people
    for size in SIZES:
        if size <= left:
            left -= size
            practices -= 1
            stock = {"renewal": size, "package": 12, "ce": 9, "manual": 2}
            yield House(f"Harbor Group of {size:,}", admin_of(size), size, stock)
    practices = min(max(1, practices), left)
    for number in range(practices):
        size = left // practices + (number < left % practices)
        name = f"{rng.choice(PLACES)} {rng.choice(FIELDS)} {number + 1}"
        stock = {"renewal": max(3, size // 10), "ce": 3}
        yield House(name, f"admin@practice-{number + 1}.example", size, stock)


def lives_of(rng: random.Random, index: int, house: House, day: dt.date) -> Iterator[Life]:
    """Yield the people of one practice, its administrator first."""
    slug = house.admin.replace("@", ".").removesuffix(".example")
    for number in range(house.size):
        yield Life(
            house=index,
            first=rng.choice(FIRST),
            last=rng.choice(LAST),
            email=f"person-{number}@{slug}.example" if number else house.admin,
            renews_on=day + dt.timedelta(days=rng.randint(FIRST_DAY, LAST_DAY)),
            years=rng.choice((1, 1, 2)),
            package=rng.random() < 0.4,
            automatic=rng.random() < 0.25,
            learning=(
                rng.choice((PartState.STARTED, PartState.COMPLETED)),
                rng.choice((PartState.ASSIGNED, PartState.COMPLETED)),
                rng.choice((PartState.ASSIGNED, PartState.COMPLETED)),
            ),
        )
