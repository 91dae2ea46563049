"""How an item must be written: hard to guess without knowledge, fair with it (MISSION, content).

Pure Python over any object with the attributes of ``Written``; authors and the loader ask alike.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import combinations
from typing import Protocol

#: More alike than this, two stems are one item (issue of the bank).
MOST_ALIKE = 0.70
#: A strategy that needs no knowledge may be right this often.
MOST_GUESSED = 0.35
#: Below so many items a share says nothing.
FEW = 12
LONGEST_STEM_WORDS, LONGEST_OPTION_WORDS, LONGEST_SENTENCE_WORDS = 90, 25, 32

_CATCH_ALL = re.compile(
    r"\b(?:all|none|any|both|neither) of (?:the|these) (?:above|options|answers|others)\b"
    r"|\b(?:both|neither) [A-D] (?:and|nor) [A-D]\b|\ball of these\b|\bnone of these\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d[\d,.:/%]*")
_NAME = re.compile(r"\b(?:Dr|Mr|Mrs|Ms)\.? [A-Z][a-z]+|(?<=[a-z,;] )[A-Z][a-z]+")
_WORD = re.compile(r"[a-z]+")
_COMMON = frozenset(
    re.findall(
        r"\w+",
        """
        a an and are as at be by can do does for from has have he her his how if in into is it its
        may more most must no not of on or one only she should so such than that the their them
        then there these they this to was were what when where which while who whose will with
        would you
        """,
    )
)


class Written(Protocol):
    """What an item's writing is judged by; ``accept`` is filled for text entries only."""

    @property
    def code(self) -> str: ...
    @property
    def stem(self) -> str: ...
    @property
    def right(self) -> str: ...
    @property
    def wrong(self) -> tuple[str, ...]: ...
    @property
    def accept(self) -> tuple[str, ...]: ...


def placed(*, code: str, right: str, wrong: Sequence[str]) -> tuple[tuple[str, ...], int]:
    """Return four options in their order for life, and the key's place (0 to 3).

    Numbers go up; anything else is dealt by the item's code, so that no author has a favourite.
    """
    options = [right, *wrong]
    amounts = {option: _amount(option) for option in options}
    if None not in amounts.values():
        options.sort(key=lambda option: (amounts[option] or 0.0, option))
    else:
        options.sort(key=lambda o: hashlib.sha256(f"{code}|{o}".encode()).digest())
    return tuple(options), options.index(right)


def _amount(option: str) -> float | None:
    leading = _NUMBER.match(option)
    digits = re.sub(r"[^\d.]", "", leading[0]).strip(".") if leading else ""
    return float(digits) if digits.count(".") <= 1 and digits else None


def flaws(item: Written) -> Iterator[str]:
    """Yield what is wrong with one item's writing, in sentences without its code."""
    if len(item.stem.split()) > LONGEST_STEM_WORDS:
        yield f"the stem has more than {LONGEST_STEM_WORDS} words"
    if any(len(s.split()) > LONGEST_SENTENCE_WORDS for s in re.split(r"(?<=[.?!;:]) ", item.stem)):
        yield f"a sentence of the stem has more than {LONGEST_SENTENCE_WORDS} words"
    if item.accept:
        if any(word in item.stem.casefold() for word in (a.casefold() for a in item.accept)):
            yield "the stem gives the spelling away"
        return
    options = (item.right, *item.wrong)
    if any(_CATCH_ALL.search(text) for text in options):
        yield "no option may stand for others, such as “all of the above”"
    if any(len(text.split()) > LONGEST_OPTION_WORDS for text in options):
        yield f"an option has more than {LONGEST_OPTION_WORDS} words"
    if len({text.rstrip()[-1:] == "." for text in options}) > 1:
        yield "either all options end with a full stop or none does"


def masked(stem: str) -> str:
    """Return a stem with names and numbers taken out, in small letters."""
    return _NUMBER.sub("#", _NAME.sub("@", stem)).casefold()


def alike(items: Iterable[Written]) -> Iterator[tuple[str, str, float]]:
    """Yield pairs of codes whose masked stems are more alike than MOST_ALIKE, with the measure.

    The measure is the larger of two: shared letters in order, and shared words in order.
    """
    stems = [(item.code, masked(item.stem)) for item in items]
    bags = {code: Counter(_WORD.findall(stem)) for code, stem in stems}
    for (one, first), (other, second) in combinations(stems, 2):
        shared = (bags[one] & bags[other]).total()
        if shared / max(1, bags[one].total() + bags[other].total()) * 2 < 0.4:
            continue
        found = max(_ratio(first, second), _ratio(first.split(), second.split()))
        if found > MOST_ALIKE:
            yield one, other, found


def _ratio(one: Sequence[str], other: Sequence[str]) -> float:
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    if matcher.real_quick_ratio() <= MOST_ALIKE or matcher.quick_ratio() <= MOST_ALIKE:
        return 0.0
    return matcher.ratio()


def guessed(items: Iterable[Written]) -> dict[str, float]:
    """Return how often each way of answering without knowledge is right, as shares of 1.

    Ways: the longest option, the shortest, always one place (the best of four), and the option that
    shares most words with the stem. A tie counts by its chance.
    """
    choices = [item for item in items if not item.accept]
    if not choices:
        return {}
    places = Counter(placed(code=i.code, right=i.right, wrong=i.wrong)[1] for i in choices)
    return {
        "longest": _share(choices, lambda _, option: len(option)),
        "shortest": _share(choices, lambda _, option: -len(option)),
        "overlap": _share(choices, lambda item, option: len(_words(option) & _words(item.stem))),
        "place": max(places.values()) / len(choices),
    }


def _share(items: Sequence[Written], measure: Callable[[Written, str], int]) -> float:
    won = 0.0
    for item in items:
        options = (item.right, *item.wrong)
        best = max(measure(item, option) for option in options)
        winners = [option for option in options if measure(item, option) == best]
        won += (item.right in winners) / len(winners)
    return won / len(items)


def _words(text: str) -> set[str]:
    # Five letters stand for a word and its endings.
    return {word[:5] for word in _WORD.findall(text.casefold()) if word not in _COMMON}


def grade(stems: Iterable[str]) -> float:
    """Return the Flesch-Kincaid grade of stems together: school years needed to read them."""
    words = syllables = sentences = 0
    for stem in stems:
        sentences += max(1, len(re.findall(r"[.?!:](?:\s|$)", stem)))
        found = re.findall(r"[A-Za-z]+", stem)
        words += len(found)
        syllables += sum(max(1, len(re.findall(r"[aeiouy]+", w.casefold()))) for w in found)
    return 0.39 * words / max(1, sentences) + 11.8 * syllables / max(1, words) - 15.59
