"""Writing sittings: start, saves, take-over, credits, end. Each inside a journey's transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from scriptorium.domains.exams import queries
from scriptorium.domains.exams.enums import FinishReason
from scriptorium.domains.exams.models import (
    Answer,
    Form,
    Heartbeat,
    Outage,
    ScoreRun,
    Sitting,
    SittingCredit,
)
from scriptorium.domains.exams.rules import scoring
from scriptorium.domains.exams.rules import sitting as clock_rules
from scriptorium.domains.exams.rules.sitting import Given

#: Without a sign of life for so long the web server was down.
SILENCE = dt.timedelta(seconds=45)


def open_sitting(
    *,
    person: int,
    form: Form,
    unit_reference: str,
    practice_reference: str,
    number_on_unit: int,
    affidavit_name: str,
    affidavit_email: str,
    limit_seconds: int,
    holder: str,
    now: dt.datetime,
) -> Sitting:
    """Insert a sitting; its deadline is fixed here (DOMAIN §5, server clock).

    Raises:
        IntegrityError: the person is in another sitting.
    """
    rules = form.exam_version.rules
    return Sitting.objects.create(
        person_id=person,
        exam=form.exam_version.exam,
        form=form,
        unit_reference=unit_reference,
        practice_reference=practice_reference,
        number_on_unit=number_on_unit,
        affidavit_name=affidavit_name,
        affidavit_email=affidavit_email,
        affidavit_version=rules["affidavit"]["version"],
        agreement_version=rules["agreement"]["version"],
        started_at=now,
        limit_seconds=limit_seconds,
        deadline_at=now + dt.timedelta(seconds=limit_seconds),
        holder=holder,
    )


def note_shown(*, sitting: Sitting, now: dt.datetime) -> bool:
    """Remember that the first item was shown; returns whether it was just now."""
    rows = Sitting.objects.filter(pk=sitting.pk, first_shown_at__isnull=True)
    return bool(rows.update(first_shown_at=now))


def take_over(*, sitting: Sitting, holder: str) -> bool:
    """Let another session answer; returns whether it is another one."""
    rows = Sitting.objects.filter(pk=sitting.pk, finished_at__isnull=True).exclude(holder=holder)
    return bool(rows.update(holder=holder))


def keep_answers(
    *, sitting: Sitting, answers: Iterable[Given], late: bool, now: dt.datetime
) -> None:
    """Insert saves; the caller holds the sitting's lock and has checked their order."""
    Answer.objects.bulk_create(
        [
            Answer(
                sitting_id=sitting.pk,
                position=answer.position,
                seq=answer.seq,
                choice=answer.choice,
                text=answer.text,
                flagged=answer.flagged,
                saved_at=now,
                late=late,
            )
            for answer in answers
        ]
    )


def keyed_form(*, form: int) -> list[scoring.Keyed]:
    """Return a form's places with what counts as right."""
    return scoring.keyed(queries.form_keys(form=form))


def score(
    *,
    sitting: Sitting,
    form: Sequence[scoring.Keyed],
    reason: str,
    by: str,
    now: dt.datetime,
) -> ScoreRun:
    """Insert the first scoring run, over the answers that arrived in time.

    Arguments:
        form: the keys that count.
    """
    answers = queries.answers_of(sitting=sitting.pk)
    found = scoring.score(
        form=form,
        answers={position: (kept.choice, kept.text) for position, kept in answers.items()},
        percent=sitting.form.exam_version.pass_percent,
    )
    run = score_row(sitting=sitting, found=found, key_sha256=scoring.key_sha256(form))
    run.reason, run.made_by, run.at = reason, by, now
    run.save()
    return run


def score_row(
    *, sitting: Sitting, found: scoring.Score, key_sha256: str, number: int = 1
) -> ScoreRun:
    """Return a scoring run that is not kept yet; its reason, makers and moment are the caller's.

    Arguments:
        number: 1 for the first scoring, then one more than the newest.
    """
    names = queries.topic_names(exam_version=sitting.form.exam_version)
    return ScoreRun(
        sitting=sitting,
        number=number,
        correct=found.correct,
        scored=found.scored,
        passed=found.passed,
        topics=[
            {
                "topic": topic.topic,
                "name": names.get(topic.topic, topic.topic),
                "correct": topic.correct,
                "scored": topic.scored,
            }
            for topic in found.topics
        ],
        key_sha256=key_sha256,
    )


def close(
    *, sitting: Sitting, reason: FinishReason, passed: bool, finished_at: dt.datetime
) -> bool:
    """End a sitting; returns False when it was over already."""
    rows = Sitting.objects.filter(pk=sitting.pk, finished_at__isnull=True)
    return bool(rows.update(finished_at=finished_at, finish_reason=reason, passed=passed))


def set_result(*, sitting: Sitting, passed: bool) -> None:
    """Let a sitting say what its newest scoring found."""
    Sitting.objects.filter(pk=sitting.pk, finished_at__isnull=False).update(passed=passed)


def beat(*, now: dt.datetime) -> Outage | None:
    """Move the heartbeat on; returns the outage that this sign of life ends, if there was one.

    The web server calls it every few seconds. Silence is credited to sittings that it touched,
    once: of two processes that come back at the same moment one moves the row.
    """
    last = queries.last_beat()
    if last is None:
        Heartbeat.objects.create(at=now)
        return None
    if now <= last or not Heartbeat.objects.filter(at=last).update(at=now):
        return None
    if now - last <= SILENCE:
        return None
    return Outage.objects.create(began_at=last, ended_at=now)


def credit_outage(*, outage: Outage, most_seconds: int, now: dt.datetime) -> int:
    """Give the time of an outage back to the sittings that it touched; returns how many."""
    rows = []
    for sitting in queries.open_during(
        began_at=outage.began_at, ended_at=outage.ended_at, most=most_seconds
    ):
        given = queries.credit_of(sitting)
        seconds = clock_rules.credit_for(
            started_at=sitting.started_at,
            deadline=clock_rules.effective_deadline(
                deadline_at=sitting.deadline_at, credit_seconds=given
            ),
            began_at=outage.began_at,
            ended_at=outage.ended_at,
            given_seconds=given,
            most_seconds=most_seconds,
        )
        if seconds:
            rows.append(SittingCredit(sitting=sitting, outage=outage, seconds=seconds, at=now))
    SittingCredit.objects.bulk_create(rows)
    return len(rows)
