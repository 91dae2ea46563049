"""The records of completed courses as a list that a practice can keep (STANDARDS row 27)."""

from __future__ import annotations

import datetime as dt

from scriptorium.domains.practices.models import Practice
from scriptorium.domains.training import queries as training
from scriptorium.domains.training.enums import OPENED_BY
from scriptorium.integrations.tables.writing import write_csv

HEADERS = (
    "Record",
    "Name",
    "Practice at the time",
    "Course",
    "Content version",
    "Content SHA-256",
    "Started (UTC)",
    "Completed (UTC)",
    "Correct",
    "Scored",
    "Percent that passes",
    "Exam form",
    "Kept until",
)


def completions_csv(*, practice: Practice) -> bytes:
    """Return everybody who completed a course at a practice as CSV, newest first.

    Names and versions are those of the time; people who left since are among them.
    """
    rows = training.completions_at(practice=practice.reference)
    return write_csv(
        headers=HEADERS,
        rows=(
            (
                row.reference,
                row.person_name,
                row.at_practice,
                _title(row.course),
                row.version.number,
                row.content_sha256,
                _utc(row.started_at),
                _utc(row.completed_at),
                row.correct,
                row.scored,
                row.pass_percent,
                row.form,
                row.keep_until,
            )
            for row in rows.iterator(chunk_size=2000)
        ),
    )


def _title(course: str) -> str:
    part = OPENED_BY.get(course)
    return part.label if part else course


def _utc(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S")
