"""Taking a programme's items and exams into the database; what is in use is never edited."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from scriptorium.database.bulk import update_rows
from scriptorium.domains.exams.enums import ItemState
from scriptorium.domains.exams.models import (
    EnemyPair,
    ExamVersion,
    Item,
    ItemReview,
    ItemVersion,
)


@dataclass(frozen=True, slots=True)
class ItemText:
    """What an item says: four options and the key's place, or accepted spellings."""

    stem: str
    options: tuple[str, ...]
    key: int | None
    accept: tuple[str, ...]
    rationale: str
    source: str
    url: str
    vignette: bool

    @property
    def sha256(self) -> str:
        """The hash of the text as canonical JSON."""
        return _sha256(asdict(self))


@dataclass(frozen=True, slots=True)
class NewItem:
    """An item as it was written in a programme's files."""

    code: str
    bank: str
    topic: str
    text: ItemText
    enemies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NewExam:
    """An exam as it was written; ``blueprint`` is a list of {bank, topic, name, count}."""

    exam: str
    title: str
    course: str
    minutes: int
    pass_percent: int
    delivery: str
    retake_hours: int
    sittings_per_unit: int
    blueprint: list[dict[str, Any]]
    rules: dict[str, Any]


def _sha256(content: object) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def load_items(
    *, items: Sequence[NewItem], author: str, reviewer: str, sample: bool, now: dt.datetime
) -> int:
    """Add new items and new versions of changed ones, read by a second party; returns how many.

    An item that is as it was stays as it is, and one that is not in the files is left alone.

    Arguments:
        author, reviewer: two different parties by name, kept on each version.

    Raises:
        ValueError: author and reviewer are the same.
    """
    if author == reviewer:
        raise ValueError("The items need a reviewer who is not their author.")
    known = {
        item.code: item
        for item in Item.objects.filter(code__in=[i.code for i in items]).select_related(
            "live_version"
        )
    }
    Item.objects.bulk_create(
        [
            Item(
                code=new.code,
                bank=new.bank,
                topic=new.topic,
                state=ItemState.DRAFT,
                sample=sample,
                added_at=now,
            )
            for new in items
            if new.code not in known
        ]
    )
    rows = {item.code: item for item in Item.objects.filter(code__in=[i.code for i in items])}
    changed = [
        new
        for new in items
        if (old := known.get(new.code)) is None
        or old.live_version is None
        or old.live_version.content_sha256 != new.text.sha256
    ]
    _add_versions(changed, known, rows, author, reviewer, now)
    _add_enemies(items, rows)
    return len(changed)


def _add_versions(
    changed: Sequence[NewItem],
    known: Mapping[str, Item],
    rows: Mapping[str, Item],
    author: str,
    reviewer: str,
    now: dt.datetime,
) -> None:
    newest = dict(
        ItemVersion.objects.filter(item__in=[rows[new.code] for new in changed])
        .order_by("item_id", "number")
        .values_list("item_id", "number")
    )
    versions = ItemVersion.objects.bulk_create(
        [
            ItemVersion(
                item=rows[new.code],
                number=newest.get(rows[new.code].pk, 0) + 1,
                stem=new.text.stem,
                options=list(new.text.options),
                key=new.text.key,
                accept=list(new.text.accept),
                rationale=new.text.rationale,
                source=new.text.source,
                url=new.text.url,
                vignette=new.text.vignette,
                content_sha256=new.text.sha256,
                author="programme",
                author_name=author,
                made_at=now,
            )
            for new in changed
        ]
    )
    ItemReview.objects.bulk_create(
        [
            ItemReview(
                version=version,
                approved=True,
                reviewer="programme-review",
                reviewer_name=reviewer,
                at=now,
            )
            for version in versions
        ]
    )
    live = []
    for version in versions:
        item = version.item
        item.live_version = version
        # A retired item stays retired; its new text waits for an author.
        if item.code not in known or known[item.code].state != ItemState.RETIRED:
            item.state = ItemState.LIVE
        live.append(item)
    update_rows(Item, live, ("state", "live_version"))


def _add_enemies(items: Sequence[NewItem], rows: Mapping[str, Item]) -> None:
    pairs = {
        tuple(sorted((rows[new.code].pk, rows[enemy].pk)))
        for new in items
        for enemy in new.enemies
        if enemy in rows
    }
    EnemyPair.objects.bulk_create(
        [EnemyPair(one_id=one, other_id=other) for one, other in sorted(pairs)],
        ignore_conflicts=True,
    )


def load_exams(
    *, exams: Sequence[NewExam], scheme_version: str, now: dt.datetime
) -> list[ExamVersion]:
    """Add a version of each exam that is new or changed; returns those versions."""
    newest: dict[str, ExamVersion] = {}
    for version in ExamVersion.objects.order_by("exam", "number"):
        newest[version.exam] = version
    rows = []
    for exam in exams:
        content = asdict(exam) | {"scheme": scheme_version}
        old = newest.get(exam.exam)
        if old is not None and old.content_sha256 == _sha256(content):
            continue
        rows.append(
            ExamVersion(
                number=old.number + 1 if old else 1,
                scheme_version=scheme_version,
                content_sha256=_sha256(content),
                loaded_at=now,
                **asdict(exam),
            )
        )
    return ExamVersion.objects.bulk_create(rows)
