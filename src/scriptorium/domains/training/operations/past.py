"""Writing studies that happened elsewhere or earlier, many at once.

Moving in from an earlier system, and the demonstration, come through here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from scriptorium.domains.training.enums import MANUAL
from scriptorium.domains.training.models import Chapter, Reading, Study


@dataclass(frozen=True, slots=True)
class PastStudy:
    """What somebody read, and when.

    Arguments:
        chapters: all chapters of the version that is read now, in order.
        read_at: when each of the first chapters was read; shorter than ``chapters`` when the
            person is still on the way.
    """

    person: int
    chapters: Sequence[Chapter]
    started_at: dt.datetime
    read_at: Sequence[dt.datetime]


def write_past_studies(*, studies: Sequence[PastStudy]) -> list[Study]:
    """Insert studies with their readings; returns them in the same order."""
    rows = Study.objects.bulk_create([_row(past) for past in studies])
    Reading.objects.bulk_create(
        [
            Reading(study=row, slug=chapter.slug, content_sha256=chapter.content_sha256, at=at)
            for row, past in zip(rows, studies, strict=True)
            for chapter, at in zip(past.chapters, past.read_at, strict=False)
        ]
    )
    return rows


def _row(past: PastStudy) -> Study:
    version = past.chapters[0].version
    last = past.read_at[-1] if past.read_at else past.started_at
    done = last if len(past.read_at) >= len(past.chapters) else None
    place = past.chapters[min(len(past.read_at), len(past.chapters) - 1)]
    return Study(
        person_id=past.person,
        code=version.code,
        version=version,
        started_at=past.started_at,
        all_read_at=done,
        finished_at=done if version.code == MANUAL else None,
        place_slug=place.slug,
        place_at=last,
    )
