"""Handing a practice over: proposed by the primary administrator, effective on acceptance.

Roles are read on every request, so the old administrator's next click is refused and the new
one's works, without anybody signing out (S21, STANDARDS row 37).
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from scriptorium.domains.audit.operations import Happening, record
from scriptorium.domains.catalog.queries import programme
from scriptorium.domains.notifications.operations import Mail, enqueue
from scriptorium.domains.practices import operations as practices
from scriptorium.domains.practices import queries as roster
from scriptorium.domains.practices.enums import PracticeRole
from scriptorium.domains.practices.models import HandOver, Practice, RosterLink
from scriptorium.kernel.actor import Actor


class CannotHandOver(Exception):
    """The proposal cannot be made or accepted; the text says why."""


@transaction.atomic(durable=True)
def propose(
    *, actor: Actor, practice: Practice, to: RosterLink, stays_deputy: bool, now: dt.datetime
) -> HandOver:
    """Ask somebody on the roster to become primary administrator.

    Raises:
        CannotHandOver: the person has no account here yet, or is primary already.
    """
    if to.person is None or to.person.user_id is None or to.ended_at is not None:
        raise CannotHandOver(f"{to.name} has not set up an account yet, so cannot take over.")
    if to.person_id == practice.primary_id:
        raise CannotHandOver(f"{to.name} is the primary administrator already.")
    proposal = practices.propose_hand_over(
        practice=practice,
        to_person=to.person.pk,
        stays_deputy=stays_deputy,
        days=programme().numbers.invitation_days,
        now=now,
    )
    record(
        actor=actor,
        happening=Happening(
            "handover.proposed",
            "practice",
            practice.reference,
            practice.reference,
            {"name": to.name},
        ),
        now=now,
    )
    enqueue(
        mails=[
            Mail(
                "hand_over",
                to.person.email,
                to.name,
                f"hand_over:{proposal.reference}",
                {
                    "practice": practice.name,
                    "by": actor.name,
                    "link": f"/practice/{practice.reference}/roles/",
                    "days": programme().numbers.invitation_days,
                },
            )
        ],
        now=now,
    )
    return proposal


@transaction.atomic(durable=True)
def accept(*, actor: Actor, proposal: HandOver, person: int, now: dt.datetime) -> None:
    """Become primary administrator.

    Raises:
        CannotHandOver: the proposal is for somebody else or no longer open, or they left.
    """
    if proposal.to_person_id != person:
        raise CannotHandOver("This hand-over is for somebody else.")
    newly = roster.live_link_of(practice=proposal.practice_id, person=person)
    if newly is None:
        raise CannotHandOver("You are no longer on the roster of this practice.")
    if not practices.accept_hand_over(proposal=proposal, now=now):
        raise CannotHandOver("This hand-over was withdrawn or is over.")
    practice = proposal.practice
    former = roster.live_link_of(practice=practice.pk, person=proposal.from_person_id)
    if former is not None and proposal.stays_deputy:
        practices.give_role(link=former, role=PracticeRole.DEPUTY, by=actor.reference, now=now)
    practices.end_role(link=newly, role=PracticeRole.DEPUTY, by=actor.reference, now=now)
    record(
        actor=actor,
        happening=Happening(
            "handover.accepted",
            "practice",
            practice.reference,
            practice.reference,
            {"name": proposal.to_person.name, "from": proposal.from_person.name},
        ),
        now=now,
    )
    enqueue(
        mails=[
            Mail(
                "hand_over_done",
                proposal.from_person.email,
                proposal.from_person.name,
                f"hand_over_done:{proposal.reference}",
                {"practice": practice.name, "new": proposal.to_person.name},
            )
        ],
        now=now,
    )


@transaction.atomic(durable=True)
def close(*, actor: Actor, proposal: HandOver, declined: bool, now: dt.datetime) -> None:
    """Decline a hand-over (the asked person) or withdraw it (the administrator)."""
    practices.close_hand_over(
        proposal=proposal, because="declined" if declined else "withdrawn", now=now
    )
    record(
        actor=actor,
        happening=Happening(
            "handover.declined" if declined else "handover.withdrawn",
            "practice",
            proposal.practice.reference,
            proposal.practice.reference,
            {"name": proposal.to_person.name},
        ),
        now=now,
    )
