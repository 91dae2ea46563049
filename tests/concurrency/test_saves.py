"""Saves of one answer that arrive at the same moment (STANDARDS row 15, a double click)."""

from __future__ import annotations

from functools import partial

import pytest
from django.db import DatabaseError

from scriptorium.domains.exams.models import Answer
from scriptorium.domains.exams.rules.sitting import Given
from scriptorium.journeys import save_answers
from tests.concurrency.test_last_unit import at_once
from tests.support.builders import NOW
from tests.support.exam_room import Candidate

pytestmark = pytest.mark.django_db(transaction=True)


def save(mel: Candidate, *answers: Given) -> list[str]:
    """Send answers at the same moment and return what became of each."""
    sitting = mel.sit()
    keep = partial(
        save_answers.keep,
        user=mel.person.user_id,
        reference=sitting.reference,
        holder=sitting.holder,
        now=NOW,
    )
    found = at_once([partial(keep, answer=answer) for answer in answers])
    return sorted(getattr(one, "outcome", repr(one)) for one in found)


def test_the_same_save_eight_times_at_once_is_a_success_eight_times() -> None:
    assert save(Candidate(), *[Given(1, 1, "B")] * 8) == ["saved"] * 8
    assert Answer.objects.count() == 1


def test_of_two_tabs_with_one_number_one_is_told_that_it_is_stale() -> None:
    assert save(Candidate(), Given(1, 1, "B"), Given(1, 1, "C")) == ["saved", "stale"]
    assert Answer.objects.count() == 1


def test_two_positions_at_once_are_both_kept() -> None:
    assert save(Candidate(), Given(1, 1, "B"), Given(2, 1, "C")) == ["saved", "saved"]
    assert Answer.objects.count() == 2


def test_an_older_number_that_arrives_with_newer_ones_is_never_kept_after_them() -> None:
    found = save(Candidate(), *[Given(1, seq, "ABCD"[seq % 4]) for seq in range(1, 9)])
    assert set(found) <= {"saved", "stale"}
    kept = list(Answer.objects.order_by("pk").values_list("seq", flat=True))
    assert kept == sorted(kept)
    assert kept[-1] == 8
    assert found.count("saved") == len(kept)


def test_the_database_itself_refuses_a_number_that_does_not_grow() -> None:
    sitting = Candidate().sit()
    for seq, late in ((2, False), (1, True), (3, False)):
        Answer.objects.create(sitting=sitting, position=1, seq=seq, late=late, saved_at=NOW)
    with pytest.raises(DatabaseError, match="seq only grows"):
        Answer.objects.create(sitting=sitting, position=1, seq=1, saved_at=NOW)
    Answer.objects.create(sitting=sitting, position=2, seq=1, saved_at=NOW)
