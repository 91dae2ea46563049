"""A correction of a key: what it would change before the decision, what it changed after."""

from __future__ import annotations

from dataclasses import dataclass

from scriptorium.domains.exams.enums import LETTERS
from scriptorium.domains.exams.models import ItemVersion, KeyCorrection
from scriptorium.domains.exams.queries import corrections as read
from scriptorium.domains.exams.rules.rescoring import rescored


@dataclass(frozen=True, slots=True)
class ResultLine:
    """One sitting whose result is another one by the right key."""

    sitting: str
    person: str
    exam: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class CorrectionPage:
    """Everything on a correction's page.

    Arguments:
        wrong, right: the keys in words.
        sittings: how many are, or were, scored again.
        results: those whose result changes.
    """

    correction: KeyCorrection
    code: str
    stem: str
    options: tuple[tuple[str, str], ...]
    wrong: str
    right: str
    sittings: int
    results: tuple[ResultLine, ...]

    @property
    def open(self) -> bool:
        """Whether nobody decided it yet."""
        return self.correction.decided_at is None


def correction_page(*, correction: KeyCorrection) -> CorrectionPage:
    """Return a correction with the sittings that it concerns."""
    sittings, results = 0, []
    if correction.decided_at is None:
        for one in rescored(correction=correction):
            sittings += 1
            if one.changed:
                results.append(
                    ResultLine(
                        one.sitting.reference, one.sitting.person.name,
                        one.sitting.form.exam_version.title, _words(one.before.passed),
                        _words(one.after.passed),
                    )
                )  # fmt: skip
    elif correction.approved:
        runs = read.runs_of_correction(reason=correction.reason, at=correction.decided_at)
        sittings = len(runs)
        before = read.runs_before(runs=runs)
        results = [
            ResultLine(
                run.sitting.reference, run.sitting.person.name,
                run.sitting.form.exam_version.title, _words(before[run.sitting_id]),
                _words(run.passed),
            )
            for run in runs
            if before[run.sitting_id] != run.passed
        ]  # fmt: skip
    return CorrectionPage(
        correction=correction,
        code=correction.wrong.item.code,
        stem=correction.wrong.stem,
        options=tuple(zip(LETTERS, correction.wrong.options, strict=False)),
        wrong=_key(correction.wrong),
        right=_key(correction.right),
        sittings=sittings,
        results=tuple(results),
    )


def _words(passed: bool) -> str:
    return "passed" if passed else "not passed"


def _key(version: ItemVersion) -> str:
    return ", ".join(version.accept) if version.key is None else LETTERS[version.key]
