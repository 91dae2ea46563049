"""Adding people to a roster and inviting them (S10, S25, S38).

One way in for everybody: a single add and a chunk of an import are the same call.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from scriptorium.domains.accounts import queries as accounts
from scriptorium.domains.accounts.operations import invitation_token, token_hash
from scriptorium.domains.audit.operations import Happening, record_many
from scriptorium.domains.catalog.enums import ONE
from scriptorium.domains.catalog.queries import programme
from scriptorium.domains.ledger import operations as ledger
from scriptorium.domains.ledger.operations import NotEnoughUnits
from scriptorium.domains.notifications.operations import Mail, enqueue
from scriptorium.domains.practices import operations as practices
from scriptorium.domains.practices import queries as roster
from scriptorium.domains.practices.enums import InvitationKind
from scriptorium.domains.practices.models import Practice, RosterLink
from scriptorium.domains.practices.operations import AlreadyOnRoster, NewLink
from scriptorium.journeys.assignment_plan import plan_assignment
from scriptorium.kernel.actor import Actor
from scriptorium.kernel.payer import Payer
from scriptorium.kernel.references import new_reference

__all__ = ["AlreadyOnRoster", "Newcomer", "add_people", "add_person", "invite_again"]


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody to add: typed name, address, and optional details."""

    first_name: str
    last_name: str
    email: str
    phone: str = ""
    background: str = ""
    role: str = ""


def add_person(
    *,
    actor: Actor,
    practice: Practice,
    newcomer: Newcomer,
    kind: str,
    now: dt.datetime,
    today: dt.date,
) -> RosterLink:
    """Add one person, with a reserved unit of ``kind`` or without ("").

    Raises:
        AlreadyOnRoster: the address is on this roster.
        NotEnoughUnits: no unit of the kind is free; nobody was added.
    """
    if roster.links_by_email(practice=practice.pk, emails=[newcomer.email]):
        raise AlreadyOnRoster(f"{newcomer.email} is on the roster of {practice.name} already.")
    try:
        with transaction.atomic(durable=True):
            return add_people(
                actor=actor, practice=practice, newcomers=[newcomer], kind=kind, now=now,
                today=today,
            )[0]  # fmt: skip
    except IntegrityError as error:
        # The form was sent twice, and the first one has just committed.
        raise AlreadyOnRoster(
            f"{newcomer.email} is on the roster of {practice.name} already."
        ) from error


def add_people(
    *,
    actor: Actor,
    practice: Practice,
    newcomers: Sequence[Newcomer],
    kind: str,
    now: dt.datetime,
    today: dt.date,
) -> list[RosterLink]:
    """Add people inside the caller's transaction; every one gets an invitation by mail.

    Somebody who has an account elsewhere is asked to join; nothing about them is shown before
    they accept, and the unit stays reserved until then (issue 2, point 9).

    Arguments:
        kind: product kind to reserve for each, or "".

    Raises:
        NotEnoughUnits: fewer free units than people.
    """
    links = practices.add_links(
        practice=practice.pk,
        people=[
            NewLink(n.first_name, n.last_name, n.email, n.phone, n.background) for n in newcomers
        ],
        today=today,
    )
    for link, newcomer in zip(links, newcomers, strict=True):
        if newcomer.role:
            practices.give_role(link=link, role=newcomer.role, by=actor.reference, now=now)
    send_invitations(actor=actor, practice=practice, links=links, now=now)
    happenings = [
        Happening("roster.person_added", "link", link.reference, practice.reference,
                  {"name": link.name})
        for link in links
    ]  # fmt: skip
    if kind:
        happenings += reserve(
            actor=actor, practice=practice, links=links, kind=kind, now=now, today=today
        )
    record_many(actor=actor, happenings=happenings, now=now)
    return links


def reserve(
    *,
    actor: Actor,
    practice: Practice,
    links: Sequence[RosterLink],
    kind: str,
    now: dt.datetime,
    today: dt.date,
) -> list[Happening]:
    """Reserve a unit of a kind for each bare link that may have one; returns what to record.

    Raises:
        NotEnoughUnits: fewer free units than links.
    """
    payer = Payer(practice=practice.pk)
    plan = plan_assignment(payer=payer, links=links, kind=kind, choice="", today=today)
    if len(plan.eligible) < len(links):
        # The next one in line ended today; nobody is told of a unit that is worth nothing.
        raise NotEnoughUnits(kind, len(plan.eligible), len(links))
    ledger.hand_out(
        actor=actor,
        payer=payer,
        kind=kind,
        choice="",
        holdings=[ledger.Holding(p.link.pk, None, p.parts) for p in plan.eligible],
        action=None,
        now=now,
    )
    return [
        Happening("unit.reserved", "link", p.link.reference, practice.reference,
                  {"kind": ONE[kind], "name": p.link.name})
        for p in plan.eligible
    ]  # fmt: skip


def send_invitations(
    *, actor: Actor, practice: Practice, links: Sequence[RosterLink], now: dt.datetime
) -> None:
    """Open an invitation for each link and queue its mail, inside the caller's transaction."""
    known = accounts.by_email(emails=[link.email for link in links])
    references = [new_reference() for _ in links]
    tokens = [invitation_token(reference) for reference in references]
    kinds = [
        InvitationKind.JOIN
        if (person := known.get(link.email)) is not None and person.user_id is not None
        else InvitationKind.ACTIVATE
        for link in links
    ]
    days = programme().numbers.invitation_days
    invitations = practices.open_invitations(
        links=links,
        kinds=kinds,
        references=references,
        hashes=[token_hash(token) for token in tokens],
        days=days,
        now=now,
    )
    enqueue(
        mails=[
            Mail(
                "join" if invitation.kind == InvitationKind.JOIN else "invitation",
                link.email,
                link.name,
                f"invitation:{invitation.reference}",
                {
                    "practice": practice.name,
                    "by": actor.name,
                    "link": f"/invitation/{token}/",
                    "days": days,
                },
            )
            for invitation, link, token in zip(invitations, links, tokens, strict=True)
        ],
        now=now,
    )


@transaction.atomic(durable=True)
def invite_again(*, actor: Actor, practice: Practice, link: RosterLink, now: dt.datetime) -> None:
    """Send a fresh invitation to somebody who has not accepted; the older link stops working.

    Raises:
        AlreadyOnRoster: the person accepted already, or left.
    """
    if link.person_id is not None:
        raise AlreadyOnRoster(f"{link.name} accepted the invitation already.")
    if link.ended_at is not None:
        raise AlreadyOnRoster(f"{link.name} left the roster; add the person again instead.")
    send_invitations(actor=actor, practice=practice, links=[link], now=now)
    record_many(
        actor=actor,
        happenings=[
            Happening("roster.invitation_resent", "link", link.reference, practice.reference,
                      {"name": link.name})
        ],
        now=now,
    )  # fmt: skip
