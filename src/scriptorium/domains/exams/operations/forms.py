"""Writing forms: parallel ones for approval, and the one of a single sitting."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scriptorium.database.bulk import insert_rows
from scriptorium.domains.exams import queries
from scriptorium.domains.exams.models import ExamVersion, Form, FormItem
from scriptorium.domains.exams.rules.assembly import (
    Candidate,
    Chosen,
    assemble,
    exposure_caps,
    over_cap,
    parallel,
)
from scriptorium.domains.exams.rules.cut_scores import check_cut
from scriptorium.domains.exams.rules.standard_setting import CannotSetStandard
from scriptorium.kernel import clock


class CannotApprove(Exception):
    """A form cannot be approved by this person or any more; the text says why."""


def bank_of(*, places: Iterable[str]) -> list[Candidate]:
    """Return what may stand on a form of these places, with the enemies of each."""
    rows = queries.live_items(places=places)
    enemies = queries.enemies_of(items=[item for item, *_ in rows])
    return [
        Candidate(item, version, place, enemies.get(item, frozenset()), pilot)
        for item, version, place, pilot in rows
    ]


def _write(
    exam_version: ExamVersion,
    places: Sequence[Chosen],
    *,
    number: int | None,
    seed: str,
    by: str,
    now: dt.datetime,
) -> Form:
    listed = "\n".join(
        f"{n} {c.version} {c.place}{'' if c.scored else ' pilot'}"
        for n, c in enumerate(places, start=1)
    )
    form = Form.objects.create(
        exam_version=exam_version,
        number=number,
        seed=seed,
        content_sha256=hashlib.sha256(listed.encode()).hexdigest(),
        made_at=now,
        made_by=by,
    )
    insert_rows(
        FormItem,
        ("form", "position", "version", "topic", "scored"),
        [
            (form.pk, position, chosen.version, chosen.place, chosen.scored)
            for position, chosen in enumerate(places, start=1)
        ],
    )
    return form


def _pilots(exam_version: ExamVersion) -> int:
    """Return how many places go to items that are tried out; versions of before name none."""
    return int(exam_version.rules.get("pilot_items", 0))


def make_parallel_forms(
    *, exam_version: ExamVersion, seed: str, by: str, now: dt.datetime
) -> list[Form]:
    """Insert the exam's parallel forms; nobody sits one before a second person approved it.

    Raises:
        CannotAssemble: the bank is too small for so many forms.
    """
    blueprint = queries.blueprint_of(exam_version=exam_version)
    made = parallel(
        blueprint=blueprint,
        bank=bank_of(places=blueprint),
        seed=seed,
        forms=exam_version.rules["fixed_forms"],
        forms_per_item=exam_version.rules["forms_per_item"],
        pilots=_pilots(exam_version),
    )
    return [
        _write(exam_version, places, number=number, seed=f"{seed}:{number}", by=by, now=now)
        for number, places in enumerate(made, start=1)
    ]


@dataclass(frozen=True, slots=True)
class FormPlan:
    """A form put together for one sitting and not kept yet, with what it was made from."""

    exam_version: ExamVersion
    person: int
    seed: str
    places: list[Chosen]
    used: dict[int, int]
    forms: int
    caps: dict[str, float]
    newest: int


def plan_form(*, exam_version: ExamVersion, person: int, seed: str) -> FormPlan:
    """Put a form together for one sitting, of items that the person did not see before.

    It writes nothing, so it needs no transaction: two hundred who press start together plan side
    by side and stand in line only for keeping (BENCHMARKS B5).

    Raises:
        CannotAssemble: the bank is too small.
    """
    blueprint = queries.blueprint_of(exam_version=exam_version)
    bank = bank_of(places=blueprint)
    used, forms, newest = queries.uses_of_assembled(
        exam=exam_version.exam, known={candidate.version: candidate.item for candidate in bank}
    )
    places = assemble(
        blueprint=blueprint,
        bank=bank,
        seed=seed,
        seen=queries.seen_by(person=person),
        used=used,
        forms=forms,
        pilots=_pilots(exam_version),
    )
    caps = exposure_caps(blueprint=blueprint, bank=bank)
    return FormPlan(exam_version, person, seed, places, used, forms, caps, newest)


def keep_form(*, plan: FormPlan, now: dt.datetime) -> Form:
    """Insert a planned form; planned anew where the bank or its exposure moved on meanwhile.

    Raises:
        CannotAssemble: the bank became too small since the plan was made.
    """
    if not _still_good(plan):
        plan = plan_form(exam_version=plan.exam_version, person=plan.person, seed=plan.seed)
    return _write(
        plan.exam_version, plan.places, number=None, seed=plan.seed, by="assembler", now=now
    )


def _still_good(plan: FormPlan) -> bool:
    """Return whether a plan's items are live and within the cap, with the forms made since."""
    if not queries.all_live(versions=[chosen.version for chosen in plan.places]):
        return False
    more, forms = queries.uses_since(exam=plan.exam_version.exam, form=plan.newest)
    if not forms:
        return True
    used = {item: plan.used.get(item, 0) + count for item, count in more.items()}
    return not over_cap(
        form=[chosen for chosen in plan.places if chosen.item in more],
        used=used,
        forms=plan.forms + forms,
        caps=plan.caps,
    )


def approve_form(*, form: Form, by: str, now: dt.datetime) -> None:
    """Let candidates sit a parallel form.

    Raises:
        CannotApprove: it is approved already, or by whoever made it, or its exam has no cut score.
    """
    if form.made_by == by:
        raise CannotApprove("Somebody else than the maker of a form approves it.")
    try:
        check_cut(exam_version=form.exam_version, on=clock.day_of(now))
    except CannotSetStandard as error:
        raise CannotApprove(str(error)) from error
    changed = Form.objects.filter(pk=form.pk, approved_at__isnull=True).update(
        approved_at=now, approved_by=by
    )
    if not changed:
        raise CannotApprove("This form is approved already.")


def retire_form(*, form: Form, now: dt.datetime) -> None:
    """Deal a form to nobody any more; sittings of it stay as they are."""
    Form.objects.filter(pk=form.pk, retired_at__isnull=True).update(retired_at=now)
