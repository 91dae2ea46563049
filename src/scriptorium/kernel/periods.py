"""Half-open periods of days and the arithmetic of anchored years (DOMAIN §3).

A period is ``[starts_on, ends_before)``. An anchor is the month and day on which a person's
membership year turns; 29 February falls back to the 28th in ordinary years and returns to the
29th in leap years, so the anchor is kept, never derived from the previous end.
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Anchor:
    """The month and day on which a membership year turns."""

    month: int
    day: int

    @classmethod
    def of(cls, day: dt.date) -> Anchor:
        """Return the anchor that a first day sets."""
        return cls(day.month, day.day)

    def in_year(self, year: int) -> dt.date:
        """Return the anchor's date in a year, falling back to the month's last day."""
        last = calendar.monthrange(year, self.month)[1]
        return dt.date(year, self.month, min(self.day, last))

    def next_after(self, day: dt.date) -> dt.date:
        """Return the first anchor date strictly after a day."""
        candidate = self.in_year(day.year)
        return candidate if candidate > day else self.in_year(day.year + 1)


@dataclass(frozen=True, slots=True)
class Period:
    """Days from ``starts_on`` up to but not including ``ends_before``."""

    starts_on: dt.date
    ends_before: dt.date

    def __post_init__(self) -> None:
        if self.ends_before <= self.starts_on:
            raise ValueError("A period must end after it starts.")

    @property
    def last_day(self) -> dt.date:
        """The last day that the period covers."""
        return self.ends_before - dt.timedelta(days=1)

    def covers(self, day: dt.date) -> bool:
        """Return whether a day lies in the period."""
        return self.starts_on <= day < self.ends_before

    def overlaps(self, other: Period) -> bool:
        """Return whether two periods share a day."""
        return self.starts_on < other.ends_before and other.starts_on < self.ends_before


def year_from(starts_on: dt.date, anchor: Anchor) -> Period:
    """Return the membership year that starts on a day and turns on the anchor.

    Arguments:
        starts_on: first day; normally an anchor date itself.
        anchor: the person's anchor.
    """
    return Period(starts_on, anchor.next_after(starts_on))
