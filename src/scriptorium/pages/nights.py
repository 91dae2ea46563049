"""The last runs of the night, and on which day the next one comes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from scriptorium.domains.audit import queries as audit
from scriptorium.domains.memberships.rules import days_words, words
from scriptorium.kernel import clock

#: Runs on the page.
SHOWN = 14
#: A run that wrote nothing for so long was stopped.
SILENT = dt.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step of a run that ended."""

    name: str
    count: str
    took: str


@dataclass(frozen=True, slots=True)
class NightLine:
    """One run of the night.

    Arguments:
        running: it goes on now; ``done`` of ``total`` steps ended.
        summary: what it did, the steps that found something.
    """

    day: str
    started: str
    took: str
    state: str
    tone: str
    running: bool
    done: int
    total: int
    summary: str
    steps: list[StepLine]


@dataclass(frozen=True, slots=True)
class NightsPage:
    """The day of the next run, and the last ones."""

    next_on: dt.date
    next_words: str
    runs: list[NightLine]


def nights_page(*, now: dt.datetime, today: dt.date) -> NightsPage:
    """Return the last runs; the next one is tomorrow's once today's went through."""
    done = audit.night_ended(on=today)
    next_on = today + dt.timedelta(days=1) if done else today
    runs = [_line(night, now) for night in audit.nights(limit=SHOWN)]
    return NightsPage(next_on, words(next_on), runs)


def _line(night: audit.Night, now: dt.datetime) -> NightLine:
    ended = night.ended_at
    last = night.done[-1].ended_at if night.done else night.started_at
    running = ended is None and now - last < SILENT
    count = len(night.done)
    if ended is not None:
        state, tone = "Done", "good"
    elif running:
        state, tone = f"Running, {count} of {night.steps} steps", "soon"
    else:
        state, tone = f"Stopped after {count} of {night.steps} steps; the next run goes on", "now"
    found = [f"{step.step} {step.count:,}" for step in night.done if step.count]
    return NightLine(
        day=words(night.on),
        started=f"{night.started_at.astimezone(clock.zone()):%H:%M}",
        took=took_words(last - night.started_at) if night.done else "",
        state=state,
        tone=tone,
        running=running,
        done=count,
        total=night.steps,
        summary=", ".join(found).capitalize() or "Nothing was to do",
        steps=[
            StepLine(step.step, f"{step.count:,}", took_words(step.ended_at - step.started_at))
            for step in night.done
        ],
    )


def took_words(span: dt.timedelta) -> str:
    """Return how long something took: "0.4 s", "12 s", "3 min 5 s"."""
    seconds = span.total_seconds()
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes >= 24 * 60:
        return days_words(minutes // (24 * 60))
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
