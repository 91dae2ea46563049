"""B14: the public verification page and the badge's JSON, as strangers ask for them.

The limit of look-ups for one address is raised by its setting, since all load comes from one.
"""

from __future__ import annotations

import os
import statistics
from typing import Any

from bench.child import postgres_pids
from bench.measure import Goal, cpu_of, percentile
from bench.place import find
from bench.web import Web, serving

HOLDERS, CLIENTS, SECONDS, ROUNDS = 300, 8, 8, 3
HEADERS = {"Accept-Encoding": "gzip"}
GOALS = (
    Goal("page.requests_per_s", at_least=300),
    Goal("page.p99_ms", at_most=60),
    Goal("page.queries", at_most=1),
    Goal("badge.requests_per_s", at_least=300),
    Goal("badge.p99_ms", at_most=60),
    Goal("badge.queries", at_most=1),
)


def run() -> dict[str, Any]:
    """Measure both in turns, each over the numbers of many holders."""
    os.environ["SCRIPTORIUM_VERIFY_LIMIT"] = "1000000000"
    numbers = _award()
    paths = {
        "page": [f"/verify/{number}/" for number in numbers],
        "badge": [f"/verify/{number}/badge.json" for number in numbers],
    }
    found: dict[str, Any] = {"holders": len(numbers)}
    loads: dict[str, list[dict[str, Any]]] = {name: [] for name in paths}
    with serving() as web:
        for name, some in paths.items():
            # Both workers learn the page; the first request for a badge signs it.
            _load(web, some, seconds=0)
            found[name] = {"queries": _queries(some[0])}
        for _ in range(ROUNDS):
            for name, some in paths.items():
                loads[name].append(_load(web, some, seconds=SECONDS))
    for name, rounds in loads.items():
        times = [t for load in rounds for t in load["times"]]
        found[name] |= {
            "requests_per_s": statistics.median(len(r["times"]) / r["wall"] for r in rounds),
            "p50_ms": statistics.median(times) * 1000,
            "p99_ms": percentile(times, 0.99) * 1000,
            "cpu_ms": statistics.median(r["cpu"] / len(r["times"]) for r in rounds) * 1000,
            "database_cpu_ms": statistics.median(
                r["database_cpu"] / len(r["times"]) for r in rounds
            ) * 1000,
            "compressed_kb": rounds[0]["bytes"] / 1000,
        }  # fmt: skip
    return found


def _award() -> list[str]:
    """Give people of the practice of 1,000 a credential each, and return the numbers."""
    from scriptorium.domains.accounts.models import Person  # noqa: PLC0415 (needs Django)
    from scriptorium.journeys.bring_forward import bring_credential_forward  # noqa: PLC0415
    from scriptorium.kernel import clock  # noqa: PLC0415
    from scriptorium.kernel.actor import Actor, ActorKind  # noqa: PLC0415

    practice, _ = find(1000)
    desk = Actor(ActorKind.STAFF, "bench", "Bench")
    now = clock.now()
    # A badge is issued while a paid day lies ahead.
    people = Person.objects.filter(
        links__practice=practice, membership__renews_on__gt=clock.day_of(now)
    )
    return [
        bring_credential_forward(
            actor=desk, person=person, specialty="general", level="CMSS",
            since=clock.day_of(now), reason="Measured", now=now,
        ).credential.number
        for person in people.order_by("pk")[:HOLDERS]
    ]  # fmt: skip


def _queries(path: str) -> int:
    """Count the statements of one request in this process."""
    from django.conf import settings  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    settings.VERIFY_LIMIT = 10**9
    client = Client(HTTP_HOST="localhost")
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(path)
    assert answer.status_code == 200, answer.status_code
    return len(captured)


def _load(web: Web, paths: list[str], *, seconds: int) -> dict[str, Any]:
    before = cpu_of(postgres_pids())
    requests = [{"path": path} for path in paths]
    found = web.load(headers=HEADERS, requests=requests, clients=CLIENTS, seconds=seconds)
    return found | {"database_cpu": cpu_of(postgres_pids()) - before}
