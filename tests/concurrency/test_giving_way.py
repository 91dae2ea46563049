"""Two processes on one SQLite file: a long writer does not keep others out."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from tests.kill.processes import ROOT, environment


def writer(folder: Path, seconds: float) -> subprocess.Popen[str]:
    """Start a process that writes for so many seconds, and wait until it begins."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.busy_writer", str(seconds)],
        env=environment(f"sqlite:///{folder}/busy.sqlite3", folder),
        cwd=ROOT, text=True, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_who_wants_to_write_once_comes_in_while_another_process_writes_without_a_pause(
    tmp_path: Path,
) -> None:
    long = writer(tmp_path, 8)
    time.sleep(0.5)
    begun = time.monotonic()
    short = writer(tmp_path, 0)
    said, _ = short.communicate(timeout=30)
    waited = time.monotonic() - begun
    assert (short.returncode, said) == (0, "1\n")
    assert long.poll() is None, "It was to wait for its turn, not for the end of the other."
    assert waited < 6
    said, _ = long.communicate(timeout=30)
    assert long.returncode == 0
    # Five in a hundred is what it may lose by giving way.
    assert int(said) > 8 / 0.05 * 0.7
