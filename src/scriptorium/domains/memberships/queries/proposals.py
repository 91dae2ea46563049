"""Reading proposals; the night's questions touch only what is due (BENCHMARKS B9)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from scriptorium.database.prepared import OneOrMany, Prepared
from scriptorium.domains.memberships.enums import LineState
from scriptorium.domains.memberships.models import Membership, Proposal, ProposalLine
from scriptorium.kernel.payer import Payer


def to_open(*, today: dt.date, until: dt.date, limit: int | None) -> list[Membership]:
    """Return memberships that renew in a window and stand in no proposal of their payer yet.

    Arguments:
        limit: at most so many; None for all, as the dry run asks.
    """
    there = ProposalLine.objects.filter(
        Q(proposal__payer_practice_id=OuterRef("payer_practice_id"))
        | Q(proposal__payer_person_id=OuterRef("payer_person_id")),
        person_id=OuterRef("person_id"),
        proposal__renews_on=OuterRef("renews_on"),
    )
    rows = Membership.objects.filter(
        ~Exists(there), renews_on__gte=today, renews_on__lte=until, cancelled_on__isnull=True
    )
    rows = rows.select_related("person", "payer_practice__primary", "payer_person")
    return list(rows.order_by("renews_on", "id")[:limit])


@dataclass(frozen=True, slots=True)
class Rung:
    """A rung of the ladder with the renewal dates for which it is the newest that is due.

    Arguments:
        days: before the date; negative after it.
        after, until: the dates are later than the one and not later than the other; ``after`` is
            None for the last rung, which every older date has reached.
    """

    days: int
    after: dt.date | None
    until: dt.date

    @property
    def due(self) -> Q:
        """The proposals that stand on this rung."""
        due = Q(renews_on__lte=self.until)
        return due if self.after is None else due & Q(renews_on__gt=self.after)

    def is_due(self, renews_on: dt.date) -> bool:
        """Return whether a renewal date stands on this rung."""
        return renews_on <= self.until and (self.after is None or renews_on > self.after)


def rungs_on(*, today: dt.date, ladder: Iterable[int]) -> list[Rung]:
    """Return the rungs of a day.

    Only the newest rung that is due is told; those that an outage skipped are stale.

    Arguments:
        ladder: in days before the date, falling; negative after it.
    """
    days = list(ladder)
    ends = [today + dt.timedelta(days=rung) for rung in days]
    return [
        Rung(rung, after, until)
        for rung, after, until in zip(days, [*ends[1:], None], ends, strict=True)
    ]


def to_tell(
    *, today: dt.date, ladder: Iterable[int], limit: int | None
) -> list[tuple[Proposal, int]]:
    """Return proposals with the rung of the ladder that is due and was not told.

    Arguments:
        limit: about so many; all of a payer's come together, for they are one mail.
    """
    rungs = rungs_on(today=today, ladder=ladder)
    found = _due(rungs, Q(), limit)
    if limit is None or len(found) < limit:
        return found
    rows = [proposal for proposal, _ in found]
    payers = Q(payer_practice__in=[row.payer_practice_id for row in rows if row.payer_practice_id])
    payers |= Q(payer_person__in=[row.payer_person_id for row in rows if row.payer_person_id])
    return _due(rungs, payers, None)


def _due(rungs: Iterable[Rung], whose: Q, limit: int | None) -> list[tuple[Proposal, int]]:
    found: list[tuple[Proposal, int]] = []
    for rung in rungs:
        rows = Proposal.objects.filter(rung.due, whose, closed_at__isnull=True, told__gt=rung.days)
        rows = rows.select_related("payer_practice__primary", "payer_person")
        left = None if limit is None else limit - len(found)
        found += [(row, rung.days) for row in rows.order_by("renews_on", "id")[:left]]
        if limit is not None and len(found) >= limit:
            break
    return found


def with_payers(*, keys: Iterable[int]) -> list[Proposal]:
    """Return proposals with their payers, in the order in which the night takes them."""
    rows = Proposal.objects.filter(pk__in=list(keys))
    rows = rows.select_related("payer_practice__primary", "payer_person")
    return list(rows.order_by("renews_on", "id"))


def on_days(*, days: Iterable[dt.date]) -> list[Proposal]:
    """Return every payer's proposals of some days, open or closed."""
    return list(Proposal.objects.filter(renews_on__in=set(days)).order_by("renews_on", "id"))


def lapsing_on(*, day: dt.date) -> list[int]:
    """Return people whose grace ends with a day, if nothing is paid before."""
    rows = Membership.objects.filter(lapses_on=day, cancelled_on__isnull=True)
    return list(rows.order_by("id").values_list("person_id", flat=True))


def to_charge(*, today: dt.date, limit: int | None) -> list[int]:
    """Return keys of proposals whose day has come and whose automatic people wait."""
    rows = Proposal.objects.filter(
        renews_on__lte=today, charged_on__isnull=True, closed_at__isnull=True
    )
    return list(rows.order_by("renews_on", "id").values_list("pk", flat=True)[:limit])


def to_close(*, before: dt.date, limit: int | None) -> list[int]:
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


_claimed = Prepared(
    lambda key: (
        Proposal.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(pk=key)
        .select_related("payer_practice__primary", "payer_person")
    ),
    (7_000_001,),
    (7_000_002,),
)


def claimed_proposal(*, key: int) -> Proposal | None:
    """Return a proposal with its payer under its row lock; None while another process has it."""
    return _claimed.first(key)


def proposal_by_reference(*, payer: Payer, reference: str) -> Proposal | None:
    """Return one proposal of a payer, or None."""
    return Proposal.objects.filter(reference=reference, **payer.columns).first()


def proposal_on(*, payer: Payer, day: dt.date) -> Proposal | None:
    """Return a payer's proposal of a day, open or closed, or None."""
    return Proposal.objects.filter(renews_on=day, **payer.columns).first()


def proposal_for_staff(*, reference: str) -> Proposal | None:
    """Return anybody's proposal with its payer, or None."""
    rows = Proposal.objects.filter(reference=reference)
    return rows.select_related("payer_practice__primary", "payer_person").first()


def open_by_day(*, text: str) -> QuerySet[Proposal]:
    """Return open proposals by day, with how many people wait in them, for staff.

    Arguments:
        text: every word is part of the payer's name or address, or of a person's name or address.
    """
    rows = Proposal.objects.filter(closed_at__isnull=True)
    for word in text.split()[:5]:
        people = ProposalLine.objects.filter(
            Q(person__first_name__icontains=word)
            | Q(person__last_name__icontains=word)
            | Q(person__email__icontains=word)
            | Q(link__last_name__icontains=word),
            proposal=OuterRef("pk"),
        )
        rows = rows.filter(Q(payer_practice__name__icontains=word) | Exists(people))
    waiting = Q(lines__state=LineState.WAITING)
    rows = rows.annotate(
        people=Count("lines", filter=waiting & Q(lines__included=True)),
        out=Count("lines", filter=waiting & Q(lines__included=False)),
        ordered=Count("lines", filter=Q(lines__state=LineState.ORDERED)),
        renewed=Count("lines", filter=Q(lines__state=LineState.RENEWED)),
    )
    rows = rows.select_related("payer_practice", "payer_person")
    return rows.order_by("renews_on", "id")


def proposals_of(*, payer: Payer) -> QuerySet[Proposal]:
    """Return a payer's open proposals with how many are in, by date."""
    rows = Proposal.objects.filter(closed_at__isnull=True, **payer.columns)
    return rows.annotate(
        people=Count("lines", filter=Q(lines__included=True, lines__state=LineState.WAITING))
    ).order_by("renews_on")


_lines = OneOrMany(
    lambda *proposals: (
        ProposalLine.objects.filter(proposal_id__in=proposals)
        .select_related("person", "link", "order")
        .order_by("extra", "person__last_name", "person__first_name", "id")
    )
)


def lines_of(*, proposals: Iterable[int]) -> dict[int, list[ProposalLine]]:
    """Return proposal key → its lines with their people, by name; extra people last."""
    found: dict[int, list[ProposalLine]] = defaultdict(list)
    for line in _lines.rows(proposals):
        found[line.proposal_id].append(line)
    return found


_lines_of_order = Prepared(
    lambda order: (
        ProposalLine.objects.filter(order_id=order, state=LineState.ORDERED)
        .select_related("proposal", "link")
        .order_by("id")
    ),
    (7_000_001,),
    (7_000_002,),
    many=True,
)


def lines_of_order(*, order: int) -> list[ProposalLine]:
    """Return the lines that an order pays for."""
    return _lines_of_order.all(order)


@dataclass(frozen=True, slots=True)
class Coming:
    """How many people of a payer renew on a day, by mode."""

    renews_on: dt.date
    automatic: int
    manual: int

    @property
    def people(self) -> int:
        """How many renew, in whichever mode."""
        return self.automatic + self.manual


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


def shared_days(*, payer: Payer, today: dt.date, least: int, most: int) -> list[Coming]:
    """Return the renewal days of a payer that newcomers may share, soonest first.

    Arguments:
        least: the day is at least so many days away; it is always less than a year away.
        most: so many days, those on which most people renew, the sooner ones first among equals.
    """
    found = coming(
        payer=payer,
        since=today + dt.timedelta(days=least),
        until=today + dt.timedelta(days=365),
    )
    found.sort(key=lambda row: (-row.people, row.renews_on))
    return sorted(found[:most], key=lambda row: row.renews_on)
