"""SIGKILL in the middle of 200 concurrent assignments loses nothing that was acknowledged."""

from __future__ import annotations

import http.client
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import pytest

pytestmark = [pytest.mark.kill]

REQUESTS = 200
ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Database:
    """Fresh databases, each a copy of one that was filled once."""

    folder: Path
    given: str = field(default_factory=lambda: os.environ.get("SCRIPTORIUM_DATABASE_URL", ""))

    @property
    def postgres(self) -> bool:
        return self.given.startswith("postgres")

    def url(self, name: str) -> str:
        """Return the address of one of our databases."""
        if not self.postgres:
            return f"sqlite:///{self.folder}/{name}.sqlite3"
        parts = urlsplit(self.given)
        return urlunsplit(parts._replace(path=f"/{name}"))

    def create(self, name: str, like: str = "") -> None:
        """Make a database, empty or as a copy of another one."""
        if self.postgres:
            self._sql(f"CREATE DATABASE {name}" + (f" TEMPLATE {like}" if like else ""))
        elif like:
            shutil.copy(self.folder / f"{like}.sqlite3", self.folder / f"{name}.sqlite3")

    def drop(self, name: str) -> None:
        """Remove a database."""
        if self.postgres:
            self._sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        else:
            for file in self.folder.glob(f"{name}.sqlite3*"):
                file.unlink()

    def _sql(self, statement: str) -> None:
        import psycopg

        plain = self.given.replace("&pool=0", "").replace("?pool=0", "")
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(statement)


def environment(url: str, var: Path) -> dict[str, str]:
    """Return what a process of the portal needs to know."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("SCRIPTORIUM_")}
    return kept | {
        "SCRIPTORIUM_DATABASE_URL": url,
        "SCRIPTORIUM_VAR": str(var),
        "SCRIPTORIUM_SECRET_KEY": "for the kill test only",
        # Quick password hashes and no rate limit; everything else is as in production.
        "SCRIPTORIUM_TESTING": "1",
        "DJANGO_SETTINGS_MODULE": "scriptorium.project.settings",
        "PYTHONUNBUFFERED": "1",
    }


def run(module: str, env: dict[str, str], *options: str) -> Any:
    """Run a module and return the object that it prints."""
    ran = subprocess.run(
        [sys.executable, "-m", module, *options], env=env, cwd=ROOT, text=True,
        capture_output=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return json.loads(ran.stdout)


class Server:
    """Two web processes of eight threads each, in a session of their own."""

    def __init__(self, env: dict[str, str], port: int) -> None:
        self.port = port
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "gunicorn", "scriptorium.project.wsgi:application"),
                *("--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--workers", "2"),
                *("--threads", "8", "--log-level", "error", "--backlog", "512"),
            ],
            env=env, cwd=ROOT, start_new_session=True, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + 60
        while True:
            assert self.process.poll() is None, "The web server stopped."
            assert time.monotonic() < deadline, "The web server did not answer."
            try:
                if self.ask("GET", "/health/live")[0] == 200:
                    return
            except OSError:
                time.sleep(0.05)

    def ask(
        self, method: str, path: str, headers: dict[str, str] | None = None,
        form: dict[str, str] | None = None,
    ) -> tuple[int, str, list[str]]:  # fmt: skip
        """Return status, whole body and cookies; a torn answer is an error."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            body = urlencode(form) if form is not None else None
            kind = {"Content-Type": "application/x-www-form-urlencoded"} if form else {}
            connection.request(method, path, body, (headers or {}) | kind)
            answer = connection.getresponse()
            text = answer.read().decode()
            return answer.status, text, answer.headers.get_all("Set-Cookie") or []
        finally:
            connection.close()

    def kill(self) -> None:
        """End every web process at once, without a chance to tidy up."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def serving(env: dict[str, str], port: int) -> Iterator[Server]:
    server = Server(env, port)
    try:
        server.wait_until_ready()
        yield server
    finally:
        if server.process.poll() is None:
            server.kill()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def cookies(found: list[str], held: dict[str, str]) -> dict[str, str]:
    """Return the cookie jar after an answer."""
    return held | dict(c.split(";", 1)[0].split("=", 1) for c in found)


def sign_in(server: Server, world: dict[str, Any]) -> dict[str, str]:
    """Sign in as the deputy and return the headers of a signed-in request."""
    _, _, found = server.ask("GET", "/sign-in/")
    jar = cookies(found, {})
    status, page, found = server.ask(
        "POST", "/sign-in/", headers(jar), {"login": world["login"], "password": world["password"]}
    )
    assert status == 302, page
    return headers(cookies(found, jar))


def headers(jar: dict[str, str]) -> dict[str, str]:
    cookie = "; ".join(f"{name}={value}" for name, value in jar.items())
    return {"Cookie": cookie, "X-CSRFToken": jar["csrftoken"]}


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


def verify(env: dict[str, str]) -> None:
    """See that ``verify-ledger`` exits 0."""
    report = run("scriptorium.project.console", env, "verify-ledger", "--json")
    assert report["problems"] == []


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
        crowd = Crowd(server, world, sign_in(server, world))
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
        again = Crowd(server, world, sign_in(server, world))
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(again.click, people))
        assert again.acknowledged == set(people)
    after = run("tests.kill.state", env)
    assert after["free"] == 0
    assert after["certificates"] == len(world["people"]) + REQUESTS
    assert sorted(after["years"].values()) == [0, 0] + [1] * 200 + [2] * 200
    verify(env)
