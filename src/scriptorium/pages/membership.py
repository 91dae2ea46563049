"""A person's membership in words: its state, dates, payer and years, and the certificates."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.credentials import queries as credentials
from scriptorium.domains.memberships import queries as memberships
from scriptorium.domains.memberships import rules
from scriptorium.domains.memberships.enums import MembershipState, Mode
from scriptorium.domains.memberships.models import Membership
from scriptorium.domains.practices import queries as practices
from scriptorium.kernel.payer import Payer
from scriptorium.pages.person_timeline import Step, person_timeline
from scriptorium.pages.way_back import WayBack, way_back

TONES = {
    MembershipState.ACTIVE: "good",
    MembershipState.DUE: "soon",
    MembershipState.OVERDUE: "now",
    MembershipState.LAPSED: "now",
}


@dataclass(frozen=True, slots=True)
class Status:
    """A membership in words, with the dates that it has."""

    state: str
    tone: str
    dates: list[tuple[str, str]]
    mode: str
    payer: str


@dataclass(frozen=True, slots=True)
class CertificateLine:
    """One certificate with its PDF, or the word that it was voided."""

    number: str
    kind: str
    period: str
    url: str
    state: str


@dataclass(frozen=True, slots=True)
class TermLine:
    """One membership year."""

    starts: str
    ends: str
    payer: str
    state: str


@dataclass(frozen=True, slots=True)
class MembershipPage:
    """Everything on the membership page."""

    status: Status
    terms: list[TermLine]
    auto: bool
    back: WayBack | None
    timeline: list[Step]


def membership_page(*, person: Person, today: dt.date) -> MembershipPage:
    """Return a person's membership with all its years."""
    membership = memberships.of_people(people=[person.pk]).get(person.pk)
    payers = PayerWords(person)
    return MembershipPage(
        status=status_of(person=person, membership=membership, today=today),
        terms=[
            TermLine(
                rules.words(term.starts_on),
                rules.words(term.ends_before - dt.timedelta(days=1)),
                payers.of(Payer.of(term)),
                _term_state(term.starts_on, term.ends_before, term.voided_at, today),
            )
            for term in memberships.terms_of(person=person.pk)
        ],
        auto=membership is not None and membership.mode == Mode.AUTOMATIC,
        back=way_back(
            membership=membership,
            payer=Payer(person=person.pk),
            orders_page="/member/orders/",
            today=today,
        ),
        timeline=person_timeline(
            membership=membership, reader=Payer(person=person.pk), today=today
        ),
    )


def certificates_of(*, person: Person, today: dt.date) -> list[CertificateLine]:
    """Return a person's certificates, newest first."""
    lines = []
    for c in credentials.of_person(person=person.pk, practice=None):
        voided = hasattr(c, "void")
        state = "voided" if voided else "current"
        if not voided and today < c.starts_on:
            state = f"valid from {rules.words(c.starts_on)}"
        elif not voided and c.ends_before is not None and today >= c.ends_before:
            state = "of an earlier year"
        elif not voided and hasattr(c, "certificate"):
            state = "replaced by a newer one"
        period = f"since {rules.words(c.starts_on)}"
        if c.ends_before is not None:
            last = c.ends_before - dt.timedelta(days=1)
            period = f"{rules.words(c.starts_on)} to {rules.words(last)}"
        lines.append(
            CertificateLine(
                c.number,
                c.get_kind_display(),
                period,
                "" if voided else f"/member/certificates/{c.number}.pdf",
                state,
            )
        )
    return lines


def status_of(*, person: Person, membership: Membership | None, today: dt.date) -> Status:
    """Return a membership in words; somebody without one gets the words for that."""
    if membership is None:
        return Status("No membership", "", [], "", "")
    dates = rules.dates_of(membership)
    state = rules.state_on(dates, today, rules.windows())
    last = membership.renews_on - dt.timedelta(days=1)
    shown = [("Paid through", rules.words(last)), ("Renews on", rules.words(membership.renews_on))]
    if state == MembershipState.ENDED:
        ended = rules.ended_from(dates, rules.windows())
        shown = [("Paid through", rules.words(last)), ("Ended on", rules.words(ended))]
    elif membership.renews_on <= today:
        shown.append(("Lapses on" if today < membership.lapses_on else "Lapsed on",
                      rules.words(membership.lapses_on)))  # fmt: skip
    if state != MembershipState.ENDED and credentials.held_by(people=[person.pk]):
        shown.append(("Credential valid until", rules.words(last)))
    return Status(
        rules.state_words(state, membership.renews_on, today),
        TONES.get(state, ""),
        shown,
        Mode(membership.mode).label,
        PayerWords(person).of(Payer.of(membership)),
    )


class PayerWords:
    """Names payers to the person: themselves, or the practice by its name."""

    def __init__(self, person: Person) -> None:
        self.person = person
        links = practices.links_of_person(person=person.pk)
        self.names = {link.practice_id: link.practice.name for link in links}

    def of(self, payer: Payer) -> str:
        """Return who paid, in words."""
        if payer.practice is None:
            return "You" if payer.person == self.person.pk else "Somebody else"
        return self.names.get(payer.practice, "A practice")


def _term_state(
    starts_on: dt.date, ends_before: dt.date, voided_at: dt.datetime | None, today: dt.date
) -> str:
    if voided_at is not None:
        return "taken back"
    if today < starts_on:
        return "to come"
    return "running" if today < ends_before else "over"
