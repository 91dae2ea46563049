"""What a member sees at home: one next step, the way to certification, membership, certificates."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.catalog.enums import PartKind
from scriptorium.domains.catalog.queries import programme
from scriptorium.domains.exams import queries as exams
from scriptorium.domains.exams.rules import sitting as sitting_rules
from scriptorium.domains.ledger.enums import PartState
from scriptorium.domains.memberships import queries as memberships
from scriptorium.domains.memberships import rules
from scriptorium.domains.memberships.enums import MembershipState
from scriptorium.domains.memberships.models import Membership
from scriptorium.domains.practices import queries as practices
from scriptorium.kernel.payer import Payer
from scriptorium.pages.membership import (
    TONES,
    CertificateLine,
    PayerWords,
    Status,
    certificates_of,
    status_of,
)
from scriptorium.pages.study import duration
from scriptorium.pages.way import ASK, Standing, Step, standing_of, way_of

_EDUCATION = {
    PartState.ASSIGNED: "Assigned to you",
    PartState.STARTED: "Started",
    PartState.COMPLETED: "Completed",
    PartState.WAIVED: "Waived: you had one already",
}


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
    """A course of continuing education and where it stands."""

    name: str
    words: str


@dataclass(frozen=True, slots=True)
class Home:
    """Everything on the home page."""

    name: str
    next: NextStep
    way: list[Step]
    status: Status
    education: list[AssignedPart]
    certificates: list[CertificateLine]
    practices: list[tuple[str, str]]


def member_home(*, person: Person, now: dt.datetime, today: dt.date) -> Home:
    """Return a person's home page."""
    membership = memberships.of_people(people=[person.pk]).get(person.pk)
    standing = standing_of(person=person, membership=membership, today=today)
    way = way_of(standing)
    return Home(
        name=person.first_name or person.name,
        next=_next_step(standing, way, now),
        way=way,
        status=status_of(person=person, membership=membership, today=today),
        education=_education(standing),
        certificates=certificates_of(person=person, today=today),
        practices=[
            (link.practice.name, f"since {rules.words(link.starts_on)}")
            for link in standing.links
            if link.ended_at is None
        ],
    )


def _next_step(standing: Standing, way: list[Step], now: dt.datetime) -> NextStep:
    """Return what applies first: exam, hand-over, membership, the way, account, nothing."""
    person, membership = standing.person, standing.membership
    running = _running_step(person, now)
    if running is not None:
        return running
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
    urgent = _membership_step(standing, membership) if membership else None
    step = next((step for step in way if step.state == "now" and step.key != "membership"), None)
    if urgent is not None or (step is None and membership is None):
        return urgent or _first_membership(standing)
    if step is not None:
        return NextStep(step.words, _sentence(step), "", step.url, step.label)
    if not person.phone:
        return NextStep(
            "Add a phone number to your profile",
            "It takes a minute, and we can reach you when mail does not. Your membership is in"
            " order.",
            "good",
            "/member/profile/",
            "Open your profile",
        )
    assert membership is not None
    return NextStep(
        "Nothing to do now",
        f"Your membership is in order and renews on {rules.words(membership.renews_on)}.",
        "good",
    )


def _first_membership(standing: Standing) -> NextStep:
    """Return the way to a first membership: the practice's, or one's own."""
    if any(link.ended_at is None for link in standing.links):
        words = "You have none yet. Your practice can assign one to you, or you buy it yourself."
    else:
        words = "You have none yet. Buy one for yourself, alone or with the manual and the exam."
    return NextStep("Get a membership", words, "", "/member/store/", "Open the store")


def _running_step(person: Person, now: dt.datetime) -> NextStep | None:
    """Return the way back to the exam that a person is in: its clock goes on."""
    sitting = exams.open_of_person(person=person.pk)
    if sitting is None:
        return None
    deadline = sitting_rules.effective_deadline(
        deadline_at=sitting.deadline_at, credit_seconds=exams.credit_of(sitting)
    )
    minutes = sitting_rules.seconds_left(deadline=deadline, now=now) // 60
    left = f"{duration(minutes)} left" if minutes else "Less than a minute left"
    return NextStep(
        f"Go on with {sitting.form.exam_version.title}",
        f"You are in this exam, and its clock goes on: {left}. Every answer that said Saved is"
        " kept.",
        "now",
        f"/member/exams/{sitting.reference}/",
        "Back to the exam",
    )


def _sentence(step: Step) -> str:
    """Return how a step stands, how long it takes, by when, and who can unblock it."""
    takes = f"Takes {step.takes[0].lower()}{step.takes[1:]}." if step.takes else ""
    helper = "" if step.who == "You" else f"{step.who}."
    return " ".join(part for part in (f"{step.status}.", takes, f"{step.by}.", helper) if part)


def _way_back(membership: Membership, today: dt.date) -> str:
    windows = rules.windows()
    if rules.is_forgotten(rules.dates_of(membership), today, windows):
        return "A certification package begins anew, with the exam."
    return f"It can be reinstated for {windows.reinstatement_price}."


def _membership_step(standing: Standing, membership: Membership) -> NextStep | None:
    """Return what a membership asks for, or None while it is in order."""
    today, person = standing.today, standing.person
    state = rules.state_on(rules.dates_of(membership), today, rules.windows())
    own = Payer.of(membership) == Payer(person=person.pk)
    if state == MembershipState.ENDED:
        return NextStep(
            "Your membership has ended",
            _way_back(membership, today),
            "now",
            "/member/membership/",
            "See the way back",
        )
    if state not in {MembershipState.OVERDUE, MembershipState.LAPSED, MembershipState.DUE}:
        return None
    who = "You pay" if own else f"{PayerWords(person).of(Payer.of(membership))} pays"
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
        f"{ASK}renewal" if own else "",
        "Write to us" if own else "",
    )


def _education(standing: Standing) -> list[AssignedPart]:
    courses = programme().courses
    return [
        AssignedPart(
            f"Continuing education: {courses.get(part.choice, 'course not chosen yet')}",
            _EDUCATION.get(PartState(part.state), ""),
        )
        for part in standing.of_kind(PartKind.CE)
    ]
