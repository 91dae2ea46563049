"""B6: saving one answer and fetching the next item, one candidate alone in the hall."""

from __future__ import annotations

from typing import Any

from bench import hall
from bench.measure import Goal
from bench.web import serving

#: Candidates who sit one after another, and the items of each.
CANDIDATES, ITEMS = 5, 60
GOALS = (
    Goal("save.p50_ms", at_most=8),
    Goal("item.p50_ms", at_most=8),
    Goal("save.statements", at_most=4),
    Goal("lost", at_most=0),
)


def run(candidates: int = CANDIDATES, items: int = ITEMS) -> dict[str, Any]:
    """Let candidates sit one after another: one request at a time, on one connection each."""
    version = hall.exam_of(items=items)
    keys = hall.keys_of(version)
    seats = hall.seats("b6", candidates + 3)
    statements = _statements(seats.pop())
    job: dict[str, Any] = {"clients": 1, "items": items, "keys": keys}
    with serving() as web:
        # Warm both processes.
        hall.sit(web, **job | {"clients": 2}, seats=[seats.pop(), seats.pop()])
        found = hall.sit(web, **job, seats=seats)
    pairs = candidates * items
    return {
        "save": hall.spans(found["times"]["save"]) | {"statements": statements["save"]},
        "item": hall.spans(found["times"]["item"]) | {"statements": statements["item"]},
        "pair": {
            "cpu_ms": found["cpu"] / pairs * 1000,
            "database_cpu_ms": found["database_cpu"] / pairs * 1000,
        },
        "lost": found["lost"],
    }


def _statements(seat: dict[str, Any]) -> dict[str, int]:
    """Count the statements of each request in this process, session and login among them."""
    from django.db import connection  # noqa: PLC0415 (needs Django)
    from django.test import Client  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    client = Client(HTTP_HOST="localhost", HTTP_ACCEPT="application/json")
    client.cookies["sessionid"] = seat["session"]
    form = "application/x-www-form-urlencoded"
    started = client.post("/member/exams/start/", seat["affidavit"], content_type=form)
    base = f"/member/exams/{started.json()['sitting']}/"
    client.get(f"{base}items/1/")
    found = {}
    for name, ask in {
        "item": lambda: client.get(f"{base}items/2/"),
        "save": lambda: client.put(
            f"{base}answers/2/", {"choice": "A", "seq": 1}, "application/json"
        ),
    }.items():
        with CaptureQueriesContext(connection) as captured:
            answer = ask()
        assert answer.status_code == 200, answer.status_code
        found[name] = len([q for q in captured if not q["sql"].startswith(("BEGIN", "COMMIT"))])
    return found
