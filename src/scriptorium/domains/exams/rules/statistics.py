"""Classical item and form statistics from counts (STANDARDS §3.3). Pure; the formulas are there.

Everything about an item follows from one table: how many people with each total score gave each
answer. The table is made of whole numbers, so figures of many forms add up without loss.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scriptorium.domains.exams.enums import LETTERS

#: What somebody did with an item, as the first axis of its table counts it.
NOTHING, FIRST_OPTION, TYPED_RIGHT, TYPED_WRONG = 0, 1, 5, 6
CODES = 7
#: The percentage of the best and of the worst that D compares (Kelley).
TAIL = 27
FIFTHS = 5

EASY, HARD = 0.95, 0.25
BAD, WEAK = 0.10, 0.20
RARELY_CHOSEN = 0.05

Counts = NDArray[np.int64]
Shares = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class OptionFigures:
    """One option: who chose it.

    Arguments:
        share: of everybody who had the item.
        correlation: of choosing it with the rest of the form; None where everybody or nobody did.
        top_share: of the best 27 %.
        fifths: of each fifth by total score, the lowest first; None for a fifth without anybody.
    """

    letter: str
    key: bool
    count: int
    share: float
    correlation: float | None
    top_share: float
    fifths: tuple[float | None, ...]
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ItemFigures:
    """One item over every form that holds it.

    Arguments:
        people: how many had it.
        difficulty: p, the share that got it right.
        discrimination: corrected point-biserial, with the rest of the form.
        tails: D, right among the best 27 % less right among the worst 27 %.
        options: empty for a typed answer.
        skipped: how many gave no answer.
    """

    people: int
    difficulty: float
    discrimination: float | None
    tails: float
    skipped: int
    options: tuple[OptionFigures, ...]
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FormFigures:
    """One fixed form.

    Arguments:
        people, items: how many sat it, how many items count.
        cut: points that pass.
        mean, deviation: of the scores; population values, as KR-20 needs them.
        kr20, alpha: the same for items scored right or wrong; None where nobody differs.
        error: standard error of measurement; cut_error: the conditional one at the cut.
        livingston: K² of Livingston; consistency, kappa: of Subkoviak.
    """

    people: int
    items: int
    cut: int
    passed: int
    mean: float
    deviation: float
    kr20: float | None
    alpha: float | None
    error: float | None
    cut_error: float | None
    livingston: float | None
    consistency: float | None
    kappa: float | None


def tables(
    *, codes: NDArray[np.int8], totals: NDArray[np.int64], columns: NDArray[np.int64], size: int
) -> Counts:
    """Return the table of each item: item × what was done × total score.

    Arguments:
        codes: person × place; what the person did there.
        totals: each person's score.
        columns: person × place; which item stood there, -1 where the form is shorter.
        size: how many items there are.
    """
    scores = int(totals.max(initial=0)) + 1
    there = columns >= 0
    place = (columns * CODES + codes) * scores + totals[:, None]
    counted = np.bincount(place[there], minlength=size * CODES * scores)
    return counted.reshape(size, CODES, scores)


def item_figures(
    *, counts: Counts, keys: Sequence[int | None], scored: Sequence[bool]
) -> list[ItemFigures]:
    """Return the figures of each item; one that nobody had gets none and is left out by callers.

    Arguments:
        counts: as ``tables`` made them.
        keys: place of the right option (0 to 3), None for a typed answer.
        scored: whether the item is part of the total; if so it is taken out of the rest.
    """
    right_code = np.array([TYPED_RIGHT if key is None else FIRST_OPTION + key for key in keys])
    own = np.arange(len(keys))
    part = np.asarray(scored, dtype=np.int64)
    score = np.arange(counts.shape[2], dtype=np.int64)
    by_score = counts.sum(axis=1)
    people = by_score.sum(axis=1)
    right = counts[own, right_code]
    size = _tail(people)
    weights = _top(by_score, size), _top(by_score[:, ::-1], size)[:, ::-1]
    best, worst = ((right * weight).sum(axis=1) / size for weight in weights)
    # Sums over people of the rest of the form, and of its square.
    rest = by_score @ score - part * right.sum(axis=1)
    square = by_score @ score**2 - part * (right @ (2 * score - 1))
    fifths = _fifths(by_score)
    found = []
    for index, key in enumerate(keys):
        if not people[index]:
            found.append(ItemFigures(0, 0.0, None, 0.0, 0, (), ()))
            continue
        one = _One(
            counts[index], int(people[index]), int(rest[index]), int(square[index]),
            int(part[index]), int(right_code[index]),
        )  # fmt: skip
        discrimination = one.correlation(int(right_code[index]))
        difficulty = float(right[index].sum() / people[index])
        options = (
            () if key is None else _options(one, weights[0][index], int(size[index]), fifths[index])
        )
        found.append(
            ItemFigures(
                people=int(people[index]),
                difficulty=difficulty,
                discrimination=discrimination,
                tails=float(best[index] - worst[index]),
                skipped=int(counts[index, NOTHING].sum()),
                options=options,
                flags=tuple(_item_flags(difficulty, discrimination, options)),
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class _One:
    """One item's table with the sums that each of its correlations needs."""

    counts: Counts
    people: int
    rest: int
    square: int
    part: int
    right: int

    def correlation(self, code: int) -> float | None:
        """Return Pearson's correlation of "did this" with the rest of the form."""
        row = self.counts[code]
        chosen = int(row.sum())
        score = np.arange(row.size)
        own = int(row @ score) - (self.part * chosen if code == self.right else 0)
        spread = chosen * (self.people - chosen)
        rest_spread = self.people * self.square - self.rest**2
        if not spread or not rest_spread:
            return None
        return (self.people * own - chosen * self.rest) / math.sqrt(spread * rest_spread)


def _tail(people: Counts) -> Counts:
    """Return how many people 27 % are, rounded, and never none."""
    return np.maximum((TAIL * people + 50) // 100, 1)


def _top(by_score: Counts, size: Counts) -> Shares:
    """Return which part of the people with each total belongs to the best ones.

    Whoever ties at the border counts by the chance of being in, so that no order of people matters.
    """
    above = by_score[:, ::-1].cumsum(axis=1)[:, ::-1] - by_score
    taken = np.clip(size[:, None] - above, 0, by_score)
    return np.divide(taken, by_score, out=np.zeros(by_score.shape), where=by_score > 0)


def _fifths(by_score: Counts) -> Counts:
    """Return the fifth (0 to 4) of each total: by the middle rank of the people who have it."""
    people = np.maximum(by_score.sum(axis=1, keepdims=True), 1)
    below = by_score.cumsum(axis=1) - by_score
    found: Counts = np.minimum(FIFTHS * (2 * below + by_score) // (2 * people), FIFTHS - 1)
    return found


def _options(one: _One, top: Shares, size: int, fifths: Counts) -> tuple[OptionFigures, ...]:
    rows = one.counts[FIRST_OPTION : FIRST_OPTION + len(LETTERS)]
    everybody = np.bincount(fifths, weights=one.counts.sum(axis=0), minlength=FIFTHS)
    top_shares = rows @ top / size
    key = one.right - FIRST_OPTION
    found = []
    for place, letter in enumerate(LETTERS):
        share = float(rows[place].sum() / one.people)
        correlation = one.correlation(FIRST_OPTION + place)
        chosen = np.bincount(fifths, weights=rows[place], minlength=FIFTHS)
        flags = []
        if place != key:
            if share < RARELY_CHOSEN:
                flags.append("chosen by fewer than 5 %")
            if correlation is not None and correlation > 0:
                flags.append("chosen by the better ones")
            if top_shares[place] > top_shares[key]:
                flags.append("chosen more often than the key by the best 27 %")
        found.append(
            OptionFigures(
                letter=letter,
                key=place == key,
                count=int(rows[place].sum()),
                share=share,
                correlation=correlation,
                top_share=float(top_shares[place]),
                fifths=tuple(
                    float(part / all_) if all_ else None
                    for part, all_ in zip(chosen, everybody, strict=True)
                ),
                flags=tuple(flags),
            )
        )
    return tuple(found)


def _item_flags(
    difficulty: float, discrimination: float | None, options: Iterable[OptionFigures]
) -> Iterable[str]:
    if difficulty > EASY:
        yield "too easy"
    if difficulty < HARD:
        yield "too hard"
    if discrimination is not None and discrimination < BAD:
        yield "does not discriminate"
    elif discrimination is not None and discrimination < WEAK:
        yield "discriminates weakly"
    if any("best 27 %" in flag for option in options for flag in option.flags):
        yield "check the key"


def form_figures(*, right: NDArray[np.bool_], cut: int, passed: int) -> FormFigures:
    """Return the figures of a fixed form that at least one person sat.

    Arguments:
        right: person × scored item.
        cut: points that pass.
        passed: how many passed by the scoring that counts.
    """
    people, items = right.shape
    solved = right.sum(axis=0).tolist()
    totals = right.sum(axis=1)
    heard, often = np.unique(totals, return_counts=True)
    scores = dict(zip(heard.tolist(), often.tolist(), strict=True))
    mean = sum(score * count for score, count in scores.items()) / people
    variance = _variance(scores, people)
    # Variance of each item times people², in whole numbers; for 0 and 1 both formulas are one.
    parts = sum(count * (people - count) for count in solved) / people**2
    kr20 = items / (items - 1) * (1 - parts / variance) if variance and items > 1 else None
    deviation = math.sqrt(variance)
    consistency, kappa = subkoviak(scores=scores, items=items, mean=mean, reliability=kr20, cut=cut)
    return FormFigures(
        people=people,
        items=items,
        cut=cut,
        passed=passed,
        mean=mean,
        deviation=deviation,
        kr20=kr20,
        alpha=kr20 if kr20 is None else _alpha(right, variance),
        error=None if kr20 is None else deviation * math.sqrt(max(0.0, 1 - kr20)),
        cut_error=conditional_error(score=cut, items=items),
        livingston=livingston(reliability=kr20, variance=variance, mean=mean, cut=cut),
        consistency=consistency,
        kappa=kappa,
    )


def _variance(scores: dict[int, int], people: int) -> float:
    total = sum(score * count for score, count in scores.items())
    squares = sum(score**2 * count for score, count in scores.items())
    return (people * squares - total**2) / people**2


def _alpha(right: NDArray[np.bool_], variance: float) -> float:
    """Return Cronbach's alpha from the items' own variances."""
    items = right.shape[1]
    return float(items / (items - 1) * (1 - right.var(axis=0).sum() / variance))


def conditional_error(*, score: int, items: int) -> float | None:
    """Return Lord's standard error of measurement at a score."""
    return math.sqrt(score * (items - score) / (items - 1)) if items > 1 else None


def livingston(
    *, reliability: float | None, variance: float, mean: float, cut: int
) -> float | None:
    """Return Livingston's K²: reliability of the distance from the cut."""
    if reliability is None:
        return None
    distance = (mean - cut) ** 2
    return (reliability * variance + distance) / (variance + distance)


def subkoviak(
    *, scores: dict[int, int], items: int, mean: float, reliability: float | None, cut: int
) -> tuple[float | None, float | None]:
    """Return Subkoviak's share of decisions that a second form would repeat, and its kappa.

    Each person's true share is regressed to the mean by the reliability; the second score is
    binomial. A reliability below zero regresses everybody to the mean.
    """
    if reliability is None:
        return None, None
    trust = max(0.0, reliability)
    people = sum(scores.values())
    passing = {
        score: upper_tail(items=items, share=(trust * score + (1 - trust) * mean) / items, cut=cut)
        for score in scores
    }
    agreed = math.fsum(
        count * (passing[score] ** 2 + (1 - passing[score]) ** 2) for score, count in scores.items()
    )
    overall = math.fsum(count * passing[score] for score, count in scores.items()) / people
    chance = overall**2 + (1 - overall) ** 2
    consistency = agreed / people
    return consistency, (consistency - chance) / (1 - chance) if chance < 1 else None


def upper_tail(*, items: int, share: float, cut: int) -> float:
    """Return the chance of ``cut`` or more right of ``items``, each right with chance ``share``."""
    return math.fsum(
        math.comb(items, right) * share**right * (1 - share) ** (items - right)
        for right in range(max(0, cut), items + 1)
    )


def cut_points(*, percent: int, items: int) -> int:
    """Return the fewest points that pass: correct × 100 ≥ percent × items (DOMAIN §5)."""
    return -(-percent * items // 100)
