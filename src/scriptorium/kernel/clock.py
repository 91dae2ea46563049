"""The one place that reads the machine's clock.

Domains never ask for the time: surfaces read it here once per request or job and pass it down.
The shift exists for demonstrations and tests (SCRIPTORIUM_TIME_TRAVEL); sessions, tokens and
one-time codes use the library clocks and are therefore never shifted.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

_shift = dt.timedelta(0)
_zone: dt.tzinfo = dt.UTC


def bind(*, shift: dt.timedelta, zone: str) -> None:
    """Set the site-wide shift and the body's time zone.

    Arguments:
        shift: added to the real time; zero outside demo and test mode.
        zone: IANA name of the body's time zone, in which days begin and end (DOMAIN §3).
    """
    global _shift, _zone
    _shift = shift
    _zone = ZoneInfo(zone)


def now() -> dt.datetime:
    """Return the current time in UTC, with the demo shift applied."""
    return dt.datetime.now(dt.UTC) + _shift


def day_of(moment: dt.datetime) -> dt.date:
    """Return the calendar day of an aware moment in the body's time zone."""
    return moment.astimezone(_zone).date()


def today() -> dt.date:
    """Return today's date in the body's time zone."""
    return day_of(now())


def shifted_days() -> int:
    """Return the whole days by which the clock is shifted, for the banner."""
    return _shift.days


def zone() -> dt.tzinfo:
    """Return the body's time zone."""
    return _zone


def start_of(day: dt.date) -> dt.datetime:
    """Return the first moment of a calendar day in the body's time zone, as UTC."""
    return dt.datetime.combine(day, dt.time(), _zone).astimezone(dt.UTC)
