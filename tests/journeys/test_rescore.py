"""A wrong key: another version, a second person, every sitting scored again (row 21)."""

from __future__ import annotations

import datetime as dt

import pytest

from scriptorium.domains.audit import queries as trail
from scriptorium.domains.credentials.models import Credential
from scriptorium.domains.exams.models import KeyCorrection, ScoreRun, Sitting
from scriptorium.domains.exams.operations.sittings import keyed_form
from scriptorium.domains.exams.queries import authoring as read
from scriptorium.domains.exams.queries import corrections
from scriptorium.domains.exams.rules.rescoring import rescored
from scriptorium.journeys import author_item, rescore
from scriptorium.journeys.author_item import CannotAuthor
from scriptorium.kernel.actor import Actor, ActorKind
from tests.support import items as build
from tests.support.builders import NOW, TODAY

pytestmark = pytest.mark.django_db
ADA = Actor(ActorKind.STAFF, "0author00000", "Ada Author", "r1")
RAE = Actor(ActorKind.STAFF, "0reader00000", "Rae Reader", "r2")
LATER = NOW + dt.timedelta(hours=1)


@pytest.fixture
def sat():
    """Return a form of five items with key B, sat by four people, and its exam's third item."""
    exam = build.exam(count=5)
    items = [build.item(f"note-{n:03}", build.text(build.STEMS[n], key=1)) for n in range(1, 6)]
    form = build.form(exam, items)
    # With C as the key of the third item the second person passes and the third no longer does.
    people = build.sittings(form, [list("BBBBB"), list("BBCBA"), list("BBBBA"), list("AAAAA")])
    return items[2], form, people


def _propose(item, **changes) -> KeyCorrection:
    asked = {
        "actor": ADA, "item": item, "number": 1, "key": 2, "accept": (), "now": NOW,
        "rationale": "Two textbooks say C.", "reason": "The key was wrong: see ticket 12",
    }  # fmt: skip
    return rescore.propose(**(asked | changes))


def _decide(
    correction: KeyCorrection, *, approved: bool = True, actor: Actor = RAE, note: str = ""
):
    return rescore.decide(
        actor=actor, correction=correction, approved=approved, note=note, now=LATER, today=TODAY
    )


def test_row_21_a_corrected_key_makes_another_scoring_and_keeps_the_old_one(sat) -> None:
    item, form, people = sat
    before = list(ScoreRun.objects.order_by("pk").values())
    hash_before = form.content_sha256
    correction = _propose(item)
    assert [one.changed for one in rescored(correction=correction)] == [False, True, True, False]
    assert list(ScoreRun.objects.order_by("pk").values()) == before
    outcome = _decide(correction)
    assert (outcome.sittings, outcome.now_passed, outcome.no_longer_passed) == (4, 1, 1)
    assert list(ScoreRun.objects.filter(number=1).order_by("pk").values()) == before
    runs = ScoreRun.objects.filter(number=2).order_by("pk")
    assert [(run.correct, run.passed) for run in runs] == [
        (4, True), (4, True), (3, False), (0, False)
    ]  # fmt: skip
    assert {(r.reason, r.made_by, r.approved_by, r.approved_by_name) for r in runs} == {
        ("The key was wrong: see ticket 12", ADA.reference, RAE.reference, "Rae Reader")
    }
    results = Sitting.objects.filter(pk__in=[p.pk for p in people]).order_by("pk")
    assert [sitting.passed for sitting in results] == [True, True, False, False]
    form.refresh_from_db()
    assert form.content_sha256 == hash_before
    assert form.items.get(position=3).version.number == 1
    said = [line.words for line in trail.newest(limit=3)]
    assert said[0] == "The key of note-003 was corrected; 2 of 4 results changed"
    assert set(said[1:]) == {
        "A sitting of MSCAT General was scored again: not passed before, passed now",
        "A sitting of MSCAT General was scored again: passed before, not passed now",
    }
    assert len(corrections.runs_of_correction(reason=correction.reason, at=LATER)) == 4
    # Who passes now gets what a pass brings, by the same rule as everybody.
    assert Credential.objects.get().person == people[1].person


def test_row_21_nobody_approves_a_correction_of_their_own(sat) -> None:
    correction = _propose(sat[0])
    with pytest.raises(CannotAuthor, match="Somebody else than the proposer"):
        _decide(correction, actor=ADA)
    assert not ScoreRun.objects.filter(number=2).exists()
    _decide(correction)
    with pytest.raises(CannotAuthor, match="decided already"):
        _decide(correction)
    assert ScoreRun.objects.filter(number=2).count() == 4
    assert not ScoreRun.objects.filter(number=3).exists()


def test_the_right_key_counts_for_sittings_that_are_still_open(sat) -> None:
    item, form, _ = sat
    correction = _propose(item)
    assert keyed_form(form=form.pk)[2].key == 1
    _decide(correction)
    assert keyed_form(form=form.pk)[2].key == 2
    fresh = read.item_by_code(code=item.code)
    assert fresh is not None
    assert build.in_use(fresh).number == 2


def test_a_correction_of_a_correction_reaches_the_first_forms(sat) -> None:
    item, form, _ = sat
    _decide(_propose(item))
    second = rescore.propose(
        actor=RAE, item=item, number=2, key=3, accept=(), rationale="D", reason="D after all",
        now=LATER,
    )  # fmt: skip
    rescore.decide(
        actor=ADA, correction=second, approved=True, note="", now=LATER + dt.timedelta(hours=1),
        today=TODAY,
    )  # fmt: skip
    assert keyed_form(form=form.pk)[2].key == 3
    assert ScoreRun.objects.filter(number=3).count() == 4


def test_a_declined_correction_changes_nothing_and_says_why(sat) -> None:
    item, form, _ = sat
    correction = _propose(item)
    with pytest.raises(CannotAuthor, match="Say why"):
        _decide(correction, approved=False)
    _decide(correction, approved=False, note="The source is older")
    assert keyed_form(form=form.pk)[2].key == 1
    assert not ScoreRun.objects.filter(number=2).exists()
    again = _propose(item)
    assert again.pk != correction.pk


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"key": 1}, "This is the key as it is"),
        ({"number": 7}, "no such version"),
        ({"reason": " "}, "needs a reason"),
        ({"rationale": ""}, "needs a reason and a rationale"),
    ],
)
def test_a_correction_that_is_none_is_refused(sat, changes, sentence: str) -> None:
    with pytest.raises(CannotAuthor, match=sentence):
        _propose(sat[0], **changes)
    assert not KeyCorrection.objects.exists()


def test_while_a_key_is_being_corrected_the_item_waits(sat) -> None:
    item = sat[0]
    correction = _propose(item)
    with pytest.raises(CannotAuthor, match="waits for its decision already"):
        _propose(item, key=3)
    with pytest.raises(CannotAuthor, match="being corrected"):
        author_item.revise(
            actor=ADA, item=item, text=build.text("Another question?"), ai_assisted=False, now=NOW
        )
    with pytest.raises(CannotAuthor, match="being corrected"):
        author_item.submit(actor=ADA, item=item, now=NOW)
    _decide(correction)
    with pytest.raises(CannotAuthor, match="corrected before"):
        _propose(item, key=3)


def test_a_version_that_was_never_in_use_is_rewritten_instead() -> None:
    item = build.item("note-001", live=False)
    with pytest.raises(CannotAuthor, match="never in use"):
        _propose(item, key=3 - (item.versions.get().key or 0))


def test_spellings_are_corrected_too() -> None:
    exam = build.exam(count=1)
    item = build.item("note-001", build.text(accept=["siatica"]))
    build.sittings(build.form(exam, [item]), [["sciatica"], ["siatica"]])
    correction = _propose(item, key=None, accept=("sciatica",))
    outcome = _decide(correction)
    assert (outcome.now_passed, outcome.no_longer_passed) == (1, 1)


def test_a_retired_item_stays_retired_with_the_right_key(sat) -> None:
    item = sat[0]
    author_item.retire(actor=RAE, item=item, reason="Old", now=NOW)
    _decide(_propose(item))
    fresh = read.item_by_code(code=item.code)
    assert fresh is not None
    assert (fresh.state, build.in_use(fresh).number) == ("retired", 2)
