"""From a draft to an item in use: who may do what with a version, and how it must be written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scriptorium.domains.exams.enums import VersionState
from scriptorium.domains.exams.models import ItemVersion
from scriptorium.domains.exams.rules import writing
from scriptorium.kernel.actor import Actor, ActorKind

#: As the programme's files write it: "terminology-001", "dermatology-terms-027".
CODE = re.compile(r"[a-z]+(?:-[a-z]+)*-\d{3,4}")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


class CannotAuthor(Exception):
    """Something that nobody, or not this person, may do with an item now; the text says why."""


class BadlyWritten(CannotAuthor):
    """A text that breaks the rules of writing; ``flaws`` are sentences for its author."""

    def __init__(self, flaws: Sequence[str]) -> None:
        self.flaws = list(flaws)
        super().__init__(" ".join(self.flaws))


@dataclass(frozen=True, slots=True)
class Written:
    """A text as the rules of writing read it."""

    code: str
    stem: str
    right: str
    wrong: tuple[str, ...]
    accept: tuple[str, ...]


def one_line(text: str) -> str:
    """Return a text without control characters and line breaks, as candidates read it."""
    return " ".join(_UNPRINTABLE.sub(" ", text).split())


def written(*, code: str, stem: str, options: Sequence[str], key: int | None,
            accept: Sequence[str]) -> Written:  # fmt: skip
    """Return a version's text as the rules of writing read it."""
    right = options[key] if key is not None else ""
    wrong = tuple(text for place, text in enumerate(options) if place != key)
    return Written(code, stem, right, wrong, tuple(accept))


def check_writing(*, text: Written, others: Iterable[tuple[str, str]]) -> None:
    """Refuse a text that is easy to guess, unfair, or an item that exists already.

    Arguments:
        others: (code, stem) of every other item of the bank.

    Raises:
        BadlyWritten: names every flaw.
    """
    flaws = [f"{flaw[0].upper()}{flaw[1:]}." for flaw in writing.flaws(text)]
    options = [option.casefold().strip(" .") for option in (text.right, *text.wrong)]
    if not text.accept and len(set(options)) < len(options):
        flaws.append("Two options say the same.")
    for code, stem in others:
        other = Written(code, stem, "", (), ())
        for _, _, share in writing.alike([text, other]):
            flaws.append(f"The stem is {share:.0%} like that of {code}. Ask something else.")
    if flaws:
        raise BadlyWritten(flaws)


def state_of(version: ItemVersion) -> VersionState:
    """Return where a version is; its submission and reviews were read with it."""
    reviews = list(version.reviews.all())
    if any(review.approved for review in reviews):
        return VersionState.APPROVED
    if reviews:
        return VersionState.RETURNED
    return VersionState.WAITING if hasattr(version, "submission") else VersionState.DRAFT


def check_can_submit(*, version: ItemVersion) -> None:
    """Refuse to hand in a version that was handed in already, or is not complete.

    Arguments:
        version: the item's newest.

    Raises:
        CannotAuthor: says what is in the way.
    """
    if state_of(version) != VersionState.DRAFT:
        raise CannotAuthor("This version was handed in already.")
    if not version.rationale.strip() or not version.source.strip():
        raise CannotAuthor("Write a new version with a rationale and a source first.")


def check_can_review(*, version: ItemVersion, newest: int, reviewer: Actor) -> None:
    """Refuse a review by the author, or of a version that does not wait for one.

    Raises:
        CannotAuthor: says what is in the way.
    """
    if version.author == reviewer.reference:
        raise CannotAuthor("You wrote this version; a second person reviews it.")
    if state_of(version) != VersionState.WAITING or version.number != newest:
        raise CannotAuthor("This version does not wait for a review any more.")


def check_can_go_live(*, version: ItemVersion, reviewer: Actor) -> None:
    """Refuse that a text made with the help of AI goes into use without a human by name.

    No automatic decision by AI, and each use of it recorded (ISO/IEC 17024:2026 6.5, row 53).

    Raises:
        CannotAuthor: the reviewer is no named human.
    """
    human = reviewer.kind in {ActorKind.STAFF, ActorKind.PERSON} and bool(reviewer.name.strip())
    if version.ai_assisted and not human:
        raise CannotAuthor(
            "This item was written with the help of AI: a human reviewer puts it into use, by name."
        )


def check_same_text(*, wrong: ItemVersion, stem: str, options: Sequence[str]) -> None:
    """Refuse a correction that changes more than the key: candidates saw the old text.

    Raises:
        CannotAuthor: the stem or an option differs.
    """
    if wrong.stem != stem or list(wrong.options) != list(options):
        raise CannotAuthor(
            "A correction of the key leaves the question and its options as they are."
        )
