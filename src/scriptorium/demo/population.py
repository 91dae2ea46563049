"""A large population beside the named cast: ``scriptorium demo --people N --practices N``.

Made in bulk instead of person by person, from a seeded generator, so that the same date gives
the same rows. The benchmarks run on it.
"""

from __future__ import annotations

import datetime as dt
import gc
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import transaction

from scriptorium.demo import cast
from scriptorium.demo.lives import House, Life, houses_for, lives_of
from scriptorium.demo.past import DESK, noon
from scriptorium.domains.accounts.models import Person, User
from scriptorium.domains.catalog.enums import GENERAL, PartKind
from scriptorium.domains.credentials import operations as credentials
from scriptorium.domains.credentials.enums import CertificateKind
from scriptorium.domains.ledger import operations as ledger
from scriptorium.domains.ledger.enums import PartState
from scriptorium.domains.ledger.rules import expiry_of
from scriptorium.domains.memberships import rules as year_rules
from scriptorium.domains.memberships.enums import Channel, Mode
from scriptorium.domains.memberships.models import Consent, Membership, PayerMode, Term
from scriptorium.domains.practices import rules as roster_rules
from scriptorium.domains.practices.models import NO_DATE, Practice, PracticeCounter, RosterLink
from scriptorium.journeys.issue_certificates import certificate_content
from scriptorium.kernel.payer import Payer
from scriptorium.kernel.references import seeded

BATCH = 5_000


def build_population(*, day: dt.date, people: int, practices: int) -> None:
    """Add ``people`` people to ``practices`` practices.

    Arguments:
        people: how many, administrators included.
        practices: how many; at least as many as the practices of fixed sizes that fit.
    """
    rng = random.Random(f"population-{day.isoformat()}")  # noqa: S311 (demo data, not a secret)
    houses = list(houses_for(rng, people, practices))
    with seeded(f"scriptorium-population-{day.isoformat()}"):
        password = make_password(cast.PASSWORD)
        with _collector_off():
            for batch in _batches(houses):
                _write(batch, rng, day, password)
                gc.collect()


@contextmanager
def _collector_off() -> Iterator[None]:
    """Keep the garbage collector from walking a million live rows again and again.

    It took two fifths of the time; the caller collects once after each batch.
    """
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()


def _batches(houses: Sequence[House]) -> Iterator[list[House]]:
    batch: list[House] = []
    for house in houses:
        batch.append(house)
        if sum(h.size for h in batch) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


@transaction.atomic
def _write(houses: Sequence[House], rng: random.Random, day: dt.date, password: str) -> None:
    lives = [
        life for index, house in enumerate(houses) for life in lives_of(rng, index, house, day)
    ]
    opened = noon(day - dt.timedelta(days=1_000))
    _people(lives, password, opened)
    practices = _practices(houses, lives, opened)
    memberships = _memberships(lives, practices, day)
    links = _links(lives, practices, memberships, opened.date(), day)
    terms = _units(houses, lives, practices, links, day)
    _certificates(lives, practices, terms, day)


def _people(lives: Sequence[Life], password: str, now: dt.datetime) -> None:
    users = User.objects.bulk_create(
        [User(email=life.email, password=password, joined_at=now) for life in lives]
    )
    EmailAddress.objects.bulk_create(
        [EmailAddress(user=u, email=u.email, verified=True, primary=True) for u in users]
    )
    for life, user in zip(lives, users, strict=True):
        life.person = Person(
            user=user,
            first_name=life.first,
            last_name=life.last,
            certificate_name=f"{life.first} {life.last}",
            email=life.email,
            background="scribe",
            created_at=now,
        )
    Person.objects.bulk_create([life.person for life in lives])


def _practices(houses: Sequence[House], lives: Sequence[Life], now: dt.datetime) -> list[Practice]:
    firsts: dict[int, Person] = {}
    for life in lives:
        firsts.setdefault(life.house, life.person)
    practices = Practice.objects.bulk_create(
        [
            Practice(
                name=house.name,
                primary=firsts[index],
                city="Harbor",
                region="CA",
                country="United States",
                created_at=now,
            )
            for index, house in enumerate(houses)
        ]
    )
    PracticeCounter.objects.bulk_create(
        [
            PracticeCounter(practice=practice, people=house.size)
            for practice, house in zip(practices, houses, strict=True)
        ]
    )
    return practices


def _memberships(
    lives: Sequence[Life], practices: Sequence[Practice], day: dt.date
) -> list[Membership]:
    numbers = year_rules.windows()
    agreed = [life for life in lives if life.automatic]
    consents = Consent.objects.bulk_create(
        [
            Consent(
                person=life.person,
                payer_practice=practices[life.house],
                text_version="demo",
                text_sha256="0" * 64,
                channel=Channel.PHONE,
                given_by=DESK.reference,
                at=noon(min(day, life.year(life.years - 1)[0])),
            )
            for life in agreed
        ]
    )
    consent_of = {consent.person_id: consent for consent in consents}
    memberships = Membership.objects.bulk_create(
        [
            Membership(
                person=life.person,
                payer_practice=practices[life.house],
                mode=Mode.AUTOMATIC if life.automatic else Mode.MANUAL,
                consent=consent_of.get(life.person.pk),
                anchor_month=life.anchor.month,
                anchor_day=life.anchor.day,
                renews_on=life.renews_on,
                latest_starts_on=life.year(life.years - 1)[0],
                lapses_on=year_rules.lapse_after(life.renews_on, numbers),
            )
            for life in lives
        ]
    )
    PayerMode.objects.bulk_create(
        [
            PayerMode(
                membership=m,
                payer_practice_id=m.payer_practice_id,
                mode=m.mode,
                consent_id=m.consent_id,
            )
            for m in memberships
            if m.consent_id is not None
        ]
    )
    return memberships


def _links(
    lives: Sequence[Life],
    practices: Sequence[Practice],
    memberships: Sequence[Membership],
    joined: dt.date,
    day: dt.date,
) -> list[RosterLink]:
    facts = year_rules.row_facts(memberships)
    links = []
    for life in lives:
        fact = facts[life.person.pk]
        ended = fact.ends_on is not None and fact.ends_on <= day
        links.append(
            RosterLink(
                practice=practices[life.house],
                person=life.person,
                first_name=life.first,
                last_name=life.last,
                email=life.email,
                background="scribe",
                starts_on=joined,
                sort_name=roster_rules.sort_name(life.first, life.last),
                search_text=roster_rules.search_text(life.first, life.last, life.email),
                renews_on=fact.renews_on,
                lapses_on=fact.lapses_on,
                ends_on=fact.ends_on,
                mode="N" if ended else fact.mode,
                board_order=NO_DATE if ended or fact.renews_on is None else fact.renews_on,
            )
        )
    return RosterLink.objects.bulk_create(links)


def _units(
    houses: Sequence[House],
    lives: Sequence[Life],
    practices: Sequence[Practice],
    links: Sequence[RosterLink],
    day: dt.date,
) -> list[list[Term]]:
    """Write each person's units and the years that they paid for, then the free stock."""
    numbers = year_rules.windows()
    past: list[ledger.PastUnit] = []
    for life, link in zip(lives, links, strict=True):
        past += [
            _past_unit(life, link, number, practices[life.house], day)
            for number in range(life.years)
        ]
    units = iter(
        ledger.write_past_units(actor=DESK, units=past, source="demo", reason="Earlier order")
    )
    terms: list[list[Term]] = []
    for life in lives:
        own = []
        for number in range(life.years):
            starts_on, ends_before = life.year(number)
            again = number > 0
            own.append(
                Term(
                    person=life.person,
                    starts_on=starts_on,
                    ends_before=ends_before,
                    payer_practice=practices[life.house],
                    unit_id=next(units).pk,
                    previous_anchor=f"{life.anchor.month:02}-{life.anchor.day:02}" if again else "",
                    previous_lapses_on=year_rules.lapse_after(starts_on, numbers)
                    if again
                    else None,
                    created_at=noon(starts_on),
                )
            )
        terms.append(own)
    Term.objects.bulk_create([term for own in terms for term in own])
    bought = day - dt.timedelta(days=40)
    ledger.write_past_units(
        actor=DESK,
        units=[
            ledger.PastUnit(Payer(practice=p.pk), kind, noon(bought), expiry_of(bought, 12))
            for p, house in zip(practices, houses, strict=True)
            for kind, count in house.free.items()
            for _ in range(count)
        ],
        source="demo",
        reason="Order of last month",
    )
    return terms


def _past_unit(
    life: Life, link: RosterLink, number: int, practice: Practice, day: dt.date
) -> ledger.PastUnit:
    starts_on, ends_before = life.year(number)
    state = PartState.COMPLETED if ends_before <= day else PartState.STARTED
    parts = [ledger.PartGrant(PartKind.MEMBERSHIP, "", state, starts_on, ends_before)]
    kind = "renewal" if number else "membership"
    if life.package and not number:
        kind = "package"
        manual, hipaa, exam = life.learning
        parts += [
            ledger.PartGrant(PartKind.MANUAL, "", manual),
            ledger.PartGrant(PartKind.HIPAA, "", hipaa),
            ledger.PartGrant(PartKind.EXAM, GENERAL, exam),
        ]
    return ledger.PastUnit(
        payer=Payer(practice=practice.pk),
        kind=kind,
        purchased_at=noon(starts_on, 16),
        expires_on=expiry_of(starts_on, 12),
        held=ledger.Holding(link.pk, life.person.pk, parts),
        assigned_at=noon(starts_on),
    )


def _certificates(
    lives: Sequence[Life],
    practices: Sequence[Practice],
    terms: Sequence[Sequence[Term]],
    day: dt.date,
) -> None:
    """Issue the certificate of each person's last year."""
    kind = CertificateKind.MEMBERSHIP
    drafts = []
    for life, own in zip(lives, terms, strict=True):
        term, practice = own[-1], practices[life.house]
        drafts.append(
            credentials.Draft(
                kind=kind,
                person=life.person.pk,
                practice=practice.pk,
                term=term.pk,
                credential=None,
                starts_on=term.starts_on,
                ends_before=term.ends_before,
                content=certificate_content(
                    title=kind.label,
                    name=life.person.certificate_name,
                    credentials=[],
                    practice=practice.name,
                    physicians=[],
                    starts_on=term.starts_on,
                    ends_before=term.ends_before,
                    issued_on=term.starts_on,
                ),
            )
        )
    credentials.issue(drafts=drafts, now=noon(day - dt.timedelta(days=40)))
