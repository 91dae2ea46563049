"""An item from its draft into use: two people, each step written down, nothing in use edited."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction

from scriptorium.domains.audit.operations import Happening, record
from scriptorium.domains.exams.models import Form, Item, ItemVersion
from scriptorium.domains.exams.operations import authoring
from scriptorium.domains.exams.operations.authoring import Draft
from scriptorium.domains.exams.operations.load import ItemText
from scriptorium.domains.exams.rules import writing
from scriptorium.domains.exams.rules.authoring import BadlyWritten, CannotAuthor, one_line
from scriptorium.kernel.actor import Actor

__all__ = ["BadlyWritten", "CannotAuthor", "ItemText", "choice_text", "typed_text"]


def choice_text(
    *, code: str, right: str, wrong: list[str], stem: str, rationale: str, source: str, url: str,
    vignette: bool,
) -> ItemText:  # fmt: skip
    """Return the text of a choice of four; the code deals the order of its options."""
    options, key = writing.placed(
        code=code, right=one_line(right), wrong=[one_line(text) for text in wrong]
    )
    return _text(stem, options, key, (), rationale, source, url, vignette)


def typed_text(
    *, accept: list[str], stem: str, rationale: str, source: str, url: str, vignette: bool
) -> ItemText:
    """Return the text of a question that is answered by typing."""
    spellings = tuple(dict.fromkeys(word for text in accept if (word := one_line(text))))
    return _text(stem, (), None, spellings, rationale, source, url, vignette)


def _text(
    stem: str, options: tuple[str, ...], key: int | None, accept: tuple[str, ...],
    rationale: str, source: str, url: str, vignette: bool,
) -> ItemText:  # fmt: skip
    return ItemText(
        stem=one_line(stem),
        options=options,
        key=key,
        accept=accept,
        rationale=one_line(rationale),
        source=one_line(source),
        url=url,
        vignette=vignette,
    )


def _note(actor: Actor, key: str, item: Item, now: dt.datetime, **data: object) -> None:
    """Write an event of an item: its code and numbers, never its text or key (row 24)."""
    happening = Happening(key, "item", item.code, "", {"code": item.code} | data)
    record(actor=actor, happening=happening, now=now)


@transaction.atomic(durable=True)
def look_at(*, actor: Actor, item: Item, version: int, now: dt.datetime) -> None:
    """Write down that somebody is shown the text of an item (row 24)."""
    _note(actor, "item.viewed", item, now, number=version)


@transaction.atomic(durable=True)
def look_at_form(*, actor: Actor, form: Form, now: dt.datetime) -> None:
    """Write down that somebody is shown every item of a form (row 24)."""
    data = {"form": form.number or form.reference, "exam": form.exam_version.title}
    record(
        actor=actor,
        happening=Happening("exam.form_viewed", "form", form.reference, "", data),
        now=now,
    )


@transaction.atomic(durable=True)
def draft(
    *, actor: Actor, code: str, bank: str, topic: str, text: ItemText, ai_assisted: bool,
    now: dt.datetime,
) -> Item:  # fmt: skip
    """Begin an item.

    Arguments:
        code: as ``authoring.next_code`` gave it when the form was shown.

    Raises:
        CannotAuthor: no such topic, or somebody took the code in the meantime.
        BadlyWritten: names every flaw of the text.
    """
    try:
        with transaction.atomic():
            item = authoring.draft_item(
                actor=actor, code=code, bank=bank, topic=topic, draft=Draft(text, ai_assisted),
                now=now,
            )  # fmt: skip
    except IntegrityError as error:
        raise CannotAuthor(f"Somebody else took the code {code}. Send it again.") from error
    _note(actor, "item.drafted", item, now)
    return item


@transaction.atomic(durable=True)
def revise(
    *, actor: Actor, item: Item, text: ItemText, ai_assisted: bool, now: dt.datetime
) -> ItemVersion:
    """Write another version of an item.

    Raises:
        CannotAuthor: nothing was changed.
        BadlyWritten: names every flaw of the text.
    """
    made = authoring.add_version(actor=actor, item=item, draft=Draft(text, ai_assisted), now=now)
    _note(actor, "item.version_written", item, now, number=made.number)
    return made


@transaction.atomic(durable=True)
def submit(*, actor: Actor, item: Item, now: dt.datetime) -> ItemVersion:
    """Hand the newest version in for review.

    Raises:
        CannotAuthor: says what is in the way.
    """
    version = authoring.submit(actor=actor, item=item, now=now)
    _note(actor, "item.submitted", item, now, number=version.number)
    return version


@transaction.atomic(durable=True)
def review(
    *, actor: Actor, item: Item, number: int, approved: bool, note: str, now: dt.datetime
) -> ItemVersion:
    """Approve a version, which puts it into use, or send it back with a note.

    Raises:
        CannotAuthor: says what is in the way.
    """
    version = authoring.review(
        actor=actor, item=item, number=number, approved=approved, note=note, now=now
    )
    key = "item.approved" if approved else "item.returned"
    _note(actor, key, item, now, number=number, ai_assisted=version.ai_assisted)
    return version


@transaction.atomic(durable=True)
def retire(*, actor: Actor, item: Item, reason: str, now: dt.datetime) -> None:
    """Take an item out of use, with a reason.

    Raises:
        CannotAuthor: it is not in use, or there is no reason.
    """
    if not reason.strip():
        raise CannotAuthor("Say why the item is retired.")
    authoring.retire(item=item)
    _note(actor, "item.retired", item, now, reason=reason)


@transaction.atomic(durable=True)
def try_out(*, actor: Actor, item: Item, now: dt.datetime) -> None:
    """Let an item stand on new forms without counting, until its figures are known.

    Raises:
        CannotAuthor: it is not in use, or is tried out already.
    """
    authoring.try_out(item=item, pilot=True)
    _note(actor, "item.tried_out", item, now)


@transaction.atomic(durable=True)
def let_count(*, actor: Actor, item: Item, now: dt.datetime) -> None:
    """Let an item that was tried out count on new forms; an approver decides that.

    Raises:
        CannotAuthor: it is not tried out.
    """
    authoring.try_out(item=item, pilot=False)
    _note(actor, "item.let_count", item, now)


@transaction.atomic(durable=True)
def keep_apart(*, actor: Actor, one: Item, other: Item, now: dt.datetime) -> None:
    """Keep two items off one form, since one gives the other away.

    Raises:
        CannotAuthor: an item and itself, or they are kept apart already.
    """
    if not authoring.pair_enemies(one=one, other=other):
        raise CannotAuthor(f"{other.code} is kept away from {one.code} already.")
    _note(actor, "item.kept_apart", one, now, other=other.code)


@transaction.atomic(durable=True)
def let_meet(*, actor: Actor, one: Item, other: Item, now: dt.datetime) -> None:
    """Let two items stand on one form again.

    Raises:
        CannotAuthor: they are not kept apart.
    """
    if not authoring.part_enemies(one=one, other=other):
        raise CannotAuthor(f"{other.code} may stand beside {one.code} already.")
    _note(actor, "item.let_meet", one, now, other=other.code)
