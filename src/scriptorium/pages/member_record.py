"""A member's record as a practice sees it: states, years, certificates, contact, history."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from scriptorium.domains.audit import queries as audit
from scriptorium.domains.catalog.enums import ONE
from scriptorium.domains.credentials import queries as credentials
from scriptorium.domains.ledger import queries as ledger
from scriptorium.domains.ledger.enums import UnitState
from scriptorium.domains.memberships import queries as memberships
from scriptorium.domains.memberships import rules
from scriptorium.domains.memberships.enums import RENEWAL
from scriptorium.domains.memberships.models import Membership
from scriptorium.domains.practices import queries as practices
from scriptorium.domains.practices.enums import PracticeRole
from scriptorium.domains.practices.models import Practice, RosterLink
from scriptorium.domains.practices.rules import days_left
from scriptorium.kernel import clock
from scriptorium.kernel.payer import Payer
from scriptorium.pages.board import MODE_WORDS, state_of_row
from scriptorium.pages.marks import Mark, marks_of
from scriptorium.pages.person_timeline import Step, person_timeline
from scriptorium.pages.way_back import WayBack, way_back

EXPLANATIONS = {
    ("membership", "none"): "No membership. Assign a package or a membership.",
    ("membership", "assigned"): "Starts when the invitation is accepted.",
    ("membership", "started"): "Paid and in force.",
    ("membership", "expired"): "The paid year is over. Assign a renewal to continue it.",
    ("certificate", "none"): "No certificate yet; one is issued with each membership year.",
    ("certificate", "passed"): "A certificate covers today, or the grace after its year.",
    ("certificate", "expired"): "Only certificates of earlier years.",
}
OTHERWISE = {
    "none": "Not assigned.",
    "assigned": "Assigned; not opened yet.",
    "started": "Opened and under way.",
    "passed": "Completed.",
    "failed": "Not passed; the record says what is possible next.",
    "expired": "Expired.",
    "waived": "Waived: the person had one open already.",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One of the seven with its explanation."""

    part: str
    state: str
    label: str
    explanation: str


@dataclass(frozen=True, slots=True)
class TermLine:
    """One membership year."""

    starts: str
    ends: str
    who_paid: str
    state: str


@dataclass(frozen=True, slots=True)
class CertificateLine:
    """One certificate with its address."""

    number: str
    kind: str
    year: int
    url: str
    state: str


@dataclass(frozen=True, slots=True)
class UnitLine:
    """One unit that this practice paid for."""

    reference: str
    kind: str
    state: str
    since: str
    held: bool


@dataclass(frozen=True, slots=True)
class Supervisor:
    """A supervising physician with dates."""

    reference: str
    name: str
    starts: str
    ends: str


@dataclass(frozen=True, slots=True)
class Record:
    """Everything on the page."""

    reference: str
    name: str
    email: str
    phone: str
    background: str
    base_url: str
    can_manage: bool
    status: str
    renewal: str
    mode: str
    mode_words: str
    mode_reason: str
    invited: bool
    invitation_words: str
    ended: str
    certificate_name: str
    roles: list[str]
    held_roles: list[str]
    is_primary: bool
    parts: list[Part]
    terms: list[TermLine]
    timeline: list[Step]
    certificates: list[CertificateLine]
    units: list[UnitLine]
    supervisors: list[Supervisor]
    events: list[audit.Line]
    mode_url: str
    end_url: str
    release_url: str
    invite_url: str
    details_url: str
    back: WayBack | None


def member_record(
    *,
    practice: Practice,
    link: RosterLink,
    can_manage: bool,
    now: dt.datetime,
    today: dt.date,
) -> Record:
    """Return the record of one roster link, ended ones included."""
    state = state_of_row(link, today)
    marks = marks_of(links=[link], membership={link.pk: state}, today=today)[link.pk]
    base = f"/practice/{practice.reference}/people/{link.reference}/"
    held_roles = [role.role for role in practices.roles_of(links=[link.pk]).get(link.pk, [])]
    invitation = practices.open_invitations(links=[link.pk]).get(link.pk)
    held = None
    if link.person_id is not None:
        held = memberships.of_people(people=[link.person_id]).get(link.person_id)
    mode = "N" if RENEWAL[state] == "none" else link.mode
    return Record(
        reference=link.reference,
        name=link.name,
        email=link.person.email if link.person else link.email,
        phone=(link.person.phone if link.person else "") or link.phone,
        background=(link.person.background if link.person else "") or link.background,
        base_url=base,
        can_manage=can_manage and link.ended_at is None,
        status=rules.state_words(state, link.renews_on, today),
        renewal=RENEWAL[state],
        mode=mode,
        mode_words=MODE_WORDS[mode],
        mode_reason=_mode_reason(practice, link, held),
        invited=link.person_id is None,
        invitation_words=_invitation_words(link, invitation, now),
        ended=f"Left on {rules.words(link.ends_before - dt.timedelta(days=1))}"
        if link.ends_before
        else "",
        certificate_name=link.person.certificate_name if link.person else link.name,
        roles=[PracticeRole(role).label for role in held_roles],
        held_roles=held_roles,
        is_primary=link.person_id is not None and link.person_id == practice.primary_id,
        parts=[_part(mark) for mark in marks],
        terms=_terms(practice, link),
        timeline=person_timeline(membership=held, reader=Payer(practice=practice.pk), today=today)
        if link.ended_at is None
        else [],
        certificates=_certificates(practice, link, today),
        units=_units(practice, link),
        supervisors=_supervisors(practice, link),
        events=audit.of_subject(kind="link", reference=link.reference, practice=practice.reference),
        mode_url=f"{base}mode/",
        end_url=f"{base}end/",
        release_url=f"{base}release/",
        invite_url=f"{base}invite/",
        details_url=f"{base}details/",
        back=_way_back(practice, link, today),
    )


def _way_back(practice: Practice, link: RosterLink, today: dt.date) -> WayBack | None:
    if link.person_id is None or link.ended_at is not None:
        return None
    return way_back(
        membership=memberships.of_people(people=[link.person_id]).get(link.person_id),
        payer=Payer(practice=practice.pk),
        orders_page=f"/practice/{practice.reference}/orders/",
        today=today,
    )


def _part(mark: Mark) -> Part:
    words = EXPLANATIONS.get((mark.part, mark.state)) or OTHERWISE[mark.state]
    return Part(mark.part, mark.state, mark.label, words)


def _invitation_words(link: RosterLink, invitation: object, now: dt.datetime) -> str:
    if link.person_id is not None or link.ended_at is not None:
        return ""
    if invitation is None:
        return "The invitation expired and its units were returned. Send it again."
    left = days_left(invitation.expires_at, now)  # type: ignore[attr-defined]
    return f"Invited; the link is good for {left} more {'day' if left == 1 else 'days'}."


def _mode_reason(practice: Practice, link: RosterLink, membership: Membership | None) -> str:
    if link.person_id is None:
        return "The invitation is not accepted yet."
    if membership is None:
        return "There is no membership to renew."
    if Payer.of(membership) != Payer(practice=practice.pk):
        return "Another payer pays for this membership and decides how it renews."
    return ""


def _terms(practice: Practice, link: RosterLink) -> list[TermLine]:
    if link.person_id is None:
        return []
    ours = Payer(practice=practice.pk)
    return [
        TermLine(
            rules.words(term.starts_on),
            rules.words(term.ends_before - dt.timedelta(days=1)),
            "This practice" if Payer.of(term) == ours else "Another payer",
            "taken back" if term.voided_at else "paid",
        )
        for term in memberships.terms_of(person=link.person_id)
    ]


def _certificates(practice: Practice, link: RosterLink, today: dt.date) -> list[CertificateLine]:
    if link.person_id is None:
        return []
    base = f"/practice/{practice.reference}/certificates/"
    lines = []
    for c in credentials.of_person(person=link.person_id, practice=practice.pk):
        voided = hasattr(c, "void")
        assert c.ends_before is not None, "what a practice sees belongs to a year"
        words = (
            "voided" if voided else "current" if c.starts_on <= today < c.ends_before else "past"
        )
        if not voided and hasattr(c, "certificate"):
            words = "replaced"
        elif not voided and today < c.starts_on:
            words = f"from {rules.words(c.starts_on)}"
        lines.append(
            CertificateLine(c.number, c.get_kind_display(), c.year, f"{base}{c.number}.pdf", words)
        )
    return lines


def _units(practice: Practice, link: RosterLink) -> list[UnitLine]:
    return [
        UnitLine(
            unit.reference,
            ONE[unit.kind],
            UnitState(unit.state).label.lower(),
            rules.words(clock.day_of(unit.assigned_at)) if unit.assigned_at else "",
            unit.state in {UnitState.RESERVED, UnitState.ASSIGNED, UnitState.STARTED},
        )
        for unit in ledger.units_of_link(link=link.pk)
        if unit.payer_practice_id == practice.pk
    ]


def _supervisors(practice: Practice, link: RosterLink) -> list[Supervisor]:
    if link.person_id is None:
        return []
    return [
        Supervisor(
            s.reference,
            s.physician.certificate_name,
            rules.words(s.starts_on),
            rules.words(s.ends_before - dt.timedelta(days=1)) if s.ends_before else "",
        )
        for s in practices.supervisions(practice=practice.pk, scribe=link.person_id)
    ]
