"""SIGKILL to worker and scheduler amid a night of renewals leaves the state of a calm night."""

from __future__ import annotations

import datetime as dt
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.kill.processes import ROOT, Database, environment, run

pytestmark = [pytest.mark.kill]

#: How many people renew in the night; ``make test-kill NIGHT=10000`` looks at a night of a body.
PEOPLE = int(os.environ.get("NIGHT_PEOPLE") or "96")
#: How often both processes are killed in one night.
KILLS = int(os.environ.get("NIGHT_KILLS") or "3")


@dataclass
class Filled:
    """A database in which renewals are due, the sandbox's file, and what a calm night leaves.

    Arguments:
        starting: seconds that a night takes which finds everything done.
        working: seconds that the calm night takes above that.
    """

    database: Database
    var: Path
    day: str
    starting: float
    working: float
    calm: Any


def start(env: dict[str, str], *command: str) -> subprocess.Popen[bytes]:
    """Start a command in a session of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "scriptorium.project.console", *command], env=env, cwd=ROOT,
        start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def night(env: dict[str, str], day: str) -> subprocess.Popen[bytes]:
    """Start the night of a day."""
    return start(env, "nightly", "--on", day)


def worker(env: dict[str, str], day: str) -> subprocess.Popen[bytes]:
    """Start a worker on a day: it sends mail, and runs the night beside the scheduler's.

    It lives where it is noon now, since a worker runs no night before two in the morning.
    """
    now = dt.datetime.now(dt.UTC)
    away = dt.date.fromisoformat(day) - now.date()
    # The names of these zones count westwards.
    there = {"SCRIPTORIUM_BODY_TIME_ZONE": f"Etc/GMT{now.hour - 12:+}"}
    return start(env | there | {"SCRIPTORIUM_TIME_TRAVEL": str(away.days)}, "work")


def seconds_of(env: dict[str, str], day: str) -> float:
    """Run the night to its end; returns the seconds that it took."""
    begun = time.monotonic()
    assert night(env, day).wait() == 0
    return time.monotonic() - begun


def kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def place(database: Database, folder: Path, name: str) -> dict[str, str]:
    return environment(database.url(name), folder) | {"SCRIPTORIUM_PAYMENTS_URL": "sandbox://"}


def fresh(filled: Filled, folder: Path, name: str) -> dict[str, str]:
    """Copy the database and the sandbox's file."""
    filled.database.drop(name)
    filled.database.create(name, like="night_filled")
    shutil.copytree(filled.var, folder)
    return place(filled.database, folder, name)


def different(found: dict[str, Any], calm: dict[str, Any]) -> dict[str, Any]:
    """Return what differs, a few rows of each kind: ten thousand are too many to read."""
    return {
        kind: [row for row in found[kind] if row not in rows][:5]
        + [row for row in rows if row not in found[kind]][:5]
        if isinstance(rows, list)
        else (found[kind], rows)
        for kind, rows in calm.items()
        if found[kind] != rows
    }


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    folder = tmp_path_factory.mktemp("night")
    database = Database(folder)
    database.drop("night_filled")
    database.create("night_filled")
    env = place(database, folder / "var", "night_filled")
    quick = env | {"SCRIPTORIUM_SQLITE_SYNCHRONOUS": "NORMAL"}
    world = run("tests.kill.fill_night", quick, str(PEOPLE))
    found = Filled(database, folder / "var", world["day"], 0, 0, None)
    calm = fresh(found, folder / "calm", "night_calm")
    whole = seconds_of(calm, found.day)
    found.starting = seconds_of(calm, found.day)
    found.working = whole - found.starting
    found.calm = run("tests.kill.night_state", calm, found.day)
    database.drop("night_calm")
    yield found
    database.drop("night_filled")


def test_a_calm_night_renews_charges_and_tells(filled: Filled) -> None:
    assert filled.calm["problems"] == []
    states = {state for _, state, _ in filled.calm["lines"]}
    assert states == {"renewed", "ordered", "waiting"}
    assert {state for *_, state, _ in filled.calm["attempts"]} == {"succeeded", "failed"}


def test_row_47_killing_worker_and_scheduler_at_once_gives_the_state_of_a_calm_night(
    filled: Filled, times: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    amid = 0
    for number in range(times):
        chance = random.Random(number)
        env = fresh(filled, tmp_path / f"var{number}", f"night_{number}")
        for _ in range(KILLS):
            two = [night(env, filled.day), worker(env, filled.day)]
            # All waits together are shorter than the night as a rule, so that work is left.
            time.sleep(filled.starting + filled.working * chance.uniform(0.1, 1.2) / KILLS)
            amid += two[0].poll() is None
            for process in two:
                kill(process)
        last = [night(env, filled.day) for _ in range(2)]
        assert [process.wait() for process in last] == [0, 0]
        assert different(run("tests.kill.night_state", env, filled.day), filled.calm) == {}
        filled.database.drop(f"night_{number}")
    with capsys.disabled():
        sys.stdout.write(
            f"{PEOPLE} renewals, {times} nights, {amid} of {times * KILLS} kills amid the work\n"
        )
    assert amid, "No kill met a night at work: the waits are too long."
