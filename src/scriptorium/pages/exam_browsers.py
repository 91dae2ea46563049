"""In which browser exams are sat, as staff see it: configurations and waivers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from scriptorium.domains.exams import queries as exams
from scriptorium.domains.exams.models import BrowserKey, BrowserWaiver
from scriptorium.domains.exams.queries import browsers as read
from scriptorium.domains.memberships.rules import words
from scriptorium.kernel.clock import day_of


@dataclass(frozen=True, slots=True)
class KeyLine:
    """One configuration that counts, or did.

    Arguments:
        shown: the ends of its Config Key, by which it is known again.
        retired: when it stopped to count and who said so, "" while it counts.
    """

    reference: str
    exam: str
    name: str
    address: str
    shown: str
    origin: str
    added: str
    retired: str


@dataclass(frozen=True, slots=True)
class WaiverLine:
    """One waiver and what became of it."""

    reference: str
    name: str
    exam: str
    reason: str
    granted: str
    state: str
    open: bool


@dataclass(frozen=True, slots=True)
class BrowsersPage:
    """Everything on the page.

    Arguments:
        running: (exam, how many people are in it) of the exams that are being sat now.
    """

    allowed: tuple[KeyLine, ...]
    retired: tuple[KeyLine, ...]
    waivers: tuple[WaiverLine, ...]
    running: tuple[tuple[str, int], ...]


def exam_titles() -> dict[str, str]:
    """Return code → title of every exam that can be sat."""
    return {version.exam: version.title for version in exams.newest_exams()}


def browsers_page(*, now: dt.datetime) -> BrowsersPage:
    """Return the configurations of every exam, waivers, and who is in an exam now."""
    titles = exam_titles()
    keys = read.browser_keys()
    return BrowsersPage(
        allowed=_keys(titles, (key for key in keys if key.retired_at is None)),
        retired=_keys(titles, (key for key in keys if key.retired_at is not None)),
        waivers=tuple(_waiver(titles, waiver, now) for waiver in read.browser_waivers()),
        running=tuple((titles.get(e, e), n) for e, n in read.running_sittings().items()),
    )


def _keys(titles: dict[str, str], keys: Iterable[BrowserKey]) -> tuple[KeyLine, ...]:
    return tuple(
        KeyLine(
            reference=key.reference,
            exam=titles.get(key.exam, key.exam),
            name=key.name,
            address=key.address,
            shown=f"{key.config_key[:8]}…{key.config_key[-8:]}",
            origin=key.origin,
            added=f"{words(day_of(key.added_at))} by {key.added_by_name}",
            retired=(
                f"{words(day_of(key.retired_at))} by {key.retired_by_name}"
                if key.retired_at
                else ""
            ),
        )
        for key in keys
    )


def _waiver(titles: dict[str, str], waiver: BrowserWaiver, now: dt.datetime) -> WaiverLine:
    last = words(day_of(waiver.ends_before))
    state, is_open = f"open until {last}", True
    if waiver.used_at is not None:
        state, is_open = f"used on {words(day_of(waiver.used_at))}", False
    elif waiver.closed_at is not None:
        state, is_open = f"taken back on {words(day_of(waiver.closed_at))}", False
    elif waiver.ends_before <= now:
        state, is_open = f"ended unused on {last}", False
    return WaiverLine(
        waiver.reference,
        waiver.person.name,
        titles.get(waiver.exam, waiver.exam),
        waiver.reason,
        f"{words(day_of(waiver.granted_at))} by {waiver.granted_by_name}",
        state,
        is_open,
    )
