"""Anchored years, half-open periods and the body's days (STANDARDS row 49)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scriptorium.kernel import clock
from scriptorium.kernel.periods import Anchor, Period, year_from

#: Zones with summer time in both halves of the year, with midnight that is skipped or repeated,
#: with half hours, and at both ends of the calendar day.
ZONES = (
    "America/Los_Angeles", "America/New_York", "America/Phoenix", "America/St_Johns",
    "America/Havana", "America/Asuncion", "Europe/Berlin", "Africa/Cairo", "Asia/Beirut",
    "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Auckland",
    "Pacific/Chatham", "Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC",
)  # fmt: skip

days = st.dates(min_value=dt.date(2024, 1, 1), max_value=dt.date(2060, 12, 31))
leap_days = st.sampled_from([dt.date(year, 2, 29) for year in range(2024, 2060, 4)])
moments = st.datetimes(
    min_value=dt.datetime(2024, 1, 1),  # noqa: DTZ001 (hypothesis adds the zone)
    max_value=dt.datetime(2060, 1, 1),  # noqa: DTZ001
    timezones=st.just(dt.UTC),
)
ONE_DAY = dt.timedelta(days=1)
TICK = dt.timedelta(microseconds=1)


@pytest.fixture(autouse=True)
def clock_as_it_was() -> Iterator[None]:
    """Put shift and zone back after each test."""
    shift, zone = clock._shift, clock._zone
    yield
    clock._shift, clock._zone = shift, zone


@given(st.one_of(days, leap_days))
def test_row_49_twelve_years_keep_their_anchor_through_leap_days(start: dt.date) -> None:
    anchor, day = Anchor.of(start), start
    for number in range(1, 13):
        year = year_from(day, anchor)
        assert year.starts_on == day
        assert year.ends_before == anchor.in_year(start.year + number)
        assert (year.ends_before - year.starts_on).days in {365, 366}
        assert year.last_day + ONE_DAY == year.ends_before
        day = year.ends_before


@pytest.mark.parametrize("first", [2024, 2028, 2096])
def test_row_49_the_29th_of_february_falls_back_to_the_28th_and_returns(first: int) -> None:
    anchor, day, seen = Anchor(2, 29), dt.date(first, 2, 29), []
    for _ in range(8):
        day = year_from(day, anchor).ends_before
        seen.append((day.month, day.day))
    leap = [y for y in range(first + 1, first + 9) if (y % 4 == 0 and y % 100 != 0)]
    assert seen == [(2, 29) if year in leap else (2, 28) for year in range(first + 1, first + 9)]


@given(st.sampled_from(ZONES), days)
def test_row_49_a_day_begins_and_ends_in_the_bodys_zone_also_when_clocks_change(
    zone: str, day: dt.date
) -> None:
    clock.bind(shift=dt.timedelta(0), zone=zone)
    begin, end = clock.start_of(day), clock.start_of(day + ONE_DAY)
    assert clock.day_of(begin) == day
    assert clock.day_of(begin - TICK) == day - ONE_DAY
    assert clock.day_of(end - TICK) == day
    assert dt.timedelta(hours=23) <= end - begin <= dt.timedelta(hours=25)


@given(st.sampled_from(ZONES), moments)
def test_row_49_every_moment_lies_in_exactly_one_day(zone: str, moment: dt.datetime) -> None:
    clock.bind(shift=dt.timedelta(0), zone=zone)
    day = clock.day_of(moment)
    assert clock.start_of(day) <= moment < clock.start_of(day + ONE_DAY)


@given(st.sampled_from(ZONES), st.one_of(days, leap_days))
def test_row_49_a_membership_year_turns_at_the_bodys_midnight_for_twelve_years(
    zone: str, start: dt.date
) -> None:
    clock.bind(shift=dt.timedelta(0), zone=zone)
    anchor, day = Anchor.of(start), start
    for _ in range(12):
        year = year_from(day, anchor)
        turn = clock.start_of(year.ends_before)
        assert year.covers(clock.day_of(turn - TICK))
        assert not year.covers(clock.day_of(turn))
        day = year.ends_before


@given(days, days, days)
def test_periods_overlap_when_they_share_a_day(a: dt.date, b: dt.date, c: dt.date) -> None:
    one, two = Period(a, a + dt.timedelta(days=365)), Period(b, b + dt.timedelta(days=365))
    assert one.overlaps(two) == two.overlaps(one)
    if one.covers(c) and two.covers(c):
        assert one.overlaps(two)
    assert not one.overlaps(Period(one.ends_before, one.ends_before + ONE_DAY))


@pytest.mark.parametrize("length", [0, -1])
def test_a_period_without_days_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="end after it starts"):
        Period(dt.date(2026, 1, 1), dt.date(2026, 1, 1) + dt.timedelta(days=length))


@given(days, days)
def test_the_next_anchor_is_the_first_one_after_a_day(anchored: dt.date, day: dt.date) -> None:
    anchor = Anchor.of(anchored)
    found = anchor.next_after(day)
    assert day < found <= day + dt.timedelta(days=366)
    assert found == anchor.in_year(found.year)
    assert anchor.in_year(found.year - 1) <= day


def test_time_travel_shifts_the_site_by_whole_days() -> None:
    real = clock.now()
    clock.bind(shift=dt.timedelta(days=40), zone="America/Los_Angeles")
    assert abs(clock.now() - real - dt.timedelta(days=40)) < dt.timedelta(minutes=1)
    assert clock.shifted_days() == 40
    assert clock.today() == clock.day_of(clock.now())
    assert clock.zone() == ZoneInfo("America/Los_Angeles")
