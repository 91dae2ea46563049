"""Correcting a wrong key: another version, and another scoring of each sitting (row 21)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from scriptorium.domains.exams.models import Item, ItemReview, KeyCorrection, ScoreRun, Sitting
from scriptorium.domains.exams.operations.authoring import Draft, write_version
from scriptorium.domains.exams.operations.load import ItemText
from scriptorium.domains.exams.operations.sittings import score_row
from scriptorium.domains.exams.queries import authoring as bank
from scriptorium.domains.exams.queries import corrections as read
from scriptorium.domains.exams.rules import rescoring as rules
from scriptorium.domains.exams.rules.authoring import CannotAuthor
from scriptorium.domains.exams.rules.rescoring import Rescored
from scriptorium.kernel.actor import Actor


def propose_correction(
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
    """Insert a version with the right key, and the correction that a second person decides.

    Arguments:
        number: of the version whose key is wrong.
        key, accept: what is right; one of the two, as the item is answered.
        rationale: why; the old one argued for the wrong key.
        reason: what every new scoring will carry.

    Raises:
        CannotAuthor: says what is in the way.
    """
    bank.locked_item(item=item.pk)
    versions = bank.versions_of(item=item.pk)
    wrong = next((one for one in versions if one.number == number), None)
    if wrong is None:
        raise CannotAuthor("There is no such version.")
    if not reason.strip() or not rationale.strip():
        raise CannotAuthor("A correction needs a reason and a rationale for the right key.")
    waits = read.open_correction_of(item=item.pk) is not None
    right_key: object = list(accept) if wrong.key is None else key
    rules.check_can_correct(wrong=wrong, right_key=right_key, open_one=waits)
    if wrong.pk in read.corrected():
        raise CannotAuthor("The key of this version was corrected before; correct the newer one.")
    old = ItemText(
        wrong.stem, tuple(wrong.options), wrong.key, tuple(wrong.accept), wrong.rationale,
        wrong.source, wrong.url, wrong.vignette,
    )  # fmt: skip
    right = write_version(
        actor=actor,
        item=item,
        number=versions[0].number + 1,
        draft=Draft(replace(old, key=key, accept=accept, rationale=rationale), wrong.ai_assisted),
        now=now,
    )
    return KeyCorrection.objects.create(
        wrong=wrong,
        right=right,
        reason=reason.strip(),
        proposed_by=actor.reference,
        proposed_by_name=actor.name,
        proposed_at=now,
    )


def decide_correction(
    *, actor: Actor, correction: KeyCorrection, approved: bool, note: str, now: dt.datetime
) -> None:
    """Approve or decline a correction; approval puts the right version in the place of the wrong.

    Raises:
        CannotAuthor: the proposer decides, it was decided, or it is declined without a note.
    """
    item = bank.locked_item(item=correction.wrong.item_id)
    correction.refresh_from_db()
    rules.check_can_decide(correction=correction, by=actor.reference)
    if not approved and not note.strip():
        raise CannotAuthor("Say why the correction is declined.")
    KeyCorrection.objects.filter(pk=correction.pk).update(
        decided_at=now, decided_by=actor.reference, decided_by_name=actor.name, approved=approved
    )
    ItemReview.objects.create(
        version=correction.right,
        approved=approved,
        note=note.strip() or correction.reason,
        reviewer=actor.reference,
        reviewer_name=actor.name,
        at=now,
    )
    if approved and item.live_version_id is not None:
        # Whatever its state is: a retired item stays retired, with the right key.
        Item.objects.filter(pk=item.pk).update(live_version=correction.right)
    correction.refresh_from_db()


def keep_rescored(
    *, correction: KeyCorrection, results: list[Rescored], by: str, by_name: str, now: dt.datetime
) -> list[ScoreRun]:
    """Insert a scoring for each result; the earlier ones stay, and the newest counts.

    Arguments:
        by, by_name: the second person; the proposer made the correction.
    """
    runs = []
    for result in results:
        run = score_row(
            sitting=result.sitting,
            found=result.after,
            key_sha256=result.key_sha256,
            number=result.before.number + 1,
        )
        run.reason, run.made_by, run.at = correction.reason, correction.proposed_by, now
        run.approved_by, run.approved_by_name = by, by_name
        runs.append(run)
    ScoreRun.objects.bulk_create(runs, batch_size=500)
    for passed in (True, False):
        changed = [
            result.sitting.pk
            for result in results
            if result.changed and result.after.passed == passed
        ]
        for start in range(0, len(changed), 500):
            Sitting.objects.filter(pk__in=changed[start : start + 500]).update(passed=passed)
    return runs
