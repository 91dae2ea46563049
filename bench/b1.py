"""B1: the assignments board, a window of 50 people, in practices of three sizes."""

from __future__ import annotations

import statistics
import urllib.request
from typing import Any

from bench.child import postgres_pids
from bench.measure import Goal, cpu_of, percentile
from bench.place import find, sizes
from bench.web import Web, serving

REQUESTS, CLIENTS, SECONDS, ROUNDS = 200, 8, 10, 4
GOALS = (
    Goal("of_1000.p50_ms", at_most=25),
    Goal("of_1000.p95_ms", at_most=50),
    Goal("with_8_clients.requests_per_s", at_least=50),
    Goal("of_1000.queries", at_most=12),
    Goal("of_1000.compressed_kb", at_most=25),
    Goal("cpu_10000_to_1000", at_most=1.15),
    Goal("cpu_24_to_1000", at_most=1.0),
)


def run() -> dict[str, Any]:
    """Measure every size in turns, so that a noisy minute falls on all of them."""
    found: dict[str, Any] = {}
    boards: dict[int, tuple[str, dict[str, str]]] = {}
    with serving() as web:
        for size in sizes():
            practice, _ = find(size)
            path = f"/practice/{practice.reference}/assignments/"
            boards[size] = (path, _sign_in(web, size))
            found[f"of_{size}"] = {"queries": _queries(path, size)} | _size(web, *boards[size])
            # Warm both workers.
            _load(web, boards[size], 20)
        rounds: dict[int, list[dict[str, Any]]] = {size: [] for size in boards}
        for _ in range(ROUNDS):
            for size, board in boards.items():
                rounds[size].append(_load(web, board, REQUESTS // ROUNDS))
        for size, loads in rounds.items():
            times = [t for load in loads for t in load["times"]]
            found[f"of_{size}"] |= {
                "p50_ms": statistics.median(times) * 1000,
                "p95_ms": percentile(times, 0.95) * 1000,
                "cpu_ms": statistics.median(load["cpu"] for load in loads)
                / (REQUESTS // ROUNDS) * 1000,
                "database_cpu_ms": statistics.median(load["database_cpu"] for load in loads)
                / (REQUESTS // ROUNDS) * 1000,
            }  # fmt: skip
        if 1000 in boards:
            found["with_8_clients"] = _crowd(web, boards[1000])
    return found


def finish(figures: dict[str, Any]) -> None:
    """Add the ratios of processor time, application and database together."""

    def cost(size: int) -> float:
        own = figures[f"of_{size}"]
        return float(own["cpu_ms"] + own["database_cpu_ms"])

    for size in (24, 10_000):
        if {f"of_{size}", "of_1000"} <= figures.keys():
            figures[f"cpu_{size}_to_1000"] = cost(size) / cost(1000)


def _sign_in(web: Web, size: int) -> dict[str, str]:
    from scriptorium.demo import cast  # noqa: PLC0415 (needs Django)
    from scriptorium.demo.lives import admin_of  # noqa: PLC0415

    return web.sign_in(admin_of(size), cast.PASSWORD)


def _queries(path: str, size: int) -> int:
    """Count the statements of one request in this process, sessions and all."""
    from django.db import connection  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    from scriptorium.demo.lives import admin_of  # noqa: PLC0415
    from scriptorium.domains.accounts.models import User  # noqa: PLC0415

    client = Client(HTTP_HOST="localhost")
    client.force_login(
        User.objects.get(email=admin_of(size)),
        "allauth.account.auth_backends.AuthenticationBackend",
    )
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(path)
    assert answer.status_code == 200, answer.status_code
    return len([q for q in captured if not q["sql"].startswith(("BEGIN", "COMMIT", "SAVE"))])


def _size(web: Web, path: str, headers: dict[str, str]) -> dict[str, Any]:
    request = urllib.request.Request(f"http://127.0.0.1:{web.port}{path}", headers=headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        return {"compressed_kb": len(answer.read()) / 1000}


def _load(web: Web, board: tuple[str, dict[str, str]], count: int) -> dict[str, Any]:
    path, headers = board
    before = cpu_of(postgres_pids())
    found = web.load(headers=headers, requests=[{"path": path}] * count)
    return found | {"database_cpu": cpu_of(postgres_pids()) - before}


def _crowd(web: Web, board: tuple[str, dict[str, str]]) -> dict[str, Any]:
    path, headers = board
    before = cpu_of(postgres_pids())
    found = web.load(headers=headers, requests=[{"path": path}], clients=CLIENTS, seconds=SECONDS)
    count = len(found["times"])
    return {
        "requests_per_s": count / found["wall"],
        "p50_ms": statistics.median(found["times"]) * 1000,
        "p95_ms": percentile(found["times"], 0.95) * 1000,
        "cpu_ms": found["cpu"] / count * 1000,
        "database_cpu_ms": (cpu_of(postgres_pids()) - before) / count * 1000,
    }
