"""B15: from a fresh clone to a page that answers, and the memory of all processes at rest."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from bench.measure import Goal, pss_of, tree
from bench.place import ROOT

NEEDS_DATABASE = False
LATER = 3
GOALS = (
    Goal("first_start_s", at_most=90),
    Goal("later_start_s", at_most=5),
    Goal("memory_mb", at_most=350),
)


def run() -> dict[str, Any]:
    """Clone, start once, and start again a few times."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        return {"skipped": "A clone needs git and a repository."}
    with tempfile.TemporaryDirectory(prefix="scriptorium-clone-") as folder:
        clone = Path(folder) / "scriptorium"
        subprocess.run(["git", "clone", "-q", "--no-hardlinks", ROOT, clone], check=True)
        first, _ = _start(clone)
        later, memory = [], []
        for _ in range(LATER):
            seconds, megabytes = _start(clone)
            later.append(seconds)
            memory.append(megabytes)
    return {
        "first_start_s": first,
        "later_start_s": statistics.median(later),
        "memory_mb": statistics.median(memory),
    }


def _start(clone: Path) -> tuple[float, float]:
    """Return the seconds until the site is ready, and the memory of its processes 5 s later."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("SCRIPTORIUM_", "MAKE"))}
    kept.pop("VIRTUAL_ENV", None)
    kept.pop("DJANGO_SETTINGS_MODULE", None)
    begun = time.perf_counter()
    make = subprocess.Popen(
        ["make", "run", f"PORT={port}"],
        cwd=clone,
        env=kept,
        stdout=sys.stderr,
        start_new_session=True,
    )
    try:
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=2).close()
                break
            except OSError:
                if make.poll() is not None or time.perf_counter() - begun > 600:
                    raise SystemExit("make run did not come up; its words stand above.") from None
                time.sleep(0.05)
        seconds = time.perf_counter() - begun
        time.sleep(5)
        return seconds, pss_of(tree(make.pid))
    finally:
        os.killpg(make.pid, signal.SIGTERM)
        try:
            make.wait(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(make.pid, signal.SIGKILL)
