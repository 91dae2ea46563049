"""A practice and a person as staff see them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.audit import queries as audit
from scriptorium.domains.catalog.enums import ProductKind
from scriptorium.domains.catalog.queries import programme
from scriptorium.domains.credentials import queries as credentials
from scriptorium.domains.ledger import queries as ledger
from scriptorium.domains.memberships import queries as memberships
from scriptorium.domains.memberships import rules
from scriptorium.domains.memberships.enums import Mode
from scriptorium.domains.practices import queries as practices
from scriptorium.domains.practices.models import Practice
from scriptorium.kernel.payer import Payer
from scriptorium.pages.office_credentials import CredentialLine, credential_lines


@dataclass(frozen=True, slots=True)
class StockLine:
    """What a practice has of one kind."""

    kind: str
    title: str
    free: int
    reserved: int
    in_use: int
    expiry: str


@dataclass(frozen=True, slots=True)
class PracticePage:
    """Everything on a practice's office page."""

    name: str
    reference: str
    primary: str
    primary_email: str
    primary_url: str
    facts: list[tuple[str, str]]
    stock: list[StockLine]
    events: list[audit.Line]


@dataclass(frozen=True, slots=True)
class LinkLine:
    """A practice that the person is or was on the roster of."""

    practice: str
    practice_reference: str
    practice_url: str
    link_reference: str
    period: str
    live: bool


@dataclass(frozen=True, slots=True)
class PersonPage:
    """Everything on a person's office page."""

    name: str
    reference: str
    facts: list[tuple[str, str]]
    membership: list[tuple[str, str]]
    lapses_on: dt.date | None
    pays_herself: bool
    links: list[LinkLine]
    credentials: list[CredentialLine]
    hidden: bool
    certificates: list[tuple[str, str, str, str]]

    @property
    def live_links(self) -> list[LinkLine]:
        """The practices whose roster the person is on now."""
        return [link for link in self.links if link.live]


def practice_page(*, practice: Practice) -> PracticePage:
    """Return a practice with its stock and newest events."""
    stock = ledger.stock_of(payer=Payer(practice=practice.pk))
    address = ", ".join(
        filter(None, [practice.street, practice.city, practice.region, practice.postal_code])
    )
    return PracticePage(
        name=practice.name,
        reference=practice.reference,
        primary=practice.primary.name,
        primary_email=practice.primary.email,
        primary_url=f"/office/people/{practice.primary.reference}/",
        facts=[
            ("People", f"{practice.counter.people:,}, {practice.counter.invited:,} invited"),
            ("Address", address),
            ("Phone", practice.phone),
            ("E-mail for invoices", practice.billing_email),
        ],
        stock=[
            StockLine(
                kind.value,
                kind.label,
                line.free,
                line.reserved,
                line.in_use,
                f"{line.expiring} on {rules.words(line.first_expiry)}" if line.first_expiry else "",
            )
            for kind in ProductKind
            for line in [stock[kind]]
        ],
        events=audit.of_practice(practice=practice.reference, limit=20),
    )


def person_page(*, person: Person, today: dt.date) -> PersonPage:
    """Return a person with practices, membership, credentials and certificates."""
    membership = memberships.of_people(people=[person.pk]).get(person.pk)
    address = ", ".join(
        filter(None, [person.street, person.city, person.region, person.postal_code])
    )
    shown = []
    if membership is not None:
        state = rules.state_on(rules.dates_of(membership), today, rules.windows())
        shown = [
            ("State", rules.state_words(state, membership.renews_on, today)),
            ("Paid through", rules.words(membership.renews_on - dt.timedelta(days=1))),
            ("Renews on", rules.words(membership.renews_on)),
            ("Lapses on", rules.words(membership.lapses_on)),
            ("Renewal", Mode(membership.mode).label),
        ]
        if membership.cancelled_on is not None:
            shown.append(("Cancelled, ends on", rules.words(membership.cancelled_on)))
    return PersonPage(
        name=person.name,
        reference=person.reference,
        facts=[
            ("E-mail", person.email),
            ("Phone", person.phone),
            ("Address", address),
            ("Background", programme().backgrounds.get(person.background, "")),
            ("Name on certificates", person.certificate_name),
            ("Account", "active" if person.user_id else "not set up yet"),
        ],
        membership=shown,
        lapses_on=membership.lapses_on if membership else None,
        pays_herself=membership is not None and Payer.of(membership) == Payer(person=person.pk),
        links=[
            LinkLine(
                link.practice.name,
                link.practice.reference,
                f"/office/practices/{link.practice.reference}/",
                link.reference,
                _period(link.starts_on, link.ends_before),
                link.ended_at is None,
            )
            for link in practices.links_of_person(person=person.pk)
        ],
        credentials=credential_lines(person=person, today=today),
        hidden=person.hidden,
        certificates=[
            (
                c.number,
                c.get_kind_display(),
                _period(c.starts_on, c.ends_before),
                "voided" if hasattr(c, "void") else "replaced" if hasattr(c, "certificate") else "",
            )
            for c in credentials.of_person(person=person.pk, practice=None)
        ],
    )


def _period(starts_on: dt.date, ends_before: dt.date | None) -> str:
    if ends_before is None:
        return f"since {rules.words(starts_on)}"
    last = ends_before - dt.timedelta(days=1)
    return f"{rules.words(starts_on)} to {rules.words(last)}"
