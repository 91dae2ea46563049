"""Starting a sitting, showing its items, and going on elsewhere (DOMAIN §5, the exam room)."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from scriptorium.domains.accounts import operations as accounts
from scriptorium.domains.accounts import queries as people
from scriptorium.domains.accounts.models import Person, RetakeWaiver
from scriptorium.domains.audit.operations import Happening, record
from scriptorium.domains.catalog.enums import ONE, PartKind
from scriptorium.domains.exams import queries as exams
from scriptorium.domains.exams.models import ExamVersion, Form, FormItem, Sitting
from scriptorium.domains.exams.operations import forms as form_writing
from scriptorium.domains.exams.operations import sittings as writing
from scriptorium.domains.exams.operations.forms import FormPlan
from scriptorium.domains.exams.queries import Glance, Kept
from scriptorium.domains.exams.rules import sitting as rules
from scriptorium.domains.exams.rules.assembly import CannotAssemble
from scriptorium.domains.exams.rules.sitting import CannotStart
from scriptorium.domains.ledger import operations as ledger
from scriptorium.domains.ledger import queries as stock
from scriptorium.domains.ledger.enums import PartState
from scriptorium.journeys import exam_browser
from scriptorium.journeys.exam_browser import Claim, NotThisBrowser
from scriptorium.kernel.actor import Actor
from scriptorium.kernel.references import new_reference

__all__ = [
    "CannotStart",
    "Elsewhere",
    "NotSigned",
    "NotThisBrowser",
    "Shown",
    "holder_of",
    "show",
    "start",
]


class NotSigned(Exception):
    """The affidavit does not name the person; ``field`` says which field is wrong."""

    def __init__(self, field: str, sentence: str) -> None:
        self.field = field
        super().__init__(sentence)


class Elsewhere(Exception):
    """The sitting goes on in another browser; it can be taken over."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One item of a sitting as the candidate sees it, with what was answered so far."""

    sitting: Sitting
    item: FormItem
    kept: Kept | None
    seconds_left: int


def holder_of(session_key: str) -> str:
    """Return how a sitting names the one session that may answer; the session stays secret."""
    return hashlib.sha256(f"sitting|{session_key}".encode()).hexdigest()


def part_choices(*, exam: ExamVersion) -> tuple[str, list[str]]:
    """Return the kind of part that an exam is sat on, and its choices, best first.

    A specialty is sat on a unit for it or on a package whose exam is still open (DOMAIN §2).
    """
    if exam.course:
        return PartKind.HIPAA, [""]
    return PartKind.EXAM, [exam.exam, ""]


def _same(one: str, other: str) -> bool:
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def _check_signed(person: Person, name: str, email: str) -> None:
    if not any(_same(name, own) for own in (person.name, person.certificate_name) if own):
        raise NotSigned(
            "affidavit_name", f"Type your name as it stands in your account: {person.name}."
        )
    if not _same(email, person.email):
        raise NotSigned("affidavit_email", "Type the e-mail address of this account.")


def start(
    *,
    actor: Actor,
    person: Person,
    exam: str,
    affidavit_name: str,
    affidavit_email: str,
    holder: str,
    now: dt.datetime,
    today: dt.date,
    claim: Claim | None = None,
) -> Sitting:
    """Open a sitting: affidavit, unit, retake rules, form and deadline in one transaction.

    A second press returns the sitting that the first one opened. A form of the sitting's own is
    put together before the transaction begins: reading the bank takes longer than all the rest,
    and on SQLite nobody else writes meanwhile.

    Raises:
        CannotStart: no unit, too early, or no form; says what to do.
        NotSigned: the affidavit does not name the person.
        NotThisBrowser: the exam is begun in another browser.
    """
    version = exams.newest_exam(exam=exam)
    if version is None:
        raise CannotStart("There is no such exam.")
    plan = None
    if version.delivery == "assembled":
        with _bank_suffices():
            plan = form_writing.plan_form(
                exam_version=version, person=person.pk, seed=new_reference(20)
            )
    return _start(
        actor, person, version, plan, (affidavit_name, affidavit_email), holder, now, today, claim
    )


@contextmanager
def _bank_suffices() -> Iterator[None]:
    """Tell a candidate in her words when the bank is too small."""
    try:
        yield
    except CannotAssemble as error:
        raise CannotStart(
            "The item bank is too small for this exam at present. Please write to us."
        ) from error


@transaction.atomic(durable=True)
def _start(
    actor: Actor,
    person: Person,
    version: ExamVersion,
    plan: FormPlan | None,
    signed: tuple[str, str],
    holder: str,
    now: dt.datetime,
    today: dt.date,
    claim: Claim | None,
) -> Sitting:
    """Check everything and write, in one transaction.

    Arguments:
        plan: the form put together for this sitting, or None where a parallel one is dealt.
        signed: the affidavit's name and e-mail address as typed.
    """
    exam = version.exam
    earlier = exams.of_person(person=person.pk)
    running = next((sitting for sitting in earlier if sitting.finished_at is None), None)
    if running is not None:
        if running.exam == exam:
            return running
        raise CannotStart(f"Finish {running.form.exam_version.title} first; it is still running.")
    _check_signed(person, *signed)
    kind, choices = part_choices(exam=version)
    part = stock.locked_part_to_sit(person=person.pk, kind=kind, choices=choices)
    if part is None:
        raise CannotStart(
            f"You have no unit for {version.title}. Ask your administrator for one, or write to us."
        )
    own = [sitting for sitting in earlier if sitting.exam == exam]
    on_unit = sum(1 for sitting in earlier if sitting.unit_reference == part.unit.reference)
    waiver = _check_retake(person, version, own, on_unit, now, today)
    leave = exam_browser.check_start(person=person, version=version, claim=claim, now=now)
    if not part.choice and kind == PartKind.EXAM:
        ledger.choose_exam(part=part, choice=exam)
    if plan is None:
        form = _deal(person, version, own)
    else:
        with _bank_suffices():
            form = form_writing.keep_form(plan=plan, now=now)
    sitting = _open(person, part, form, on_unit + 1, signed[0], holder, now, today)
    if waiver is not None:
        accounts.use_waiver(actor=actor, waiver=waiver, sitting=sitting.reference, now=now)
    exam_browser.use_waiver(actor=actor, waiver=leave, sitting=sitting, now=now)
    record(
        actor=actor,
        happening=Happening(
            "exam.started", "sitting", sitting.reference, "",
            {"exam": version.title, "form": form.reference},
        ),
        now=now,
    )  # fmt: skip
    return sitting


def _open(
    person: Person,
    part: stock.UnitPart,
    form: Form,
    number_on_unit: int,
    affidavit_name: str,
    holder: str,
    now: dt.datetime,
    today: dt.date,
) -> Sitting:
    """Insert the sitting with the person's time; a second one at the same moment is refused."""
    granted = people.accommodation_of(person=person.pk, on=today)
    limit = rules.limit_seconds(minutes=form.exam_version.minutes, percent=granted.percent)
    link = part.unit.link
    try:
        with transaction.atomic():
            return writing.open_sitting(
                person=person.pk,
                form=form,
                unit_reference=part.unit.reference,
                practice_reference=link.practice.reference if link else "",
                number_on_unit=number_on_unit,
                affidavit_name=affidavit_name,
                # The affidavit was compared with it.
                affidavit_email=person.email,
                limit_seconds=limit + granted.break_minutes * 60,
                holder=holder,
                now=now,
            )
    except IntegrityError as error:
        raise CannotStart("You are in a sitting already. Reload the page to go on.") from error


def _check_retake(
    person: Person,
    version: ExamVersion,
    own: Sequence[Sitting],
    on_unit: int,
    now: dt.datetime,
    today: dt.date,
) -> RetakeWaiver | None:
    """Refuse an early retake or a third sitting, unless staff waived the rule.

    Arguments:
        own: the person's sittings of this exam, newest first.
    """
    try:
        rules.check_can_start(
            last_finished_at=own[0].finished_at if own else None,
            sittings_on_unit=on_unit,
            retake_hours=version.retake_hours,
            sittings_per_unit=version.sittings_per_unit,
            waived=False,
            now=now,
        )
    except CannotStart:
        waiver = people.waiver_for(person=person.pk, exam=version.exam, on=today)
        if waiver is None:
            raise
        return waiver
    return None


def _deal(person: Person, version: ExamVersion, own: Sequence[Sitting]) -> Form:
    """Return the parallel form for this sitting: one not seen yet, else the oldest known."""
    forms = list(exams.approved_forms(exam_version=version))
    if not forms:
        raise CannotStart("No form of this exam is approved at present. Please write to us.")
    # Not seen first, then longest ago; among the unseen each person has an order of their own.
    seen = {sitting.form_id: age for age, sitting in reversed(list(enumerate(own)))}
    return min(
        forms,
        key=lambda form: (
            -seen[form.pk] if form.pk in seen else -len(own) - 1,
            hashlib.sha256(f"{person.reference}|{form.reference}".encode()).digest(),
        ),
    )


def glance(
    *, user: int, reference: str, position: int, holder: str, now: dt.datetime
) -> tuple[Glance, int] | None:
    """Return an item with the seconds left, as long as nothing else has to happen.

    None means: ask ``show``, which begins, refuses or says what is missing.
    """
    found = exams.glance(user=user, reference=reference, position=position)
    if found is None or found.holder != holder:
        return None
    deadline = rules.effective_deadline(
        deadline_at=found.deadline_at, credit_seconds=found.credit_seconds
    )
    if now > deadline:
        return None
    return found, rules.seconds_left(deadline=deadline, now=now)


def show(
    *,
    actor: Actor,
    sitting: Sitting,
    position: int,
    holder: str,
    now: dt.datetime,
    claim: Claim | None = None,
) -> Shown | None:
    """Return an item of an open sitting, or None where the form has no such place.

    With the first item the unit is started (DOMAIN §2, when a unit moves).

    Arguments:
        claim: what the browser sent of itself, for exams that are sat in one browser only.

    Raises:
        Elsewhere: another session holds the sitting.
        NotThisBrowser: the exam goes on in another browser.
    """
    if sitting.holder != holder:
        raise Elsewhere
    exam_browser.check_sitting(sitting=sitting, claim=claim, now=now)
    item = exams.item_at(form=sitting.form_id, position=position)
    if item is None:
        return None
    if sitting.first_shown_at is None:
        _note_first_item(actor=actor, sitting=sitting, now=now)
    return Shown(
        sitting,
        item,
        exams.answer_at(sitting=sitting.pk, position=position),
        seconds_left(sitting=sitting, now=now),
    )


def deadline_of(sitting: Sitting) -> dt.datetime:
    """Return a sitting's effective deadline."""
    return rules.effective_deadline(
        deadline_at=sitting.deadline_at, credit_seconds=exams.credit_of(sitting)
    )


def seconds_left(*, sitting: Sitting, now: dt.datetime) -> int:
    """Return the whole seconds that a sitting has left; 0 when it is over."""
    if sitting.finished_at is not None:
        return 0
    return rules.seconds_left(deadline=deadline_of(sitting), now=now)


@transaction.atomic(durable=True)
def _note_first_item(*, actor: Actor, sitting: Sitting, now: dt.datetime) -> None:
    if not writing.note_shown(sitting=sitting, now=now):
        return
    kind, _ = part_choices(exam=sitting.form.exam_version)
    part = stock.locked_part_of_unit(
        unit_reference=sitting.unit_reference, person=sitting.person_id, kind=kind
    )
    if part is None or part.state != PartState.ASSIGNED:
        return
    moved = ledger.move_parts(actor=actor, parts=[part], to=PartState.STARTED, now=now)
    for unit in moved:
        shown = sitting.practice_reference if unit.payer_practice_id else ""
        data = {"kind": ONE[unit.kind], "name": sitting.person.name}
        record(
            actor=actor,
            happening=Happening("unit.started", "unit", unit.reference, shown, data),
            now=now,
        )


@transaction.atomic(durable=True)
def take_over(*, actor: Actor, sitting: Sitting, holder: str, now: dt.datetime) -> None:
    """Go on with a sitting in this browser; the other one is told at its next save. Logged."""
    if writing.take_over(sitting=sitting, holder=holder):
        record(
            actor=actor,
            happening=Happening("exam.taken_over", "sitting", sitting.reference, "", {}),
            now=now,
        )
