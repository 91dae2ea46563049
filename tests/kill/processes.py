"""Processes that are killed: databases of their own, a web server, a signed-in sender."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

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
        form: dict[str, str] | None = None, json_body: Any = None,
    ) -> tuple[int, str, list[str]]:  # fmt: skip
        """Return status, whole body and cookies; a torn answer is an error."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            body = urlencode(form) if form is not None else None
            kind = {"Content-Type": "application/x-www-form-urlencoded"} if form else {}
            if json_body is not None:
                body, kind = json.dumps(json_body), {"Content-Type": "application/json"}
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


def sign_in(server: Server, login: str, password: str) -> dict[str, str]:
    """Sign in and return the headers of a signed-in request."""
    _, _, found = server.ask("GET", "/sign-in/")
    jar = cookies(found, {})
    status, page, found = server.ask(
        "POST", "/sign-in/", headers(jar), {"login": login, "password": password}
    )
    assert status == 302, page
    return headers(cookies(found, jar))


def headers(jar: dict[str, str]) -> dict[str, str]:
    cookie = "; ".join(f"{name}={value}" for name, value in jar.items())
    return {"Cookie": cookie, "X-CSRFToken": jar["csrftoken"]}


def verify(env: dict[str, str]) -> None:
    """See that ``verify-ledger`` exits 0."""
    report = run("scriptorium.project.console", env, "verify-ledger", "--json")
    assert report["problems"] == []
