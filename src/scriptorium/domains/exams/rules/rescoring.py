"""What a corrected key does to sittings that are over (STANDARDS row 21)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import batched

from scriptorium.domains.exams.models import ItemVersion, KeyCorrection, ScoreRun, Sitting
from scriptorium.domains.exams.queries import corrections as read
from scriptorium.domains.exams.queries.sittings import form_keys
from scriptorium.domains.exams.rules import scoring
from scriptorium.domains.exams.rules.authoring import CannotAuthor, check_same_text

#: Sittings that are read together.
BATCH = 500


@dataclass(frozen=True, slots=True)
class Rescored:
    """One sitting as it was scored and as the right key scores it."""

    sitting: Sitting
    before: ScoreRun
    after: scoring.Score
    key_sha256: str

    @property
    def changed(self) -> bool:
        """Whether the result, passed or not, is another one."""
        return self.before.passed != self.after.passed


def check_can_correct(*, wrong: ItemVersion, right_key: object, open_one: bool) -> None:
    """Refuse a correction that is none, or beside another one of the item.

    Arguments:
        right_key: the new key or spellings.
        open_one: whether a correction of the item waits for its decision.

    Raises:
        CannotAuthor: says what is in the way.
    """
    if open_one:
        raise CannotAuthor("A correction of this item waits for its decision already.")
    if not any(review.approved for review in wrong.reviews.all()):
        raise CannotAuthor("This version was never in use. Write another version instead.")
    old = wrong.accept if wrong.key is None else wrong.key
    if right_key == old:
        raise CannotAuthor("This is the key as it is. Choose another one.")


def check_can_decide(*, correction: KeyCorrection, by: str) -> None:
    """Refuse a decision by the proposer, or a second one.

    Raises:
        CannotAuthor: says which of the two, or that the text changed too.
    """
    if correction.decided_at is not None:
        raise CannotAuthor("This correction was decided already.")
    if correction.proposed_by == by:
        raise CannotAuthor("Somebody else than the proposer decides a correction.")
    right = correction.right
    check_same_text(wrong=correction.wrong, stem=right.stem, options=right.options)


def rescored(*, correction: KeyCorrection) -> Iterator[Rescored]:
    """Yield each finished sitting that the correction concerns, scored by the right key.

    A sitting whose keys are the same as in its newest scoring is left out.
    """
    also = {correction.wrong_id: correction.right_id}
    steps = read.corrected(also=also)
    concerned = [wrong for wrong, right in steps.items() if right == correction.right_id]
    forms = {
        form: scoring.keyed(form_keys(form=form, also=also))
        for form in read.forms_with(versions=concerned)
    }
    hashes = {form: scoring.key_sha256(keyed) for form, keyed in forms.items()}
    for sittings in batched(read.sittings_of(forms=forms), BATCH, strict=False):
        keys = [sitting.pk for sitting in sittings]
        runs, answers = read.newest_runs(sittings=keys), read.answers_of_many(sittings=keys)
        for sitting in sittings:
            before = runs[sitting.pk]
            if before.key_sha256 == hashes[sitting.form_id]:
                continue
            after = scoring.score(
                form=forms[sitting.form_id],
                answers=answers.get(sitting.pk, {}),
                percent=sitting.form.exam_version.pass_percent,
            )
            yield Rescored(sitting, before, after, hashes[sitting.form_id])
