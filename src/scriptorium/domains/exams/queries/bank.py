"""Reading the bank for the assembler, exams and their forms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from django.db.models import Max, Q, QuerySet

from scriptorium.domains.exams.enums import ItemState
from scriptorium.domains.exams.models import (
    EnemyPair,
    ExamVersion,
    Form,
    FormItem,
    Item,
)
from scriptorium.domains.exams.queries.browsers import browser_is_needed


def newest_exam(*, exam: str) -> ExamVersion | None:
    """Return the version of an exam that is sat now, with ``browser_needed``, or None."""
    rows = ExamVersion.objects.filter(exam=exam).annotate(browser_needed=browser_is_needed())
    found: ExamVersion | None = rows.order_by("-number").first()
    return found


def newest_exams() -> list[ExamVersion]:
    """Return the version of each exam that is sat now, in the order in which they were loaded."""
    newest = ExamVersion.objects.values("exam").annotate(newest=Max("id")).values("newest")
    return list(ExamVersion.objects.filter(pk__in=newest).order_by("id"))


def blueprint_of(*, exam_version: ExamVersion) -> dict[str, int]:
    """Return place → how many items a form takes, in the report's order."""
    return {f"{row['bank']}/{row['topic']}": row["count"] for row in exam_version.blueprint}


def topic_names(*, exam_version: ExamVersion) -> dict[str, str]:
    """Return place → the topic's name."""
    return {f"{row['bank']}/{row['topic']}": row["name"] for row in exam_version.blueprint}


def _of_places(places: Iterable[str]) -> Q:
    topics: dict[str, list[str]] = defaultdict(list)
    for place in places:
        bank, _, topic = place.partition("/")
        topics[bank].append(topic)
    wanted = Q()
    for bank, own in topics.items():
        wanted |= Q(bank=bank, topic__in=own)
    return wanted


def live_items(*, places: Iterable[str]) -> list[tuple[int, int, str, bool]]:
    """Return (item, version, place, whether it is tried out) of what may stand on a form."""
    rows = Item.objects.filter(_of_places(places), state=ItemState.LIVE).order_by("id")
    return [
        (item, version, f"{bank}/{topic}", pilot)
        for item, version, bank, topic, pilot in rows.values_list(
            "id", "live_version", "bank", "topic", "pilot"
        )
    ]


def enemies_of(*, items: Iterable[int]) -> dict[int, frozenset[int]]:
    """Return item → the items that may not stand on a form with it."""
    wanted = set(items)
    found: dict[int, set[int]] = defaultdict(set)
    # All pairs are fewer than the keys of a bank that a condition would have to name.
    for one, other in EnemyPair.objects.values_list("one_id", "other_id"):
        if one in wanted:
            found[one].add(other)
            found[other].add(one)
    return {item: frozenset(others) for item, others in found.items()}


def all_live(*, versions: Collection[int]) -> bool:
    """Return whether each of these versions of items may stand on a new form."""
    live = Item.objects.filter(live_version__in=versions, state=ItemState.LIVE)
    return live.count() == len(versions)


def seen_by(*, person: int) -> set[int]:
    """Return the items that a person met in any sitting before."""
    return set(
        FormItem.objects.filter(form__sittings__person_id=person).values_list(
            "version__item_id", flat=True
        )
    )


def approved_forms(*, exam_version: ExamVersion) -> QuerySet[Form]:
    """Return the parallel forms that candidates may sit."""
    return (
        Form.objects.filter(
            exam_version=exam_version,
            number__isnull=False,
            approved_at__isnull=False,
            retired_at__isnull=True,
        )
        .select_related("exam_version")
        .order_by("number")
    )


def forms_to_approve() -> list[Form]:
    """Return the parallel forms that wait for a second person."""
    rows = Form.objects.filter(
        number__isnull=False, approved_at__isnull=True, retired_at__isnull=True
    )
    return list(rows.select_related("exam_version").order_by("id"))


def form_by_reference(*, reference: str) -> Form | None:
    """Return a form with its exam, or None."""
    return Form.objects.filter(reference=reference).select_related("exam_version").first()
