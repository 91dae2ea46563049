"""B2: assigning renewals, one by one and 1,000 in one action."""

from __future__ import annotations

import datetime as dt
import statistics
import time
import urllib.parse
from typing import Any

from bench.child import counted
from bench.measure import Goal, percentile
from bench.place import find, sizes
from bench.web import serving

ONES, BY_HTTP, GROUPS = 100, 50, (10, 100, 1000)
GOALS = (
    Goal("one.p50_ms", at_most=40),
    Goal("in_one_action_1000.seconds", at_most=2.0),
    Goal("in_one_action_1000.statements", at_most=40),
    Goal("statements_grow_by", at_most=0),
)


def run() -> dict[str, Any]:
    """Renew people of the largest practice; everybody is renewed once."""
    from scriptorium.domains.practices.queries import live_links  # noqa: PLC0415 (needs Django)
    from scriptorium.journeys.assign import assign  # noqa: PLC0415
    from scriptorium.kernel import clock  # noqa: PLC0415

    size = sizes()[-1]
    practice, actor = find(size)
    now, today = clock.now(), clock.today()
    soon = live_links(practice=practice.pk).filter(
        renews_on__lt=today + dt.timedelta(days=80), ends_on__gt=today
    )
    links = list(soon.order_by("board_order", "id").values_list("pk", "reference"))
    keys = iter([key for key, _ in links])
    number = iter(range(10_000))

    def renew(people: list[int]) -> int:
        return assign(
            actor=actor,
            practice=practice,
            links=people,
            kind="renewal",
            choice="",
            idempotency_key=f"bench-{next(number)}",
            now=now,
            today=today,
        ).assigned

    renew([next(keys)])
    found: dict[str, Any] = {}
    times = []
    with counted() as cost:
        for _ in range(ONES):
            begun = time.perf_counter()
            assert renew([next(keys)]) == 1
            times.append(time.perf_counter() - begun)
    found["one"] = {
        "p50_ms": statistics.median(times) * 1000,
        "p95_ms": percentile(times, 0.95) * 1000,
        "statements": cost["statements"] / ONES,
        "cpu_ms": cost["cpu"] / ONES * 1000,
        "database_cpu_ms": cost["database_cpu"] / ONES * 1000,
    }
    found["one_by_http"] = _by_http(size, links[-BY_HTTP:], practice.reference)
    for group in GROUPS:
        if group + 200 > len(links):
            continue
        with counted() as cost:
            assert renew([next(keys) for _ in range(group)]) == group
        found[f"in_one_action_{group}"] = dict(cost)
    return found


def finish(figures: dict[str, Any]) -> None:
    """Compare the statements of the smallest and the largest group."""
    groups = [name for name in figures if name.startswith("in_one_action_")]
    if len(groups) > 1:
        counts = [figures[name]["statements"] for name in groups]
        figures["statements_grow_by"] = counts[-1] - counts[0]


def _by_http(size: int, links: list[tuple[int, str]], practice: str) -> dict[str, Any]:
    from scriptorium.demo import cast  # noqa: PLC0415 (needs Django)
    from scriptorium.demo.lives import admin_of  # noqa: PLC0415

    with serving() as web:
        headers = web.sign_in(admin_of(size), cast.PASSWORD)
        requests = [
            {
                "method": "POST",
                "path": f"/practice/{practice}/assignments/assign/",
                "body": urllib.parse.urlencode(
                    {
                        "kind": "renewal",
                        "people": reference,
                        "idempotency_key": f"bench-http-{reference}",
                        "confirm": "1",
                    }
                ),
            }
            for _, reference in links
        ]
        found = web.load(headers=headers, requests=requests)
    return {
        "p50_ms": statistics.median(found["times"]) * 1000,
        "p95_ms": percentile(found["times"], 0.95) * 1000,
        "cpu_ms": found["cpu"] / len(links) * 1000,
    }
