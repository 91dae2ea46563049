"""A payer changes a renewal proposal: who is in, out or new; or renews at once (MISSION S15).

Staff do the same for a payer that calls: it is refused and recorded as for the payer, with who
did it, on whose behalf and why (DOMAIN §4).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import transaction

from scriptorium.domains.audit.operations import Happening, record
from scriptorium.domains.memberships import operations as memberships
from scriptorium.domains.memberships import queries as dates
from scriptorium.domains.memberships.models import Proposal
from scriptorium.domains.memberships.rules import why_frozen, words
from scriptorium.domains.orders.models import Invoice
from scriptorium.domains.orders.rules.cards import LooksLikeACard, check_no_card_number
from scriptorium.domains.orders.rules.states import NotPossible
from scriptorium.domains.practices.models import RosterLink
from scriptorium.journeys import renewing
from scriptorium.kernel.actor import Actor

__all__ = ["Call", "LooksLikeACard", "NotPossible", "add", "renew", "tick"]


@dataclass(frozen=True, slots=True)
class Call:
    """A payer that called, for whom staff act.

    Arguments:
        on_behalf_of: reference of the practice or person.
        name: the payer's.
        reason: who called and what was asked; the practice reads it in its activity log.
    """

    on_behalf_of: str
    name: str
    reason: str


def call_of(*, proposal: Proposal, reason: str) -> Call:
    """Return the call of a proposal's payer.

    Raises:
        LooksLikeACard: the reason holds a card number.
    """
    check_no_card_number(reason)
    payer = proposal.payer_practice or proposal.payer_person
    assert payer is not None
    return Call(payer.reference, payer.name, reason)


def _check_open(proposal: Proposal) -> None:
    if proposal.closed_at is not None:
        raise NotPossible("This proposal is closed; what is due now is on the renewals page.")


def _check_changeable(proposal: Proposal) -> None:
    """Refuse a change of who is in after the charge attempt."""
    _check_open(proposal)
    frozen = why_frozen(proposal)
    if frozen:
        raise NotPossible(frozen)


def _record(
    actor: Actor, proposal: Proposal, call: Call | None, now: dt.datetime, **data: object
) -> None:
    """Write who did what to a proposal; ``data`` is in, out, or how many were renewed."""
    said: dict[str, object] = {"day": words(proposal.renews_on)} | data
    if call is None:
        key = "proposal.renewed" if "renewed" in data else "proposal.changed"
    else:
        key = "proposal.renewed_on_call" if "renewed" in data else "proposal.changed_on_call"
        said |= {"payer": call.name, "reason": call.reason}
    practice = proposal.payer_practice.reference if proposal.payer_practice else ""
    record(
        actor=actor,
        happening=Happening(key, "proposal", proposal.reference, practice, said),
        now=now,
        on_behalf_of=call.on_behalf_of if call else "",
    )


@transaction.atomic(durable=True)
def tick(
    *,
    actor: Actor,
    proposal: Proposal,
    included: Collection[int],
    removed: Collection[int],
    now: dt.datetime,
    call: Call | None = None,
) -> tuple[int, int]:
    """Set who is in: the given lines and no other; extra people can be taken off again.

    Arguments:
        included: keys of lines; what is ordered or renewed stays as it is.
        removed: keys of lines of extra people.
        call: the payer that called, when staff do it.

    Returns:
        How many were ticked and how many unticked or taken off.

    Raises:
        NotPossible: the proposal is closed, or its charge was attempted.
    """
    locked = dates.locked_proposal(key=proposal.pk)
    _check_changeable(locked)
    gone = memberships.remove_extras(proposal=locked, lines=removed)
    ticked, unticked = memberships.tick(
        proposal=locked, included=included, by=actor.reference, now=now
    )
    if ticked or unticked or gone:
        _record(actor, locked, call, now, added=ticked, removed=unticked + gone)
    return ticked, unticked + gone


@transaction.atomic(durable=True)
def add(
    *,
    actor: Actor,
    proposal: Proposal,
    links: Sequence[RosterLink],
    now: dt.datetime,
    call: Call | None = None,
) -> int:
    """Add people of the roster who start on the proposal's day.

    Returns:
        How many were added.

    Raises:
        NotPossible: the proposal is closed, its charge was attempted, or somebody has a
            membership that runs.
    """
    locked = dates.locked_proposal(key=proposal.pk)
    _check_changeable(locked)
    held = dates.of_people(people=[link.person_id for link in links if link.person_id])
    for link in links:
        if link.person_id in held:
            raise NotPossible(
                f"{link.name} has a membership already; it renews on"
                f" {words(held[link.person_id].renews_on)}."
            )
    count = memberships.add_extras(
        proposal=locked,
        links=[(link.pk, link.person_id) for link in links],
        by=actor.reference,
        now=now,
    )
    if count:
        _record(actor, locked, call, now, added=count, removed=0)
    return count


@transaction.atomic(durable=True)
def renew(
    *,
    actor: Actor,
    proposal: Proposal,
    lines: Collection[int],
    key: str,
    po_number: str,
    now: dt.datetime,
    today: dt.date,
    call: Call | None = None,
) -> Invoice | None:
    """Renew ticked people now, whatever their mode: from free units, the rest by an invoice.

    Somebody whose tick was not saved yet is put in by this press; nobody is taken out by it, since
    who is not renewed now may still be renewed on the day.

    Arguments:
        lines: keys of the lines to renew; those that may not be renewed now are left out.
        key: of the form; the same one renews once.

    Returns:
        The invoice to pay, or None when free units were enough.

    Raises:
        NotPossible: the proposal is closed, or nobody of these can be renewed.
        LooksLikeACard: the purchase order holds a card number.
    """
    check_no_card_number(po_number)
    locked = dates.locked_proposal(key=proposal.pk)
    _check_open(locked)
    if locked.charged_on is None:
        _put_in(locked, lines, actor, now)
    standing = renewing.locked_standing(locked)
    wanted = [line for line in standing.people if line.pk in lines]
    if not wanted:
        raise NotPossible(
            "Nobody of those can be renewed here now; they are renewed, ordered or gone already."
        )
    _record(actor, locked, call, now, renewed=len(wanted))
    return renewing.order_lines(
        actor=actor, proposal=locked, people=wanted, key=key, po_number=po_number,
        today=today, now=now,
    )  # fmt: skip


def _put_in(proposal: Proposal, lines: Collection[int], actor: Actor, now: dt.datetime) -> None:
    """Tick these lines of a proposal as well; those that are in stay in."""
    kept = {line.pk for line in dates.lines_of(proposals=[proposal.pk])[proposal.pk]
            if line.included}  # fmt: skip
    memberships.tick(proposal=proposal, included=kept | set(lines), by=actor.reference, now=now)
