"""A payer changes a renewal proposal: who is in, out or new; or renews at once (MISSION S15)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from django.db import transaction

from scriptorium.domains.audit.operations import Happening, record
from scriptorium.domains.memberships import operations as memberships
from scriptorium.domains.memberships import queries as dates
from scriptorium.domains.memberships.models import Proposal
from scriptorium.domains.memberships.rules import words
from scriptorium.domains.orders.models import Invoice
from scriptorium.domains.orders.rules.cards import check_no_card_number
from scriptorium.domains.orders.rules.states import NotPossible
from scriptorium.domains.practices.models import RosterLink
from scriptorium.journeys import renewing
from scriptorium.kernel.actor import Actor

__all__ = ["NotPossible", "add", "renew", "tick"]


def _check_open(proposal: Proposal) -> None:
    if proposal.closed_at is not None:
        raise NotPossible("This proposal is closed; what is due now is on the renewals page.")


def _reference(proposal: Proposal) -> str:
    return proposal.payer_practice.reference if proposal.payer_practice else ""


@transaction.atomic(durable=True)
def tick(
    *,
    actor: Actor,
    proposal: Proposal,
    included: Collection[int],
    removed: Collection[int],
    now: dt.datetime,
    on_behalf_of: str = "",
) -> tuple[int, int]:
    """Set who is in: the given lines and no other; extra people can be taken off again.

    Arguments:
        included: keys of lines; what is ordered or renewed stays as it is.
        removed: keys of lines of extra people.
        on_behalf_of: the practice that called, when staff do it (DOMAIN §4).

    Returns:
        How many were ticked and how many unticked or taken off.

    Raises:
        NotPossible: the proposal is closed.
    """
    locked = dates.locked_proposal(key=proposal.pk)
    _check_open(locked)
    gone = memberships.remove_extras(proposal=locked, lines=removed)
    ticked, unticked = memberships.tick(
        proposal=locked, included=included, by=actor.reference, now=now
    )
    if ticked or unticked or gone:
        record(
            actor=actor,
            happening=Happening(
                "proposal.changed", "proposal", locked.reference, _reference(proposal),
                {
                    "day": words(locked.renews_on), "added": ticked,
                    "removed": unticked + gone,
                },
            ),
            now=now,
            on_behalf_of=on_behalf_of,
        )  # fmt: skip
    return ticked, unticked + gone


@transaction.atomic(durable=True)
def add(
    *,
    actor: Actor,
    proposal: Proposal,
    links: Sequence[RosterLink],
    now: dt.datetime,
    on_behalf_of: str = "",
) -> int:
    """Add people of the roster who start on the proposal's day.

    Returns:
        How many were added.

    Raises:
        NotPossible: the proposal is closed, or somebody has a membership that runs.
    """
    locked = dates.locked_proposal(key=proposal.pk)
    _check_open(locked)
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
        record(
            actor=actor,
            happening=Happening(
                "proposal.changed", "proposal", locked.reference, _reference(proposal),
                {"day": words(locked.renews_on), "added": count, "removed": 0},
            ),
            now=now,
            on_behalf_of=on_behalf_of,
        )  # fmt: skip
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
) -> Invoice | None:
    """Renew ticked people now, whatever their mode: from free units, the rest by an invoice.

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
    standing = renewing.locked_standing(locked)
    wanted = [line for line in standing.people if line.pk in lines]
    if not wanted:
        raise NotPossible(
            "Nobody of those can be renewed here now; they are renewed, ordered or gone already."
        )
    return renewing.order_lines(
        actor=actor, proposal=locked, people=wanted, key=key, po_number=po_number,
        today=today, now=now,
    )  # fmt: skip
