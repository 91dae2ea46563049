"""Reading the manual, the courses, and how far somebody is."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Max, Q, QuerySet

from scriptorium.domains.training.models import Chapter, Completion, Section, Study, Version


def current(*, code: str) -> Version | None:
    """Return the version of a text that is read now, or None while none was loaded."""
    return Version.objects.filter(code=code).order_by("-number").first()


def _current_keys() -> QuerySet[Version, dict[str, int]]:
    """Return the key of each text's newest version, as a subquery."""
    newest = Version.objects.order_by().values("code").annotate(newest=Max("id"))
    found: QuerySet[Version, dict[str, int]] = newest.values("newest")
    return found


def chapters(*, code: str) -> list[Chapter]:
    """Return the chapters of the version that is read now, in order, without their text."""
    return list(
        Chapter.objects.filter(version__in=_current_keys(), version__code=code)
        .select_related("version")
        .defer("body")
        .order_by("position")
    )


def sections(*, chapter: int) -> list[Section]:
    """Return a chapter's sections, in order."""
    return list(Section.objects.filter(chapter_id=chapter).defer("plain").order_by("position"))


def sections_with(*, version: int, words: Iterable[str]) -> list[Section]:
    """Return the sections of a version that hold every word, in the order of the text.

    A word counts wherever it stands: in the words, in the section's title or the chapter's.
    """
    found = Section.objects.filter(chapter__version_id=version)
    for word in words:
        found = found.filter(
            Q(plain__icontains=word) | Q(title__icontains=word) | Q(chapter__title__icontains=word)
        )
    return list(
        found.select_related("chapter")
        .defer("html", "chapter__body")
        .order_by("chapter__position", "position")
    )


@dataclass(frozen=True, slots=True)
class Progress:
    """A person's newest study of a text.

    Arguments:
        readings: slug → (hash of the wording that was read, when).
    """

    study: Study
    readings: dict[str, tuple[str, dt.datetime]] = field(default_factory=dict)


def progress_of(*, person: int) -> dict[str, Progress]:
    """Return code → newest study of each text that a person opened."""
    found: dict[str, Progress] = {}
    studies = Study.objects.filter(person_id=person).select_related("version")
    for study in studies.prefetch_related("readings").order_by("id"):
        found[study.code] = Progress(
            study, {row.slug: (row.content_sha256, row.at) for row in study.readings.all()}
        )
    return found


def outlines(*, codes: Iterable[str]) -> dict[str, list[tuple[str, str, int]]]:
    """Return code → (slug, hash, minutes) of each chapter that is read now, in order."""
    found: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
    rows = Chapter.objects.filter(version__in=_current_keys(), version__code__in=list(codes))
    for code, *rest in rows.order_by("position").values_list(
        "version__code", "slug", "content_sha256", "minutes"
    ):
        found[code].append((rest[0], rest[1], rest[2]))
    return found


def completions_of(*, person: int) -> list[Completion]:
    """Return a person's records of completion, newest first."""
    return list(
        Completion.objects.filter(person_id=person)
        .select_related("version")
        .order_by("-completed_at", "-id")
    )


def completions_at(*, practice: str) -> QuerySet[Completion]:
    """Return the records of everybody who completed a course at a practice, newest first.

    Arguments:
        practice: the practice's reference; people who left since are among them.
    """
    return (
        Completion.objects.filter(practice=practice)
        .select_related("version")
        .order_by("-completed_at", "-id")
    )
