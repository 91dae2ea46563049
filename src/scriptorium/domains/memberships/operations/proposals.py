"""Writing proposals: opened for many days at once, edited by people, frozen at the charge."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from django.db.models import Value
from django.db.models.functions import Coalesce

from scriptorium.domains.memberships.enums import LineState
from scriptorium.domains.memberships.models import Membership, Proposal, ProposalLine


def open_proposals(*, memberships: Sequence[Membership], now: dt.datetime) -> int:
    """Insert the proposal and line of each membership; what is there already stays as it is.

    A payer's people who renew on one day share a proposal. The number of statements does not
    depend on the number of people.

    Returns:
        How many memberships were looked at.
    """
    wanted = {(m.payer_practice_id, m.payer_person_id, m.renews_on) for m in memberships}
    Proposal.objects.bulk_create(
        [
            Proposal(
                payer_practice_id=practice, payer_person_id=person, renews_on=day, opened_at=now
            )
            for practice, person, day in sorted(wanted, key=str)
        ],
        ignore_conflicts=True,
    )
    rows = Proposal.objects.filter(renews_on__in={day for *_, day in wanted})
    keys: dict[tuple[int | None, int | None, dt.date], int] = {
        (row.payer_practice_id, row.payer_person_id, row.renews_on): row.pk
        for row in rows.only("payer_practice_id", "payer_person_id", "renews_on")
    }
    ProposalLine.objects.bulk_create(
        [
            ProposalLine(
                proposal_id=keys[m.payer_practice_id, m.payer_person_id, m.renews_on],
                person_id=m.person_id,
            )
            for m in memberships
        ],
        ignore_conflicts=True,
    )
    return len(memberships)


def mark_told(*, proposals: Iterable[int], rung: int, today: dt.date) -> None:
    """Write down which rung of the ladder was told, and the day of the first one."""
    rows = Proposal.objects.filter(pk__in=list(proposals), told__gt=rung)
    rows.update(told=rung, noticed_on=Coalesce("noticed_on", Value(today)))


def freeze(*, proposal: Proposal, today: dt.date) -> bool:
    """Write down that automatic people were charged today; False when they were before."""
    changed = Proposal.objects.filter(pk=proposal.pk, charged_on__isnull=True).update(
        charged_on=today
    )
    return bool(changed)


def mark_lines(*, lines: Iterable[int], state: LineState, order: int | None = None) -> int:
    """Move lines to a state, with the order that they wait for."""
    rows = ProposalLine.objects.filter(pk__in=list(lines))
    if state == LineState.ORDERED:
        return rows.update(state=state, order_id=order)
    return rows.update(state=state)


def free_lines(*, order: int, lines: Iterable[int] | None = None) -> int:
    """Let people of an order wait again: it was taken back, or brings fewer units than people.

    Arguments:
        lines: those of them; None for all that the order did not renew.
    """
    rows = ProposalLine.objects.filter(order_id=order, state=LineState.ORDERED)
    if lines is not None:
        rows = rows.filter(pk__in=list(lines))
    return rows.update(state=LineState.WAITING, order=None)


def reopen_line(*, membership: Membership) -> int:
    """Let somebody wait again whose year, or whose cancellation, was taken back.

    A proposal that was closed since nobody waited is open again.
    """
    rows = ProposalLine.objects.filter(
        person_id=membership.person_id,
        extra=False,
        state__in=[LineState.RENEWED, LineState.DROPPED],
        proposal__renews_on=membership.renews_on,
        proposal__payer_practice_id=membership.payer_practice_id,
        proposal__payer_person_id=membership.payer_person_id,
    )
    found = dict(rows.values_list("pk", "proposal"))
    if not found:
        return 0
    Proposal.objects.filter(pk__in=found.values()).update(closed_at=None)
    return ProposalLine.objects.filter(pk__in=found).update(state=LineState.WAITING, order=None)


def tick(
    *, proposal: Proposal, included: Iterable[int], by: str, now: dt.datetime
) -> tuple[int, int]:
    """Set who is in: the given lines and no other; what is ordered or renewed stays.

    Returns:
        How many were ticked and how many unticked.
    """
    wanted = set(included)
    waiting = ProposalLine.objects.filter(proposal=proposal, state=LineState.WAITING)
    change = {"changed_at": now, "changed_by": by}
    ticked = waiting.filter(pk__in=wanted, included=False).update(included=True, **change)
    unticked = waiting.filter(included=True).exclude(pk__in=wanted).update(included=False, **change)
    return ticked, unticked


def add_extras(
    *,
    proposal: Proposal,
    links: Iterable[tuple[int, int | None]],
    by: str,
    now: dt.datetime,
) -> int:
    """Add people who start on the proposal's day; somebody who is in it already stays once.

    Arguments:
        links: (roster link, person or None until the invitation is accepted).

    Returns:
        How many were asked for.
    """
    rows = [
        ProposalLine(
            proposal=proposal, link_id=link, person_id=person, extra=True, changed_at=now,
            changed_by=by,
        )
        for link, person in links
    ]  # fmt: skip
    ProposalLine.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def remove_extras(*, proposal: Proposal, lines: Iterable[int]) -> int:
    """Take extra people off again, as long as nothing was ordered for them."""
    rows = ProposalLine.objects.filter(
        proposal=proposal, pk__in=list(lines), extra=True, state=LineState.WAITING
    )
    removed, _ = rows.delete()
    return removed


def close_proposals(*, proposals: Iterable[int], now: dt.datetime) -> int:
    """Close proposals of which nothing more is told or charged."""
    rows = Proposal.objects.filter(pk__in=list(proposals), closed_at__isnull=True)
    return rows.update(closed_at=now)
