"""A form is planned before the transaction that keeps it, and planned anew where the bank moved."""

from __future__ import annotations

from collections import Counter

import pytest

from scriptorium.domains.exams.enums import ItemState
from scriptorium.domains.exams.models import ExamVersion, Form, FormItem, Item
from scriptorium.domains.exams.operations.forms import keep_form, plan_form
from scriptorium.domains.exams.rules.assembly import CannotAssemble
from tests.support import items as build
from tests.support.builders import NOW

pytestmark = pytest.mark.django_db

WANTED, HAVE = 2, 6


@pytest.fixture
def exam() -> ExamVersion:
    for _ in range(HAVE):
        build.item()
    return build.exam(delivery="assembled", count=WANTED)


def items_of(form: Form) -> set[int]:
    return set(FormItem.objects.filter(form=form).values_list("version__item_id", flat=True))


def test_a_plan_writes_nothing_and_is_kept_as_it_was_made(exam: ExamVersion) -> None:
    plan = plan_form(exam_version=exam, person=0, seed="one")
    assert not Form.objects.exists()
    form = keep_form(plan=plan, now=NOW)
    assert (form.seed, form.number, form.made_by) == ("one", None, "assembler")
    assert items_of(form) == {chosen.item for chosen in plan.places}


def test_an_item_that_was_retired_after_the_plan_is_on_no_form(exam: ExamVersion) -> None:
    plan = plan_form(exam_version=exam, person=0, seed="one")
    retired = plan.places[0].item
    Item.objects.filter(pk=retired).update(state=ItemState.RETIRED)
    form = keep_form(plan=plan, now=NOW)
    assert retired not in items_of(form)
    assert form.items.count() == WANTED


def test_a_bank_that_became_too_small_after_the_plan_refuses(exam: ExamVersion) -> None:
    plan = plan_form(exam_version=exam, person=0, seed="one")
    Item.objects.update(state=ItemState.RETIRED)
    with pytest.raises(CannotAssemble, match="has 0 items"):
        keep_form(plan=plan, now=NOW)


def test_row_18_forms_planned_at_one_moment_stay_within_the_exposure_cap(
    exam: ExamVersion,
) -> None:
    for number in range(30):
        keep_form(plan=plan_form(exam_version=exam, person=0, seed=f"before {number}"), now=NOW)
    # One seed and one state of the bank: all sixty want the same two items.
    plans = [plan_form(exam_version=exam, person=0, seed="crowd") for _ in range(60)]
    crowd = Counter(chosen.item for plan in plans for chosen in plan.places)
    assert max(crowd.values()) == 60
    for plan in plans:
        keep_form(plan=plan, now=NOW)
    uses = Counter(FormItem.objects.values_list("version__item_id", flat=True))
    cap = max(0.33, 1.2 * WANTED / HAVE)
    assert max(uses.values()) / 90 <= cap + 1 / 90, uses


def test_forms_made_meanwhile_of_other_items_leave_a_plan_as_it_is(exam: ExamVersion) -> None:
    plan = plan_form(exam_version=exam, person=0, seed="one")
    own = {chosen.item for chosen in plan.places}
    others = list(Item.objects.exclude(pk__in=own))[:WANTED]
    build.form(exam, others, number=None)
    assert items_of(keep_form(plan=plan, now=NOW)) == own
