"""B3: a roster of 20,000 rows in an XLSX file: dry run, then commit with progress."""

from __future__ import annotations

import io
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.child import counted
from bench.measure import Goal
from bench.place import ROOT, find, sizes

ROWS = 20_000
GOALS = (
    Goal("dry_run.seconds", at_most=5),
    Goal("commit.seconds", at_most=60),
    Goal("peak_mb", at_most=300),
)


def write(path: Path) -> None:
    """Write the list: new people, one in fifty wrong, one in a hundred twice."""
    from xlsxwriter import Workbook  # noqa: PLC0415

    content = io.BytesIO()
    book = Workbook(content, {"constant_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ("First name", "Last name", "E-mail", "Phone", "Background"))
    for row in range(1, ROWS + 1):
        email = f"new-{row - 1 if row % 100 == 0 else row}@import.example"
        cells = (f"First{row % 700}", f"Last{row % 900}", email, "+1 555 0100", "Medical scribe")
        sheet.write_row(row, 0, (*cells[:2], "no address", *cells[3:]) if row % 50 == 7 else cells)
    book.close()
    path.write_bytes(content.getvalue())


def run() -> dict[str, Any]:
    """Import the list into the smallest practice."""
    from scriptorium.journeys import import_roster  # noqa: PLC0415 (needs Django)
    from scriptorium.kernel import clock  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "roster.xlsx"
        # Writing the file in another process keeps it out of this one's peak.
        subprocess.run([sys.executable, "-m", "bench.b3", path], check=True, cwd=ROOT)
        content = path.read_bytes()
    practice, actor = find(sizes()[0])
    with counted() as dry:
        found = import_roster.check_list(
            actor=actor,
            practice=practice,
            filename="roster.xlsx",
            content=content,
            pasted="",
            kind="",
            now=clock.now(),
            max_bytes=10_000_000,
        )
    assert found.total == ROWS
    steps, longest = 0, 0.0
    with counted() as commit:
        import_roster.confirm(found=found, now=clock.now())
        begun = time.perf_counter()
        while import_roster.run_chunk(found=found, now=clock.now(), today=clock.today()):
            steps += 1
            longest = max(longest, time.perf_counter() - begun)
            begun = time.perf_counter()
    found.refresh_from_db()
    assert found.state == "done", found.state
    return {
        "dry_run": dict(dry),
        "commit": dict(commit) | {"steps": steps, "longest_step_s": longest},
        "classes": found.counts,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "file_kb": len(content) / 1000,
    }


if __name__ == "__main__":
    write(Path(sys.argv[1]))
