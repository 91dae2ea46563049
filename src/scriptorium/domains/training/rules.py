"""When a chapter counts as read, and what must be read before an assessment (DOMAIN §5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from scriptorium.domains.training.queries import Progress
from scriptorium.kernel.periods import Anchor

Readings = Mapping[str, tuple[str, dt.datetime]]


def unread(*, outline: Iterable[tuple[str, str]], readings: Readings) -> list[str]:
    """Return the chapters that are not read in the wording that they have now.

    Arguments:
        outline: (slug, hash) of each chapter, in order.
    """
    return [slug for slug, sha256 in outline if readings.get(slug, ("",))[0] != sha256]


def before_assessment(*, progress: Progress | None, outline: Iterable[tuple[str, str, int]]) -> str:
    """Return what somebody should do before a course's assessment, or "".

    It is advice: nobody has to be trained here to be examined (DOMAIN §5, firewall).
    """
    if progress is not None and progress.study.finished_at is not None:
        return (
            "You have completed this course. A new unit opens its lessons, and then the assessment,"
            " again."
        )
    if progress is not None and progress.study.all_read_at is not None:
        return ""
    readings = progress.readings if progress else {}
    left = len(unread(outline=[(slug, sha256) for slug, sha256, _ in outline], readings=readings))
    return f"Better read the lessons first: {left} {'is' if left == 1 else 'are'} left."


def keep_until(*, completed_on: dt.date, years: int) -> dt.date:
    """Return the day until which a record of completion is kept (DOMAIN §12)."""
    return Anchor.of(completed_on).in_year(completed_on.year + years)
