"""The large population is sound, and the workloads judge what they measured."""

from __future__ import annotations

import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction
from django.db.models import Count

from bench import b8, b9, b10, main, measure
from bench.measure import Goal
from bench.place import Place
from scriptorium.commands.management.commands import bench as command
from scriptorium.demo.lives import admin_of
from scriptorium.demo.population import build_population
from scriptorium.domains.credentials.models import Certificate
from scriptorium.domains.exams.queries import newest_exam
from scriptorium.domains.exams.rules.figures import exam_figures
from scriptorium.domains.ledger import operations as ledger
from scriptorium.domains.ledger import queries as stock
from scriptorium.domains.practices.models import Practice, RosterLink
from scriptorium.kernel.payer import Payer
from scriptorium.pages.ledger_report import ledger_report
from tests.support.builders import DESK, NOW, TODAY


@pytest.mark.django_db
def test_a_population_has_the_sizes_asked_for_and_a_clean_ledger() -> None:
    build_population(day=TODAY, people=60, practices=4)
    sizes = RosterLink.objects.values_list("practice").annotate(n=Count("id"))
    assert sorted(n for _, n in sizes) == [12, 12, 12, 24]
    practice = Practice.objects.get(primary__email=admin_of(24))
    assert practice.primary.user is not None
    have = stock.stock_of(payer=Payer(practice=practice.pk))
    assert have["renewal"].free == 24
    assert ledger_report(today=TODAY).problems == ()


@pytest.mark.django_db
def test_the_same_day_gives_the_same_population() -> None:
    # Undone in between: two populations share their addresses.
    found: list[list[tuple[str, str]]] = []
    for _ in range(2):
        with pytest.raises(_Undo):
            _build_and_undo(found)
    assert found[0] == found[1]


class _Undo(Exception):
    pass


def _build_and_undo(found: list[list[tuple[str, str]]]) -> None:
    with transaction.atomic():
        build_population(day=TODAY, people=30, practices=2)
        rows = Certificate.objects.order_by("id").values_list("number", "content_sha256")
        found.append(list(rows))
        raise _Undo


@pytest.mark.django_db
def test_past_units_add_to_balances_that_exist() -> None:
    build_population(day=TODAY, people=24, practices=1)
    payer = Payer(practice=Practice.objects.get(primary__email=admin_of(24)).pk)
    for _ in range(2):
        past = ledger.PastUnit(payer, "hipaa", NOW, TODAY + dt.timedelta(days=90))
        ledger.write_past_units(actor=DESK, units=[past], source="test", reason="Moved in")
    assert stock.free_of(payer=payer, kind="hipaa") == 2
    assert ledger_report(today=TODAY).problems == ()


def test_a_goal_says_whether_it_was_met_or_not_measured() -> None:
    figures = {"of_24": {"p50_ms": 12.0}}
    assert Goal("of_24.p50_ms", at_most=25).judge(figures)["met"] is True
    assert Goal("of_24.p50_ms", at_least=25).judge(figures)["met"] is False
    assert Goal("of_1000.p50_ms", at_most=25).judge(figures)["met"] is None


def test_the_median_is_taken_of_each_figure() -> None:
    runs = [{"a": {"ms": n}, "kind": "x"} for n in (3, 1, 2)]
    assert measure.median_of(runs) == {"a": {"ms": 2}, "kind": "x"}
    assert measure.percentile([3, 1, 2], 0.95) == 3
    assert measure.rounded({"ms": 1.23456}) == {"ms": 1.235}


def test_a_workload_gives_one_object_that_names_what_it_ran_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    answer = {"figures": {"one": {"p50_ms": 50.0}}, "database": {"kind": "sqlite"}}
    monkeypatch.setattr(main, "_child", lambda *_: answer)
    place = Place(folder=tmp_path, server="", people=24, practices=1)
    found = json.loads(json.dumps(main.run_workload(place, "b2", 3)))
    assert found["row"] == "B2"
    assert found["met"] is False
    assert {"figures", "goals", "database", "sizes", "versions", "calibration_s"} <= found.keys()


def test_bench_outside_a_checkout_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(command, "ROOT", tmp_path)
    with pytest.raises(CommandError, match="from a checkout of the repository"):
        call_command("bench", "b1", stdout=io.StringIO())


def test_the_command_offers_every_workload() -> None:
    assert command.WORKLOADS == main.WORKLOADS


@pytest.mark.django_db
def test_the_statistics_workload_writes_what_it_measures() -> None:
    written = b8._fill("tiny", 240, 6, 2)
    version = newest_exam(exam="tiny")
    assert version is not None
    figures = exam_figures(exam_version=version)
    assert figures.sittings == 240
    assert written > 240 * 6
    assert [line.people for line in figures.forms] == [120, 120]
    assert all(line.figures for line in (*figures.forms, *figures.items))


@pytest.mark.django_db(transaction=True)
def test_the_night_of_a_small_crowd_tells_everybody_due_and_nobody_twice() -> None:
    figures = b9.run({"few": (300, 200), "million": (900, 200)}, night=b9.here)
    assert figures["wrong"] == 0
    assert figures["million"]["mails"] == figures["few"]["mails"] > 0


@pytest.mark.django_db(transaction=True)
def test_a_small_crowd_is_charged_by_one_worker_exactly_once(settings: Any, tmp_path: Path) -> None:
    settings.PAYMENTS_URL, settings.PAYMENTS_DIR = "sandbox://", tmp_path
    b10.fill(4, 2, 3)
    before = b10.counts()
    b10.charge()
    assert b10.wrong(before, b10.counts(), own=4, practices=2, each=3) == 0
