"""Writing imports: the durable rows behind a list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db.models import F, Q

from scriptorium.database.bulk import update_rows
from scriptorium.domains.practices.enums import ImportState, RowState
from scriptorium.domains.practices.models import ImportRow, RosterImport

type JudgedRow = tuple[int, dict[str, str], str, str]


def keep_import(
    *,
    practice: int,
    filename: str,
    sha256: str,
    kind: str,
    ignored: list[str],
    counts: dict[str, int],
    rows: Sequence[JudgedRow],
    by: tuple[str, str, str],
    now: dt.datetime,
) -> RosterImport:
    """Keep a list and its dry run.

    Arguments:
        rows: (line, cells, class, reason) of each row.
        by: kind, reference and name of the actor in whose name the worker will import.
    """
    found = RosterImport.objects.create(
        practice_id=practice,
        filename=filename,
        content_sha256=sha256,
        kind=kind,
        state=ImportState.CHECKED,
        ignored_columns=ignored,
        total=len(rows),
        counts=counts,
        by_kind=by[0],
        by_reference=by[1],
        by_name=by[2],
        created_at=now,
    )
    _insert(found, rows)
    return found


def _insert(found: RosterImport, rows: Sequence[JudgedRow]) -> None:
    ImportRow.objects.bulk_create(
        [
            ImportRow(
                roster_import=found,
                line=line,
                values=values,
                row_class=row_class,
                reason=reason[:300],
            )
            for line, values, row_class, reason in rows
        ],
        batch_size=2000,
    )


def rejudge_import(
    *, found: RosterImport, counts: dict[str, int], rows: Sequence[JudgedRow]
) -> None:
    """Replace a dry run by a new one."""
    ImportRow.objects.filter(roster_import=found).delete()
    _insert(found, rows)
    found.counts = counts
    found.save(update_fields=["counts"])


def confirm_import(*, found: RosterImport, now: dt.datetime) -> bool:
    """Move a checked import to running; returns False when it was confirmed already."""
    return bool(
        RosterImport.objects.filter(pk=found.pk, state=ImportState.CHECKED).update(
            state=ImportState.RUNNING, confirmed_at=now
        )
    )


def claim_import(*, lease: dt.timedelta, now: dt.datetime) -> RosterImport | None:
    """Take one running import for this process; a dead process's lease runs out."""
    waiting = RosterImport.objects.filter(
        Q(leased_until__isnull=True) | Q(leased_until__lt=now), state=ImportState.RUNNING
    ).select_related("practice")
    for found in waiting.order_by("confirmed_at", "id")[:5]:
        taken = RosterImport.objects.filter(pk=found.pk, leased_until=found.leased_until).update(
            leased_until=now + lease
        )
        if taken:
            return found
    return None


def extend_lease(*, found: RosterImport, until: dt.datetime) -> None:
    """Keep an import for this process while it works."""
    RosterImport.objects.filter(pk=found.pk).update(leased_until=until)


def save_rows(*, found: RosterImport, rows: Sequence[ImportRow]) -> None:
    """Write what became of a chunk's rows, and the progress."""
    update_rows(ImportRow, rows, ("state", "reason", "link"))
    done = sum(1 for row in rows if row.state != RowState.WAITING)
    RosterImport.objects.filter(pk=found.pk).update(done=F("done") + done)


def finish_import(*, found: RosterImport, now: dt.datetime) -> bool:
    """Close an import; returns False when another process closed it."""
    return bool(
        RosterImport.objects.filter(pk=found.pk, state=ImportState.RUNNING).update(
            state=ImportState.DONE, finished_at=now, leased_until=None
        )
    )
