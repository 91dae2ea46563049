"""SIGKILL in the middle of 200 concurrent assignments loses nothing that was acknowledged."""

from __future__ import annotations

import http.client
import random
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
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

REQUESTS = 200


class Crowd:
    """Everybody's click at the same moment, and who was told that it worked."""

    def __init__(self, server: Server, world: dict[str, Any], signed_in: dict[str, str]) -> None:
        self.server, self.world, self.signed_in = server, world, signed_in
        self.acknowledged: set[str] = set()
        self.lock = threading.Lock()
        self.reached = threading.Event()
        self.goal = REQUESTS

    def click(self, person: str) -> None:
        form = {
            "kind": "renewal", "people": person, "confirm": "1", "idempotency_key": f"k-{person}",
        }  # fmt: skip
        path = f"/practice/{self.world['practice']}/assignments/assign/"
        try:
            status, page, _ = self.server.ask("POST", path, self.signed_in, form)
        except (OSError, http.client.HTTPException):
            return
        if status != 200:
            return
        told = re.search(r'<[^>]*data-result="assigned"[^>]*>', page)
        if told is None:
            return
        assert f'data-person="{person}"' in told.group()
        with self.lock:
            self.acknowledged.add(person)
            if len(self.acknowledged) >= self.goal:
                self.reached.set()


@pytest.fixture(scope="module")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Database, Any]]:
    """Return where databases come from, and what the filled one holds."""
    folder = tmp_path_factory.mktemp("kill")
    database = Database(folder)
    database.drop("kill_filled")
    database.create("kill_filled")
    env = environment(database.url("kill_filled"), folder / "var")
    world = run("tests.kill.fill", env | {"SCRIPTORIUM_SQLITE_SYNCHRONOUS": "NORMAL"})
    yield database, world
    database.drop("kill_filled")


def test_killing_the_web_processes_amid_200_assignments_loses_none_that_was_acknowledged(
    databases: tuple[Database, Any], times: int, tmp_path: Path
) -> None:
    database, world = databases
    for number in range(times):
        name = f"kill_{number}"
        database.drop(name)
        database.create(name, like="kill_filled")
        one_round(environment(database.url(name), tmp_path / f"var{number}"), world, seed=number)
        database.drop(name)


def one_round(env: dict[str, str], world: dict[str, Any], *, seed: int) -> None:
    """Kill after a part of the answers, look, start again, and let everybody click again."""
    chance = random.Random(seed)
    people = chance.sample(world["people"], REQUESTS)
    port = free_port()
    with serving(env, port) as server:
        crowd = Crowd(server, world, sign_in(server, world["login"], world["password"]))
        crowd.goal = chance.randrange(10, REQUESTS - 40)
        with ThreadPoolExecutor(REQUESTS) as pool:
            clicks = [pool.submit(crowd.click, person) for person in people]
            assert crowd.reached.wait(timeout=120), "Too few answers to kill amid them."
            server.kill()
            for click in clicks:
                click.result()
    told = set(crowd.acknowledged)
    assert crowd.goal <= len(told) < REQUESTS
    with serving(env, port) as server:
        seen = run("tests.kill.state", env)
        lost = [person for person in told if seen["years"][person] != 2]
        assert lost == []
        renewed = [person for person in people if seen["years"][person] == 2]
        assert seen["free"] == REQUESTS - len(renewed)
        verify(env)
        # The same clicks once more: whoever was served already keeps the one year.
        again = Crowd(server, world, sign_in(server, world["login"], world["password"]))
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(again.click, people))
        assert again.acknowledged == set(people)
    after = run("tests.kill.state", env)
    assert after["free"] == 0
    assert after["certificates"] == len(world["people"]) + REQUESTS
    assert sorted(after["years"].values()) == [0, 0] + [1] * 200 + [2] * 200
    verify(env)
