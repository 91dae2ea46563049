"""B9: the night over a million memberships, of which 30,000 are due for something."""

from __future__ import annotations

import datetime as dt
import json
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.measure import Goal
from bench.place import ROOT

#: name → (memberships there, memberships due).
SIZES = {"few": (40_000, 30_000), "million": (1_000_000, 30_000)}
GOALS = (
    Goal("million.seconds", at_most=120),
    Goal("million.peak_mb", at_most=300),
    Goal("growth", at_most=1.25),
    Goal("wrong", at_most=0),
)
#: After everything that the population of the other workloads has is over.
DAY = dt.date(2031, 3, 3)
NOW = dt.datetime(2031, 3, 3, 20, tzinfo=dt.UTC)
#: Days around the night, in days before it, on which memberships renew; the second number is the
#: rung that was told last. 45 opens and is told, 0 is the day itself.
GROUPS = (
    (45, None), (30, 45), (14, 30), (3, 14), (0, 3), (-1, 3), (-15, -1), (-30, -15), (-60, -30),
    (-90, -60),
)  # fmt: skip
#: Memberships that nothing is due of renew later than the longest notice.
QUIET = range(46, 311)


def run(
    sizes: dict[str, tuple[int, int]] = SIZES, night: Callable[[], dict[str, float]] | None = None
) -> dict[str, Any]:
    """Run the night at each size, on one database: what was told is not told again.

    The night runs in a process that did nothing else, so that its memory is the night's own.
    """
    night = night or _elsewhere
    from bench.crowd import Crowd  # noqa: PLC0415 (needs Django)
    from scriptorium.domains.notifications.models import OutboxMail  # noqa: PLC0415

    night()
    crowd = Crowd(DAY)
    figures: dict[str, Any] = {"wrong": 0}
    for name, (there, due) in sizes.items():
        expected = _fill(crowd, there, due)
        before = OutboxMail.objects.count()
        found = night() | {"memberships": there, "due": due}
        found["mails"] = OutboxMail.objects.count() - before
        found["again_s"] = night()["seconds"]
        found["ms_each"] = found["seconds"] * 1000 / due
        figures["wrong"] += abs(found["mails"] - expected)
        figures["wrong"] += abs(OutboxMail.objects.count() - before - expected)
        figures[name] = found
    spent = [figures[name]["cpu"] + figures[name]["database_cpu"] for name in sizes]
    figures["growth"] = spent[-1] / spent[0]
    return figures


def _fill(crowd: Any, there: int, due: int) -> int:
    """Add due people, and quiet ones up to a number; returns how many mails the night owes."""
    from bench.child import analyze  # noqa: PLC0415 (needs Django)

    each = due // len(GROUPS)
    mails = 0
    for days, told in GROUPS:
        crowd.add(each, DAY + dt.timedelta(days=days), told=told)
        if days <= -60:
            mails += each
        elif days:
            mails += each // 2 + -(-(each - each // 2) // 3)
    left = there - crowd.people
    for number, days in enumerate(QUIET):
        share = left // (len(QUIET) - number)
        crowd.add(share, DAY + dt.timedelta(days=days))
        left -= share
    analyze()
    return mails


def _elsewhere() -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.b9"], stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def here() -> dict[str, float]:
    """Run the night once; returns seconds, statements, processor seconds and peak memory."""
    from bench.child import counted  # noqa: PLC0415 (needs Django)
    from scriptorium.journeys.nightly import run_night  # noqa: PLC0415

    with counted() as cost:
        run_night(today=DAY, now=NOW)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    # Of it, what is no file: SQLite maps up to 256 MB of the database's file besides.
    lines = Path("/proc/self/status").read_text().splitlines()
    own = next(int(line.split()[1]) for line in lines if line.startswith("RssAnon:"))
    return dict(cost) | {"peak_mb": peak, "anonymous_mb": own / 1024}


if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps(here()))
