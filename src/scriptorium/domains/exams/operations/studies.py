"""Writing studies, their ratings, and cut scores. Called by journeys inside their transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal

from scriptorium.domains.exams.enums import CutMethod
from scriptorium.domains.exams.models import (
    AngoffStudy,
    CutScore,
    ExamVersion,
    Form,
    Judge,
    Rating,
)
from scriptorium.domains.exams.queries import studies as read
from scriptorium.domains.exams.rules import standard_setting as rules
from scriptorium.domains.exams.rules.cut_scores import rounds_of
from scriptorium.domains.exams.rules.standard_setting import CannotSetStandard
from scriptorium.kernel import clock
from scriptorium.kernel.actor import Actor

_POINTS = Decimal("0.0001")


def open_study(
    *,
    actor: Actor,
    form: Form,
    title: str,
    procedure: str,
    panel: Sequence[tuple[str, str]],
    now: dt.datetime,
) -> AngoffStudy:
    """Insert a study of a parallel form with its panel.

    Arguments:
        procedure: how the panel was chosen and what it was told.
        panel: (name, background) of each judge.

    Raises:
        CannotSetStandard: the form is no parallel form, or the panel is too small or repeats.
    """
    if form.number is None:
        raise CannotSetStandard("A panel judges a parallel form, not one of a single sitting.")
    if len(panel) < rules.LEAST_JUDGES:
        raise CannotSetStandard(f"A panel has at least {rules.LEAST_JUDGES} judges.")
    if len({name.casefold() for name, _ in panel}) < len(panel):
        raise CannotSetStandard("Two judges have the same name. Tell them apart.")
    study = AngoffStudy.objects.create(
        form=form,
        title=title,
        procedure=procedure,
        opened_at=now,
        opened_by=actor.reference,
        opened_by_name=actor.name,
    )
    Judge.objects.bulk_create(
        Judge(study=study, number=number, name=name, background=background)
        for number, (name, background) in enumerate(panel, start=1)
    )
    return study


def keep_round(
    *, study: AngoffStudy, ratings: Mapping[str, Mapping[str, int]], now: dt.datetime
) -> int:
    """Insert a whole round of ratings; returns its number, from 1.

    Arguments:
        ratings: judge's name → item code → percent.

    Raises:
        CannotSetStandard: the study is closed, or somebody or something is missing or unknown.
    """
    AngoffStudy.objects.select_for_update().get(pk=study.pk)
    if study.closed_at is not None:
        raise CannotSetStandard("This study is closed; open another one for new ratings.")
    judges = {judge.name: judge for judge in read.judges_of(study=study.pk)}
    items = {code: version for version, code in read.rated_items(form=study.form_id)}
    _check_complete("judge", set(judges), set(ratings))
    for judge, own in ratings.items():
        _check_complete(f"item for {judge}", set(items), set(own))
        if any(not 0 <= percent <= 100 for percent in own.values()):
            raise CannotSetStandard(f"A rating of {judge} is not between 0 and 100.")
    number = max(read.ratings_of(study=study.pk), default=0) + 1
    Rating.objects.bulk_create(
        Rating(judge=judges[judge], round=number, version_id=items[code], percent=percent, at=now)
        for judge, own in ratings.items()
        for code, percent in own.items()
    )
    return number


def _check_complete(what: str, wanted: set[str], given: set[str]) -> None:
    missing, unknown = sorted(wanted - given), sorted(given - wanted)
    if missing:
        raise CannotSetStandard(f"Missing {what}: {', '.join(missing[:5])}.")
    if unknown:
        raise CannotSetStandard(f"Unknown {what}: {', '.join(unknown[:5])}.")


def propose_cut(
    *,
    actor: Actor,
    study: AngoffStudy,
    lowered_by_sems: Decimal,
    sem: Decimal | None,
    reason: str,
    effective_on: dt.date,
    now: dt.datetime,
) -> CutScore:
    """Insert a study's cut for a second person to adopt, and close the study.

    Arguments:
        lowered_by_sems: k of -k·SEM, 0 for the panel's cut; needs a written reason.

    Raises:
        CannotSetStandard: the study is not finished, or the reason is missing.
    """
    rounds = rounds_of(study=study)
    rules.check_can_propose(rounds=rounds, judges=len(read.judges_of(study=study.pk)))
    if lowered_by_sems and not reason.strip():
        raise CannotSetStandard("A lowered cut needs a written reason.")
    last = rounds[-1]
    raw = Decimal(repr(last.cut)).quantize(_POINTS)
    percent = rules.adopted_percent(
        cut=raw, items=last.items, lowered_by_sems=lowered_by_sems, sem=sem
    )
    AngoffStudy.objects.filter(pk=study.pk, closed_at__isnull=True).update(
        closed_at=now, closed_by=actor.reference
    )
    return CutScore.objects.create(
        exam=study.form.exam_version.exam,
        method=CutMethod.ANGOFF,
        study=study,
        judges=len(last.judges),
        rounds=len(rounds),
        items=last.items,
        raw=raw,
        standard_error=Decimal(repr(last.standard_error)).quantize(_POINTS),
        lowered_by_sems=lowered_by_sems,
        sem=sem,
        percent=percent,
        reason=reason,
        effective_on=effective_on,
        proposed_at=now,
        proposed_by=actor.reference,
        proposed_by_name=actor.name,
    )


def adopt_cut(*, actor: Actor, cut: CutScore, now: dt.datetime) -> None:
    """Let a proposed cut hold from its effective date on; a second person does.

    Raises:
        CannotSetStandard: the proposer asks, or it is adopted already.
    """
    rules.check_can_adopt(
        proposed_by=cut.proposed_by, by=actor.reference, adopted=cut.adopted_at is not None
    )
    changed = CutScore.objects.filter(
        pk=cut.pk, method=CutMethod.ANGOFF, adopted_at__isnull=True
    ).update(adopted_at=now, adopted_by=actor.reference, adopted_by_name=actor.name)
    rules.check_can_adopt(proposed_by="", by=actor.reference, adopted=not changed)


def declare_provisional(
    *, actor: Actor, exam_version: ExamVersion, reason: str, now: dt.datetime
) -> CutScore:
    """Record that an exam's pass mark is provisional, and why; a study replaces it later.

    Raises:
        CannotSetStandard: there is no reason.
    """
    if not reason.strip():
        raise CannotSetStandard("Say why the pass mark is provisional.")
    return CutScore.objects.create(
        exam=exam_version.exam,
        method=CutMethod.PROVISIONAL,
        percent=exam_version.pass_percent,
        reason=reason,
        effective_on=clock.day_of(now),
        proposed_at=now,
        proposed_by=actor.reference,
        proposed_by_name=actor.name,
    )
