"""A wrong key is mended: two people, another version, and every sitting scored again (row 21)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction

from scriptorium.domains.audit.operations import Happening, record, record_many
from scriptorium.domains.exams.models import Item, KeyCorrection
from scriptorium.domains.exams.operations import rescoring
from scriptorium.domains.exams.rules.authoring import CannotAuthor
from scriptorium.domains.exams.rules.rescoring import Rescored, rescored
from scriptorium.journeys.finish_exam import let_follow
from scriptorium.kernel.actor import Actor

__all__ = ["CannotAuthor", "Outcome", "decide", "propose"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an approved correction did."""

    sittings: int
    now_passed: int
    no_longer_passed: int


@transaction.atomic(durable=True)
def propose(
    *,
    actor: Actor,
    item: Item,
    number: int,
    key: int | None,
    accept: tuple[str, ...],
    rationale: str,
    reason: str,
    now: dt.datetime,
) -> KeyCorrection:
    """Propose another key for a version that is, or was, in use.

    Raises:
        CannotAuthor: says what is in the way.
    """
    correction = rescoring.propose_correction(
        actor=actor, item=item, number=number, key=key, accept=accept, rationale=rationale,
        reason=reason, now=now,
    )  # fmt: skip
    _note(actor, "key.correction_proposed", correction, now, {"reason": reason})
    return correction


@transaction.atomic(durable=True)
def decide(
    *,
    actor: Actor,
    correction: KeyCorrection,
    approved: bool,
    note: str,
    now: dt.datetime,
    today: dt.date,
) -> Outcome:
    """Decide a correction; if approved, score every concerned sitting again.

    Who passes now gets what a pass brings. Who no longer passes keeps a credential until somebody
    decides: a result never takes one away by itself (DOMAIN §6).

    Raises:
        CannotAuthor: says what is in the way.
    """
    # Computed first, while the newest scoring is still the one by the wrong key.
    results = list(rescored(correction=correction)) if approved else []
    rescoring.decide_correction(
        actor=actor, correction=correction, approved=approved, note=note, now=now
    )
    if not approved:
        _note(actor, "key.correction_declined", correction, now, {"reason": note})
        return Outcome(0, 0, 0)
    runs = rescoring.keep_rescored(
        correction=correction, results=results, by=actor.reference, by_name=actor.name, now=now
    )
    changed = [(run, one) for run, one in zip(runs, results, strict=True) if one.changed]
    for run, one in changed:
        one.sitting.passed = one.after.passed
        if one.after.passed:
            let_follow(actor=actor, sitting=one.sitting, run=run, now=now, today=today)
    record_many(actor=actor, happenings=_changes([one for _, one in changed]), now=now)
    gained = sum(one.after.passed for _, one in changed)
    outcome = Outcome(len(results), gained, len(changed) - gained)
    _note(
        actor, "key.corrected", correction, now,
        {"sittings": outcome.sittings, "changed": len(changed)},
    )  # fmt: skip
    return outcome


def _changes(results: list[Rescored]) -> Iterator[Happening]:
    words = {True: "passed", False: "not passed"}
    for one in results:
        yield Happening(
            "exam.rescored",
            "sitting",
            one.sitting.reference,
            "",
            {
                "exam": one.sitting.form.exam_version.title,
                "before": words[one.before.passed],
                "after": words[one.after.passed],
            },
        )


def _note(
    actor: Actor, key: str, correction: KeyCorrection, now: dt.datetime, data: dict[str, object]
) -> None:
    code = correction.wrong.item.code
    happening = Happening(key, "item", code, "", {"code": code} | data)
    record(actor=actor, happening=happening, now=now)
