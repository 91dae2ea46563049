"""The throw-away server ends with its command, however that ends."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import postgres

pytestmark = pytest.mark.slow

_FOLDER = (
    "print(os.environ['SCRIPTORIUM_DATABASE_URL'].split('host=')[1].split('&')[0], flush=True)"
)


def _start(code: str) -> subprocess.Popen[str]:
    environment = {key: value for key, value in os.environ.items() if key != "TEST_DATABASE_URL"}
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "tests.support.postgres", "--"),
            *(sys.executable, "-c", f"import os, time; {_FOLDER}; {code}"),
        ],
        stdout=subprocess.PIPE,
        env=environment,
        text=True,
    )


def _folder(process: subprocess.Popen[str]) -> Path:
    assert process.stdout is not None
    folder = Path(process.stdout.readline().strip())
    assert (folder / "data" / "postmaster.pid").exists()
    return folder


def test_the_code_of_the_command_is_returned_and_nothing_is_left() -> None:
    with _start("time.sleep(0.5); raise SystemExit(7)") as process:
        folder = _folder(process)
        assert process.wait(timeout=20) == 7
    assert not folder.exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_command_and_the_server(number: signal.Signals) -> None:
    with _start("time.sleep(60)") as process:
        folder = _folder(process)
        server = int((folder / "data" / "postmaster.pid").read_text().split()[0])
        if number == signal.SIGINT:
            # A terminal sends it to the command as well.
            (child,) = _children(process.pid)
            os.kill(child, number)
        process.send_signal(number)
        assert process.wait(timeout=20) != 0
    assert not folder.exists()
    assert not Path(f"/proc/{server}").exists()


def _children(parent: int) -> list[int]:
    """Return the command's process; the server, the other child, has a session of its own."""
    pids = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [int(pid) for pid in pids if os.getsid(int(pid)) == os.getsid(parent)]


def test_programs_out_of_reach_are_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hidden = tmp_path / "hidden"
    shutil.copytree(postgres.binaries().parent, hidden / "postgresql")
    hidden.chmod(0o700)
    monkeypatch.setattr(postgres, "binaries", lambda: hidden / "postgresql" / "bin")
    with postgres.server() as url:
        assert url.startswith("postgresql://postgres@:")
