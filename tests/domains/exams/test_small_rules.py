"""The corners of the rules for items, scorings and studies that no page reaches by itself."""

from __future__ import annotations

import numpy as np
import pytest

from scriptorium.domains.exams.enums import ItemState
from scriptorium.domains.exams.models import Answer, ItemVersion
from scriptorium.domains.exams.operations.authoring import pair_enemies
from scriptorium.domains.exams.queries import authoring as read
from scriptorium.domains.exams.rules import authoring, standard_setting
from scriptorium.domains.exams.rules.authoring import CannotAuthor
from scriptorium.domains.exams.rules.figures import exam_figures
from scriptorium.domains.exams.rules.standard_setting import CannotSetStandard
from scriptorium.domains.exams.rules.statistics import conditional_error, item_figures, tables
from tests.support import items as build
from tests.support.builders import NOW


def test_a_correction_may_not_change_the_question() -> None:
    wrong = ItemVersion(stem="Which?", options=["a", "b", "c", "d"])
    authoring.check_same_text(wrong=wrong, stem="Which?", options=["a", "b", "c", "d"])
    for stem, options in (("Who?", ["a", "b", "c", "d"]), ("Which?", ["a", "b", "c", "e"])):
        with pytest.raises(CannotAuthor, match="leaves the question"):
            authoring.check_same_text(wrong=wrong, stem=stem, options=options)


def test_a_text_is_one_line_without_control_characters() -> None:
    assert authoring.one_line(" A\tpain\x00 in\r\nthe knee\u2028 ") == "A pain in the knee"


def test_a_cut_needs_a_panel() -> None:
    with pytest.raises(CannotSetStandard, match="at least 3 judges"):
        standard_setting.check_can_propose(rounds=[], judges=2)


def test_an_item_that_nobody_had_has_no_figures() -> None:
    counts = tables(
        codes=np.array([[2]], np.int8), totals=np.array([1]), columns=np.array([[0]]), size=2
    )
    found = item_figures(counts=counts, keys=[1, 1], scored=[True, True])
    assert [one.people for one in found] == [1, 0]
    assert found[1].options == ()
    assert conditional_error(score=1, items=1) is None


@pytest.mark.django_db
def test_forms_of_two_lengths_and_odd_saves_are_counted_right() -> None:
    exam = build.exam(count=2, rules={"least_figures": 1})
    items = [
        build.item("note-001", build.text(accept=["ileum"])),
        build.item("note-002", build.text(key=1)),
    ]
    (short,) = build.sittings(build.form(exam, items[:1], number=1), [["ileum"]])
    build.sittings(build.form(exam, items, number=2), [["ILEUM", "B"], ["", "B"]])
    # Places that the form does not have, and a save of blanks, are no answers.
    Answer.objects.create(sitting=short, position=2, seq=1, text="x", saved_at=NOW)
    Answer.objects.create(sitting=short, position=3, seq=1, choice="A", saved_at=NOW)
    Answer.objects.create(sitting=short, position=1, seq=7, text="   ", saved_at=NOW)
    figures = exam_figures(exam_version=exam)
    typed, chosen = (line.figures for line in figures.items)
    assert typed is not None
    assert chosen is not None
    assert (typed.people, typed.skipped) == (3, 2)
    assert typed.difficulty == pytest.approx(1 / 3)
    assert (chosen.people, chosen.difficulty) == (2, 1.0)


@pytest.mark.django_db
def test_enemies_are_read_for_many_items_at_once() -> None:
    one, two, three = (build.item(f"note-00{n}") for n in (1, 2, 3))
    pair_enemies(one=one, other=two)
    pair_enemies(one=three, other=two)
    found = read.enemy_codes(items=[one.pk, two.pk])
    assert {key: sorted(codes) for key, codes in found.items()} == {
        one.pk: ["note-002"],
        two.pk: ["note-001", "note-003"],
    }
    assert read.versions_in_use(items=[one.pk])[one.pk] == one.live_version
    assert read.find_items(state=ItemState.RETIRED).count() == 0
