"""Accepting an invitation: a login is made or a practice joined, and reserved units are used."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from scriptorium.domains.accounts import operations as accounts
from scriptorium.domains.accounts import queries as people
from scriptorium.domains.accounts.models import Person
from scriptorium.domains.accounts.operations import WeakPassword
from scriptorium.domains.audit.operations import Happening, record_many
from scriptorium.domains.ledger import operations as ledger
from scriptorium.domains.ledger import queries as stock
from scriptorium.domains.ledger.enums import PartState, UnitState
from scriptorium.domains.memberships import operations as memberships
from scriptorium.domains.memberships import queries as dates
from scriptorium.domains.memberships import rules as year_rules
from scriptorium.domains.memberships.models import Membership
from scriptorium.domains.memberships.rules import CannotApply
from scriptorium.domains.practices import operations as practices
from scriptorium.domains.practices import queries as roster
from scriptorium.domains.practices.enums import InvitationKind
from scriptorium.domains.practices.models import Invitation, RosterLink
from scriptorium.journeys.assignment_plan import Opening, decide
from scriptorium.journeys.issue_certificates import issue_for_terms
from scriptorium.kernel.actor import Actor, ActorKind
from scriptorium.kernel.payer import Payer

__all__ = ["InvitationClosed", "WeakPassword", "WrongPerson", "activate", "find", "join"]


class InvitationClosed(Exception):
    """The link was used, replaced, withdrawn, or its 14 days are over."""


class WrongPerson(Exception):
    """Somebody else is signed in than the one who was invited."""


@dataclass(frozen=True, slots=True)
class Open:
    """What the invitation page shows."""

    invitation: Invitation
    practice: str
    name: str
    email: str
    joins: bool


def find(*, token: str, now: dt.datetime) -> Open:
    """Return an open invitation by its secret.

    Raises:
        InvitationClosed: one wording for unknown, used and expired links.
    """
    invitation = roster.invitation_by_hash(token_hash=accounts.token_hash(token))
    if (
        invitation is None
        or invitation.accepted_at is not None
        or invitation.closed_at is not None
        or invitation.expires_at <= now
        or invitation.link.ended_at is not None
    ):
        raise InvitationClosed(
            "This invitation was used already or is over. Ask your practice to send it again."
        )
    link = invitation.link
    return Open(
        invitation,
        link.practice.name,
        link.name,
        link.email,
        invitation.kind == InvitationKind.JOIN,
    )


@transaction.atomic(durable=True)
def activate(*, token: str, password: str, now: dt.datetime, today: dt.date) -> Person:
    """Make the invited person's login and put them on the roster.

    Raises:
        InvitationClosed: the link is no longer good, or its owner has an account by now.
        WeakPassword: the password does not pass; nothing was done.
    """
    found = find(token=token, now=now)
    _claim(found.invitation, now)
    link = found.invitation.link
    person = people.by_email(emails=[link.email]).get(link.email)
    if person is None:
        person = accounts.create_person(
            first_name=link.first_name,
            last_name=link.last_name,
            email=link.email,
            background=link.background,
            now=now,
        )
    if person.user_id is not None:
        raise InvitationClosed("You have an account already. Sign in with it to accept.")
    accounts.give_login(person=person, password=password, now=now)
    record_many(
        actor=Actor(ActorKind.PERSON, person.reference, person.name),
        happenings=[
            Happening("account.activated", "person", person.reference, "", {"name": person.name})
        ],
        now=now,
    )
    _accept(found.invitation, person, now, today)
    return person


@transaction.atomic(durable=True)
def join(*, token: str, person: Person, now: dt.datetime, today: dt.date) -> None:
    """Put a signed-in person on the roster that asked for them.

    Raises:
        InvitationClosed: the link is no longer good.
        WrongPerson: the invitation is for another address.
    """
    found = find(token=token, now=now)
    owner = people.by_email(emails=[found.email]).get(found.email)
    if owner is None or owner.pk != person.pk:
        raise WrongPerson(
            "This invitation is for another e-mail address. Sign in with that account to accept."
        )
    _claim(found.invitation, now)
    _accept(found.invitation, person, now, today)


def _claim(invitation: Invitation, now: dt.datetime) -> None:
    """Use the invitation up before anything else, so that a second click waits here and ends."""
    if not practices.accept_invitation(invitation=invitation, now=now):
        raise InvitationClosed("This invitation was used a moment ago.")


def _accept(invitation: Invitation, person: Person, now: dt.datetime, today: dt.date) -> None:
    roster.lock_people(people=[person.pk], links=[invitation.link_id])
    link = invitation.link
    actor = Actor(ActorKind.PERSON, person.reference, person.name)
    if roster.live_link_of(practice=link.practice_id, person=person.pk) is not None:
        raise InvitationClosed(
            f"You are on the roster of {link.practice.name} already, under another address."
            " Ask the practice to remove this second row."
        )
    practices.join_person(link=link, person=person.pk)
    happenings = [
        Happening(
            "roster.joined", "link", link.reference, link.practice.reference, {"name": person.name}
        )
    ]
    memberships_of = dates.of_people(people=[person.pk], lock=True)
    _use_reserved(actor, link, person, memberships_of, now, today)
    facts = year_rules.row_facts(memberships_of.values()) or {person.pk: year_rules.NO_MEMBERSHIP}
    practices.refresh_rows(facts=facts, today=today)
    record_many(actor=actor, happenings=happenings, now=now)


def _use_reserved(
    actor: Actor,
    link: RosterLink,
    person: Person,
    memberships_of: dict[int, Membership],
    now: dt.datetime,
    today: dt.date,
) -> None:
    """Use the units that waited for the person; what the person has already goes back."""
    units = stock.locked_units_of_link(link=link.pk, states=[UnitState.RESERVED])
    held = {
        (part.kind, part.choice)
        for part in stock.live_parts(people=[person.pk]).get(person.pk, [])
        if part.state in {PartState.ASSIGNED, PartState.STARTED}
    }
    accepted, grants = [], {}
    refused: list[stock.Unit] = []
    over: list[stock.Unit] = []
    for unit in units:
        planned = Opening()
        membership = memberships_of.get(person.pk)
        try:
            decide(
                planned,
                kind=unit.kind,
                choice=unit.choice,
                dates=year_rules.dates_of(membership) if membership else None,
                held=held,
                today=today,
                ends_before=unit.ends_before,
            )
        except CannotApply:
            (over if unit.ends_before and unit.ends_before <= today else refused).append(unit)
            continue
        accepted.append(unit)
        grants[unit.pk] = planned.parts
        held |= {(p.kind, p.choice) for p in planned.parts if p.state != PartState.WAIVED}
        if planned.year is not None:
            terms = memberships.add_years(
                grants=[memberships.YearGrant(person.pk, planned.year, unit.pk)],
                memberships=memberships_of,
                payer=Payer.of(unit),
                now=now,
            )
            issue_for_terms(practice=link.practice, terms=terms, now=now, today=today)
    ledger.accept_reserved(actor=actor, units=accepted, person=person.pk, grants=grants, now=now)
    for back, why in (
        (refused, "The person has this already"), (over, "The day it ends by came before this")
    ):  # fmt: skip
        ledger.release_units(actor=actor, units=back, reason=why, today=today, now=now)
    due = stock.membership_parts(
        units=[unit.pk for unit in accepted], state=PartState.ASSIGNED, by=today
    )
    if due:
        ledger.move_parts(actor=actor, parts=due, to=PartState.STARTED, now=now)
