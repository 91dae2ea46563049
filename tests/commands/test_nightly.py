"""``nightly --on DATE [--dry-run] [--json]`` (CONTRACT, commands)."""

from __future__ import annotations

import json

import pytest
from django.core.management import CommandError, call_command

from scriptorium.domains.ledger.models import Entry
from tests.support.builders import Clinic, days

pytestmark = pytest.mark.django_db


def said(capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, object]:
    call_command("nightly", f"--on={days(20)}", "--json", *options)
    found = json.loads(capsys.readouterr().out)
    assert isinstance(found, dict)
    return found


def test_a_dry_run_says_what_the_night_will_do_and_does_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    clinic = Clinic()
    clinic.give(clinic.member("Ada Park", renews_in=20), "renewal")
    clinic.stock("manual", 2, expires=days(20))
    clinic.add("Rosa Lima")
    entries = Entry.objects.count()
    shown = said(capsys, "--dry-run")
    assert Entry.objects.count() == entries
    assert shown["on"] == days(20).isoformat()
    assert [shown[name] for name in ("years started", "units expired", "invitations expired")] == [
        1, 2, 1,
    ]  # fmt: skip
    renewals = shown.pop("renewals")
    assert isinstance(renewals, dict)
    assert renewals["opened"] == {"proposals": 0, "people": 0}
    done = said(capsys)
    assert {name: done[name] for name in shown} == shown
    again = said(capsys)
    assert all(again[name] == 0 for name in shown if name != "on")


def test_a_dry_run_tells_of_renewals_by_notice_charge_and_way_to_pay(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Clinic().member("Ada Park", renews_in=40)
    renewals = said(capsys, "--dry-run")["renewals"]
    assert isinstance(renewals, dict)
    assert renewals["opened"] == {"proposals": 1, "people": 1}
    assert renewals["notices"] == [
        {"rung": 30, "template": "renewal_notice", "payers": 1, "people": 1}
    ]
    assert renewals["charges"]["by_card"] == {"orders": 0, "people": 0, "total_minor": 0}
    call_command("nightly", f"--on={days(20)}", "--dry-run")
    shown = capsys.readouterr().out
    assert "Notice of renewal, 30 days before: 1 mail, 1 person" in shown
    assert "Proposals opened: 1, with 1 person coming in" in shown


def test_without_json_it_prints_a_line_for_each_step(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("nightly")
    assert "0  units expired" in capsys.readouterr().out


def test_a_day_that_is_none_is_wrong_use() -> None:
    with pytest.raises(CommandError):
        call_command("nightly", "--on=tomorrow")
