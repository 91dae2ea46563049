"""B5: putting a form together, starting a sitting, and two hundred who press start together."""

from __future__ import annotations

import statistics
import time
from typing import Any

from bench import hall
from bench.child import counted
from bench.measure import Goal, percentile
from bench.web import serving

#: Forms kept before the clock runs: the exposure of items is counted over so many.
WINDOW = 300
FORMS, ALONE, TOGETHER, ITEMS = 100, 50, 200, 100
GOALS = (
    Goal("assemble.p50_ms", at_most=30),
    Goal("start.p50_ms", at_most=60),
    Goal("start_assembled.p50_ms", at_most=60),
    Goal("together.p50_s", at_most=3),
    Goal("together_assembled.p50_s", at_most=3),
    Goal("lost", at_most=0),
)


def run(
    *, window: int = WINDOW, forms: int = FORMS, alone: int = ALONE, together: int = TOGETHER
) -> dict[str, Any]:
    """Measure both deliveries: a fixed parallel form is dealt, or one is assembled at the start."""
    found: dict[str, Any] = {}
    lost = 0
    for delivery, name in (("fixed", ""), ("assembled", "_assembled")):
        version = hall.exam_of(items=ITEMS, delivery=delivery)
        if delivery == "assembled":
            found["assemble"] = _assemble(version, window, forms)
        seats = hall.seats(f"b5{name}", 8 + alone + together)
        job: dict[str, Any] = {"items": 0, "keys": {}}
        with serving() as web:
            # Warm both processes.
            hall.sit(web, **job, clients=8, seats=seats[:8])
            one = hall.sit(web, **job, clients=1, seats=seats[8 : 8 + alone])
            all_ = hall.sit(web, **job, clients=together, seats=seats[8 + alone :])
        found[f"start{name}"] = hall.spans(one["times"]["start"]) | {
            "cpu_ms": one["cpu"] / alone * 1000,
            "database_cpu_ms": one["database_cpu"] / alone * 1000,
        }
        times = all_["times"]["start"]
        found[f"together{name}"] = {
            "clients": together,
            "p50_s": percentile(times, 0.5),
            "most_s": max(times),
        }
        lost += one["lost"] + all_["lost"]
    return found | {"lost": lost}


def _assemble(version: Any, window: int, forms: int) -> dict[str, Any]:
    """Assemble and keep forms for people one after another, each in a transaction of its own."""
    from django.db import transaction  # noqa: PLC0415 (needs Django)

    from scriptorium.domains.accounts.models import Person  # noqa: PLC0415
    from scriptorium.domains.exams.operations.forms import keep_form, plan_form  # noqa: PLC0415
    from scriptorium.kernel import clock  # noqa: PLC0415

    people = list(Person.objects.order_by("id").values_list("pk", flat=True)[:100])

    def assemble(number: int) -> float:
        begun = time.perf_counter()
        plan = plan_form(
            exam_version=version, person=people[number % len(people)], seed=f"bench:{number}"
        )
        with transaction.atomic():
            keep_form(plan=plan, now=clock.now())
        return time.perf_counter() - begun

    for number in range(window):
        assemble(number)
    with counted() as cost:
        times = [assemble(number) for number in range(window, window + forms)]
    return {
        "p50_ms": statistics.median(times) * 1000,
        "p95_ms": percentile(times, 0.95) * 1000,
        "statements": cost["statements"] / forms,
        "cpu_ms": cost["cpu"] / forms * 1000,
        "database_cpu_ms": cost["database_cpu"] / forms * 1000,
        "earlier_forms": window,
    }
