"""Writing how far somebody is. Called by journeys inside their transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from scriptorium.domains.training import rules
from scriptorium.domains.training.enums import MANUAL
from scriptorium.domains.training.models import Chapter, Reading, Study


def open_chapter(*, person: int, chapter: Chapter, anew: bool, now: dt.datetime) -> Study:
    """Remember that somebody reads a chapter: there the reader goes on, on any device.

    The first opening begins the study. An opening through a new unit begins another one, when
    the one before is finished.

    Arguments:
        chapter: of the version that is read now, with its version.
        anew: whether a unit was started by this opening.
    """
    code = chapter.version.code
    newest = Study.objects.filter(person_id=person, code=code).order_by("-id").first()
    if newest is None or (anew and newest.finished_at is not None):
        # Two tabs at once: the second finds what the first made.
        newest, _ = Study.objects.get_or_create(
            person_id=person,
            code=code,
            finished_at=None,
            defaults={
                "version": chapter.version,
                "started_at": now,
                "place_slug": chapter.slug,
                "place_at": now,
            },
        )
    if newest.place_slug != chapter.slug:
        keep_place(study=newest, slug=chapter.slug, anchor="", now=now)
    return newest


def keep_place(*, study: Study, slug: str, anchor: str, now: dt.datetime) -> None:
    """Remember the section at which somebody stopped reading."""
    Study.objects.filter(pk=study.pk).update(place_slug=slug, place_anchor=anchor, place_at=now)


def mark_read(*, study: Study, chapter: Chapter, now: dt.datetime) -> None:
    """Remember that somebody read a chapter in the wording that it has now.

    The study is locked, so that of two last chapters at once one sees the other.
    """
    Study.objects.select_for_update().get(pk=study.pk)
    Reading.objects.update_or_create(
        study=study,
        slug=chapter.slug,
        defaults={"content_sha256": chapter.content_sha256, "at": now},
    )


def settle(*, study: Study, chapters: Sequence[Chapter], now: dt.datetime) -> bool:
    """Close the reading when no chapter is left; returns whether this call did.

    The manual is finished with that; a course waits for its assessment. From then on a new
    version asks nothing of the reader.

    Arguments:
        chapters: of the version that is read now, with their version.
    """
    if study.all_read_at is not None:
        return False
    readings = {
        slug: (sha256, at)
        for slug, sha256, at in study.readings.values_list("slug", "content_sha256", "at")
    }
    outline = [(chapter.slug, chapter.content_sha256) for chapter in chapters]
    if not chapters or rules.unread(outline=outline, readings=readings):
        return False
    study.all_read_at = now
    study.version = chapters[0].version
    study.finished_at = now if study.code == MANUAL else None
    study.save(update_fields=["all_read_at", "version", "finished_at"])
    return True
