"""What a member sees at home: one next step, the membership, what is assigned, certificates."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.catalog.enums import PartKind
from scriptorium.domains.catalog.queries import programme
from scriptorium.domains.credentials import queries as credentials
from scriptorium.domains.ledger import queries as ledger
from scriptorium.domains.ledger.enums import PartState
from scriptorium.domains.memberships import queries as memberships
from scriptorium.domains.memberships import rules
from scriptorium.domains.memberships.enums import MembershipState, Mode
from scriptorium.domains.memberships.models import Membership
from scriptorium.domains.practices import queries as practices
from scriptorium.kernel.payer import Payer

TONES = {
    MembershipState.ACTIVE: "good",
    MembershipState.DUE: "soon",
    MembershipState.OVERDUE: "now",
    MembershipState.LAPSED: "now",
}
WAITING = {
    PartKind.MANUAL: "Assigned to you. Reading opens here soon.",
    PartKind.HIPAA: "Assigned to you. The lessons open here soon.",
    PartKind.EXAM: "Assigned to you. The exam opens here soon.",
    PartKind.CE: "Assigned to you. The course opens here soon.",
}
LATER = {
    PartState.STARTED: "Started.",
    PartState.COMPLETED: "Completed.",
    PartState.WAIVED: "Waived: you had one already.",
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
class NextStep:
    """The one thing to do now: what, why and by when, and where."""

    words: str
    detail: str
    tone: str
    url: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class AssignedPart:
    """Something assigned and where it stands."""

    name: str
    words: str


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
class Home:
    """Everything on the home page."""

    name: str
    next: NextStep
    status: Status
    parts: list[AssignedPart]
    certificates: list[CertificateLine]
    practices: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class MembershipPage:
    """Everything on the membership page."""

    status: Status
    terms: list[TermLine]
    auto: bool


def member_home(*, person: Person, now: dt.datetime, today: dt.date) -> Home:
    """Return a person's home page."""
    membership = memberships.of_people(people=[person.pk]).get(person.pk)
    certificates = certificates_of(person=person, today=today)
    return Home(
        name=person.first_name or person.name,
        next=_next_step(person, membership, now, today),
        status=status_of(person=person, membership=membership, today=today),
        parts=_parts(person),
        certificates=certificates,
        practices=[
            (link.practice.name, f"since {rules.words(link.starts_on)}")
            for link in practices.links_of_person(person=person.pk)
            if link.ended_at is None
        ],
    )


def membership_page(*, person: Person, today: dt.date) -> MembershipPage:
    """Return a person's membership with all its years."""
    membership = memberships.of_people(people=[person.pk]).get(person.pk)
    payers = _PayerWords(person)
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
    )


def certificates_of(*, person: Person, today: dt.date) -> list[CertificateLine]:
    """Return a person's certificates, newest first."""
    lines = []
    for c in credentials.of_person(person=person.pk, practice=None):
        voided = hasattr(c, "void")
        state = "voided" if voided else "current"
        if not voided and today < c.starts_on:
            state = f"valid from {rules.words(c.starts_on)}"
        elif not voided and today >= c.ends_before:
            state = "of an earlier year"
        last = c.ends_before - dt.timedelta(days=1)
        lines.append(
            CertificateLine(
                c.number,
                c.get_kind_display(),
                f"{rules.words(c.starts_on)} to {rules.words(last)}",
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
        _PayerWords(person).of(Payer.of(membership)),
    )


class _PayerWords:
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


def _next_step(
    person: Person, membership: Membership | None, now: dt.datetime, today: dt.date
) -> NextStep:
    """Return the first thing that applies: hand-over, membership, account, nothing."""
    for proposal in practices.hand_overs_for(person=person.pk):
        if proposal.expires_at > now:
            return NextStep(
                f"Answer: will you run {proposal.practice.name}?",
                f"{proposal.from_person.name} asks you to become primary administrator."
                " It takes a minute.",
                "soon",
                f"/practice/{proposal.practice.reference}/roles/",
                "See the hand-over",
            )
    if membership is None:
        return NextStep(
            "Get a membership",
            "You have none yet. Your practice can assign one to you, or ask us for a price.",
            "",
            "/contact/?topic=more&kind=membership",
            "Write to us",
        )
    return _membership_step(person, membership, today)


def _membership_step(person: Person, membership: Membership, today: dt.date) -> NextStep:
    state = rules.state_on(rules.dates_of(membership), today, rules.windows())
    own = Payer.of(membership) == Payer(person=person.pk)
    who = "You pay" if own else f"{_PayerWords(person).of(Payer.of(membership))} pays"
    if state == MembershipState.ENDED:
        return NextStep(
            "Your membership has ended",
            f"It can be reinstated for {programme().numbers.reinstatement_price}.",
            "now",
            "/contact/?topic=more&kind=membership",
            "Write to us",
        )
    if state in {MembershipState.OVERDUE, MembershipState.LAPSED, MembershipState.DUE}:
        deadline = membership.renews_on
        if state == MembershipState.OVERDUE:
            deadline = membership.lapses_on
        by = "" if state == MembershipState.LAPSED else f" Renew by {rules.words(deadline)}."
        words = rules.state_words(state, membership.renews_on, today)
        ask = "Ask us to renew it." if own else "Ask your administrator to assign a renewal."
        return NextStep(
            f"Your membership: {words[0].lower()}{words[1:]}",
            f"{who} for it.{by} {ask}",
            TONES[state],
            "/contact/?topic=more&kind=renewal" if own else "",
            "Write to us" if own else "",
        )
    if not person.phone:
        return NextStep(
            "Add a phone number to your profile",
            "It takes a minute, and we can reach you when mail does not. Your membership is in"
            " order.",
            "good",
            "/member/profile/",
            "Open your profile",
        )
    return NextStep(
        "Nothing to do now",
        f"Your membership is in order and renews on {rules.words(membership.renews_on)}.",
        "good",
    )


def _parts(person: Person) -> list[AssignedPart]:
    found = []
    for part in ledger.live_parts(people=[person.pk]).get(person.pk, []):
        kind = PartKind(part.kind)
        if kind == PartKind.MEMBERSHIP:
            continue
        name = kind.label
        if kind == PartKind.EXAM:
            name = programme().exam_name(part.choice)
        elif kind == PartKind.CE:
            course = programme().courses.get(part.choice, "course not chosen yet")
            name = f"{kind.label}: {course}"
        state = PartState(part.state)
        words = LATER.get(state, WAITING[kind])
        found.append(AssignedPart(name, words))
    return found
