"""Writing items: drafts, versions, reviews. What is in use is never edited (STANDARDS row 17)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from scriptorium.domains.exams.enums import ItemState
from scriptorium.domains.exams.models import (
    EnemyPair,
    Item,
    ItemReview,
    ItemSubmission,
    ItemVersion,
)
from scriptorium.domains.exams.operations.load import ItemText
from scriptorium.domains.exams.queries import authoring as read
from scriptorium.domains.exams.queries.corrections import open_correction_of
from scriptorium.domains.exams.rules import authoring as rules
from scriptorium.domains.exams.rules.authoring import CannotAuthor
from scriptorium.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class Draft:
    """What an author writes down.

    Arguments:
        ai_assisted: a language model or the like helped; the review says who answers for it.
    """

    text: ItemText
    ai_assisted: bool = False


def draft_item(
    *, actor: Actor, code: str, bank: str, topic: str, draft: Draft, now: dt.datetime
) -> Item:
    """Insert an item with its first version.

    Raises:
        CannotAuthor: the bank has no such topic, or the code is no code.
        BadlyWritten: names every flaw of the text.
        IntegrityError: the code is taken.
    """
    if topic not in read.banks().get(bank, ()):
        raise CannotAuthor(f"No exam asks for the topic {topic} of the bank {bank}.")
    if not rules.CODE.fullmatch(code):
        raise CannotAuthor(f"“{code[:60]}” is no code such as “terminology-001”.")
    item = new_item(code=code, bank=bank, topic=topic, now=now)
    _check_text(item, draft.text)
    write_version(actor=actor, item=item, number=1, draft=draft, now=now)
    return item


def new_item(*, code: str, bank: str, topic: str, now: dt.datetime) -> Item:
    """Insert an item that says nothing yet."""
    return Item.objects.create(
        code=code, bank=bank, topic=topic, state=ItemState.DRAFT, added_at=now
    )


def add_version(*, actor: Actor, item: Item, draft: Draft, now: dt.datetime) -> ItemVersion:
    """Insert another version; the one in use stays in use until this one is approved.

    Raises:
        CannotAuthor: the text is the newest one, word for word, or its key is being corrected.
        BadlyWritten: names every flaw of the text.
    """
    read.locked_item(item=item.pk)
    if open_correction_of(item=item.pk) is not None:
        raise CannotAuthor("The key of this item is being corrected. Decide that first.")
    newest = read.versions_of(item=item.pk)[0]
    if newest.content_sha256 == draft.text.sha256 and newest.ai_assisted == draft.ai_assisted:
        raise CannotAuthor("Nothing was changed, so no version was made.")
    _check_text(item, draft.text)
    return write_version(actor=actor, item=item, number=newest.number + 1, draft=draft, now=now)


def _check_text(item: Item, text: ItemText | ItemVersion) -> None:
    rules.check_writing(
        text=rules.written(
            code=item.code, stem=text.stem, options=text.options, key=text.key, accept=text.accept
        ),
        others=read.other_stems(code=item.code),
    )


def write_version(
    *, actor: Actor, item: Item, number: int, draft: Draft, now: dt.datetime
) -> ItemVersion:
    """Insert a version as it is; the caller holds the item's lock and judged the text."""
    text = draft.text
    return ItemVersion.objects.create(
        item=item,
        number=number,
        stem=text.stem,
        options=list(text.options),
        key=text.key,
        accept=list(text.accept),
        rationale=text.rationale,
        source=text.source,
        url=text.url,
        vignette=text.vignette,
        ai_assisted=draft.ai_assisted,
        content_sha256=text.sha256,
        author=actor.reference,
        author_name=actor.name,
        made_at=now,
    )


def submit(*, actor: Actor, item: Item, now: dt.datetime) -> ItemVersion:
    """Hand the newest version in for review.

    Raises:
        CannotAuthor: it was handed in before, or lacks its rationale or source.
        BadlyWritten: names every flaw of the text.
    """
    locked = read.locked_item(item=item.pk)
    if open_correction_of(item=item.pk) is not None:
        raise CannotAuthor("The key of this item is being corrected. Decide that first.")
    version = read.versions_of(item=item.pk)[0]
    rules.check_can_submit(version=version)
    # An imported text was judged by nobody yet.
    _check_text(locked, version)
    ItemSubmission.objects.create(version=version, by=actor.reference, by_name=actor.name, at=now)
    if locked.state != ItemState.LIVE:
        Item.objects.filter(pk=item.pk).update(state=ItemState.REVIEW)
    return version


def review(
    *, actor: Actor, item: Item, number: int, approved: bool, note: str, now: dt.datetime
) -> ItemVersion:
    """Write a second person's word on a version; approval puts it into use.

    Raises:
        CannotAuthor: the reviewer wrote it, it does not wait, no human stands for it by name, or
            it is sent back without a note.
    """
    locked = read.locked_item(item=item.pk)
    versions = read.versions_of(item=item.pk)
    version = next((one for one in versions if one.number == number), None)
    if version is None:
        raise CannotAuthor("There is no such version.")
    rules.check_can_review(version=version, newest=versions[0].number, reviewer=actor)
    if approved:
        rules.check_can_go_live(version=version, reviewer=actor)
    elif not note.strip():
        raise CannotAuthor("Say what the author should change.")
    put_review(actor=actor, version=version, approved=approved, note=note, now=now)
    if not approved and locked.state != ItemState.LIVE:
        back = ItemState.RETIRED if locked.live_version_id else ItemState.DRAFT
        Item.objects.filter(pk=item.pk).update(state=back)
    return version


def put_review(
    *, actor: Actor, version: ItemVersion, approved: bool, note: str, now: dt.datetime
) -> None:
    """Insert a review that was allowed; an approved version is in use from here on."""
    ItemReview.objects.create(
        version=version,
        approved=approved,
        note=note.strip(),
        reviewer=actor.reference,
        reviewer_name=actor.name,
        at=now,
    )
    if approved:
        Item.objects.filter(pk=version.item_id).update(live_version=version, state=ItemState.LIVE)


def retire(*, item: Item) -> None:
    """Take an item out of use: no new form gets it; forms that hold it stay as they are.

    Raises:
        CannotAuthor: it is not in use.
    """
    changed = Item.objects.filter(pk=item.pk, state=ItemState.LIVE).update(state=ItemState.RETIRED)
    if not changed:
        raise CannotAuthor("Only an item in use can be retired.")


def try_out(*, item: Item, pilot: bool) -> None:
    """Let an item stand on new forms without counting, or let it count; forms made stay.

    Raises:
        CannotAuthor: it is not in use, or is so already.
    """
    rows = Item.objects.filter(pk=item.pk, state=ItemState.LIVE, pilot=not pilot)
    if not rows.update(pilot=pilot):
        so = "is tried out already" if pilot else "counts already"
        raise CannotAuthor(f"This item {so}, or is not in use. Look at its page once more.")


def pair_enemies(*, one: Item, other: Item) -> bool:
    """Keep two items off one form from now on; returns whether that is new.

    Raises:
        CannotAuthor: an item and itself.
    """
    if one.pk == other.pk:
        raise CannotAuthor("An item cannot be kept away from itself.")
    first, second = sorted((one.pk, other.pk))
    _, new = EnemyPair.objects.get_or_create(one_id=first, other_id=second)
    return new


def part_enemies(*, one: Item, other: Item) -> bool:
    """Let two items stand on one form again; returns whether they were kept apart."""
    first, second = sorted((one.pk, other.pk))
    gone, _ = EnemyPair.objects.filter(one_id=first, other_id=second).delete()
    return bool(gone)
