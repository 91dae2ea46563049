"""The end of a sitting: by the candidate or the clock, scored once, with what follows from it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from scriptorium.domains.audit.operations import Happening, record
from scriptorium.domains.catalog.enums import ONE
from scriptorium.domains.exams import queries as exams
from scriptorium.domains.exams.enums import FinishReason
from scriptorium.domains.exams.models import Outage, ScoreRun, Sitting
from scriptorium.domains.exams.operations import sittings as writing
from scriptorium.domains.exams.rules import sitting as rules
from scriptorium.domains.ledger import operations as ledger
from scriptorium.domains.ledger import queries as stock
from scriptorium.domains.ledger.enums import PartOutcome, PartState
from scriptorium.journeys.certify import certify
from scriptorium.journeys.sit_exam import Elsewhere, deadline_of, part_choices
from scriptorium.journeys.study import complete_hipaa
from scriptorium.kernel.actor import Actor, ActorKind

#: Without a sign of life of the web server for so long, a sitting may still get its credit.
DOWN_AFTER = writing.SILENCE


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did."""

    closed: int
    waiting: int


@transaction.atomic(durable=True)
def finish(
    *, user: int, reference: str, holder: str, request_id: str, now: dt.datetime, today: dt.date
) -> Sitting | None:
    """End a login's own sitting at the candidate's wish; None where there is no such sitting.

    Finishing twice is a success: the first one counts.

    Raises:
        Elsewhere: another session holds the sitting.
    """
    sitting = exams.locked_of_user(user=user, reference=reference)
    if sitting is None or sitting.finished_at is not None:
        return sitting
    if sitting.holder != holder:
        raise Elsewhere
    deadline = deadline_of(sitting)
    person = sitting.person
    _conclude(
        actor=Actor(ActorKind.PERSON, person.reference, person.name, request_id),
        sitting=sitting,
        reason=FinishReason.TIME if now > deadline else FinishReason.CANDIDATE,
        finished_at=min(now, deadline),
        now=now,
        today=today,
    )
    return sitting


def is_over(*, sitting: Sitting, now: dt.datetime) -> bool:
    """Return whether an open sitting's time is over, the grace for saves on the way included."""
    grace = sitting.form.exam_version.rules["grace_seconds"]
    return sitting.finished_at is None and not rules.in_time(
        deadline=deadline_of(sitting), at=now, grace_seconds=grace
    )


@transaction.atomic(durable=True)
def close_if_over(*, key: int, now: dt.datetime, today: dt.date) -> bool:
    """End a sitting whose time is over, at its deadline and not at this moment; once.

    Called by the sweeper, and by every page that reads a sitting, so a dead scheduler changes
    nothing (STANDARDS row 16).
    """
    sitting = exams.locked(key=key)
    if sitting is None or not is_over(sitting=sitting, now=now):
        return False
    _conclude(
        actor=Actor.system("sweeper"),
        sitting=sitting,
        reason=FinishReason.TIME,
        finished_at=deadline_of(sitting),
        now=now,
        today=today,
    )
    return True


def sweep(*, now: dt.datetime, today: dt.date, limit: int = 500) -> Swept:
    """End every sitting whose time is over, one transaction each.

    While the web server gives no sign of life, a sitting that could still get credit for the
    outage waits for it.
    """
    beat = exams.last_beat()
    down = beat is not None and now - beat > DOWN_AFTER
    closed = waiting = 0
    for key in exams.over(now=now, limit=limit):
        if down and _may_get_credit(key, now):
            waiting += 1
            continue
        closed += close_if_over(key=key, now=now, today=today)
    return Swept(closed, waiting)


def _may_get_credit(key: int, now: dt.datetime) -> bool:
    sitting = exams.by_key(key=key)
    if sitting is None:
        return False
    most = sitting.form.exam_version.rules["most_credit_seconds"]
    return now < sitting.deadline_at + dt.timedelta(seconds=most)


@transaction.atomic(durable=True)
def note_alive(*, now: dt.datetime) -> int:
    """Write the web server's sign of life; credit sittings for the silence before it, if any.

    Returns:
        How many sittings got time back.
    """
    outage = writing.beat(now=now)
    return _credit(outage, now) if outage else 0


def _credit(outage: Outage, now: dt.datetime) -> int:
    version = exams.newest_exams()
    most = max((v.rules["most_credit_seconds"] for v in version), default=0)
    count = writing.credit_outage(outage=outage, most_seconds=most, now=now)
    if count:
        record(
            actor=Actor.system("heartbeat"),
            happening=Happening(
                "exam.outage_credited", "installation", "web", "",
                {"count": count, "seconds": int((now - outage.began_at).total_seconds())},
            ),
            now=now,
        )  # fmt: skip
    return count


def _conclude(
    *,
    actor: Actor,
    sitting: Sitting,
    reason: FinishReason,
    finished_at: dt.datetime,
    now: dt.datetime,
    today: dt.date,
) -> None:
    """Score, close, and let the unit and the credential follow; the caller holds the lock."""
    run = writing.score(
        sitting=sitting,
        form=writing.keyed_form(form=sitting.form_id),
        reason="First scoring",
        by="rule",
        now=now,
    )
    writing.close(sitting=sitting, reason=reason, passed=run.passed, finished_at=finished_at)
    sitting.finished_at, sitting.passed = finished_at, run.passed
    version = sitting.form.exam_version
    record(
        actor=actor,
        happening=Happening(
            "exam.finished", "sitting", sitting.reference, "",
            {"exam": version.title, "result": "passed" if run.passed else "not passed"},
        ),
        now=now,
    )  # fmt: skip
    let_follow(actor=actor, sitting=sitting, run=run, now=now, today=today)


def let_follow(
    *, actor: Actor, sitting: Sitting, run: ScoreRun, now: dt.datetime, today: dt.date
) -> None:
    """Let the course, the unit and the credential follow from a scoring.

    Arguments:
        sitting: read with its form, exam and person.
    """
    if sitting.form.exam_version.course:
        if run.passed:
            complete_hipaa(sitting=sitting, run=run, actor=actor, now=now)
        return
    _move_part(actor, sitting, run, now)
    if run.passed:
        certify(sitting=sitting, run=run, now=now, today=today)


def _move_part(actor: Actor, sitting: Sitting, run: ScoreRun, now: dt.datetime) -> None:
    """Complete the exam part when it is passed or its sittings are used up."""
    kind, _ = part_choices(exam=sitting.form.exam_version)
    most = sitting.form.exam_version.sittings_per_unit
    outcome = PartOutcome.PASSED if run.passed else PartOutcome.FAILED
    ledger.note_outcome(
        unit_reference=sitting.unit_reference,
        person=sitting.person_id,
        kind=kind,
        outcome=outcome,
    )
    if not (run.passed or (most and sitting.number_on_unit >= most)):
        return
    part = stock.locked_part_of_unit(
        unit_reference=sitting.unit_reference, person=sitting.person_id, kind=kind
    )
    if part is None or part.state == PartState.COMPLETED:
        return
    # Someone who never saw an item, but ran out of time, started all the same.
    steps = ((PartState.STARTED, "unit.started"), (PartState.COMPLETED, "unit.completed"))
    for to, key in steps:
        if part.state == to:
            continue
        for unit in ledger.move_parts(actor=actor, parts=[part], to=to, now=now):
            shown = sitting.practice_reference if unit.payer_practice_id else ""
            data = {"kind": ONE[unit.kind], "name": sitting.person.name}
            record(
                actor=actor,
                happening=Happening(key, "unit", unit.reference, shown, data),
                now=now,
            )
