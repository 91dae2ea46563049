"""``scriptorium serve``: web, worker and scheduler as one process group."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from scriptorium.demo import cast


class Command(BaseCommand):
    """Start the web server and the worker; Ctrl-C stops both."""

    help = "Serves the portal with its worker and scheduler until stopped."
    # ``make check`` runs the checks; here they would only delay the start.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--web-processes", type=int, default=1)
        parser.add_argument("--threads", type=int, default=8)
        parser.add_argument("--setup", action="store_true", help="prepare everything first")

    def handle(self, *args: Any, **options: Any) -> None:
        port = options["port"]
        if options["setup"]:
            # In this process, so that a later start pays for one interpreter fewer.
            call_command("setup", stdout=self.stdout)
        environment = os.environ | {"PYTHONUNBUFFERED": "1"}
        web = [
            sys.executable, "-m", "gunicorn", "scriptorium.project.wsgi:application",
            "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread",
            "--workers", str(options["web_processes"]), "--threads", str(options["threads"]),
            "--config", "python:scriptorium.project.gunicorn",
            "--preload", "--log-level", "warning", "--graceful-timeout", "10",
        ]  # fmt: skip
        if Path("/proc/net/if_inet6").exists():
            web += ["--bind", f"[::1]:{port}"]
        work = [sys.executable, "-m", "scriptorium.project.console", "work"]
        children = [subprocess.Popen(command, env=environment) for command in (web, work)]

        def stop(number: int, frame: FrameType | None) -> None:
            for child in children:
                if child.poll() is None:
                    child.terminate()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        self._wait_until_ready(port, children[0])
        self._greet(port)
        self._watch(children, stop)

    def _wait_until_ready(self, port: int, web: subprocess.Popen[bytes]) -> None:
        for _ in range(300):
            if web.poll() is not None:
                raise CommandError(f"The web server stopped. Is port {port} taken? Try PORT=8001.")
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live", timeout=2).close()
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise CommandError("The web server did not answer within 30 seconds.")

    def _greet(self, port: int) -> None:
        self.stdout.write(f"\nScriptorium is ready: http://localhost:{port}\n")
        if settings.DEMO:
            self.stdout.write(f"Demo logins, all with the password {cast.PASSWORD}:")
            for login, who in cast.DEMO_LOGINS:
                self.stdout.write(f"  {login:28} {who}")
            self.stdout.write(
                f"  {'secure@body.example':28} staff with a second factor,"
                f" secret {cast.TOTP_SECRET}\n"
            )
        self.stdout.write("Press Ctrl-C to stop.\n")
        self.stdout.flush()

    def _watch(self, children: list[subprocess.Popen[bytes]], stop: Any) -> None:
        while all(child.poll() is None for child in children):
            time.sleep(0.2)
        stop(0, None)
        for child in children:
            try:
                child.wait(timeout=15)
            except subprocess.TimeoutExpired:
                child.kill()
