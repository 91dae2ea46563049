"""B10: 10,000 renewals charged: terms, certificates and receipts, each exactly once."""

from __future__ import annotations

import datetime as dt
import json
import os
import resource
import subprocess
import sys
import time
from typing import Any

from bench.measure import Goal
from bench.place import ROOT

#: People who pay for themselves, practices, people of each practice.
SIZES = (1_000, 180, 50)
#: SQLite has one writer: a second worker would only wait for its turn.
WORKERS = {"sqlite": 1, "postgresql": 2}
#: Certificates rendered after the charges, to say what a PDF takes.
PRINTED = 100
GOALS = (
    Goal("renewals_per_s", at_least=100),
    Goal("wrong", at_most=0),
)
DAY = dt.date(2031, 3, 3)
NOW = dt.datetime(2031, 3, 3, 20, tzinfo=dt.UTC)


def run(sizes: tuple[int, int, int] = SIZES) -> dict[str, Any]:
    """Charge what is due in two processes that begin together, then count what there is."""
    from django.db import connection  # noqa: PLC0415 (needs Django)

    own, practices, each = sizes
    os.environ["SCRIPTORIUM_PAYMENTS_URL"] = "sandbox://"
    fill(own, practices, each)
    count = own + practices * each
    before = counts()
    workers = [
        subprocess.Popen(
            [sys.executable, "-m", "bench.b10"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True, cwd=ROOT,
        )
        for _ in range(WORKERS[connection.vendor])
    ]  # fmt: skip
    for worker in workers:
        assert worker.stdout is not None
        worker.stdout.readline()
    begun = time.perf_counter()
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    told = [worker.communicate()[0] for worker in workers]
    seconds = time.perf_counter() - begun
    after = counts()
    return {
        "renewals": count,
        "seconds": seconds,
        "renewals_per_s": count / seconds,
        "orders": own + practices,
        "workers": [json.loads(text) for text in told],
        "wrong": wrong(before, after, own=own, practices=practices, each=each),
        "pdf_ms": _print(),
    }


def wrong(
    before: dict[str, int], after: dict[str, int], *, own: int, practices: int, each: int
) -> int:
    """Return by how many rows what was written differs from what was due."""
    count, payers = own + practices * each, own + practices
    wanted = {
        "terms": count, "certificates": count, "used": count, "orders": payers,
        "receipts": payers, "payments": payers, "charges": payers, "sum": 0,
        # Everything was open before.
        "open": -payers,
    }  # fmt: skip
    return sum(abs(after[name] - before[name] - wanted[name]) for name in wanted)


def fill(own: int, practices: int, each: int) -> None:
    """Make people and practices who were told in time and whose cards are saved."""
    from django.conf import settings  # noqa: PLC0415 (needs Django)
    from django.db import transaction  # noqa: PLC0415

    from bench.child import analyze  # noqa: PLC0415
    from bench.crowd import Crowd  # noqa: PLC0415
    from scriptorium.domains.orders.models import BillingProfile, SavedMethod  # noqa: PLC0415
    from scriptorium.integrations.payments import TestCard  # noqa: PLC0415
    from scriptorium.journeys import services  # noqa: PLC0415

    settings.PAYMENTS_URL = "sandbox://"
    crowd = Crowd(DAY, together=each, automatic=True)
    crowd.add(own + practices * each, DAY, told=3, own=own)
    provider = services.sandbox()
    assert provider is not None
    payers = [{"payer_person_id": crowd.base + n} for n in range(own)]
    payers += [{"payer_practice_id": crowd.base + n} for n in range(practices)]
    methods = []
    for number, payer in enumerate(payers):
        saved = provider.save_method(owner=f"crowd-{number}", card=TestCard.SUCCESS)
        methods.append(
            SavedMethod(
                provider=provider.name, customer=saved.customer, method=saved.method,
                label=saved.label, saved_at=NOW, saved_by="bench", **payer,
            )
        )  # fmt: skip
    with transaction.atomic():
        SavedMethod.objects.bulk_create(methods)
        BillingProfile.objects.bulk_create(
            BillingProfile(practice_id=crowd.base + n, auto_pay=True, auto_pay_at=NOW)
            for n in range(practices)
        )
    analyze()


def counts() -> dict[str, int]:
    from scriptorium.domains.credentials.models import Certificate  # noqa: PLC0415
    from scriptorium.domains.ledger.models import Unit  # noqa: PLC0415
    from scriptorium.domains.memberships.models import Proposal, Term  # noqa: PLC0415
    from scriptorium.domains.notifications.models import OutboxMail  # noqa: PLC0415
    from scriptorium.domains.orders import queries as money  # noqa: PLC0415
    from scriptorium.domains.orders.models import Attempt, Order, Payment  # noqa: PLC0415

    return {
        "terms": Term.objects.filter(starts_on=DAY).count(),
        "certificates": Certificate.objects.filter(starts_on=DAY).count(),
        "used": Unit.objects.filter(kind="renewal", state="started", assigned_at=NOW).count(),
        "orders": Order.objects.filter(state="paid", placed_on=DAY).count(),
        "receipts": OutboxMail.objects.filter(template="payment_received").count(),
        "payments": Payment.objects.filter(state="received", received_on=DAY).count(),
        "charges": Attempt.objects.filter(state="succeeded", charged_on=DAY).count(),
        "sum": sum(money.balances().values()),
        "open": Proposal.objects.filter(renews_on=DAY, charged_on__isnull=True).count()
        + Order.objects.filter(state="open", placed_on=DAY).count(),
    }


def _print() -> float:
    """Return the milliseconds that one certificate's PDF takes, of the first hundred."""
    from scriptorium.domains.credentials.models import Certificate  # noqa: PLC0415
    from scriptorium.journeys.certificate_files import pdf_of  # noqa: PLC0415

    some = list(Certificate.objects.filter(starts_on=DAY).order_by("id")[:PRINTED])
    begun = time.perf_counter()
    for certificate in some:
        pdf_of(certificate=certificate, now=NOW)
    return (time.perf_counter() - begun) * 1000 / max(1, len(some))


def charge() -> tuple[int, int]:
    """Charge until nothing is left; returns proposals and cards."""
    from scriptorium.journeys.renewing import charge_cards, charge_due  # noqa: PLC0415
    from scriptorium.kernel.actor import Actor  # noqa: PLC0415

    actor = Actor.system("nightly")
    proposals = 0
    while done := charge_due(actor, DAY, NOW):
        proposals += done
    return proposals, charge_cards(actor, DAY, NOW)


def _work() -> dict[str, float]:
    """Wait for the word, then charge until nothing is left."""
    import django  # noqa: PLC0415

    django.setup()
    print("ready", flush=True)
    sys.stdin.readline()
    proposals, cards = charge()
    return {
        "proposals": proposals,
        "cards": cards,
        "cpu_s": time.process_time(),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


if __name__ == "__main__":
    print(json.dumps(_work()))
