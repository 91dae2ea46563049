"""Reading the bank for authors. Lists never hold the text of an item or its key (row 24)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from scriptorium.domains.exams.enums import ItemState
from scriptorium.domains.exams.models import (
    EnemyPair,
    ExamVersion,
    FormItem,
    Item,
    ItemReview,
    ItemSubmission,
    ItemVersion,
    KeyCorrection,
    Sitting,
)


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One item in a list: everything but what it says."""

    code: str
    bank: str
    topic: str
    state: str
    sample: bool
    pilot: bool
    live: int | None
    newest: int | None
    waiting: bool
    ai_assisted: bool | None


def _rows() -> QuerySet[Any]:
    submitted = ItemSubmission.objects.filter(version__item=OuterRef("pk")).exclude(
        Exists(ItemReview.objects.filter(version=OuterRef("version")))
    )
    newest = ItemVersion.objects.filter(item=OuterRef("pk")).order_by("-number")
    return Item.objects.annotate(
        waits=Exists(submitted),
        newest=Subquery(newest.values("number")[:1]),
        newest_ai=Subquery(newest.values("ai_assisted")[:1]),
    )


def find_items(
    *, bank: str = "", topic: str = "", state: str = "", code: str = ""
) -> QuerySet[Any]:
    """Return items by code, narrowed by what is not empty.

    What waits for review may be in use as well, with a new version that waits.
    """
    rows = _rows()
    if bank:
        rows = rows.filter(bank=bank)
    if topic:
        rows = rows.filter(topic=topic)
    if state == ItemState.REVIEW:
        rows = rows.filter(waits=True)
    elif state:
        rows = rows.filter(state=state)
    if code:
        rows = rows.filter(code__icontains=code)
    return rows.order_by("code")


def rows_of(items: QuerySet[Any]) -> list[ItemRow]:
    """Return the lines of a list, without a text being read from the database at all."""
    values = items.values_list(
        "code", "bank", "topic", "state", "sample", "pilot", "live_version__number", "newest",
        "waits", "newest_ai",
    )  # fmt: skip
    return [ItemRow(*row) for row in values]


def waiting_for_review() -> int:
    """Return how many items have a version that waits for a second person."""
    return _rows().filter(waits=True).count()


def banks() -> dict[str, list[str]]:
    """Return bank → its topics, of items and of blueprints, in alphabetical order."""
    found: dict[str, set[str]] = {}
    for bank, topic in Item.objects.values_list("bank", "topic").distinct().order_by():
        found.setdefault(bank, set()).add(topic)
    for blueprint in ExamVersion.objects.values_list("blueprint", flat=True):
        for row in blueprint:
            found.setdefault(row["bank"], set()).add(row["topic"])
    return {bank: sorted(found[bank]) for bank in sorted(found)}


def item_by_code(*, code: str) -> Item | None:
    """Return an item with its version in use, or None."""
    return Item.objects.filter(code=code).select_related("live_version").first()


def items_by_code(*, codes: Iterable[str]) -> dict[str, Item]:
    """Return code → item of those that exist."""
    found: dict[str, Item] = {}
    wanted = sorted(set(codes))
    for start in range(0, len(wanted), 500):
        found |= Item.objects.in_bulk(wanted[start : start + 500], field_name="code")
    return found


def newest_code(*, prefix: str) -> str:
    """Return the highest code of a prefix, "" where there is none."""
    pattern = rf"^{prefix}-[0-9]+$"
    rows = Item.objects.filter(code__regex=pattern).values_list("code", flat=True)
    return max(rows, key=lambda code: int(code.rpartition("-")[2]), default="")


def next_code(*, bank: str, topic: str) -> str:
    """Return the code of a new item of a topic: the highest of its kind, and one."""
    prefix = topic if bank == "core" else f"{bank}-{topic}"
    newest = newest_code(prefix=prefix)
    number = int(newest.rpartition("-")[2]) + 1 if newest else 1
    return f"{prefix}-{number:03}"


def versions_of(*, item: int) -> list[ItemVersion]:
    """Return an item's versions with their submissions and reviews, newest first."""
    rows = ItemVersion.objects.filter(item_id=item).select_related("item", "submission")
    return list(rows.prefetch_related("reviews").order_by("-number"))


def newest_versions(*, items: Iterable[int]) -> dict[int, ItemVersion]:
    """Return item → its newest version."""
    found: dict[int, ItemVersion] = {}
    keys = sorted(items)
    for start in range(0, len(keys), 500):
        rows = ItemVersion.objects.filter(item_id__in=keys[start : start + 500])
        for version in rows.order_by("item_id", "number"):
            found[version.item_id] = version
    return found


def versions_in_use(*, items: Iterable[int]) -> dict[int, ItemVersion]:
    """Return item → the version that new forms get, of those that have one."""
    found: dict[int, ItemVersion] = {}
    keys = sorted(items)
    for start in range(0, len(keys), 500):
        part = Item.objects.filter(pk__in=keys[start : start + 500], live_version__isnull=False)
        for item in part.select_related("live_version"):
            assert item.live_version is not None
            found[item.pk] = item.live_version
    return found


def locked_item(*, item: int) -> Item:
    """Return an item, locked, so that two authors take turns."""
    return Item.objects.select_for_update().get(pk=item)


def other_stems(*, code: str) -> list[tuple[str, str]]:
    """Return (code, stem) of the newest version of every other item that is not retired."""
    newest = Subquery(
        ItemVersion.objects.filter(item=OuterRef("item")).order_by("-number").values("number")[:1]
    )
    rows = ItemVersion.objects.filter(number=newest).exclude(item__code=code)
    return list(rows.exclude(item__state=ItemState.RETIRED).values_list("item__code", "stem"))


def enemies_of_item(*, item: int) -> list[str]:
    """Return the codes of items that may not stand on one form with an item."""
    pairs = EnemyPair.objects.filter(Q(one_id=item) | Q(other_id=item))
    codes = pairs.values_list("one_id", "one__code", "other__code")
    return sorted(other if one == item else code for one, code, other in codes)


def enemy_codes(*, items: Iterable[int]) -> dict[int, list[str]]:
    """Return item → codes of its enemies, for many items at once."""
    wanted = set(items)
    found: dict[int, list[str]] = {}
    rows = EnemyPair.objects.values_list("one_id", "one__code", "other_id", "other__code")
    for one, one_code, other, other_code in rows:
        if one in wanted:
            found.setdefault(one, []).append(other_code)
        if other in wanted:
            found.setdefault(other, []).append(one_code)
    return found


@dataclass(frozen=True, slots=True)
class Use:
    """On how many forms of an exam an item stands, and in how many sittings it was met."""

    exam: str
    fixed: int
    assembled: int
    sittings: int


def uses_of_item(*, item: int) -> list[Use]:
    """Return an item's use by exam."""
    forms = FormItem.objects.filter(version__item_id=item).values_list("form__exam_version__exam")
    counted = forms.annotate(
        fixed=Count("form", filter=Q(form__number__isnull=False), distinct=True),
        single=Count("form", filter=Q(form__number__isnull=True), distinct=True),
    ).order_by("form__exam_version__exam")
    own = FormItem.objects.filter(version__item_id=item).values("form_id")
    met = dict(
        Sitting.objects.filter(form__in=own).values_list("exam").annotate(n=Count("id")).order_by()
    )
    return [Use(exam, fixed, single, met.get(exam, 0)) for exam, fixed, single in counted]


def live_count(*, bank: str, topic: str) -> int:
    """Return how many items of a topic are in use."""
    return Item.objects.filter(bank=bank, topic=topic, state=ItemState.LIVE).count()


def corrections_of_item(*, item: int) -> list[KeyCorrection]:
    """Return the corrections of an item's keys, newest first."""
    rows = KeyCorrection.objects.filter(wrong__item_id=item)
    return list(rows.select_related("wrong", "right").order_by("-id"))


@dataclass(frozen=True, slots=True)
class Overlap:
    """What parallel forms share.

    Arguments:
        shared: (form, other form) → how many items stand on both.
        most: on how many of the forms the most used item stands.
    """

    shared: dict[tuple[int, int], int]
    most: int


def overlap_of(*, forms: Iterable[int]) -> Overlap:
    """Return what forms share with one another."""
    on_form: dict[int, set[int]] = {form: set() for form in forms}
    rows = FormItem.objects.filter(form_id__in=list(on_form))
    for form, item in rows.values_list("form_id", "version__item_id"):
        on_form[form].add(item)
    uses = Counter(item for items in on_form.values() for item in items)
    return Overlap(
        {
            (one, other): len(on_form[one] & on_form[other])
            for one, other in combinations(on_form, 2)
        },
        max(uses.values(), default=0),
    )


def places_of_form(*, form: int) -> list[FormItem]:
    """Return a form's places with what they show, in order."""
    rows = FormItem.objects.filter(form_id=form).order_by("position")
    return list(rows.select_related("version__item"))
