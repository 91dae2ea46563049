"""On how many of the newest assembled forms each item stands (DOMAIN §5, forms).

A form never changes, so each process keeps the window that it counted last and reads only the
forms made since: counting 30,000 places anew took half of putting a form together.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import QuerySet

from scriptorium.domains.exams.models import Form, FormItem, ItemVersion

#: The exposure of assembled forms is counted over so many of the newest.
EXPOSURE_WINDOW = 300


@dataclass(frozen=True, slots=True)
class _Window:
    """The newest assembled forms of an exam, oldest first, and the versions on each."""

    forms: tuple[tuple[int, str], ...]
    versions: tuple[tuple[int, ...], ...]
    counts: Mapping[int, int]


_windows: dict[str, _Window] = {}
_EMPTY = _Window((), (), {})


def _assembled(exam: str) -> QuerySet[Form]:
    return Form.objects.filter(exam_version__exam=exam, number__isnull=True)


def _versions_on(forms: list[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    rows = FormItem.objects.filter(form_id__in=forms).values_list("form_id", "version_id")
    for form, version in rows.order_by():
        found[form].append(version)
    return found


def _window(exam: str) -> _Window:
    """Return the window as it is now, reading only what this process has not read yet."""
    held = _windows.get(exam, _EMPTY)
    last = held.forms[-1] if held.forms else (0, "")
    rows = _assembled(exam).order_by("-id").values_list("id", "reference")
    newest = list(rows.filter(id__gte=last[0])[: EXPOSURE_WINDOW + 1])[::-1]
    if held.forms and newest[:1] == [last]:
        if len(newest) == 1:
            return held
        new = newest[1:]
    else:
        # Another database than before (tests), the first look, or more forms than a window.
        held, new = _EMPTY, list(rows[:EXPOSURE_WINDOW])[::-1]
    on_form = _versions_on([key for key, _ in new])
    versions = held.versions + tuple(tuple(on_form[key]) for key, _ in new)
    counts = Counter(held.counts)
    for more in versions[len(held.versions) :]:
        counts.update(more)
    for gone in versions[:-EXPOSURE_WINDOW]:
        counts.subtract(gone)
    made = _Window(
        (held.forms + tuple(new))[-EXPOSURE_WINDOW:],
        versions[-EXPOSURE_WINDOW:],
        {version: count for version, count in counts.items() if count},
    )
    _windows[exam] = made
    return made


def uses_of_assembled(
    *, exam: str, known: Mapping[int, int] | None = None
) -> tuple[dict[int, int], int, int]:
    """Return how often items stand on the newest assembled forms.

    Arguments:
        known: version → its item, of versions that the caller has read already.

    Returns:
        Item → on how many forms it stands; how many forms those are; the key of the newest, or 0.
    """
    window = _window(exam)
    items = dict(known or {})
    others = window.counts.keys() - items.keys()
    if others:
        items |= dict(ItemVersion.objects.filter(pk__in=others).values_list("id", "item_id"))
    uses: Counter[int] = Counter()
    for version, count in window.counts.items():
        uses[items[version]] += count
    return dict(uses), len(window.forms), window.forms[-1][0] if window.forms else 0


def uses_since(*, exam: str, form: int) -> tuple[Counter[int], int]:
    """Return item → on how many forms assembled after ``form`` it stands, and how many those are.

    Arguments:
        form: the key of a form; 0 for all.
    """
    keys = list(_assembled(exam).filter(id__gt=form).values_list("id", flat=True))
    if not keys:
        return Counter(), 0
    rows = FormItem.objects.filter(form_id__in=keys).values_list("version__item_id", flat=True)
    return Counter(rows), len(keys)
