"""Which version's key counts, where a key was corrected."""

from __future__ import annotations

from collections.abc import Iterable

from scriptorium.domains.exams.models import FormItem, ItemVersion, KeyCorrection


def corrected() -> dict[int, int]:
    """Return wrong version → the version whose key counts, along whole chains; few rows ever."""
    rows = KeyCorrection.objects.filter(approved=True).values_list("wrong_id", "right_id")
    steps = dict(rows.order_by("id"))
    found = {}
    for wrong in steps:
        right = steps[wrong]
        while right in steps:
            right = steps[right]
        found[wrong] = right
    return found


def keys_of(*, versions: Iterable[int]) -> dict[int, tuple[int | None, list[str]]]:
    """Return version → (key, accepted spellings) of what is written there."""
    rows = ItemVersion.objects.filter(pk__in=list(versions))
    return {pk: (key, accept) for pk, key, accept in rows.values_list("pk", "key", "accept")}


def correction_by_reference(*, reference: str) -> KeyCorrection | None:
    """Return a correction with its versions and item, or None."""
    return (
        KeyCorrection.objects.filter(reference=reference)
        .select_related("wrong__item", "right")
        .first()
    )


def open_correction_of(*, item: int) -> KeyCorrection | None:
    """Return the correction of an item that nobody decided yet, or None."""
    return KeyCorrection.objects.filter(wrong__item_id=item, decided_at__isnull=True).first()


def corrections(*, limit: int) -> list[KeyCorrection]:
    """Return the newest corrections, those that wait first."""
    rows = KeyCorrection.objects.select_related("wrong__item", "right")
    return sorted(rows.order_by("-id")[:limit], key=lambda row: row.decided_at is not None)


def forms_with(*, versions: Iterable[int]) -> list[int]:
    """Return the forms on which one of these versions stands."""
    rows = FormItem.objects.filter(version_id__in=list(versions))
    return sorted(set(rows.values_list("form_id", flat=True)))
