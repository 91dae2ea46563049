"""Runs workloads and judges them: ``scriptorium bench WORKLOAD``."""

from __future__ import annotations

import importlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench import measure
from bench.place import ROOT, Place

WORKLOADS = ("b1", "b2", "b3", "b4", "b5", "b6", "b7", "b8", "b9", "b10", "b14", "b15")
RUNS = 3
#: How long the candidates of B7 think and answer.
MINUTES = 10.0


def _child(place: Place, workload: str, run: int, minutes: float) -> dict[str, Any]:
    with place.copy() as name:
        done = subprocess.run(
            [sys.executable, "-m", "bench.child", workload],
            env=place.environment(name) | {"BENCH_RUN": str(run), "BENCH_MINUTES": str(minutes)},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            cwd=ROOT,
        )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def run_workload(
    place: Place, workload: str, runs: int, minutes: float = MINUTES
) -> dict[str, Any]:
    """Return one workload's object: figures, goals, and what they were measured on."""
    module = importlib.import_module(f"bench.{workload}")
    begun = time.monotonic()
    if getattr(module, "NEEDS_DATABASE", True):
        answers = []
        for number in range(runs):
            _say(f"{workload}: run {number + 1} of {runs} …")
            answers.append(_child(place, workload, number + 1, minutes))
        figures = measure.median_of([answer["figures"] for answer in answers])
        database = answers[0]["database"]
    else:
        _say(f"{workload}: …")
        figures, database = module.run(), {"kind": "sqlite"}
    if "skipped" in figures:
        return {"row": workload.upper(), "skipped": figures["skipped"], "met": None}
    finish = getattr(module, "finish", None)
    if finish is not None:
        finish(figures)
    figures = measure.rounded(figures)
    goals = [goal.judge(figures) for goal in module.GOALS]
    return {
        "row": workload.upper(),
        "met": all(goal["met"] is not False for goal in goals),
        "goals": goals,
        "figures": figures,
        "database": database,
        "sizes": {
            "people": place.people,
            "practices": place.practices,
            "population_s": round(place.seconds, 1),
        },
        "runs": runs,
        "versions": measure.versions(),
        "cores": os.cpu_count(),
        "calibration_s": round(measure.calibration(), 4),
        "took_s": round(time.monotonic() - begun, 1),
    }


def main(
    *,
    workloads: Sequence[str],
    compact: bool,
    people: int,
    practices: int,
    runs: int,
    folder: str,
    minutes: float = MINUTES,
) -> bool:
    """Run workloads, write one JSON object for each, and return whether all goals were met.

    Arguments:
        folder: keep the populated database there for the next time; "" for a temporary one.
        minutes: length of the paced exam hall, in B7's first run alone.
    """
    address = os.environ.get("SCRIPTORIUM_DATABASE_URL", "")
    kept = Path(folder or tempfile.mkdtemp(prefix="scriptorium-bench-")).resolve()
    server = address if address.startswith("postgres") else ""
    place = Place(kept, server, people, practices)
    good = True
    try:
        if any(
            getattr(importlib.import_module(f"bench.{w}"), "NEEDS_DATABASE", True)
            for w in workloads
        ):
            _say(f"Making {people:,} people in {practices:,} practices …")
            place.populate()
        for workload in workloads:
            found = run_workload(place, workload, runs, minutes)
            good = good and found["met"] is not False
            print(json.dumps(found, indent=None if compact else 2), flush=True)
    finally:
        place.close()
        if not folder:
            shutil.rmtree(kept, ignore_errors=True)
    return good
