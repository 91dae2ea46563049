"""B8: item and form statistics of 10,000 sittings of 100 items, and of 200 of 60."""

from __future__ import annotations

import datetime as dt
import json
import random
import resource
import subprocess
import sys
import time
from typing import Any

from bench.measure import Goal
from bench.place import ROOT

#: exam → sittings, items of a form, parallel forms.
SIZES = {"large": (10_000, 100, 4), "small": (200, 60, 1)}
#: One answer in so many is changed before the end, so that an older save lies under it.
CHANGED = 10
GOALS = (
    Goal("large.seconds", at_most=5),
    Goal("large.peak_mb", at_most=500),
    Goal("small.seconds", at_most=0.5),
)
_AT = dt.datetime(2026, 11, 1, 17, tzinfo=dt.UTC)


def run(sizes: dict[str, tuple[int, int, int]] = SIZES) -> dict[str, Any]:
    """Write the sittings, then compute each exam in a process that did nothing else."""
    found: dict[str, Any] = {}
    for exam, (sittings, items, forms) in sizes.items():
        answers = _fill(exam, sittings, items, forms)
        done = subprocess.run(
            [sys.executable, "-m", "bench.b8", exam],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            cwd=ROOT,
        )
        found[exam] = {"sittings": sittings, "saves": answers} | json.loads(done.stdout)
    return found


def _fill(exam: str, sittings: int, items: int, forms: int) -> int:
    """Write an exam with its items, forms, sittings and answers; returns how many answers."""
    from django.db import transaction  # noqa: PLC0415 (needs Django)

    from scriptorium.domains.exams.models import ExamVersion, Form, FormItem  # noqa: PLC0415

    chance = random.Random(exam)
    version = ExamVersion.objects.create(
        exam=exam, number=1, title=f"Bench {exam}", minutes=100, pass_percent=80,
        delivery="fixed", retake_hours=720, sittings_per_unit=2, scheme_version="bench",
        blueprint=[{"bank": "core", "topic": "note", "name": "Notes", "count": items}],
        rules={"least_figures": 100}, content_sha256="0" * 64, loaded_at=_AT,
    )  # fmt: skip
    keys = [n % 4 for n in range(items * (forms + 1) // 2 if forms > 1 else items)]
    versions = _items(exam, keys)
    written = 0
    for number in range(1, forms + 1):
        with transaction.atomic():
            form = Form.objects.create(
                exam_version=version, number=number, seed=f"{exam}:{number}",
                content_sha256="0" * 64, made_at=_AT, made_by="bench",
            )  # fmt: skip
            # Neighbouring forms share half their items: at most two forms an item.
            start = (number - 1) * items // 2
            FormItem.objects.bulk_create(
                FormItem(
                    form=form, position=place, version_id=versions[start + place - 1],
                    topic="core/note",
                )
                for place in range(1, items + 1)
            )  # fmt: skip
        own = keys[start : start + items]
        written += _sit(exam, form, own, sittings // forms, chance)
    return written


def _items(exam: str, keys: list[int]) -> list[int]:
    from scriptorium.domains.exams.models import Item, ItemVersion  # noqa: PLC0415 (needs Django)

    items = Item.objects.bulk_create(
        Item(code=f"{exam}-{n:03}", bank="core", topic="note", state="draft", added_at=_AT)
        for n in range(len(keys))
    )
    versions = ItemVersion.objects.bulk_create(
        ItemVersion(
            item=item, number=1, stem=f"Stem {item.code}", options=list("abcd"), key=key,
            rationale="Why", source="Where", content_sha256="0" * 64, author="bench",
            author_name="Bench", made_at=_AT,
        )
        for item, key in zip(items, keys, strict=True)
    )  # fmt: skip
    return [version.pk for version in versions]


def _sit(exam: str, form: Any, keys: list[int], count: int, chance: random.Random) -> int:
    from bench.child import analyze  # noqa: PLC0415 (needs Django)
    from scriptorium.domains.accounts.models import Person  # noqa: PLC0415
    from scriptorium.domains.exams.models import Answer, Sitting  # noqa: PLC0415

    people = Person.objects.bulk_create(
        Person(
            first_name="B", last_name="8", certificate_name="B 8", created_at=_AT,
            email=f"b8.{exam}.{form.number}.{n}@bench.example",
        )
        for n in range(count)
    )  # fmt: skip
    written = 0
    for start in range(0, count, 200):
        sittings = Sitting.objects.bulk_create(
            Sitting(
                person=person, exam=exam, form=form, unit_reference="bench", number_on_unit=1,
                affidavit_name="B 8", affidavit_email=person.email, affidavit_version="1",
                agreement_version="1", started_at=_AT, limit_seconds=6000,
                deadline_at=_AT + dt.timedelta(hours=2), holder="0" * 64, finished_at=_AT,
                finish_reason="candidate", passed=False,
            )
            for person in people[start : start + 200]
        )  # fmt: skip
        rows = []
        for sitting in sittings:
            strength = chance.uniform(0.4, 0.95)
            for place, key in enumerate(keys, start=1):
                if chance.randrange(CHANGED) == 0:
                    rows.append(_answer(sitting, place, 1, chance.randrange(4)))
                right = chance.random() < strength
                rows.append(_answer(sitting, place, 2, key if right else chance.randrange(4)))
        Answer.objects.bulk_create(rows, batch_size=5_000)
        if not written:
            # PostgreSQL plans what guards the answers while the table is empty: it would go on
            # reading the whole table for each of a million rows.
            analyze()
        written += len(rows)
    return written


def _answer(sitting: Any, place: int, seq: int, key: int) -> Any:
    from scriptorium.domains.exams.models import Answer  # noqa: PLC0415 (needs Django)

    return Answer(sitting=sitting, position=place, seq=seq, choice="ABCD"[key], saved_at=_AT)


def _measure(exam: str) -> dict[str, Any]:
    """Compute the statistics once, as the first visit of the page does."""
    import django  # noqa: PLC0415

    django.setup()
    from bench.child import counted  # noqa: PLC0415 (needs Django)
    from scriptorium.domains.exams.queries import newest_exam  # noqa: PLC0415
    from scriptorium.domains.exams.rules.figures import exam_figures  # noqa: PLC0415

    version = newest_exam(exam=exam)
    assert version is not None
    with counted() as cost:
        figures = exam_figures(exam_version=version)
    assert all(line.figures is not None for line in figures.forms)
    again = time.perf_counter()
    exam_figures(exam_version=version)
    return dict(cost) | {
        "again_s": time.perf_counter() - again,
        "items": len(figures.items),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


if __name__ == "__main__":
    print(json.dumps(_measure(sys.argv[1])))
