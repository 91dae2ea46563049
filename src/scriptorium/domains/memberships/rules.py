"""When memberships are due, lapse and end, and what a renewal does (DOMAIN §3).

Everything up to ``RowFacts`` is pure date arithmetic; below it the rows are read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from scriptorium.domains.catalog.queries import prices, programme
from scriptorium.domains.memberships.enums import MembershipState
from scriptorium.domains.memberships.models import Membership, Proposal
from scriptorium.kernel.payer import Payer
from scriptorium.kernel.periods import Anchor, Period, year_from


class CannotApply(Exception):
    """A membership year cannot be added; the text is the reason that a person reads."""


@dataclass(frozen=True, slots=True)
class Windows:
    """The programme's numbers that this module needs, in days."""

    due: int
    grace: int
    ended_after: int
    renew_early: int
    reinstate_within: int
    reinstatement_price: str


@dataclass(frozen=True, slots=True)
class Dates:
    """What is stored of a membership that decides its state."""

    renews_on: dt.date
    lapses_on: dt.date
    latest_starts_on: dt.date
    anchor: Anchor
    cancelled_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class YearPlan:
    """The year that will be added.

    ``extends`` is false when it starts afresh today and thereby sets a new anchor.
    """

    period: Period
    anchor: Anchor
    extends: bool


def words(day: dt.date) -> str:
    """Return a date as people read it here, such as "23 Nov 2026"."""
    return f"{day.day} {day:%b %Y}"


def days_words(count: int) -> str:
    """Return a number of days in words: "1 day", "12 days"."""
    return "1 day" if count == 1 else f"{count} days"


def away_words(day: dt.date, today: dt.date) -> str:
    """Return how far a day is away: "today", "in 3 days", "1 day ago"."""
    days = (day - today).days
    if days == 0:
        return "today"
    return f"in {days_words(days)}" if days > 0 else f"{days_words(-days)} ago"


def ended_from(dates: Dates, windows: Windows) -> dt.date:
    """Return the first day on which the membership counts as ended."""
    if dates.cancelled_on is not None:
        return dates.cancelled_on
    return max(dates.renews_on + dt.timedelta(days=windows.ended_after), dates.lapses_on)


def state_on(dates: Dates | None, today: dt.date, windows: Windows) -> MembershipState:
    """Return a membership's state on a day; None means that there never was one."""
    if dates is None:
        return MembershipState.NEVER
    if today >= ended_from(dates, windows):
        return MembershipState.ENDED
    if today >= dates.lapses_on:
        return MembershipState.LAPSED
    if today >= dates.renews_on:
        return MembershipState.OVERDUE
    if today >= dates.renews_on - dt.timedelta(days=windows.due):
        return MembershipState.DUE
    return MembershipState.ACTIVE


def state_words(state: MembershipState, renews_on: dt.date | None, today: dt.date) -> str:
    """Return the words beside the colour: "Due in 21 days", "Overdue by 3 days", "Due today"."""
    if renews_on is None or state in {MembershipState.NEVER, MembershipState.PENDING}:
        return "No membership"
    days = (renews_on - today).days
    if state == MembershipState.ENDED:
        return "Ended"
    if state == MembershipState.LAPSED:
        return "Lapsed"
    if days == 0:
        return "Due today"
    count = days_words(abs(days))
    if state == MembershipState.OVERDUE:
        return f"Overdue by {count}"
    if state == MembershipState.DUE:
        return f"Due in {count}"
    return "In force"


def lapse_after(renews_on: dt.date, windows: Windows) -> dt.date:
    """Return the default day on which grace ends for a renewal date."""
    return renews_on + dt.timedelta(days=windows.grace)


def _afresh(today: dt.date) -> YearPlan:
    anchor = Anchor.of(today)
    return YearPlan(year_from(today, anchor), anchor, extends=False)


def _from_old_end(dates: Dates) -> YearPlan:
    return YearPlan(year_from(dates.renews_on, dates.anchor), dates.anchor, extends=True)


def plan_new(dates: Dates | None, today: dt.date, windows: Windows) -> YearPlan:
    """Return the year that a membership unit pays for.

    Raises:
        CannotApply: there is a membership already; the reason names the way on.
    """
    state = state_on(dates, today, windows)
    if dates is None or is_forgotten(dates, today, windows):
        return _afresh(today)
    if state == MembershipState.ENDED:
        raise CannotApply(_reinstatement(dates, windows))
    if state == MembershipState.LAPSED:
        raise CannotApply(f"Lapsed on {words(dates.lapses_on)}; assign a renewal instead")
    raise CannotApply(
        f"Already a member until {words(dates.renews_on - dt.timedelta(days=1))};"
        " assign a renewal instead"
    )


def ending_by(plan: YearPlan, ends_before: dt.date | None) -> YearPlan:
    """Return a first year that ends on the others' day, and renews on it from then on (DOMAIN §1).

    Arguments:
        plan: the whole year that the person could have.
        ends_before: the day of a limited unit, or None for one that pays for a whole year.

    Raises:
        CannotApply: the day has come, so that nothing is left of what the unit pays for.
    """
    if ends_before is None or ends_before >= plan.period.ends_before:
        return plan
    if ends_before <= plan.period.starts_on:
        raise CannotApply(over_words(ends_before))
    period = Period(plan.period.starts_on, ends_before)
    return YearPlan(period, Anchor.of(ends_before), extends=plan.extends)


def over_words(ends_before: dt.date) -> str:
    """Say why a limited unit whose day has come is of no use."""
    return (
        f"The membership that is next in line ended on {words(ends_before - dt.timedelta(days=1))};"
        " it leaves your stock tonight, so try again tomorrow"
    )


def plan_renewal(dates: Dates | None, today: dt.date, windows: Windows) -> YearPlan:
    """Return the year that a renewal unit pays for.

    Before the lapse it extends from the old end; later it starts today with a new anchor.

    Raises:
        CannotApply: no membership, renewed already, too early, or ended.
    """
    if dates is None:
        raise CannotApply("Has no membership to renew; assign a membership or a package instead")
    state = state_on(dates, today, windows)
    if is_forgotten(dates, today, windows):
        raise CannotApply(_too_late(dates, windows))
    if state == MembershipState.ENDED:
        raise CannotApply(_reinstatement(dates, windows))
    if dates.latest_starts_on > today:
        raise CannotApply(f"Already renewed to {words(dates.renews_on)}")
    earliest = dates.renews_on - dt.timedelta(days=windows.renew_early)
    if today < earliest:
        raise CannotApply(
            f"Paid until {words(dates.renews_on)}; can be renewed from {words(earliest)}"
        )
    return _afresh(today) if state == MembershipState.LAPSED else _from_old_end(dates)


def plan_package_year(dates: Dates | None, today: dt.date, windows: Windows) -> YearPlan:
    """Return the membership year of a package.

    Raises:
        CannotApply: this part is waived, and why (DOMAIN §2: once per cycle).
    """
    if dates is None or is_forgotten(dates, today, windows):
        return _afresh(today)
    state = state_on(dates, today, windows)
    if state == MembershipState.ENDED:
        raise CannotApply(_reinstatement(dates, windows))
    if dates.latest_starts_on > today:
        raise CannotApply(f"Already renewed to {words(dates.renews_on)}")
    return _afresh(today) if state == MembershipState.LAPSED else _from_old_end(dates)


def plan_reinstatement(
    dates: Dates | None, today: dt.date, windows: Windows, *, ordered_on: dt.date | None = None
) -> YearPlan:
    """Return the year that a reinstatement pays for; it starts today with a new anchor (DOMAIN §4).

    Arguments:
        ordered_on: the day of the order, where money came later: that day decides.

    Raises:
        CannotApply: there is nothing to reinstate, or the membership ended too long ago.
    """
    if dates is None:
        raise CannotApply("Has no membership that could be reinstated")
    if state_on(dates, today, windows) != MembershipState.ENDED:
        raise CannotApply("The membership has not ended; it can be renewed")
    if is_forgotten(dates, ordered_on or today, windows):
        raise CannotApply(_too_late(dates, windows))
    return _afresh(today)


def reinstatable_until(dates: Dates, windows: Windows) -> dt.date:
    """Return the last day on which an ended membership comes back without the exam."""
    return ended_from(dates, windows) + dt.timedelta(days=windows.reinstate_within)


def is_forgotten(dates: Dates, today: dt.date, windows: Windows) -> bool:
    """Return whether a membership ended so long ago that its person begins anew."""
    return today > reinstatable_until(dates, windows)


def _reinstatement(dates: Dates, windows: Windows) -> str:
    return (
        f"Membership ended on {words(ended_from(dates, windows))};"
        f" it can be reinstated for {windows.reinstatement_price}"
        f" until {words(reinstatable_until(dates, windows))}"
    )


def _too_late(dates: Dates, windows: Windows) -> str:
    return (
        f"Membership ended on {words(ended_from(dates, windows))} and could be reinstated until"
        f" {words(reinstatable_until(dates, windows))}; a certification package begins anew,"
        " with the exam"
    )


def why_gone(*, proposal: Proposal, membership: Membership | None, on_roster: bool) -> str:
    """Say why a proposal cannot renew somebody any more; "" while it can.

    Arguments:
        membership: the person's, or None without one.
        on_roster: the person is still with the practice; true where people pay for themselves.
    """
    if not on_roster:
        return "Left the practice"
    if membership is None or Payer.of(membership) != Payer.of(proposal):
        return "Another payer pays"
    if membership.cancelled_on is not None:
        return f"Cancelled, ends on {words(membership.cancelled_on)}"
    if membership.renews_on > proposal.renews_on:
        return f"Renewed to {words(membership.renews_on)}"
    if membership.renews_on < proposal.renews_on:
        return f"Renews on {words(membership.renews_on)}"
    return ""


#: A notice has to lie at least so many days before an automatic charge (STANDARDS row 45).
LEAST_NOTICE = 15


def was_told_in_time(proposal: Proposal) -> bool:
    """Return whether a notice left early enough for an automatic charge (STANDARDS row 45)."""
    if proposal.noticed_on is None:
        return False
    return (proposal.renews_on - proposal.noticed_on).days >= LEAST_NOTICE


def can_be_told_in_time(renews_on: dt.date, today: dt.date) -> bool:
    """Return whether a first notice of today would leave early enough."""
    return (renews_on - today).days >= LEAST_NOTICE


def why_frozen(proposal: Proposal) -> str:
    """Say why nobody changes who is in a proposal any more; "" while it can be (DOMAIN §4)."""
    if proposal.charged_on is None:
        return ""
    return (
        f"The charge of this renewal was attempted on {words(proposal.charged_on)}; who is in is"
        " fixed since. Whoever is left can still be renewed now."
    )


def why_extra_gone(*, membership: Membership | None, on_roster: bool) -> str:
    """Say why somebody who was to start with a proposal cannot any more; "" while she can."""
    if not on_roster:
        return "Left the practice"
    if membership is not None:
        return f"Is a member already, renews on {words(membership.renews_on)}"
    return ""


@dataclass(frozen=True, slots=True)
class RowFacts:
    """What the roster's derived copy holds of a person's membership."""

    renews_on: dt.date | None
    lapses_on: dt.date | None
    ends_on: dt.date | None
    mode: str


NO_MEMBERSHIP = RowFacts(None, None, None, "N")


def windows() -> Windows:
    """Return the programme's membership numbers."""
    numbers = programme().numbers
    return Windows(
        due=numbers.due_days,
        grace=numbers.grace_days,
        ended_after=numbers.ended_after_days,
        renew_early=numbers.renew_early_days,
        reinstate_within=numbers.reinstate_within_days,
        reinstatement_price=str(prices().reinstatement),
    )


def dates_of(membership: Membership) -> Dates:
    """Return the dates by which the rules judge a membership."""
    return Dates(
        renews_on=membership.renews_on,
        lapses_on=membership.lapses_on,
        latest_starts_on=membership.latest_starts_on,
        anchor=Anchor(membership.anchor_month, membership.anchor_day),
        cancelled_on=membership.cancelled_on,
    )


def row_facts(memberships: Iterable[Membership]) -> dict[int, RowFacts]:
    """Return person key → the copy that roster rows carry."""
    numbers = windows()
    return {
        m.person_id: RowFacts(m.renews_on, m.lapses_on, ended_from(dates_of(m), numbers), m.mode)
        for m in memberships
    }
