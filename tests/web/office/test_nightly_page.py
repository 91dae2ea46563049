"""The office sees the next night before it happens, and what the last ones did."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from scriptorium.domains.audit import operations as audit
from scriptorium.domains.memberships.models import Proposal
from scriptorium.journeys.nightly import run_night
from tests.support.builders import NOW, TODAY, Clinic, days
from tests.support.markup import text_of

pytestmark = pytest.mark.usefixtures("demo")

PAGE = "/office/nightly/"


def shown(tab: Client) -> str:
    return text_of(tab.get(PAGE).content.decode())


def test_tonight_says_what_comes_and_writes_nothing(
    clinic: Clinic, staff: Callable[..., Client]
) -> None:
    clinic.member("Ada Park", renews_in=40)
    text = shown(staff("support"))
    assert "Proposals opened 1, with 1 person coming in" in text
    assert "Notice of renewal, 45 days before 1 mail, 1 person" in text
    assert "No night has run yet" in text
    assert not Proposal.objects.exists()


def test_after_tonights_run_the_next_one_is_tomorrows_and_the_run_is_listed(
    clinic: Clinic, staff: Callable[..., Client]
) -> None:
    clinic.member("Ada Park", renews_in=40)
    tab = staff("finance")
    assert f"The run of {TODAY.day} {TODAY:%b %Y}" in shown(tab)
    run_night(today=TODAY, now=NOW)
    text = shown(tab)
    assert f"The run of {days(1).day} {days(1):%b %Y}" in text
    assert "Renewals opened 1, renewal notices 1" in text
    assert "Done" in text


def test_a_run_that_goes_on_shows_its_steps_and_a_stopped_one_says_so(
    clinic: Clinic, staff: Callable[..., Client]
) -> None:
    assert clinic
    run = audit.begin_night(on=TODAY, steps=16, now=NOW)
    audit.end_step(run=run, position=1, name="years started", count=2, started_at=NOW, now=NOW)
    tab = staff("system")
    assert "Running, 1 of 16 steps" in shown(tab)
    old = audit.begin_night(on=days(-1), steps=16, now=NOW.replace(year=NOW.year - 1))
    audit.end_step(
        run=old, position=1, name="years started", count=0, started_at=old.started_at,
        now=old.started_at,
    )  # fmt: skip
    assert "Stopped after 1 of 16 steps; the next run goes on" in shown(tab)


@pytest.mark.parametrize("role", ["training", "exams", "decisions"])
def test_who_has_nothing_to_do_with_it_does_not_read_it(
    clinic: Clinic, staff: Callable[..., Client], role: str
) -> None:
    assert clinic
    assert staff(role).get(PAGE).status_code == 403
