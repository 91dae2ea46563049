"""Two processes on one SQLite file: a long writer does not keep others out."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from tests.kill.processes import ROOT, environment


def writer(folder: Path, *count: str) -> subprocess.Popen[str]:
    """Start a process that is ready to write."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.busy_writer", *count],
        env=environment(f"sqlite:///{folder}/busy.sqlite3", folder),
        cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert said(process) == "ready"
    return process


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def begin(process: subprocess.Popen[str]) -> None:
    """Let a process that is ready begin, and wait for its first write."""
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()
    assert said(process) == "writing", "It gave up: the other one never let it in."


def test_who_wants_to_write_once_comes_in_while_another_process_writes_without_a_pause(
    tmp_path: Path,
) -> None:
    with writer(tmp_path) as long, writer(tmp_path, "1") as short:
        begin(long)
        time.sleep(0.5)
        begun = time.monotonic()
        begin(short)
        waited = time.monotonic() - begun
        assert long.poll() is None
        # The timeout is 20 s; a turn comes every two.
        assert waited < 10
        written, _ = long.communicate(timeout=30)
        short.communicate(timeout=30)
    assert (long.returncode, short.returncode) == (0, 0)
    # Giving way costs a twentieth of the time.
    assert int(written) > waited / 0.05 * 0.3
