"""What an assignment would do for each person, decided before anything is written.

The preview shows this plan and the assignment carries it out, so what was shown is what happens.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from scriptorium.domains.catalog.enums import GENERAL, PARTS, PartKind, ProductKind
from scriptorium.domains.catalog.queries import programme
from scriptorium.domains.ledger import queries as ledger
from scriptorium.domains.ledger.enums import PartState
from scriptorium.domains.ledger.operations import PartGrant
from scriptorium.domains.memberships import queries as memberships
from scriptorium.domains.memberships import rules as year_rules
from scriptorium.domains.memberships.models import Membership
from scriptorium.domains.memberships.rules import (
    CannotApply,
    Dates,
    YearPlan,
    plan_new,
    plan_package_year,
    plan_renewal,
    words,
)
from scriptorium.domains.practices import queries as practices
from scriptorium.domains.practices.models import RosterLink
from scriptorium.kernel.payer import Payer

_LIVE = {PartState.ASSIGNED, PartState.STARTED, PartState.RESERVED}
_YEAR = {
    ProductKind.RENEWAL: plan_renewal,
    ProductKind.MEMBERSHIP: plan_new,
    ProductKind.PACKAGE: plan_package_year,
}


@dataclass(slots=True)
class Opening:
    """What a unit will open for somebody: its parts, those that are waived, the year."""

    detail: str = ""
    waived: list[str] = field(default_factory=list)
    parts: list[PartGrant] = field(default_factory=list)
    year: YearPlan | None = None


@dataclass(slots=True)
class Planned(Opening):
    """One person's part of the plan; ``refusal`` is empty when a unit will be used.

    Arguments:
        ends_before: by which day the unit ends that the person will get, None if it is not limited.
    """

    link: RosterLink = field(kw_only=True)
    refusal: str = ""
    ends_before: dt.date | None = None


@dataclass(slots=True)
class Plan:
    """The whole plan, in the order of the roster, with what the execution needs again."""

    kind: str
    choice: str
    people: list[Planned]
    memberships: dict[int, Membership]

    @property
    def eligible(self) -> list[Planned]:
        """Those for whom a unit will be used."""
        return [planned for planned in self.people if not planned.refusal]


def plan_assignment(
    *,
    payer: Payer,
    links: Sequence[RosterLink],
    kind: str,
    choice: str,
    today: dt.date,
    lock: bool = False,
    whole: bool = False,
) -> Plan:
    """Decide for each link whether it gets a unit, and what that unit will open.

    Arguments:
        payer: whose free units will be used.
        links: live links of one practice.
        kind, choice: product kind and, for specialty and CE, its code.
        lock: also lock the memberships and the payer's units, when the plan will be carried out.
        whole: only units that are not limited will be used.
    """
    people = [link.person_id for link in links if link.person_id is not None]
    bare = [link.pk for link in links if link.person_id is None]
    found = memberships.of_people(people=people, lock=lock)
    live = ledger.live_parts(people=people) if people else {}
    reserved = ledger.reserved_parts(links=bare) if bare else {}
    invited = practices.open_invitations(links=bare) if bare else {}
    limits: Sequence[dt.date | None] = ()
    if kind == ProductKind.MEMBERSHIP and not whole:
        # Only memberships are limited; no other kind pays for this question.
        limits = ledger.limits_in_order(payer=payer, kind=kind, count=len(links), lock=lock)
    plan = Plan(kind, choice, [], found)
    used = 0
    # In the order of the board, whichever way they were selected: units differ in when they end,
    # so the preview and the assignment have to go through the people in one order.
    for link in sorted(links, key=lambda link: (link.board_order, link.sort_name, link.pk)):
        planned = Planned(link=link, ends_before=limits[used] if used < len(limits) else None)
        plan.people.append(planned)
        if link.person_id is None:
            open_parts = {(p.kind, p.choice) for p in reserved.get(link.pk, [])}
            if link.pk not in invited:
                planned.refusal = "The invitation expired; send it again first"
                continue
            if kind == ProductKind.RENEWAL:
                planned.refusal = "Has not accepted the invitation yet"
                continue
            dates = None
        else:
            parts = live.get(link.person_id, [])
            open_parts = {(p.kind, p.choice) for p in parts if p.state in _LIVE}
            membership = found.get(link.person_id)
            dates = year_rules.dates_of(membership) if membership else None
        try:
            decide(
                planned, kind=kind, choice=choice, dates=dates, held=open_parts, today=today,
                bare=link.person_id is None, ends_before=planned.ends_before,
            )  # fmt: skip
        except CannotApply as refusal:
            planned.refusal = str(refusal)
        else:
            used += 1
    return plan


def decide(
    planned: Opening,
    *,
    kind: str,
    choice: str,
    dates: Dates | None,
    held: Collection[tuple[str, str]],
    today: dt.date,
    bare: bool = False,
    ends_before: dt.date | None = None,
) -> None:
    """Fill one person's plan.

    Arguments:
        ends_before: of the unit that will be used, None if it is not limited.
        dates: the membership's dates, None without one.
        held: (kind, choice) of what is live or reserved already.
        bare: nobody accepted yet; the year is decided at acceptance.

    Raises:
        CannotApply: no unit may be used; the text is the reason.
    """
    product = ProductKind(kind)
    package = product == ProductKind.PACKAGE
    if package and (PartKind.EXAM, "") in held:
        raise CannotApply("Already has a package whose exam is not chosen yet")
    for part in PARTS[product]:
        if part == PartKind.MEMBERSHIP:
            _decide_year(planned, product, dates, today, bare=bare, ends_before=ends_before)
            continue
        wanted = _choice_of(product, part, choice)
        if (part, wanted) not in held:
            planned.parts.append(PartGrant(part, wanted))
        elif package:
            planned.parts.append(PartGrant(part, wanted, PartState.WAIVED))
            planned.waived.append(f"{part.label}: has one open already")
        else:
            raise CannotApply(f"Already has {_name(part, wanted)} open")


def _decide_year(
    planned: Opening,
    product: ProductKind,
    dates: Dates | None,
    today: dt.date,
    *,
    bare: bool,
    ends_before: dt.date | None,
) -> None:
    if bare:
        # The year starts at acceptance, when the person's own membership is known.
        if ends_before is not None and ends_before <= today:
            raise CannotApply(year_rules.over_words(ends_before))
        planned.parts.append(PartGrant(PartKind.MEMBERSHIP))
        planned.detail = "Starts when the invitation is accepted"
        if ends_before is not None:
            planned.detail += f", paid to {words(ends_before - dt.timedelta(days=1))}"
        return
    try:
        year = year_rules.ending_by(_YEAR[product](dates, today, year_rules.windows()), ends_before)
    except CannotApply as refusal:
        if product != ProductKind.PACKAGE:
            raise
        planned.parts.append(PartGrant(PartKind.MEMBERSHIP, "", PartState.WAIVED))
        planned.waived.append(f"{PartKind.MEMBERSHIP.label}: {refusal}")
        return
    planned.year = year
    period = year.period
    planned.parts.append(
        PartGrant(PartKind.MEMBERSHIP, "", PartState.ASSIGNED, period.starts_on, period.ends_before)
    )
    planned.detail = f"Paid {words(period.starts_on)} to {words(period.last_day)}"


def _choice_of(product: ProductKind, part: PartKind, choice: str) -> str:
    if part == PartKind.EXAM:
        return {ProductKind.MSCAT: GENERAL, ProductKind.PACKAGE: ""}.get(product, choice)
    return choice if part == PartKind.CE else ""


def _name(part: PartKind, choice: str) -> str:
    if part == PartKind.EXAM:
        return f"the exam {programme().exam_name(choice)}"
    if part == PartKind.CE:
        course = programme().courses.get(choice)
        return f"the course “{course}”" if course else "a course not chosen yet"
    return f"the {part.label}" if part == PartKind.MANUAL else part.label
