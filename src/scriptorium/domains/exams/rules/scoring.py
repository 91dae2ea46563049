"""Scoring in whole numbers, and what a report may say (DOMAIN §5). Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from scriptorium.domains.exams.enums import LETTERS


@dataclass(frozen=True, slots=True)
class Keyed:
    """One place of a form with what counts as right there."""

    position: int
    topic: str
    scored: bool
    key: int | None
    accept: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TopicScore:
    """How many of a topic's scored items were right."""

    topic: str
    correct: int
    scored: int


@dataclass(frozen=True, slots=True)
class Score:
    """The result of a sitting; ``passed`` is what anybody is told."""

    correct: int
    scored: int
    passed: bool
    topics: tuple[TopicScore, ...]


def spelled(text: str) -> str:
    """Return a typed term as it is compared: without capitals, outer and repeated blanks."""
    return " ".join(text.split()).casefold()


def is_right(*, keyed: Keyed, choice: str, text: str) -> bool:
    """Return whether an answer is right; an unanswered item is not."""
    if keyed.key is not None:
        return bool(choice) and LETTERS.index(choice) == keyed.key
    return spelled(text) in {spelled(word) for word in keyed.accept}


def passes(*, correct: int, scored: int, percent: int) -> bool:
    """Return whether a score passes: correct × 100 ≥ percent × scored, in whole numbers.

    79 of 100 fails, 80 passes; 19 of 25 fails, 20 passes (DOMAIN §5).
    """
    return correct * 100 >= percent * scored


def keyed(rows: Iterable[tuple[int, str, bool, int | None, Iterable[str]]]) -> list[Keyed]:
    """Return places from (position, topic, scored, key, accepted spellings)."""
    return [Keyed(p, topic, scored, key, tuple(accept)) for p, topic, scored, key, accept in rows]


def score(*, form: Sequence[Keyed], answers: Mapping[int, tuple[str, str]], percent: int) -> Score:
    """Return the score of a form.

    Arguments:
        answers: position → (choice, text) of the newest save in time.
        percent: the pass mark in percent of the scored items.
    """
    right: dict[str, list[int]] = {}
    for keyed in form:
        if keyed.scored:
            choice, text = answers.get(keyed.position, ("", ""))
            own = right.setdefault(keyed.topic, [0, 0])
            own[0] += is_right(keyed=keyed, choice=choice, text=text)
            own[1] += 1
    topics = tuple(TopicScore(topic, *counts) for topic, counts in right.items())
    correct, scored = sum(t.correct for t in topics), sum(t.scored for t in topics)
    return Score(correct, scored, passes(correct=correct, scored=scored, percent=percent), topics)


def band(*, correct: int, scored: int, percent: int) -> str:
    """Return how a topic went, in words without a figure."""
    if passes(correct=correct, scored=scored, percent=percent):
        return "at or above the pass mark"
    if passes(correct=correct, scored=scored, percent=percent - 20):
        return "near the pass mark"
    return "well below the pass mark"


def key_sha256(form: Iterable[Keyed]) -> str:
    """Return the hash of a form's keys, which a score run keeps."""
    rows = [[k.position, k.topic, k.scored, k.key, list(k.accept)] for k in form]
    return hashlib.sha256(json.dumps(rows, separators=(",", ":")).encode()).hexdigest()
