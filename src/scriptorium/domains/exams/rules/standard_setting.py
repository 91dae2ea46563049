"""Where a pass mark comes from: a modified Angoff study (STANDARDS §3.3). Pure.

Each judge says, for each item, how many of a hundred just qualified candidates get it right. A
judge's cut is the sum of these shares in points of the form, the panel's cut their mean.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

#: Rounds before a cut may be adopted: the second comes after the panel talked (row 19).
LEAST_ROUNDS = 2
LEAST_JUDGES = 3
#: The most that a board may lower a cut, in standard errors of measurement.
MOST_SEMS = Decimal(3)

#: 97.5 % of Student's t, from 1 to 30 degrees of freedom.
_T = (
    12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281,
    2.2010, 2.1788, 2.1604, 2.1448, 2.1314, 2.1199, 2.1098, 2.1009, 2.0930, 2.0860,
    2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423,
)  # fmt: skip
_NORMAL = 1.959964


class CannotSetStandard(Exception):
    """A study, a round or a cut that cannot be as it was asked for; the text says why."""


@dataclass(frozen=True, slots=True)
class JudgeCut:
    """One judge's cut in points of the form."""

    judge: str
    points: float


@dataclass(frozen=True, slots=True)
class RoundFigures:
    """What one round of ratings says.

    Arguments:
        cut: mean of the judges' cuts, in points of ``items``.
        standard_error: SD of the judges' cuts / √judges.
        low, high: 95 % confidence interval by Student's t.
        agreement: ICC(2,k), two-way random, absolute agreement of the judges' mean; None where
            the ratings do not differ at all.
    """

    number: int
    items: int
    judges: tuple[JudgeCut, ...]
    cut: float
    deviation: float
    standard_error: float
    low: float
    high: float
    agreement: float | None

    @property
    def percent(self) -> float:
        """The cut in percent of the form."""
        return self.cut * 100 / self.items


def round_figures(*, number: int, ratings: Mapping[str, Sequence[int]]) -> RoundFigures:
    """Return the figures of a complete round.

    Arguments:
        ratings: judge → percent for each item, in the same order of items for every judge.

    Raises:
        CannotSetStandard: fewer than two judges, or judges who rated different numbers of items.
    """
    lengths = {len(rated) for rated in ratings.values()}
    if len(ratings) < 2 or len(lengths) != 1 or 0 in lengths:
        raise CannotSetStandard("A round needs at least two judges who rated the same items.")
    items = lengths.pop()
    # Whole hundredths until the last step, so that no order of items matters.
    cuts = {judge: sum(rated) / 100 for judge, rated in ratings.items()}
    cut = statistics.fmean(cuts.values())
    deviation = statistics.stdev(cuts.values())
    error = deviation / math.sqrt(len(cuts))
    reach = student(degrees=len(cuts) - 1) * error
    return RoundFigures(
        number=number,
        items=items,
        judges=tuple(JudgeCut(judge, points) for judge, points in cuts.items()),
        cut=cut,
        deviation=deviation,
        standard_error=error,
        low=cut - reach,
        high=cut + reach,
        agreement=agreement(list(zip(*ratings.values(), strict=True))),
    )


def student(*, degrees: int) -> float:
    """Return the 97.5 % quantile of Student's t (table to 30, then Cornish and Fisher)."""
    if degrees <= len(_T):
        return _T[degrees - 1]
    z = _NORMAL
    return z + (z**3 + z) / (4 * degrees) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * degrees**2)


def agreement(rows: Sequence[Sequence[int]]) -> float | None:
    """Return ICC(2,k) of ratings: one row an item, one column a judge (Shrout and Fleiss 1979)."""
    items, judges = len(rows), len(rows[0])
    if items < 2 or judges < 2:
        return None
    grand = sum(map(sum, rows)) / (items * judges)
    row_means = [sum(row) / judges for row in rows]
    column_means = [sum(column) / items for column in zip(*rows, strict=True)]
    between_rows = judges * math.fsum((m - grand) ** 2 for m in row_means) / (items - 1)
    between_columns = items * math.fsum((m - grand) ** 2 for m in column_means) / (judges - 1)
    left = math.fsum(
        (value - row_means[i] - column_means[j] + grand) ** 2
        for i, row in enumerate(rows)
        for j, value in enumerate(row)
    ) / ((items - 1) * (judges - 1))
    below = between_rows + (between_columns - left) / items
    return (between_rows - left) / below if below > 0 else None


def adopted_percent(
    *, cut: Decimal, items: int, lowered_by_sems: Decimal, sem: Decimal | None
) -> int:
    """Return the pass mark in whole percent: the cut, less k times SEM, rounded up.

    Arguments:
        cut: the panel's, in points of ``items``.
        lowered_by_sems: k, 0 for the panel's cut as it is.
        sem: standard error of measurement in points; needed where k is not 0.

    Raises:
        CannotSetStandard: k is out of range, there is no SEM, or nothing is left.
    """
    if not 0 <= lowered_by_sems <= MOST_SEMS:
        raise CannotSetStandard(f"A cut is lowered by 0 to {MOST_SEMS} standard errors.")
    if lowered_by_sems and not sem:
        raise CannotSetStandard("Give the form’s standard error of measurement in points.")
    points = cut - lowered_by_sems * (sem or Decimal(0))
    percent = math.ceil(points * 100 / items)
    if not 1 <= percent <= 100:
        raise CannotSetStandard("So low a cut would let everybody pass. Choose a smaller step.")
    return percent


def check_can_propose(*, rounds: Iterable[RoundFigures], judges: int) -> None:
    """Refuse a cut of a study that is not finished.

    Arguments:
        rounds: the complete rounds.

    Raises:
        CannotSetStandard: too few judges or rounds.
    """
    if judges < LEAST_JUDGES:
        raise CannotSetStandard(f"A panel has at least {LEAST_JUDGES} judges.")
    if len(list(rounds)) < LEAST_ROUNDS:
        raise CannotSetStandard(
            f"A cut needs {LEAST_ROUNDS} complete rounds: the second after the panel talked."
        )


def check_can_adopt(*, proposed_by: str, by: str, adopted: bool) -> None:
    """Refuse the adoption of a cut by whoever proposed it, or again.

    Raises:
        CannotSetStandard: says which of the two.
    """
    if adopted:
        raise CannotSetStandard("This cut is adopted already.")
    if proposed_by == by:
        raise CannotSetStandard("Somebody else than the proposer adopts a cut.")


def check_can_publish(
    *, title: str, course: str, pass_percent: int, adopted_percent: int | None, provisional: bool
) -> None:
    """Refuse a certification form without a cut score (STANDARDS row 19; NCCA 17).

    The assessment that ends a course may have a pass mark that nobody studied.

    Arguments:
        title, course, pass_percent: of the exam version; ``course`` is "" for an exam that
            earns a credential.
        adopted_percent: of the adopted cut that is in force, if any.
        provisional: whether the pass mark is recorded as provisional, with its reason.

    Raises:
        CannotSetStandard: says what is missing.
    """
    if course:
        return
    if adopted_percent is not None:
        if adopted_percent != pass_percent:
            raise CannotSetStandard(
                f"{title} passes at {pass_percent} %, but the adopted cut is {adopted_percent} %."
                " Set pass_percent in the programme’s exams and load it again."
            )
        return
    if not provisional:
        raise CannotSetStandard(
            f"{title} has no cut score: adopt one from a study, or record the pass mark as"
            " provisional with a reason."
        )
