"""Items out and in as QTI 3.0 packages; what comes in waits for a second person (row 26)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from django.db import transaction

from scriptorium.domains.audit.operations import Happening, record
from scriptorium.domains.exams.enums import ItemState
from scriptorium.domains.exams.models import Item, ItemVersion
from scriptorium.domains.exams.operations import authoring as writing
from scriptorium.domains.exams.operations.authoring import Draft
from scriptorium.domains.exams.operations.load import ItemText
from scriptorium.domains.exams.queries import authoring as read
from scriptorium.domains.exams.queries.corrections import items_being_corrected
from scriptorium.domains.exams.rules.authoring import CODE, one_line
from scriptorium.integrations.qti.package import read_package, write_package
from scriptorium.integrations.qti.packed import PackageError, PackedItem
from scriptorium.kernel.actor import Actor

_WEB = re.compile(r"https?://[^\s]{1,480}")

__all__ = ["Exported", "Imported", "PackageError", "export_items", "import_items"]


@dataclass(slots=True)
class Imported:
    """What an import did.

    Arguments:
        added, changed: codes of new items, and of items that got another version.
        same: how many were word for word as they are here.
    """

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    same: int = 0


@dataclass(frozen=True, slots=True)
class Exported:
    """A package and how many items it holds."""

    content: bytes
    items: int


@transaction.atomic(durable=True)
def export_items(*, actor: Actor, bank: str, now: dt.datetime) -> Exported:
    """Return a package of every item of a bank ("" for all) that is not retired. Logged.

    Of each item the version in use goes out, or the newest where none is in use.
    """
    items = [item for item in read.find_items(bank=bank) if item.state != ItemState.RETIRED]
    keys = [item.pk for item in items]
    versions = read.newest_versions(items=keys) | read.versions_in_use(items=keys)
    enemies = read.enemy_codes(items=keys)
    package = write_package(
        items=[_packed(item, versions[item.pk], enemies.get(item.pk, [])) for item in items]
    )
    _note(actor, "items.exported", bank, {"count": len(items)}, now)
    return Exported(package, len(items))


def _packed(item: Item, version: ItemVersion, enemies: Sequence[str]) -> PackedItem:
    return PackedItem(
        code=item.code,
        stem=version.stem,
        options=tuple(version.options),
        key=version.key,
        accept=tuple(version.accept),
        rationale=version.rationale,
        source=version.source,
        url=version.url,
        bank=item.bank,
        topic=item.topic,
        vignette=version.vignette,
        ai_assisted=version.ai_assisted,
        enemies=tuple(enemies),
    )


@transaction.atomic(durable=True)
def import_items(
    *, actor: Actor, content: bytes, bank: str, topic: str, max_bytes: int, now: dt.datetime
) -> Imported:
    """Take in a package, whole or not at all: new items as drafts, changed ones as new versions.

    Nothing goes into use by an import: an author hands it in, and a second person reads it.

    Arguments:
        bank, topic: where items belong that do not say it themselves.
        max_bytes: the largest package that is accepted.

    Raises:
        PackageError: names every problem; nothing was changed.
    """
    packed = read_package(content=content, max_bytes=max_bytes)
    places = [_placed(item, bank, topic) for item in packed]
    known = read.items_by_code(codes=[item.code for item in packed])
    _check(places, known)
    newest = read.newest_versions(items=[item.pk for item in known.values()])
    found = Imported()
    for item in places:
        old = known.get(item.code)
        draft = Draft(_text(item), item.ai_assisted)
        if old is None:
            made = writing.new_item(code=item.code, bank=item.bank, topic=item.topic, now=now)
            known[item.code] = made
            writing.write_version(actor=actor, item=made, number=1, draft=draft, now=now)
            found.added.append(item.code)
        elif newest[old.pk].content_sha256 == draft.text.sha256:
            found.same += 1
        else:
            number = newest[old.pk].number + 1
            writing.write_version(actor=actor, item=old, number=number, draft=draft, now=now)
            found.changed.append(item.code)
    _pair(places, known)
    data: dict[str, object] = {
        "added": len(found.added), "changed": len(found.changed), "same": found.same,
    }  # fmt: skip
    _note(actor, "items.imported", bank, data, now)
    return found


def _placed(item: PackedItem, bank: str, topic: str) -> PackedItem:
    return replace(item, bank=item.bank or bank, topic=item.topic or topic)


def _check(items: Sequence[PackedItem], known: dict[str, Item]) -> None:
    """Refuse codes and topics that this bank does not know.

    Raises:
        PackageError: names each.
    """
    banks, corrected = read.banks(), items_being_corrected()
    problems = []
    for item in items:
        own = known.get(item.code)
        if not CODE.fullmatch(item.code):
            problems.append(f"“{item.code[:60]}” is no code such as “terminology-001”.")
        elif item.topic not in banks.get(item.bank, ()):
            problems.append(
                f"{item.code} belongs to {item.bank or 'no bank'}/{item.topic or 'no topic'}, which"
                " no exam asks for. Choose where such items belong."
            )
        elif own is not None and (own.bank, own.topic) != (item.bank, item.topic):
            problems.append(f"{item.code} stands here under {own.bank}/{own.topic}.")
        elif own is not None and own.pk in corrected:
            problems.append(f"The key of {item.code} is being corrected. Decide that first.")
    if problems:
        raise PackageError(problems)


def _text(item: PackedItem) -> ItemText:
    return ItemText(
        stem=one_line(item.stem),
        options=item.options,
        key=item.key,
        accept=item.accept,
        rationale=one_line(item.rationale),
        source=one_line(item.source),
        url=item.url if _WEB.fullmatch(item.url) else "",
        vignette=item.vignette,
    )


def _pair(items: Sequence[PackedItem], known: dict[str, Item]) -> None:
    for item in items:
        for enemy in item.enemies:
            other = known.get(enemy)
            if other is not None and enemy != item.code:
                writing.pair_enemies(one=known[item.code], other=other)


def _note(actor: Actor, key: str, bank: str, data: dict[str, object], now: dt.datetime) -> None:
    record(actor=actor, happening=Happening(key, "bank", bank or "all", "", data), now=now)
