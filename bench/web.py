"""A web server as in production, signed-in sessions, and the load against it."""

from __future__ import annotations

import ctypes
import http.cookies
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from bench.measure import cpu_of, tree
from bench.place import ROOT

WORKERS, THREADS = 2, 4


@dataclass(slots=True)
class Web:
    """A running server."""

    port: int
    pid: int

    def cpu(self) -> float:
        """Return the processor seconds of the server's processes so far."""
        return cpu_of(tree(self.pid))

    def sign_in(self, login: str, password: str) -> dict[str, str]:
        """Sign in by the form and return the headers of the session."""
        page, cookies = self._fetch("/sign-in/", {}, None)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token is not None
        form = {"login": login, "password": password, "csrfmiddlewaretoken": token[1]}
        _, more = self._fetch("/sign-in/", cookies, urllib.parse.urlencode(form).encode())
        cookies |= more
        if "sessionid" not in cookies:
            raise SystemExit(f"{login} could not sign in.")
        return {
            "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
            "Accept-Encoding": "gzip",
            "X-CSRFToken": cookies.get("csrftoken", ""),
            "Content-Type": "application/x-www-form-urlencoded",
        }

    def _fetch(
        self, path: str, cookies: dict[str, str], body: bytes | None
    ) -> tuple[str, dict[str, str]]:
        class Stay(urllib.request.HTTPRedirectHandler):
            def redirect_request(self, *args: object) -> None:  # noqa: ARG002
                return None

        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", body)
        if cookies:
            request.add_header("Cookie", "; ".join(f"{n}={v}" for n, v in cookies.items()))
        try:
            answer = urllib.request.build_opener(Stay).open(request, timeout=60)
        except urllib.error.HTTPError as redirected:
            if redirected.code not in {302, 303}:
                raise
            answer = redirected
        text = answer.read().decode()
        jar = http.cookies.SimpleCookie()
        for line in answer.headers.get_all("Set-Cookie") or ():
            jar.load(line)
        return text, {name: morsel.value for name, morsel in jar.items()}

    def load(self, *, headers: dict[str, str], **job: Any) -> dict[str, Any]:
        """Run the client process; returns its times and the server's processor seconds."""
        before = self.cpu()
        done = subprocess.run(
            [sys.executable, "-m", "bench.client"],
            input=json.dumps({"port": self.port, "headers": headers, **job}),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            cwd=ROOT,
        )
        found: dict[str, Any] = json.loads(done.stdout)
        found["cpu"] = self.cpu() - before
        return found


def _end_with_parent() -> None:
    """Ask the kernel to stop this process when the run that started it is killed (Linux)."""
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)


@contextmanager
def serving() -> Iterator[Web]:
    """Start the server on this process's database and stop it afterwards."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable, "-m", "gunicorn", "scriptorium.project.wsgi:application",
        "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--workers", str(WORKERS),
        "--threads", str(THREADS), "--preload", "--log-level", "warning",
        "--config", "python:scriptorium.project.gunicorn",
    ]  # fmt: skip
    server = subprocess.Popen(
        command,
        env=os.environ,
        stdout=sys.stderr,
        preexec_fn=_end_with_parent,  # noqa: PLW1509 (no other thread runs yet)
    )
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5).close()
                break
            except OSError:
                if server.poll() is not None:
                    raise SystemExit("The web server did not start.") from None
                time.sleep(0.1)
        else:
            raise SystemExit("The web server did not become ready.")
        yield Web(port, server.pid)
    finally:
        server.terminate()
        server.wait(timeout=20)
