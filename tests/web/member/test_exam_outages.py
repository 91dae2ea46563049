"""Only the server's own silence gives time back (DOMAIN §5, outage rule)."""

from __future__ import annotations

import datetime as dt

import pytest

from scriptorium.journeys import finish_exam
from scriptorium.kernel import clock
from tests.support.builders import NOW
from tests.support.exam_room import Candidate

pytestmark = pytest.mark.django_db


@pytest.fixture
def mel() -> Candidate:
    return Candidate()


def test_only_silence_of_the_server_itself_gives_time_back(mel: Candidate) -> None:
    sitting = mel.sit()
    finish_exam.note_alive(now=NOW)
    for second in range(10, 301, 10):
        assert finish_exam.note_alive(now=NOW + dt.timedelta(seconds=second)) == 0
    assert finish_exam.note_alive(now=NOW + dt.timedelta(seconds=300 + 240)) == 1
    state = mel.client.get(f"{mel.base(sitting)}state/").json()
    assert state["seconds_left"] == 6000 + 240
    # Ten minutes in all and no more.
    assert finish_exam.note_alive(now=NOW + dt.timedelta(seconds=540 + 1800)) == 1
    state = mel.client.get(f"{mel.base(sitting)}state/").json()
    assert state["seconds_left"] == 6000 + 600


def test_the_sweeper_waits_while_the_server_is_down_and_credit_may_come(mel: Candidate) -> None:
    sitting = mel.sit()
    finish_exam.note_alive(now=sitting.deadline_at - dt.timedelta(minutes=2))
    soon = sitting.deadline_at + dt.timedelta(minutes=3)
    found = finish_exam.sweep(now=soon, today=clock.day_of(soon))
    assert (found.closed, found.waiting) == (0, 1)
    late = sitting.deadline_at + dt.timedelta(minutes=11)
    assert finish_exam.sweep(now=late, today=clock.day_of(late)).closed == 1
