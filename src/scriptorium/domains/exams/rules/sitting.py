"""The clock, saves and retakes of a sitting (DOMAIN §5). Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from scriptorium.domains.exams.enums import LETTERS
from scriptorium.kernel import clock

#: Longer than any technical term.
LONGEST_TEXT = 100
#: A batch of the journal after a cut (CONTRACT, the exam room).
LARGEST_BATCH = 100


class BadAnswer(Exception):
    """An answer that no item can have; the text is what the sender reads."""


class Stale(Exception):
    """A newer answer is kept already, or the sitting goes on elsewhere (409)."""


class Closed(Exception):
    """The time is over or the sitting is finished (410)."""


class CannotStart(Exception):
    """An exam cannot be started now; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Given:
    """One answer as it was sent: a letter or a text, a flag, and its place in the order."""

    position: int
    seq: int
    choice: str = ""
    text: str = ""
    flagged: bool = False


def given(*, position: int, raw: object, length: int) -> Given:
    """Return an answer read from JSON.

    Arguments:
        position: from 1.
        raw: a mapping with "choice" or "text", "flagged" and "seq".
        length: how many items the form has.

    Raises:
        BadAnswer: names the field that is wrong.
    """
    if not isinstance(raw, dict):
        raise BadAnswer("An answer is an object with “choice” or “text”, “flagged” and “seq”.")
    if not 1 <= position <= length:
        raise BadAnswer(f"This form has items 1 to {length}.")
    seq, choice, text = raw.get("seq"), raw.get("choice") or "", raw.get("text") or ""
    flagged = raw.get("flagged", False)
    if not isinstance(seq, int) or isinstance(seq, bool) or not 0 < seq < 2**31:
        raise BadAnswer("“seq” is a whole number from 1 that grows with each save.")
    if not isinstance(choice, str) or (choice and choice not in LETTERS) or len(choice) > 1:
        raise BadAnswer("“choice” is A, B, C or D.")
    if not isinstance(text, str) or len(text) > LONGEST_TEXT:
        raise BadAnswer(f"“text” has at most {LONGEST_TEXT} letters.")
    if not isinstance(flagged, bool):
        raise BadAnswer("“flagged” is true or false.")
    if choice and text:
        raise BadAnswer("An answer is a choice or a text, not both.")
    # A database keeps no NUL, and no spelling needs a control character.
    return Given(position, seq, choice, "".join(c for c in text if c.isprintable()), flagged)


def limit_seconds(*, minutes: int, percent: int) -> int:
    """Return a sitting's time: the exam's minutes times the person's accommodation."""
    return minutes * 60 * percent // 100


def effective_deadline(*, deadline_at: dt.datetime, credit_seconds: int) -> dt.datetime:
    """Return the deadline with what was given back for outages of the server."""
    return deadline_at + dt.timedelta(seconds=credit_seconds)


def seconds_left(*, deadline: dt.datetime, now: dt.datetime) -> int:
    """Return whole seconds until the deadline, 0 when it is over."""
    return max(0, int((deadline - now).total_seconds()))


def in_time(*, deadline: dt.datetime, at: dt.datetime, grace_seconds: int) -> bool:
    """Return whether a save that began at ``at`` is accepted."""
    return at <= deadline + dt.timedelta(seconds=grace_seconds)


def credit_for(
    *,
    started_at: dt.datetime,
    deadline: dt.datetime,
    began_at: dt.datetime,
    ended_at: dt.datetime,
    given_seconds: int,
    most_seconds: int,
) -> int:
    """Return the seconds that an outage gives back to a sitting: its overlap, up to the most.

    Arguments:
        deadline: effective so far; given_seconds: what earlier outages gave.
    """
    overlap = min(ended_at, deadline) - max(began_at, started_at)
    return max(0, min(int(overlap.total_seconds()), most_seconds - given_seconds))


def check_can_start(
    *,
    last_finished_at: dt.datetime | None,
    sittings_on_unit: int,
    retake_hours: int,
    sittings_per_unit: int,
    waived: bool,
    now: dt.datetime,
) -> None:
    """Refuse an early retake, or a third sitting on one unit (STANDARDS row 23).

    Arguments:
        last_finished_at: end of the newest sitting of this exam, if any.
        sittings_per_unit: 0 for as many as wanted.
        waived: staff granted a waiver for this sitting, with a reason.

    Raises:
        CannotStart: says from when, or that another unit is needed.
    """
    if waived:
        return
    if last_finished_at is not None:
        opens = last_finished_at + dt.timedelta(hours=retake_hours)
        if now < opens:
            wait = f"{retake_hours // 24} days" if retake_hours > 48 else f"{retake_hours} hours"
            raise CannotStart(
                f"The next sitting is possible {wait} after the last one,"
                f" from {opens.astimezone(clock.zone()):%-d %b %Y, %H:%M %Z} on."
            )
    if sittings_per_unit and sittings_on_unit >= sittings_per_unit:
        raise CannotStart(
            "Both sittings of this unit are used. Ask for another MSCAT unit to sit again."
            if sittings_per_unit == 2
            else f"All {sittings_per_unit} sittings of this unit are used. Ask for another one."
        )
