"""The sandbox's file: shared, reproducible, replaceable."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from scriptorium.integrations.payments import (
    PaymentState,
    ProviderRefused,
    ProviderUnavailable,
    RefundRefused,
    Sandbox,
    TestCard,
)
from scriptorium.kernel.money import Money
from tests.integrations.payments.worlds import PACKAGE, renewal

# One process has used the sandbox before it forks, as a server does that loads its code first.
_CHARGERS = """
import datetime as dt, json, os, sys, threading
from pathlib import Path
from scriptorium.integrations.payments import Sandbox, SavedCharge, TestCard
from scriptorium.kernel.money import Money

sandbox = Sandbox(path=Path(sys.argv[1]))
saved = sandbox.save_method(owner="casey", card=TestCard.SUCCESS)
now = dt.datetime(2026, 11, 23, 17, tzinfo=dt.UTC)
request = SavedCharge("REN-1", "REN-1-1", Money(8900), "Renewal", saved.customer, saved.method)

def charge(index, found):
    found[index] = sandbox.charge_saved(request=request, now=now).external_id

children = []
for child in range(4):
    pid = os.fork()
    if not pid:
        found = [""] * 2
        threads = [threading.Thread(target=charge, args=(i, found)) for i in range(2)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        os.write(1, (json.dumps(found) + "\\n").encode())
        os._exit(0)
    children.append(pid)
for pid in children:
    assert os.waitpid(pid, 0)[1] == 0
"""


def test_eight_threads_of_four_processes_with_one_attempt_key_make_one_payment(
    tmp_path: Path, now: dt.datetime
) -> None:
    path = tmp_path / "sandbox.sqlite3"
    done = subprocess.run(
        [sys.executable, "-c", _CHARGERS, str(path)], capture_output=True, text=True, check=True
    )
    charged = [payment for line in done.stdout.splitlines() for payment in json.loads(line)]

    sandbox = Sandbox(path=path)
    [payment] = sandbox.list_payments(since=now, until=now + dt.timedelta(days=1))
    assert charged == [payment.external_id] * 8
    assert payment.state is PaymentState.SUCCEEDED
    assert len(sandbox.due_events(now=now)) == 1


def test_eight_first_visitors_of_a_new_file_all_get_in(tmp_path: Path, now: dt.datetime) -> None:
    def visit(number: int) -> str:
        # Each with a connection of its own, as processes have.
        own = Sandbox(path=tmp_path / "new" / "sandbox.sqlite3")
        request = replace(PACKAGE, attempt_key=f"ORD-{number}")
        return own.begin_checkout(request=request, now=now).external_id

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(visit, range(8)))) == 8


def test_refunds_at_the_same_moment_never_exceed_the_payment(
    sandbox: Sandbox, now: dt.datetime
) -> None:
    page = sandbox.begin_checkout(request=PACKAGE, now=now).external_id
    paid = sandbox.pay(external_id=page, card=TestCard.SUCCESS, now=now).payment.external_id

    def refund(number: int) -> bool:
        try:
            sandbox.refund(
                payment=paid, amount=Money.of("60.00"), attempt_key=f"CRN-{number}", now=now
            )
        except RefundRefused:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(refund, range(8))) == 3
    assert sandbox.fetch(external_id=paid).refunded == Money.of("180.00")


def test_the_same_key_for_another_charge_is_refused(sandbox: Sandbox, now: dt.datetime) -> None:
    saved = sandbox.save_method(owner="casey", card=TestCard.SUCCESS)
    request = renewal(1, customer=saved.customer, method=saved.method)
    sandbox.charge_saved(request=request, now=now)

    with pytest.raises(ProviderRefused):
        sandbox.charge_saved(request=replace(request, amount=Money(1)), now=now)


def test_ids_follow_from_the_keys_so_that_a_demonstration_repeats(
    tmp_path: Path, now: dt.datetime
) -> None:
    def demonstrate(name: str) -> tuple[object, object]:
        own = Sandbox(path=tmp_path / name)
        page = own.begin_checkout(request=PACKAGE, now=now)
        paid = own.pay(external_id=page.external_id, card=TestCard.SUCCESS, now=now)
        return page, (paid.payment, [event.body for event in paid.events])

    assert demonstrate("one") == demonstrate("two")


def test_each_file_signs_with_a_secret_of_its_own(tmp_path: Path, now: dt.datetime) -> None:
    def signature(name: str) -> str:
        own = Sandbox(path=tmp_path / name)
        page = own.begin_checkout(request=PACKAGE, now=now).external_id
        return own.pay(external_id=page, card=TestCard.SUCCESS, now=now).events[0].signature

    assert signature("one") != signature("two")


def test_what_was_paid_is_known_to_the_next_process(tmp_path: Path, now: dt.datetime) -> None:
    path = tmp_path / "sandbox.sqlite3"
    first = Sandbox(path=path)
    page = first.begin_checkout(request=PACKAGE, now=now).external_id
    paid = first.pay(external_id=page, card=TestCard.SUCCESS, now=now).payment

    assert Sandbox(path=path).fetch(external_id=page) == paid


def test_a_file_that_was_taken_away_is_begun_anew(tmp_path: Path, now: dt.datetime) -> None:
    path = tmp_path / "sandbox.sqlite3"
    sandbox = Sandbox(path=path)
    sandbox.begin_checkout(request=PACKAGE, now=now)
    for part in tmp_path.iterdir():
        part.unlink()

    assert list(sandbox.list_payments(since=now, until=now + dt.timedelta(days=1))) == []
    assert path.exists()


def test_a_sandbox_without_its_file_cannot_be_reached(tmp_path: Path, now: dt.datetime) -> None:
    (tmp_path / "sandbox.sqlite3").mkdir()
    sandbox = Sandbox(path=tmp_path / "sandbox.sqlite3")

    with pytest.raises(ProviderUnavailable):
        sandbox.begin_checkout(request=PACKAGE, now=now)


def test_a_payment_belongs_to_the_day_on_which_it_began(sandbox: Sandbox, now: dt.datetime) -> None:
    zone = dt.timezone(dt.timedelta(hours=-8))
    sandbox.begin_checkout(request=PACKAGE, now=now.astimezone(zone))
    second = dt.timedelta(seconds=1)

    assert len(list(sandbox.list_payments(since=now, until=now + second))) == 1
    assert list(sandbox.list_payments(since=now - second, until=now)) == []
