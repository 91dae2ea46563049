"""Saving answers: every one acknowledged is kept, in order, within the time (DOMAIN §5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from django.db import IntegrityError, transaction

from scriptorium.domains.exams import queries as exams
from scriptorium.domains.exams.models import Sitting
from scriptorium.domains.exams.operations import sittings as writing
from scriptorium.domains.exams.rules import sitting as rules
from scriptorium.domains.exams.rules.sitting import Given
from scriptorium.journeys import exam_browser
from scriptorium.journeys.exam_browser import Claim, NotThisBrowser
from scriptorium.journeys.sit_exam import deadline_of

#: Answers that come after the end are kept as evidence for an appeal, up to so many.
MOST_LATE = 300


@dataclass(frozen=True, slots=True)
class Saved:
    """What happened to answers: kept, older than what is kept, or too late.

    Arguments:
        outcome: "saved", "stale" (a newer answer is kept), "elsewhere" (another session holds the
            sitting), "browser" (the exam is not sat in this one) or "closed" (the time is over or
            the sitting finished).
        stale: positions whose answer was older, in a batch of which others were kept.
        detail: the sentence of a refusal that has one of its own.
    """

    outcome: str
    saved_at: dt.datetime
    seq: int = 0
    seconds_left: int = 0
    stale: list[int] = field(default_factory=list)
    detail: str = ""


def keep(
    *,
    user: int,
    reference: str,
    holder: str,
    answer: Given,
    now: dt.datetime,
    claim: Claim | None = None,
) -> Saved | None:
    """Keep one answer, or return None where the login has no such sitting.

    A repeated save is a success; an older one changes nothing. The time is that of the request's
    start, so a slow server takes nothing from anybody.

    Arguments:
        claim: what the browser sent of itself, for exams that are sat in one browser only.
    """
    once = partial(
        _keep,
        user=user,
        reference=reference,
        holder=holder,
        answer=answer,
        now=now,
        claim=claim,
    )
    try:
        return once()
    except IntegrityError:
        # A save of the same moment held the lock, and PostgreSQL shows to a statement that waited
        # the other rows as they were before. The next look sees what was kept meanwhile.
        return once()


@transaction.atomic(durable=True)
def _keep(
    *,
    user: int,
    reference: str,
    holder: str,
    answer: Given,
    now: dt.datetime,
    claim: Claim | None,
) -> Saved | None:
    sitting = exams.locked_for_save(user=user, reference=reference, position=answer.position)
    if sitting is None:
        return None
    refused = _refused(sitting, holder, [answer], claim, now)
    if refused is not None:
        return refused
    left = rules.seconds_left(deadline=deadline_of(sitting), now=now)
    newest = exams.newest_of(sitting)
    if answer.seq <= newest:
        same = exams.same_save(sitting=sitting.pk, position=answer.position, seq=answer.seq)
        if answer.seq == newest and same is not None and _equal(same, answer):
            return Saved("saved", same.saved_at, answer.seq, left)
        return Saved("stale", now, newest, left)
    writing.keep_answers(sitting=sitting, answers=[answer], late=False, now=now)
    return Saved("saved", now, answer.seq, left)


@transaction.atomic(durable=True)
def keep_journal(
    *,
    user: int,
    reference: str,
    holder: str,
    answers: Sequence[Given],
    now: dt.datetime,
    claim: Claim | None = None,
) -> Saved | None:
    """Keep the journal that a browser wrote while it was cut off; each answer by the same rules."""
    first = answers[0].position if answers else 1
    sitting = exams.locked_for_save(user=user, reference=reference, position=first)
    if sitting is None:
        return None
    refused = _refused(sitting, holder, answers, claim, now)
    if refused is not None:
        return refused
    newest = exams.newest_seqs(sitting=sitting.pk)
    fresh, stale = [], []
    for answer in answers:
        have = newest.get(answer.position, 0)
        if answer.seq > have:
            fresh.append(answer)
            newest[answer.position] = answer.seq
        elif answer.seq < have:
            stale.append(answer.position)
        else:
            same = exams.same_save(sitting=sitting.pk, position=answer.position, seq=answer.seq)
            if same is not None and not _equal(same, answer):
                stale.append(answer.position)
    writing.keep_answers(sitting=sitting, answers=fresh, late=False, now=now)
    left = rules.seconds_left(deadline=deadline_of(sitting), now=now)
    return Saved("saved", now, max((a.seq for a in answers), default=0), left, stale)


def _equal(kept: object, answer: Given) -> bool:
    return all(
        getattr(kept, name) == getattr(answer, name) for name in ("choice", "text", "flagged")
    )


def _refused(
    sitting: Sitting,
    holder: str,
    answers: Sequence[Given],
    claim: Claim | None,
    now: dt.datetime,
) -> Saved | None:
    """Return why nothing may be kept; what comes too late is kept apart, as evidence."""
    deadline = deadline_of(sitting)
    over = now > deadline and not rules.in_time(
        deadline=deadline, at=now, grace_seconds=exams.grace_of(sitting)
    )
    if sitting.finished_at is not None or over:
        if exams.late_count(sitting=sitting.pk) + len(answers) <= MOST_LATE:
            writing.keep_answers(sitting=sitting, answers=answers, late=True, now=now)
        return Saved("closed", now)
    if sitting.holder != holder:
        return Saved("elsewhere", now)
    try:
        exam_browser.check_sitting(sitting=sitting, claim=claim, now=now)
    except NotThisBrowser as error:
        return Saved("browser", now, detail=str(error))
    return None
