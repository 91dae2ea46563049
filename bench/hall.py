"""An exam hall in the run's own database: an exam, candidates who are signed in, and the check."""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import signal
import subprocess
import sys
import urllib.parse
from collections.abc import Sequence
from typing import Any

from bench.child import postgres_pids
from bench.measure import cpu_of, percentile, tree
from bench.place import ROOT
from bench.web import Web

EXAM = "general"
#: The share of items that a candidate knows: half of them pass at 80 %.
STRONG, WEAK = 0.93, 0.5


def exam_of(*, items: int, delivery: str = "fixed") -> Any:
    """Make the newest version of MSCAT General: so many items, four approved parallel forms.

    Topics keep their shares; rules, affidavit and cut score are those of the loaded programme.
    """
    from django.db import transaction  # noqa: PLC0415 (needs Django)

    from scriptorium.domains.exams.models import ExamVersion  # noqa: PLC0415
    from scriptorium.domains.exams.operations.forms import (  # noqa: PLC0415
        approve_form,
        make_parallel_forms,
    )
    from scriptorium.domains.exams.queries import newest_exam  # noqa: PLC0415
    from scriptorium.kernel import clock  # noqa: PLC0415

    loaded = newest_exam(exam=EXAM)
    assert loaded is not None
    values = {f.name: getattr(loaded, f.name) for f in ExamVersion._meta.fields if f.name != "id"}
    values |= {"number": loaded.number + 1, "delivery": delivery, "loaded_at": clock.now()}
    values["blueprint"] = _scaled(loaded.blueprint, items)
    with transaction.atomic():
        version = ExamVersion.objects.create(**values)
        if delivery == "fixed":
            made = make_parallel_forms(
                exam_version=version, seed=f"bench-{items}", by="bench", now=clock.now()
            )
            for form in made:
                approve_form(form=form, by="bench-second", now=clock.now())
    return version


def _scaled(blueprint: list[dict[str, Any]], items: int) -> list[dict[str, Any]]:
    """Return a blueprint of so many items: whole shares first, then the largest remainders."""
    total = sum(row["count"] for row in blueprint)
    shares = [row["count"] * items / total for row in blueprint]
    counts = [int(share) for share in shares]
    largest = sorted(range(len(shares)), key=lambda n: counts[n] - shares[n])
    for index in largest[: items - sum(counts)]:
        counts[index] += 1
    return [row | {"count": count} for row, count in zip(blueprint, counts, strict=True)]


def keys_of(version: Any) -> dict[str, dict[str, str]]:
    """Return stem → the right answer, for candidates who know it."""
    from scriptorium.domains.exams.models import FormItem  # noqa: PLC0415 (needs Django)

    rows = FormItem.objects.filter(form__exam_version=version)
    return {
        stem: {"choice": "ABCD"[key]} if key is not None else {"text": accept[0]}
        for stem, key, accept in rows.values_list(
            "version__stem", "version__key", "version__accept"
        )
    }


def seats(name: str, count: int) -> list[dict[str, Any]]:
    """Make candidates in bulk: a practice, logins with a session, and an MSCAT unit each."""
    from django.db import transaction  # noqa: PLC0415 (needs Django)

    from scriptorium.domains.catalog.enums import GENERAL, PartKind  # noqa: PLC0415
    from scriptorium.domains.ledger import operations as ledger  # noqa: PLC0415
    from scriptorium.domains.practices import operations as practices  # noqa: PLC0415
    from scriptorium.kernel import clock  # noqa: PLC0415
    from scriptorium.kernel.actor import Actor  # noqa: PLC0415
    from scriptorium.kernel.payer import Payer  # noqa: PLC0415

    now, today = clock.now(), clock.today()
    name = name.replace("_", "-")
    with transaction.atomic():
        people = _people(name, count)
        practice = practices.create_practice(name=f"Hall {name}", primary=people[0].pk, now=now)
        links = practices.add_links(
            practice=practice.pk,
            people=[
                practices.NewLink(p.first_name, p.last_name, p.email, person=p.pk) for p in people
            ],
            today=today,
        )
        actor, payer = Actor.system("bench"), Payer(practice=practice.pk)
        ledger.grant_units(
            actor=actor, payer=payer, kind="mscat", count=count, source="grant", reason="Bench",
            expires_on=today + dt.timedelta(days=300), now=now,
        )  # fmt: skip
        ledger.hand_out(
            actor=actor, payer=payer, kind="mscat", choice="", action=None, now=now,
            holdings=[
                ledger.Holding(link.pk, p.pk, [ledger.PartGrant(PartKind.EXAM, GENERAL)])
                for link, p in zip(links, people, strict=True)
            ],
        )  # fmt: skip
        keys = _sessions([p.user for p in people])
    return [
        {
            "email": p.email,
            "knows": WEAK if number % 2 else STRONG,
            "headers": f"Cookie: sessionid={key}; csrftoken={_TOKEN}\r\nX-CSRFToken: {_TOKEN}\r\n",
            "session": key,
            "affidavit": urllib.parse.urlencode(
                {"exam": EXAM, "affidavit_name": p.name, "affidavit_email": p.email}
            ),
        }
        for number, (p, key) in enumerate(zip(people, keys, strict=True))
    ]


#: Any token does, as long as cookie and header agree.
_TOKEN = "b" * 32


def _people(name: str, count: int) -> list[Any]:
    from allauth.account.models import EmailAddress  # noqa: PLC0415 (needs Django)
    from django.contrib.auth.hashers import make_password  # noqa: PLC0415

    from scriptorium.domains.accounts.models import Person, User  # noqa: PLC0415
    from scriptorium.kernel import clock  # noqa: PLC0415

    now, password = clock.now(), make_password("one for all of them")
    emails = [f"candidate-{n}@{name}.hall.example" for n in range(count)]
    users = User.objects.bulk_create(
        [User(email=email, password=password, joined_at=now) for email in emails]
    )
    EmailAddress.objects.bulk_create(
        [EmailAddress(user=u, email=u.email, verified=True, primary=True) for u in users]
    )
    return Person.objects.bulk_create(
        [
            Person(
                user=user, first_name="Candidate", last_name=f"{name} {number}", email=user.email,
                certificate_name=f"Candidate {name} {number}", created_at=now,
            )
            for number, user in enumerate(users)
        ]
    )  # fmt: skip


def _sessions(users: Sequence[Any]) -> list[str]:
    """Insert the session that signing in by the form would have left; returns the keys."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY  # noqa: PLC0415
    from django.contrib.auth import SESSION_KEY as USER_KEY  # noqa: PLC0415
    from django.contrib.sessions.backends.db import SessionStore  # noqa: PLC0415
    from django.contrib.sessions.models import Session  # noqa: PLC0415
    from django.utils.crypto import get_random_string  # noqa: PLC0415

    from scriptorium.kernel import clock  # noqa: PLC0415

    store, now = SessionStore(), clock.now()
    rows = [
        Session(
            session_key=get_random_string(32, "abcdefghijklmnopqrstuvwxyz0123456789"),
            session_data=store.encode(
                {
                    USER_KEY: str(user.pk),
                    BACKEND_SESSION_KEY: "allauth.account.auth_backends.AuthenticationBackend",
                    HASH_SESSION_KEY: user.get_session_auth_hash(),
                    "account_authentication_methods": [
                        {"method": "password", "at": now.timestamp(), "email": user.email}
                    ],
                }
            ),
            expire_date=now + dt.timedelta(hours=12),
        )
        for user in users
    ]
    Session.objects.bulk_create(rows)
    return [row.session_key for row in rows]


def sit(web: Web, *, kill_every: float = 0, **job: Any) -> dict[str, Any]:
    """Run candidates against the server, check what the database has, and return what came of it.

    Arguments:
        kill_every: SIGKILL one web process each time so many seconds have passed; 0 for never.
        job: see ``bench/candidates.py``.

    Raises:
        SystemExit: a request was refused or never answered.
    """
    database, own = cpu_of(postgres_pids()), web.cpu()
    load = subprocess.Popen(
        [sys.executable, "-m", "bench.candidates"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    try:
        text, killed = _wait(load, json.dumps({"port": web.port, **job}), web, kill_every)
    finally:
        load.kill()
    if load.returncode:
        raise SystemExit("The candidates stopped early; their message stands above.")
    found: dict[str, Any] = json.loads(text)
    found |= {
        "cpu": web.cpu() - own,
        "database_cpu": cpu_of(postgres_pids()) - database,
        "killed": killed,
        "lost": lost(found["kept"], found["finished"]),
    }
    return found


def _wait(load: subprocess.Popen[str], job: str, web: Web, kill_every: float) -> tuple[str, int]:
    """Give the load its job, kill web processes until it ends; returns its words and how many."""
    chance, killed = random.Random("kill"), 0
    waiting: str | None = job
    while True:
        try:
            return load.communicate(waiting, timeout=kill_every or None)[0], killed
        except subprocess.TimeoutExpired:
            waiting = None
            workers = [pid for pid in tree(web.pid) if pid != web.pid]
            if workers:
                os.kill(chance.choice(workers), signal.SIGKILL)
                killed += 1


def lost(kept: Sequence[Sequence[Any]], finished: Sequence[str]) -> int:
    """Return how many acknowledged answers and ends the database does not have."""
    from scriptorium.domains.exams.models import Answer, ScoreRun  # noqa: PLC0415

    missing = 0
    by_sitting: dict[str, set[tuple[Any, ...]]] = {}
    for reference, *answer in kept:
        by_sitting.setdefault(reference, set()).add(tuple(answer))
    for reference, answers in by_sitting.items():
        rows = Answer.objects.filter(sitting__reference=reference, late=False)
        missing += len(
            answers - set(rows.values_list("position", "seq", "choice", "text", "flagged"))
        )
    for reference in finished:
        runs = ScoreRun.objects.filter(
            sitting__reference=reference, sitting__finished_at__isnull=False
        )
        missing += runs.count() != 1
    return missing


def spans(times: Sequence[float]) -> dict[str, float]:
    """Return the milliseconds that requests took."""
    return {
        "p50_ms": percentile(times, 0.5) * 1000,
        "p95_ms": percentile(times, 0.95) * 1000,
        "p99_ms": percentile(times, 0.99) * 1000,
        "most_ms": max(times) * 1000,
    }
