"""When memberships are due, lapse and end, and what a renewal does (DOMAIN §3); pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from scriptorium.domains.memberships import rules
from scriptorium.domains.memberships.enums import RENEWAL, MembershipState
from scriptorium.domains.memberships.rules import CannotApply, Dates, Windows
from scriptorium.kernel.periods import Anchor

W = Windows(
    due=30, grace=30, ended_after=90, renew_early=90, reinstate_within=365,
    reinstatement_price="$149.00",
)  # fmt: skip
RENEWS = dt.date(2026, 11, 23)
any_day = st.dates(dt.date(2024, 1, 1), dt.date(2050, 1, 1))
S = MembershipState


def plus(days: int, day: dt.date = RENEWS) -> dt.date:
    return day + dt.timedelta(days=days)


def dates(
    renews_on: dt.date = RENEWS, *, lapses: int = 30, began: int = -365,
    cancelled: dt.date | None = None,
) -> Dates:  # fmt: skip
    return Dates(
        renews_on, plus(lapses, renews_on), plus(began, renews_on), Anchor.of(renews_on), cancelled
    )


@pytest.mark.parametrize(
    ("day", "state", "words"),
    [
        (-31, S.ACTIVE, "In force"),
        (-30, S.DUE, "Due in 30 days"),
        (-21, S.DUE, "Due in 21 days"),
        (-1, S.DUE, "Due in 1 day"),
        (0, S.OVERDUE, "Due today"),
        (1, S.OVERDUE, "Overdue by 1 day"),
        (3, S.OVERDUE, "Overdue by 3 days"),
        (29, S.OVERDUE, "Overdue by 29 days"),
        (30, S.LAPSED, "Lapsed"),
        (89, S.LAPSED, "Lapsed"),
        (90, S.ENDED, "Ended"),
    ],
)
def test_each_day_has_its_state_and_its_words(day: int, state: str, words: str) -> None:
    found = rules.state_on(dates(), plus(day), W)
    assert found == state
    assert rules.state_words(found, RENEWS, plus(day)) == words


def test_without_a_membership_there_is_none() -> None:
    assert rules.state_on(None, RENEWS, W) == S.NEVER
    for state in (S.NEVER, S.PENDING, S.ACTIVE):
        assert rules.state_words(state, None, RENEWS) == "No membership"
    assert rules.state_words(S.PENDING, RENEWS, RENEWS) == "No membership"


def test_every_state_has_the_boards_word() -> None:
    assert set(RENEWAL) == set(S)
    assert {RENEWAL[s] for s in (S.NEVER, S.PENDING, S.ENDED)} == {"none"}


def test_a_cancelled_membership_ends_on_its_day() -> None:
    cancelled = dates(cancelled=plus(-50))
    assert rules.state_on(cancelled, plus(-51), W) == S.ACTIVE
    assert rules.state_on(cancelled, plus(-50), W) == S.ENDED


def test_a_lapse_day_moved_beyond_the_ninetieth_day_moves_the_end_too() -> None:
    moved = dates(lapses=120)
    assert rules.state_on(moved, plus(119), W) == S.OVERDUE
    assert rules.state_on(moved, plus(120), W) == S.ENDED


@given(any_day, st.integers(0, 200), st.integers(-500, 500))
def test_states_follow_one_another_and_never_go_back(
    renews_on: dt.date, lapses: int, offset: int
) -> None:
    order = [S.ACTIVE, S.DUE, S.OVERDUE, S.LAPSED, S.ENDED]
    facts = dates(renews_on, lapses=lapses)
    today = rules.state_on(facts, plus(offset, renews_on), W)
    tomorrow = rules.state_on(facts, plus(offset + 1, renews_on), W)
    assert order.index(tomorrow) >= order.index(today)


# What a renewal, a membership and a package add -------------------------------------------------


@given(any_day, st.integers(1, 364))
def test_a_first_year_that_ends_with_others_renews_on_their_day_for_whole_years(
    start: dt.date, days: int
) -> None:
    day = plus(days, start)
    plan = rules.ending_by(rules.plan_new(None, start, W), day)
    assert (plan.period.starts_on, plan.period.ends_before, plan.extends) == (start, day, False)
    facts = Dates(day, rules.lapse_after(day, W), start, plan.anchor)
    after = rules.plan_renewal(facts, day, W).period
    assert after.starts_on == day
    assert (after.ends_before - day).days in {365, 366}


@pytest.mark.parametrize("days", [365, 400])
def test_a_day_a_year_away_or_more_takes_nothing_off_a_year(days: int) -> None:
    year = rules.plan_new(None, RENEWS, W)
    assert rules.ending_by(year, plus(days, RENEWS)) == year
    assert rules.ending_by(year, None) == year


@pytest.mark.parametrize("days", [0, -1])
def test_nothing_is_left_of_a_membership_whose_day_has_come(days: int) -> None:
    with pytest.raises(rules.CannotApply, match="leaves your stock tonight, so try again tomorrow"):
        rules.ending_by(rules.plan_new(None, RENEWS, W), plus(days, RENEWS))


@given(any_day, st.lists(st.integers(-90, 29), min_size=12, max_size=12))
def test_row_49_twelve_renewals_on_time_leave_no_gap_and_keep_the_anchor(
    start: dt.date, when: list[int]
) -> None:
    plan = rules.plan_new(None, start, W)
    anchor, period = plan.anchor, plan.period
    assert (period.starts_on, plan.extends) == (start, False)
    for number, offset in enumerate(when, start=1):
        facts = Dates(
            period.ends_before, rules.lapse_after(period.ends_before, W), period.starts_on, anchor
        )
        today = plus(offset, period.ends_before)
        assume(today >= period.starts_on)
        plan = rules.plan_renewal(facts, today, W)
        assert plan.extends
        assert plan.anchor == anchor
        assert plan.period.starts_on == period.ends_before
        assert plan.period.ends_before == anchor.in_year(start.year + number + 1)
        period = plan.period


@given(any_day, st.integers(30, 89))
def test_row_49_after_the_lapse_the_new_year_starts_today_with_a_new_anchor(
    renews_on: dt.date, late: int
) -> None:
    today = plus(late, renews_on)
    plan = rules.plan_renewal(dates(renews_on), today, W)
    assert (plan.extends, plan.period.starts_on, plan.anchor) == (False, today, Anchor.of(today))
    assert rules.plan_package_year(dates(renews_on), today, W) == plan


@pytest.mark.parametrize(
    ("plan", "facts", "day", "words"),
    [
        (rules.plan_renewal, None, 0, "Has no membership to renew"),
        (rules.plan_renewal, dates(), 90, "Membership ended on 21 Feb 2027"),
        (rules.plan_renewal, dates(), -91, "Paid until 23 Nov 2026; can be renewed from 25 Aug"),
        (rules.plan_renewal, dates(began=-365), -366, "Already renewed to 23 Nov 2026"),
        (rules.plan_renewal, dates(cancelled=plus(-9)), -5, "ended on 14 Nov 2026"),
        (rules.plan_new, dates(), 90, "reinstated for $149.00 until 21 Feb 2028"),
        (
            rules.plan_renewal,
            dates(),
            456,
            "could be reinstated until 21 Feb 2028; a certification",
        ),
        (rules.plan_reinstatement, None, 0, "Has no membership that could be reinstated"),
        (rules.plan_reinstatement, dates(), 89, "has not ended; it can be renewed"),
        (rules.plan_reinstatement, dates(), 456, "begins anew, with the exam"),
        (rules.plan_new, dates(), 30, "Lapsed on 23 Dec 2026; assign a renewal instead"),
        (rules.plan_new, dates(), 0, "Already a member until 22 Nov 2026; assign a renewal"),
        (rules.plan_package_year, dates(), 90, "Membership ended on"),
        (rules.plan_package_year, dates(), -366, "Already renewed to 23 Nov 2026"),
    ],
)
def test_a_year_that_cannot_be_added_says_why(
    plan: Callable[..., object], facts: Dates | None, day: int, words: str
) -> None:
    with pytest.raises(CannotApply) as refusal:
        plan(facts, plus(day), W)
    assert words in str(refusal.value)


@pytest.mark.parametrize("day", [-90, -1, 0, 29])
def test_a_renewal_is_possible_from_the_ninetieth_day_before_to_the_end_of_grace(
    day: int,
) -> None:
    assert rules.plan_renewal(dates(), plus(day), W).period.starts_on == RENEWS


def test_a_package_extends_a_running_year_however_early() -> None:
    assert rules.plan_package_year(dates(), plus(-300), W).period.starts_on == RENEWS
    assert rules.plan_package_year(None, RENEWS, W).period.starts_on == RENEWS


def test_the_numbers_come_from_the_catalogue() -> None:
    assert rules.windows() == W


def test_dates_read_as_people_write_them() -> None:
    assert rules.words(dt.date(2026, 2, 3)) == "3 Feb 2026"


@pytest.mark.parametrize("day", [90, 455])
def test_within_a_year_after_the_end_a_reinstatement_starts_a_year_today(day: int) -> None:
    plan = rules.plan_reinstatement(dates(), plus(day), W)
    assert (plan.period.starts_on, plan.extends) == (plus(day), False)


@pytest.mark.parametrize("plan", [rules.plan_new, rules.plan_package_year])
def test_later_than_a_year_after_the_end_a_membership_begins_anew(
    plan: Callable[..., rules.YearPlan],
) -> None:
    assert plan(dates(), plus(456), W).period.starts_on == plus(456)


def test_an_order_in_time_is_kept_to_however_late_its_money_comes() -> None:
    plan = rules.plan_reinstatement(dates(), plus(500), W, ordered_on=plus(455))
    assert plan.period.starts_on == plus(500)
