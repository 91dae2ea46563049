"""Clocks, processor time, memory and goals."""

from __future__ import annotations

import hashlib
import os
import platform
import statistics
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_TICKS = os.sysconf("SC_CLK_TCK")


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which ``share`` of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def rounded(value: Any) -> Any:
    """Return a figure, or a dict or list of figures, with four significant digits."""
    if isinstance(value, dict):
        return {key: rounded(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [rounded(inner) for inner in value]
    return float(f"{value:.4g}") if isinstance(value, float) else value


def median_of(runs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the median of each figure over the runs that have it.

    What is no number comes from the first run, which has every figure.
    """
    found: dict[str, Any] = {}
    for name, first in runs[0].items():
        values = [run[name] for run in runs if name in run]
        if isinstance(first, dict):
            found[name] = median_of(values)
        elif isinstance(first, bool) or not isinstance(first, int | float):
            found[name] = first
        else:
            found[name] = statistics.median(values)
    return found


def calibration() -> float:
    """Return the seconds of one core for the SHA-256 of 64 MiB: the best of three."""
    block = bytes(64 * 1024 * 1024)
    best = float("inf")
    for _ in range(3):
        begun = time.perf_counter()
        hashlib.sha256(block).digest()
        best = min(best, time.perf_counter() - begun)
    return best


def _stat(pid: int) -> list[str]:
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return []
    # The name in brackets may hold spaces; everything after it is plain.
    return text[text.rindex(")") + 2 :].split()


def tree(pid: int) -> list[int]:
    """Return a process and everything under it."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            fields = _stat(int(entry.name))
            if fields:
                parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found, waiting = [], [pid]
    while waiting:
        current = waiting.pop()
        found.append(current)
        waiting += parents.get(current, [])
    return found


def cpu_of(pids: Iterable[int]) -> float:
    """Return the processor seconds that processes and their ended children used so far."""
    total = 0
    for pid in pids:
        fields = _stat(pid)
        if fields:
            total += sum(int(number) for number in fields[11:15])
    return total / _TICKS


def pss_of(pids: Iterable[int]) -> float:
    """Return the megabytes that processes hold, shared pages divided among their owners."""
    total = 0
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


@dataclass(frozen=True, slots=True)
class Goal:
    """A limit on one figure; ``name`` is the figure's path with dots."""

    name: str
    at_most: float | None = None
    at_least: float | None = None

    def judge(self, figures: dict[str, Any]) -> dict[str, Any]:
        """Return the goal with the figure and whether it was met."""
        value: Any = figures
        for step in self.name.split("."):
            value = value.get(step) if isinstance(value, dict) else None
        met = None
        if value is not None:
            met = (self.at_most is None or value <= self.at_most) and (
                self.at_least is None or value >= self.at_least
            )
        limit = {"at_most": self.at_most, "at_least": self.at_least}
        return {
            "name": self.name,
            **{key: number for key, number in limit.items() if number is not None},
            "figure": value,
            "met": met,
        }


def versions() -> dict[str, str]:
    """Return what the workloads ran on."""
    from importlib.metadata import version  # noqa: PLC0415

    return {
        "python": platform.python_version(),
        **{name: version(name) for name in ("django", "gunicorn", "typst", "scriptorium")},
    }
