"""Reading proposals; the night's questions touch only what is due (BENCHMARKS B9)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from scriptorium.domains.memberships.enums import LineState
from scriptorium.domains.memberships.models import Membership, Proposal, ProposalLine
from scriptorium.kernel.payer import Payer


def to_open(*, today: dt.date, until: dt.date, limit: int) -> list[Membership]:
    """Return memberships that renew in a window and stand in no proposal of their payer yet."""
    there = ProposalLine.objects.filter(
        Q(proposal__payer_practice_id=OuterRef("payer_practice_id"))
        | Q(proposal__payer_person_id=OuterRef("payer_person_id")),
        person_id=OuterRef("person_id"),
        proposal__renews_on=OuterRef("renews_on"),
    )
    rows = Membership.objects.filter(
        ~Exists(there), renews_on__gte=today, renews_on__lte=until, cancelled_on__isnull=True
    )
    return list(rows.order_by("renews_on", "id")[:limit])


def to_tell(*, today: dt.date, ladder: Iterable[int], limit: int) -> list[tuple[Proposal, int]]:
    """Return proposals with the rung of the ladder that is due and was not told.

    Only the newest rung that is due is told; those that an outage skipped are stale.

    Arguments:
        ladder: rungs in days before the date, falling; negative after it.
    """
    found: list[tuple[Proposal, int]] = []
    rungs = list(ladder)
    for rung, following in zip(rungs, [*rungs[1:], None], strict=True):
        due = Q(renews_on__lte=today + dt.timedelta(days=rung))
        if following is not None:
            due &= Q(renews_on__gt=today + dt.timedelta(days=following))
        rows = Proposal.objects.filter(due, closed_at__isnull=True, told__gt=rung)
        rows = rows.select_related("payer_practice__primary", "payer_person")
        found += [(row, rung) for row in rows.order_by("renews_on", "id")[: limit - len(found)]]
        if len(found) >= limit:
            break
    return found


def to_charge(*, today: dt.date, limit: int) -> list[int]:
    """Return keys of proposals whose day has come and whose automatic people wait."""
    rows = Proposal.objects.filter(
        renews_on__lte=today, charged_on__isnull=True, closed_at__isnull=True
    )
    return list(rows.order_by("renews_on", "id").values_list("pk", flat=True)[:limit])


def to_close(*, before: dt.date, limit: int) -> list[int]:
    """Return keys of open proposals that are past their last rung, or of which nobody waits."""
    waiting = ProposalLine.objects.filter(
        proposal=OuterRef("pk"), state__in=[LineState.WAITING, LineState.ORDERED]
    )
    rows = Proposal.objects.filter(closed_at__isnull=True).filter(
        Q(renews_on__lt=before) | Q(charged_on__isnull=False) & ~Exists(waiting)
    )
    return list(rows.order_by("id").values_list("pk", flat=True)[:limit])


def locked_proposal(*, key: int) -> Proposal:
    """Return a proposal under its row lock."""
    return Proposal.objects.select_for_update().get(pk=key)


def claimed_proposal(*, key: int) -> Proposal | None:
    """Return a proposal under its row lock, or None while another process works on it."""
    return Proposal.objects.select_for_update(skip_locked=True).filter(pk=key).first()


def proposal_by_reference(*, payer: Payer, reference: str) -> Proposal | None:
    """Return one proposal of a payer, or None."""
    return Proposal.objects.filter(reference=reference, **payer.columns).first()


def proposals_of(*, payer: Payer) -> QuerySet[Proposal]:
    """Return a payer's open proposals with how many are in, by date."""
    rows = Proposal.objects.filter(closed_at__isnull=True, **payer.columns)
    return rows.annotate(
        people=Count("lines", filter=Q(lines__included=True, lines__state=LineState.WAITING))
    ).order_by("renews_on")


def lines_of(*, proposals: Iterable[int]) -> dict[int, list[ProposalLine]]:
    """Return proposal key → its lines with their people, by name; extra people last."""
    found: dict[int, list[ProposalLine]] = defaultdict(list)
    rows = ProposalLine.objects.filter(proposal_id__in=list(proposals))
    rows = rows.select_related("person", "link", "order")
    for line in rows.order_by("extra", "person__last_name", "person__first_name", "id"):
        found[line.proposal_id].append(line)
    return found


def lines_of_order(*, order: int) -> list[ProposalLine]:
    """Return the lines that an order pays for."""
    rows = ProposalLine.objects.filter(order_id=order, state=LineState.ORDERED)
    return list(rows.select_related("proposal").order_by("id"))


@dataclass(frozen=True, slots=True)
class Coming:
    """How many people of a payer renew on a day, by mode."""

    renews_on: dt.date
    automatic: int
    manual: int


def coming(*, payer: Payer, since: dt.date, until: dt.date) -> list[Coming]:
    """Return the days on which a payer's people renew, from one day up to another."""
    rows = (
        Membership.objects.filter(
            renews_on__gte=since,
            renews_on__lt=until,
            cancelled_on__isnull=True,
            **payer.columns,
        )
        .values("renews_on")
        .annotate(automatic=Count("id", filter=Q(mode="A")), manual=Count("id", filter=Q(mode="M")))
        .order_by(F("renews_on"))
    )
    return [Coming(row["renews_on"], row["automatic"], row["manual"]) for row in rows]
