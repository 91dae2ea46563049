"""SIGKILL to the worker amid a batch of 200 mails: none is lost, none doubled (row 47)."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

from tests.kill.processes import ROOT, Database, environment, run
from tests.support.smtp import serving

pytestmark = [pytest.mark.kill]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Database, Any]]:
    """Return where databases come from, and the keys of the mails that wait."""
    folder = tmp_path_factory.mktemp("mail")
    database = Database(folder)
    database.drop("mail_filled")
    database.create("mail_filled")
    env = environment(database.url("mail_filled"), folder / "var")
    world = run("tests.kill.fill_mail", env | {"SCRIPTORIUM_SQLITE_SYNCHRONOUS": "NORMAL"})
    yield database, world
    database.drop("mail_filled")


def working(env: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start a worker in a session of its own."""
    command = [sys.executable, "-m", "scriptorium.project.console", "work", "--no-scheduler"]
    return subprocess.Popen(
        command, env=env, cwd=ROOT, start_new_session=True, stderr=subprocess.DEVNULL
    )


def kill(worker: subprocess.Popen[bytes]) -> None:
    """End a worker at once, without a chance to tidy up."""
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()


def wait_for(true: Callable[[], bool], *, worker: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 120
    while not true():
        assert worker.poll() is None, "The worker stopped by itself."
        assert time.monotonic() < deadline, "The worker is too slow."
        time.sleep(0.002)


def finish(env: dict[str, str]) -> dict[str, str]:
    """Let another worker do the rest, a day later so that every lease has run out."""
    state: dict[str, str] = run("tests.kill.finish_mail", env | {"SCRIPTORIUM_TIME_TRAVEL": "1"})
    return state


def fresh(database: Database, number: int, tmp_path: Path) -> dict[str, str]:
    name = f"mail_{number}"
    database.drop(name)
    database.create(name, like="mail_filled")
    return environment(database.url(name), tmp_path / f"var{number}")


def test_row_47_into_a_folder_nothing_is_lost_and_nothing_doubles(
    filled: tuple[Database, Any], times: int, tmp_path: Path
) -> None:
    database, world = filled
    for number in range(times):
        env = fresh(database, number, tmp_path)
        folder = tmp_path / f"var{number}" / "mail"
        enough = random.Random(number).randrange(20, 180)
        worker = working(env)
        wait_for(lambda: len(list(folder.glob("*.eml"))) >= enough, worker=worker)  # noqa: B023
        kill(worker)
        assert len(list(folder.glob("*.eml"))) < len(world["keys"]), "The kill came too late."
        assert finish(env) == dict.fromkeys(world["keys"], "sent")
        ids = [message_from_bytes(f.read_bytes())["Message-ID"] for f in folder.glob("*.eml")]
        assert len(ids) == len(set(ids)) == len(world["keys"])
        database.drop(f"mail_{number}")


def test_row_47_to_a_server_at_most_the_one_in_flight_goes_twice_under_one_id(
    filled: tuple[Database, Any], times: int, tmp_path: Path
) -> None:
    database, world = filled
    for number in range(times):
        env = fresh(database, number, tmp_path)
        enough = random.Random(number).randrange(20, 180)
        taken = threading.Semaphore(0)
        with serving() as (postbox, port):
            postbox.on_mail = taken.release
            env["SCRIPTORIUM_EMAIL_URL"] = f"smtp://127.0.0.1:{port}"
            worker = working(env)
            for _ in range(enough):
                assert taken.acquire(timeout=60), "Too few mails to kill amid them."
            kill(worker)
            assert len(postbox.messages) < len(world["keys"]), "The kill came too late."
            assert finish(env) == dict.fromkeys(world["keys"], "sent")
            ids = Counter(mail["Message-ID"] for mail in postbox.messages)
        assert len(ids) == len(world["keys"])
        twice = [name for name, count in ids.items() if count > 1]
        assert len(twice) <= 1
        assert sum(ids.values()) == len(world["keys"]) + len(twice)
        database.drop(f"mail_{number}")
