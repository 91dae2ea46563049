"""A site of its own for the browser: real processes, real files, and Chromium to look at it."""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect
from playwright.sync_api import Error as PlaywrightError

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "test-results"
PASSWORD = "scriptorium-demo"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
CONSOLE = [sys.executable, "-m", "scriptorium.project.console"]
WIDE = {"width": 1400, "height": 1000}
PHONE = {"width": 390, "height": 844}


def chromium() -> str | None:
    """Return where Chromium is: what the Makefile found, or what stands in the path."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


def launch(playwright: Playwright) -> Browser:
    """Start Chromium without a window."""
    return playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)


def _environment(var: Path, port: int, **more: str) -> dict[str, str]:
    # The tests' own settings stay out: this is an installation like any other.
    kept = {name: value for name, value in os.environ.items() if "SCRIPTORIUM" not in name}
    kept.pop("DJANGO_SETTINGS_MODULE", None)
    return kept | {
        "SCRIPTORIUM_VAR": str(var),
        "SCRIPTORIUM_DEMO": "1",
        "SCRIPTORIUM_BASE_URL": f"http://localhost:{port}",
        **more,
    }


def prepare(var: Path) -> None:
    """Make the demonstration once; every site of the run starts from a copy."""
    subprocess.run(
        [*CONSOLE, "setup"], check=True, env=_environment(var, 8000), cwd=ROOT, capture_output=True
    )
    with sqlite3.connect(var / "scriptorium.sqlite3") as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Site:
    """The demonstration, served by ``scriptorium serve`` from a copy of the prepared files."""

    def __init__(self, prepared: Path, var: Path, **settings: str) -> None:
        shutil.copytree(prepared, var)
        self.var = var
        self.port = _free_port()
        self.url = f"http://localhost:{self.port}"
        self._settings = settings
        self._log = (var / "serve.log").open("ab")
        self.start_again()

    def start_again(self) -> None:
        """Serve on the same address as before."""
        self._process = subprocess.Popen(
            [*CONSOLE, "serve", "--port", str(self.port)],
            env=_environment(self.var, self.port, **self._settings),
            cwd=ROOT,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._wait()

    def run(self, module: str, *options: str) -> str:
        """Run a module of ours in the site's environment; return what it prints."""
        ran = subprocess.run(
            [sys.executable, "-m", module, *options], cwd=ROOT, text=True, capture_output=True,
            check=False, env=_environment(self.var, self.port, **self._settings),
        )  # fmt: skip
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    def travel(self, today: dt.date, *nights: int) -> None:
        """Let nights come, and serve the site on the day of the last of them.

        Arguments:
            today: the day before any travel.
            nights: how many days after that day each of them lies, rising.
        """
        self.stop()
        days = [(today + dt.timedelta(days=night)).isoformat() for night in nights]
        self.run("tests.support.nights", *days)
        self._settings["SCRIPTORIUM_TIME_TRAVEL"] = str(nights[-1])
        self._log = (self.var / "serve.log").open("ab")
        self.start_again()

    def kill(self) -> None:
        """End web and worker at once, without a chance to tidy up."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _wait(self) -> None:
        end = time.monotonic() + 60
        while time.monotonic() < end and self._process.poll() is None:
            try:
                urllib.request.urlopen(f"{self.url}/health/ready", timeout=5).close()
            except (OSError, urllib.error.URLError):
                time.sleep(0.2)
            else:
                return
        self.stop()
        raise RuntimeError(f"The site did not start:\n{(self.var / 'serve.log').read_text()}")

    def stop(self) -> None:
        """End web and worker as Ctrl-C does."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._log.close()

    @property
    def log(self) -> str:
        """What web and worker wrote."""
        return (self.var / "serve.log").read_text()


class Visitor:
    """Somebody at a browser of their own, who leaves a picture of each step."""

    def __init__(
        self, browser: Browser, site: Site, folder: Path, who: str, **options: Any
    ) -> None:
        self.site, self.folder, self.who = site, folder, who
        self.context: BrowserContext = browser.new_context(
            base_url=site.url, accept_downloads=True, **({"viewport": WIDE} | options)
        )
        self.context.set_default_timeout(15_000)
        self.page: Page = self.context.new_page()
        self.said: list[str] = []
        self.examined = False
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("console", self._console)
        self._pictures = 0

    def _console(self, message: Any) -> None:
        # A refused page (403, 410, 422 …) is an answer, not a slip of ours.
        if self.examined and "Applying inline style" in message.text:
            return
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.said.append(message.text)

    def picture(self, name: str) -> None:
        """Keep what is on the screen as the next picture."""
        self._pictures += 1
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{self._pictures:02}-{self.who}-{name}.png"
        for attempt in range(3):
            try:
                self.page.screenshot(path=path)
            except PlaywrightError:
                # Chromium on a busy machine now and then has no frame to give; the picture is a
                # record and no assertion.
                if attempt == 2:
                    raise
                self.page.wait_for_timeout(500)
            else:
                return

    def sign_in(self, login: str) -> Page:
        """Sign in as the sign-in page offers it."""
        self.page.goto("/")
        self.page.get_by_role("main").get_by_role("link", name="Sign in").click()
        self.page.get_by_label("E-mail").fill(login)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in", exact=True).click()
        expect(self.page.get_by_text("My account")).to_be_visible()
        return self.page

    def tile(self, name: str) -> Any:
        """Return one of the board's tiles by its heading."""
        return self.page.get_by_role("region", name=re.compile(f"^{name}", re.IGNORECASE))

    def close(self) -> None:
        """Leave; nothing may have gone wrong in the page's own scripts."""
        self.context.close()
        assert not self.said, self.said
