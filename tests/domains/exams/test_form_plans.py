"""A form is planned before the transaction that keeps it, and planned anew where the bank moved."""

from __future__ import annotations

from collections import Counter

import pytest

from scriptorium.domains.exams.enums import ItemState
from scriptorium.domains.exams.models import ExamVersion, Form, FormItem, Item
from scriptorium.domains.exams.operations.forms import keep_form, plan_form
from scriptorium.domains.exams.queries import exposure, uses_of_assembled
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


def test_exposure_is_counted_over_the_newest_forms_as_they_come_and_leave(
    exam: ExamVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exposure, "EXPOSURE_WINDOW", 5)
    items = list(Item.objects.order_by("id"))
    made = [build.form(exam, items[n % 3 : n % 3 + 2], number=None) for n in range(3)]
    assert uses_of_assembled(exam=exam.exam)[1:] == (3, made[-1].pk)
    made += [build.form(exam, items[n % 5 : n % 5 + 2], number=None) for n in range(4)]
    # A look after each step must say the same as a look at the whole.
    for _ in range(2):
        rows = FormItem.objects.filter(form__in=made[-5:])
        counted = Counter(rows.values_list("version__item_id", flat=True))
        assert uses_of_assembled(exam=exam.exam) == (counted, 5, made[-1].pk)
        made.append(build.form(exam, items[4:6], number=None))


def test_more_new_forms_than_a_window_are_counted_from_the_start(
    exam: ExamVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exposure, "EXPOSURE_WINDOW", 3)
    items = list(Item.objects.order_by("id"))
    build.form(exam, items[:2], number=None)
    assert uses_of_assembled(exam=exam.exam)[1] == 1
    for n in range(6):
        build.form(exam, items[n % 4 : n % 4 + 2], number=None)
    newest = Form.objects.order_by("-id")[:3]
    rows = FormItem.objects.filter(form__in=list(newest))
    counted = Counter(rows.values_list("version__item_id", flat=True))
    assert uses_of_assembled(exam=exam.exam) == (counted, 3, newest[0].pk)
