"""One item for its authors: what it says, what changed, who reads it next, how much it is used."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from scriptorium.domains.exams.enums import LETTERS, Delivery, ItemState, VersionState
from scriptorium.domains.exams.models import Item, ItemVersion, KeyCorrection
from scriptorium.domains.exams.queries import authoring as read
from scriptorium.domains.exams.queries import blueprint_of, newest_exams, uses_of_assembled
from scriptorium.domains.exams.queries.authoring import ItemRow
from scriptorium.domains.exams.rules.assembly import exposure_cap, place_of
from scriptorium.domains.exams.rules.authoring import state_of

STATE_TONES = {
    ItemState.DRAFT: "",
    ItemState.REVIEW: "soon",
    ItemState.LIVE: "good",
    ItemState.RETIRED: "",
}
_VERSION_TONES = {
    VersionState.DRAFT: "",
    VersionState.WAITING: "soon",
    VersionState.APPROVED: "good",
    VersionState.RETURNED: "now",
}
_WORDS = re.compile(r"\s+|[^\s\w]|\w+")


@dataclass(frozen=True, slots=True)
class Line:
    """One item in the list, ready to print."""

    row: ItemRow
    state: str
    tone: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text that stayed, went or came."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """What a version changed in one of its parts."""

    part: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class VersionView:
    """One version with everything that was said about it.

    Arguments:
        options: (letter, text, whether it is the key).
        steps: (moment, who, what), oldest first.
        changes: against the version before it; empty for the first.
        in_use: whether new forms get this version.
    """

    number: int
    state: VersionState
    tone: str
    in_use: bool
    stem: str
    options: tuple[tuple[str, str, bool], ...]
    accept: tuple[str, ...]
    rationale: str
    source: str
    url: str
    vignette: bool
    ai_assisted: bool
    author: str
    author_name: str
    steps: tuple[tuple[dt.datetime, str, str], ...]
    changes: tuple[Change, ...]

    @property
    def shown(self) -> list[tuple[str, str]]:
        """The options as the candidate sees them."""
        return [(letter, text) for letter, text, _ in self.options]

    @property
    def key(self) -> str:
        """The letter of the right option, "" for a typed answer."""
        return next((letter for letter, _, right in self.options if right), "")


@dataclass(frozen=True, slots=True)
class ExposureLine:
    """How much an exam uses an item.

    Arguments:
        fixed: parallel forms that hold it; assembled: forms of single sittings.
        cap: largest share of assembled forms, in words, "" where the exam deals fixed forms.
        share: of the newest assembled forms, in words.
    """

    exam: str
    title: str
    fixed: int
    assembled: int
    sittings: int
    cap: str
    share: str


@dataclass(frozen=True, slots=True)
class ItemPage:
    """Everything on an item's page."""

    item: Item
    state: str
    tone: str
    versions: tuple[VersionView, ...]
    enemies: tuple[str, ...]
    exposure: tuple[ExposureLine, ...]
    corrections: tuple[KeyCorrection, ...]

    @property
    def newest(self) -> VersionView:
        """The version that was written last."""
        return self.versions[0]

    @property
    def open_correction(self) -> KeyCorrection | None:
        """The correction that waits for its decision."""
        return next((one for one in self.corrections if one.decided_at is None), None)


def lines(items: Any) -> list[Line]:
    """Return the lines of the list of a query set of items."""
    return [
        Line(row, ItemState(row.state).label, STATE_TONES[ItemState(row.state)])
        for row in read.rows_of(items)
    ]


def item_page(*, item: Item) -> ItemPage:
    """Return an item with all its versions."""
    versions = read.versions_of(item=item.pk)
    corrections = read.corrections_of_item(item=item.pk)
    views = [
        _view(version, older, item, corrections)
        for version, older in zip(versions, [*versions[1:], None], strict=True)
    ]
    state = ItemState(item.state)
    return ItemPage(
        item=item,
        state=state.label,
        tone=STATE_TONES[state],
        versions=tuple(views),
        enemies=tuple(read.enemies_of_item(item=item.pk)),
        exposure=tuple(_exposure(item)),
        corrections=tuple(corrections),
    )


def _view(
    version: ItemVersion,
    older: ItemVersion | None,
    item: Item,
    corrections: Sequence[KeyCorrection],
) -> VersionView:
    state = state_of(version)
    return VersionView(
        number=version.number,
        state=state,
        tone=_VERSION_TONES[state],
        in_use=item.state == ItemState.LIVE and item.live_version_id == version.pk,
        stem=version.stem,
        options=tuple(
            (letter, text, place == version.key)
            for place, (letter, text) in enumerate(zip(LETTERS, version.options, strict=False))
        ),
        accept=tuple(version.accept),
        rationale=version.rationale,
        source=version.source,
        url=version.url,
        vignette=version.vignette,
        ai_assisted=version.ai_assisted,
        author=version.author,
        author_name=version.author_name,
        steps=tuple(_steps(version, corrections)),
        changes=tuple(_changes(older, version)) if older is not None else (),
    )


def _steps(
    version: ItemVersion, corrections: Sequence[KeyCorrection]
) -> Iterator[tuple[dt.datetime, str, str]]:
    yield version.made_at, version.author_name, "wrote it"
    for one in corrections:
        if one.right_id == version.pk:
            yield one.proposed_at, one.proposed_by_name, f"proposed this key: {one.reason}"
    if hasattr(version, "submission"):
        yield version.submission.at, version.submission.by_name, "handed it in for review"
    for review in version.reviews.all():
        what = "approved it" if review.approved else "sent it back"
        yield review.at, review.reviewer_name, f"{what}: {review.note}" if review.note else what


def _changes(old: ItemVersion, new: ItemVersion) -> Iterator[Change]:
    parts = [("Stem", old.stem, new.stem)]
    parts += [
        (f"Option {letter}", _at(old.options, place), _at(new.options, place))
        for place, letter in enumerate(LETTERS)
    ]
    parts += [
        ("Key", _key(old), _key(new)),
        ("Accepted", ", ".join(old.accept), ", ".join(new.accept)),
        ("Rationale", old.rationale, new.rationale),
        ("Source", old.source, new.source),
        ("Address", old.url, new.url),
        ("Vignette", _yes(old.vignette), _yes(new.vignette)),
        ("Help of AI", _yes(old.ai_assisted), _yes(new.ai_assisted)),
    ]
    for part, before, after in parts:
        if before != after:
            yield Change(part, tuple(difference(before, after)))


def _at(options: Sequence[str], place: int) -> str:
    return options[place] if place < len(options) else ""


def _key(version: ItemVersion) -> str:
    return "" if version.key is None else LETTERS[version.key]


def _yes(flag: bool) -> str:
    return "yes" if flag else "no"


def difference(before: str, after: str) -> Iterator[Piece]:
    """Yield the pieces of two texts, word for word: "same", "gone" or "new"."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    for what, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            yield Piece("same", "".join(old[a:b]))
            continue
        if a < b:
            yield Piece("gone", "".join(old[a:b]))
        if c < d:
            yield Piece("new", "".join(new[c:d]))


def _exposure(item: Item) -> Iterator[ExposureLine]:
    """Yield the exams that hold the item or may take it from its topic."""
    uses = {use.exam: use for use in read.uses_of_item(item=item.pk)}
    place = place_of(item.bank, item.topic)
    have = read.live_count(bank=item.bank, topic=item.topic)
    for exam in newest_exams():
        wanted = blueprint_of(exam_version=exam).get(place, 0)
        use = uses.get(exam.exam)
        if use is None and not wanted:
            continue
        cap = share = ""
        if exam.delivery == Delivery.ASSEMBLED and wanted and have:
            cap = f"{min(1.0, exposure_cap(wanted=wanted, have=have)):.0%}"
            taken, forms, _ = uses_of_assembled(exam=exam.exam)
            share = f"{taken.get(item.pk, 0) / forms:.0%}" if forms else "0%"
        yield ExposureLine(
            exam=exam.exam,
            title=exam.title,
            fixed=use.fixed if use else 0,
            assembled=use.assembled if use else 0,
            sittings=use.sittings if use else 0,
            cap=cap,
            share=share,
        )
