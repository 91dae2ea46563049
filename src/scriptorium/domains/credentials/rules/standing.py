"""Where a credential stands on a day: computed from decisions and paid years, never stored. Pure.

The last decision among those in effect on the day gives the decision state; while that says held,
the paid years as they were known on the day give the standing (DOMAIN §6).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from scriptorium.domains.credentials.enums import DecisionState, Standing
from scriptorium.domains.credentials.queries import (
    CredentialFacts,
    DecisionFact,
    MembershipFact,
    TermFact,
)
from scriptorium.kernel.clock import day_of

#: Days of grace after continuing education was judged and found short (DOMAIN §6).
CE_GRACE_DAYS = 30
_ONE = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Upkeep:
    """Where the upkeep of a held credential stands on a day.

    Arguments:
        paid_through: last paid day as known then, None without any paid year.
        until: last day of grace, only in grace.
        since: first day of being inactive, only when inactive and it ever was active.
    """

    standing: Standing
    paid_through: dt.date | None
    until: dt.date | None = None
    since: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """The public status of a credential on a day.

    Arguments:
        state: the decision state; None before the credential was awarded.
        level: the level on that day, "" before it was awarded.
        since: from which day on the state holds.
        level_since: from which day on the level was held.
        upkeep: the standing, only while held.
    """

    state: DecisionState | None
    level: str = ""
    since: dt.date | None = None
    level_since: dt.date | None = None
    upkeep: Upkeep | None = None

    @property
    def in_order(self) -> bool:
        """Held, and active or in grace."""
        return self.upkeep is not None and self.upkeep.standing != Standing.INACTIVE

    @property
    def valid_through(self) -> dt.date | None:
        """The last paid day, while held."""
        return self.upkeep.paid_through if self.upkeep else None


def status_on(
    facts: CredentialFacts, day: dt.date, *, grace_days: int, ce_short_on: dt.date | None = None
) -> Status:
    """Return a credential's status on a day.

    Arguments:
        grace_days: the programme's grace, where no year says when it lapsed.
        ce_short_on: the day on which continuing education was judged and found short, or None.
    """
    effective = [d for d in facts.decisions if d.effective_on <= day]
    if not effective:
        return Status(None)
    last = effective[-1]
    state = DecisionState(last.to_state)
    upkeep = None
    if state == DecisionState.HELD:
        upkeep = upkeep_on(
            facts.terms, facts.membership, day, grace_days=grace_days, ce_short_on=ce_short_on
        )
    return Status(state, last.level, last.effective_on, _level_since(effective), upkeep)


def _level_since(effective: Sequence[DecisionFact]) -> dt.date:
    """Return the day of the first of the newest decisions that name the present level."""
    level, since = effective[-1].level, effective[-1].effective_on
    for decision in reversed(effective):
        if decision.level != level:
            break
        since = decision.effective_on
    return since


def known_terms(terms: Sequence[TermFact], day: dt.date) -> list[TermFact]:
    """Return the years that were in the records on a day: made by then and not taken back."""
    return [
        term
        for term in terms
        if day_of(term.created_at) <= day
        and (term.voided_at is None or day_of(term.voided_at) > day)
    ]


def upkeep_on(
    terms: Sequence[TermFact],
    membership: MembershipFact | None,
    day: dt.date,
    *,
    grace_days: int,
    ce_short_on: dt.date | None = None,
) -> Upkeep:
    """Return the standing on a day from the paid years as they were known then.

    Arguments:
        terms: every year ever, by first day; also those taken back later.
        membership: the dates as they are now.
    """
    known = known_terms(terms, day)
    if not known or day < known[0].starts_on:
        return Upkeep(Standing.INACTIVE, None)
    last = known[-1]
    paid_through = last.ends_before - _ONE
    if any(term.starts_on <= day < term.ends_before for term in known):
        return _with_education(paid_through, day, ce_short_on)
    if day < last.starts_on:
        # Between two years: the earlier one has lapsed, the later one has not begun.
        ended = [term for term in known if term.ends_before <= day]
        return Upkeep(Standing.INACTIVE, paid_through, since=ended[-1].ends_before)
    lapses_on = _lapse_after(last, terms, membership, grace_days)
    if membership is not None and membership.cancelled_on is not None:
        lapses_on = min(lapses_on, max(membership.cancelled_on, last.ends_before))
    if day < lapses_on:
        return Upkeep(Standing.GRACE, paid_through, until=lapses_on - _ONE)
    return Upkeep(Standing.INACTIVE, paid_through, since=lapses_on)


def _with_education(paid_through: dt.date, day: dt.date, ce_short_on: dt.date | None) -> Upkeep:
    if ce_short_on is None or day < ce_short_on:
        return Upkeep(Standing.ACTIVE, paid_through)
    ends = ce_short_on + dt.timedelta(days=CE_GRACE_DAYS)
    if day < ends:
        return Upkeep(Standing.GRACE, paid_through, until=ends - _ONE)
    return Upkeep(Standing.INACTIVE, paid_through, since=ends)


def _lapse_after(
    last: TermFact,
    terms: Sequence[TermFact],
    membership: MembershipFact | None,
    grace_days: int,
) -> dt.date:
    """Return the day on which grace ended after a year, as it was set before the next one came."""
    if membership is not None and membership.renews_on == last.ends_before:
        return membership.lapses_on
    for later in terms:
        if later.starts_on >= last.ends_before and later.previous_lapses_on is not None:
            return max(later.previous_lapses_on, last.ends_before)
    return last.ends_before + dt.timedelta(days=grace_days)
