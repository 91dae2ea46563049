"""B7: the exam hall: 200 candidates without pauses, and 1,000 who think before they answer."""

from __future__ import annotations

import os
from typing import Any

from bench import hall
from bench.measure import Goal
from bench.web import Web, serving

CANDIDATES, ITEMS, BATCH = 200, 60, 10
CROWDS = ("one_by_one", "in_batches", "in_batches_items_fetched")
#: (c): how many, how long they think before an answer, in how many seconds they come in.
PACED, PAUSE, COMING_IN = 1_000, (20, 40), 60
KILL_EVERY = 60.0
MINUTES = float(os.environ.get("BENCH_MINUTES", "10"))
#: (c) takes tens of minutes and thousands of requests: the first run of several is enough.
FIRST = os.environ.get("BENCH_RUN", "1") == "1"
GOALS = (
    Goal("one_by_one.attempts_per_minute", at_least=147),
    Goal("one_by_one.cpu_s", at_most=0.55),
    Goal("one_by_one.lost", at_most=0),
    Goal("in_batches.attempts_per_minute", at_least=500),
    Goal("in_batches.lost", at_most=0),
    Goal("in_batches_items_fetched.lost", at_most=0),
    Goal("paced.p99_ms", at_most=100),
    Goal("paced.lost", at_most=0),
    Goal("paced_killed.lost", at_most=0),
)


def run(
    *,
    candidates: int = CANDIDATES,
    crowds: tuple[str, ...] = CROWDS,
    paced: int = PACED,
    minutes: float = MINUTES,
    first: bool = FIRST,
) -> dict[str, Any]:
    """Measure each shape in turn, on one server and with candidates of its own."""
    version = hall.exam_of(items=ITEMS)
    job: dict[str, Any] = {"items": ITEMS, "keys": hall.keys_of(version), "finish": True}
    found: dict[str, Any] = {}
    with serving() as web:
        hall.sit(web, **job, clients=8, seats=hall.seats("warm", 8))
        for name in crowds:
            shape = {} if name == "one_by_one" else {"batch": BATCH}
            if name == "in_batches_items_fetched":
                shape["fetch"] = True
            seats = hall.seats(name, candidates)
            found[name] = _crowd(hall.sit(web, **job, **shape, clients=candidates, seats=seats))
        if first and minutes:
            for name, every in (("paced", 0.0), ("paced_killed", KILL_EVERY)):
                found[name] = _paced(web, name, job | {"finish": False}, paced, minutes, every)
    return found


def _crowd(run_: dict[str, Any]) -> dict[str, Any]:
    attempts = len(run_["finished"])
    return {
        "attempts_per_minute": attempts / run_["wall"] * 60,
        "cpu_s": (run_["cpu"] + run_["database_cpu"]) / attempts,
        "database_cpu_s": run_["database_cpu"] / attempts,
        "requests": sum(len(times) for times in run_["times"].values()) / attempts,
        **{name: hall.spans(times) for name, times in run_["times"].items()},
        "answers": len(run_["kept"]),
        "lost": run_["lost"],
    }


def _paced(
    web: Web, name: str, job: dict[str, Any], count: int, minutes: float, kill_every: float
) -> dict[str, Any]:
    """Let candidates think; their coming in is not counted, and nobody reaches the last item."""
    seconds = minutes * 60
    spread = min(COMING_IN, seconds / 2)
    run_ = hall.sit(
        web, **job, clients=count, seats=hall.seats(name, count), pause=PAUSE,
        seconds=seconds, spread=spread, kill_every=min(kill_every, seconds / 2),
    )  # fmt: skip
    times = run_["times"]["item"] + run_["times"]["save"]
    return {
        "candidates": count,
        "minutes": minutes,
        **hall.spans(times),
        "item": hall.spans(run_["times"]["item"]),
        "save": hall.spans(run_["times"]["save"]),
        "requests_per_s": len(times) / seconds,
        "cpu_share": (run_["cpu"] + run_["database_cpu"]) / run_["wall"],
        "killed": run_["killed"],
        "sent_again": run_["again"],
        "answers": len(run_["kept"]),
        "lost": run_["lost"],
    }
