"""SIGKILL in the middle of an exam loses no answer that was acknowledged (STANDARDS row 14)."""

from __future__ import annotations

import http.client
import json
import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.kill.processes import (
    Database,
    Server,
    environment,
    free_port,
    run,
    serving,
    sign_in,
    verify,
)

pytestmark = [pytest.mark.kill]

ROUNDS = 6


@dataclass
class Candidate:
    """Somebody in the hall, and what the server acknowledged."""

    login: str
    name: str
    signed_in: dict[str, str] = field(default_factory=dict)
    base: str = ""
    acknowledged: dict[int, tuple[int, str]] = field(default_factory=dict)

    def begin(self, server: Server, password: str) -> None:
        """Sign in, sign the affidavit, begin."""
        self.signed_in = sign_in(server, self.login, password)
        form = {"exam": "general", "affidavit_name": self.name, "affidavit_email": self.login}
        wish = self.signed_in | {"Accept": "application/json"}
        status, text, _ = server.ask("POST", "/member/exams/start/", wish, form)
        assert status == 201, text
        self.base = f"/member/exams/{json.loads(text)['sitting']}/"

    def save(self, server: Server, position: int, seq: int, choice: str) -> bool:
        """Send one answer; remember it once the server said that it has it."""
        body = {"choice": choice, "seq": seq}
        try:
            status, text, _ = server.ask(
                "PUT", f"{self.base}answers/{position}/", self.signed_in, json_body=body
            )
        except (OSError, http.client.HTTPException):
            return False
        assert status == 200, text
        self.acknowledged[position] = (seq, choice)
        return True

    def finish(self, server: Server) -> None:
        """End the sitting and be told the result."""
        wish = self.signed_in | {"Accept": "application/json"}
        status, text, _ = server.ask("POST", f"{self.base}finish/", wish, {})
        assert (status, "passed" in json.loads(text)) == (200, True), text

    def state(self, server: Server) -> dict[str, Any]:
        """Return what the server says after a resume."""
        status, text, _ = server.ask("GET", f"{self.base}state/", self.signed_in)
        assert status == 200, text
        found: dict[str, Any] = json.loads(text)
        return found


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Database, Any]]:
    """Return where databases come from, and who sits."""
    folder = tmp_path_factory.mktemp("hall")
    database = Database(folder)
    database.drop("hall_filled")
    database.create("hall_filled")
    env = environment(database.url("hall_filled"), folder / "var")
    world = run("tests.kill.fill_hall", env | {"SCRIPTORIUM_SQLITE_SYNCHRONOUS": "NORMAL"})
    yield database, world
    database.drop("hall_filled")


def test_row_14_killing_the_server_amid_an_exam_loses_no_acknowledged_answer(
    hall: tuple[Database, Any], times: int, tmp_path: Path
) -> None:
    database, world = hall
    for number in range(times):
        name = f"hall_{number}"
        database.drop(name)
        database.create(name, like="hall_filled")
        one_round(environment(database.url(name), tmp_path / f"var{number}"), world, seed=number)
        database.drop(name)


def one_round(env: dict[str, str], world: dict[str, Any], *, seed: int) -> None:
    """Kill amid the saves, start again, compare, go on to the end."""
    chance = random.Random(seed)
    people = [Candidate(c["login"], c["name"]) for c in world["candidates"]]
    places = range(1, world["places"] + 1)
    port = free_port()
    stop = threading.Event()
    told = threading.Semaphore(0)

    def answer(candidate: Candidate, own: random.Random) -> None:
        for round_ in range(1, ROUNDS + 1):
            for position in places:
                if stop.is_set():
                    return
                if candidate.save(server, position, round_, own.choice("ABCD")):
                    told.release()

    with serving(env, port) as server:
        for candidate in people:
            candidate.begin(server, world["password"])
        with ThreadPoolExecutor(len(people)) as pool:
            work = [pool.submit(answer, c, random.Random(f"{seed}{c.login}")) for c in people]
            for _ in range(chance.randrange(200, 900)):
                assert told.acquire(timeout=60), "Too few answers to kill amid them."
            server.kill()
            stop.set()
            for one in work:
                one.result()
    with serving(env, port) as server:
        for candidate in people:
            compare(candidate, candidate.state(server))
            candidate.finish(server)
        verify(env)


def compare(candidate: Candidate, state: dict[str, Any]) -> None:
    """See that the server kept everything that it had acknowledged, and the time."""
    assert not state["finished"]
    assert 0 < state["seconds_left"] <= 6000 + 600
    for position, (seq, choice) in candidate.acknowledged.items():
        kept = state["answers"][str(position)]
        # One that was on its way may be kept without having been acknowledged.
        assert kept["seq"] > seq or (kept["seq"], kept["choice"]) == (seq, choice)
