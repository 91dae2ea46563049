"""From saved answers to arrays: who did what at which place, and what was right.

The answers come as a stream in any order; of the saves of one place the one with the highest
number counts, as in scoring.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import batched

import numpy as np
from numpy.typing import NDArray

from scriptorium.domains.exams.enums import LETTERS
from scriptorium.domains.exams.rules.scoring import spelled
from scriptorium.domains.exams.rules.statistics import (
    FIRST_OPTION,
    NOTHING,
    TYPED_RIGHT,
    TYPED_WRONG,
)

#: Rows that become arrays at a time: enough to be quick, few enough to be small.
BATCH = 20_000
_CODES = {letter: FIRST_OPTION + place for place, letter in enumerate(LETTERS)} | {"": NOTHING}


@dataclass(frozen=True, slots=True)
class Shown:
    """One item of the statistics: a version with what counts as right."""

    version: int
    key: int | None
    accept: frozenset[str]


@dataclass(frozen=True, slots=True)
class Places:
    """Which item stands where.

    Arguments:
        items: every item, in the order of its column number.
        columns: form × place; the item's number, -1 where the form is shorter.
        scored: form × place; whether it counts.
    """

    items: Sequence[Shown]
    columns: NDArray[np.int64]
    scored: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Responses:
    """What people did.

    Arguments:
        codes, right: person × place.
        forms: each person's form, as a row of ``Places``.
        totals: each person's score.
    """

    codes: NDArray[np.int8]
    right: NDArray[np.bool_]
    forms: NDArray[np.int64]
    totals: NDArray[np.int64]


def gather(
    *,
    places: Places,
    sittings: Mapping[int, int],
    answers: Iterable[tuple[int, int, int, str, str]],
) -> Responses:
    """Return the responses of sittings.

    Arguments:
        sittings: sitting → its form, as a row of ``places``, in ascending order of sittings.
        answers: (sitting, position from 1, number of the save, choice, text) in any order.
    """
    known = np.fromiter(sittings, np.int64, len(sittings))
    forms = np.fromiter(sittings.values(), np.int64, len(sittings))
    shape = (len(sittings), places.columns.shape[1])
    codes = np.zeros(shape, np.int8)
    newest = np.zeros(shape, np.int32)
    judge = _Judge(places)
    for rows in batched(answers, BATCH, strict=False):
        _take(rows, known, forms, codes, newest, judge)
    columns = places.columns[forms]
    key_codes = np.array(
        [TYPED_RIGHT if item.key is None else FIRST_OPTION + item.key for item in places.items],
        np.int8,
    )
    right = (codes == key_codes[columns]) & (columns >= 0)
    totals = (right & places.scored[forms]).sum(axis=1)
    return Responses(codes, right, forms, totals)


def _take(
    rows: Sequence[tuple[int, int, int, str, str]],
    known: NDArray[np.int64],
    forms: NDArray[np.int64],
    codes: NDArray[np.int8],
    newest: NDArray[np.int32],
    judge: _Judge,
) -> None:
    """Write one batch of saves over older ones."""
    own, positions, numbers, choices, texts = zip(*rows, strict=True)
    people = np.searchsorted(known, np.array(own))
    # A sitting that is still open, or of another exam, is not among those known.
    people = np.minimum(people, known.size - 1)
    place = np.array(positions) - 1
    seq = np.array(numbers, np.int32)
    good = (known[people] == own) & (place < codes.shape[1])
    good &= seq > newest[people, np.where(good, place, 0)]
    given = np.fromiter((_CODES[choice] for choice in choices), np.int8, len(rows))
    for row in [index for index, text in enumerate(texts) if text]:
        if good[row]:
            given[row] = judge.code(int(forms[people[row]]), int(place[row]), texts[row])
    # The later of two saves in one batch is written last, and stays.
    order = np.argsort(seq, kind="stable")
    order = order[good[order]]
    codes[people[order], place[order]] = given[order]
    newest[people[order], place[order]] = seq[order]


class _Judge:
    """Says whether a typed answer is right; the same spelling is compared once."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._known: dict[tuple[int, str], int] = {}

    def code(self, form: int, place: int, text: str) -> int:
        """Return the code of a typed answer."""
        column = int(self._places.columns[form, place])
        if column < 0 or not text.strip():
            return NOTHING
        asked = (column, text)
        if asked not in self._known:
            right = spelled(text) in self._places.items[column].accept
            self._known[asked] = TYPED_RIGHT if right else TYPED_WRONG
        return self._known[asked]
