"""Reading imports."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, Q, QuerySet

from scriptorium.domains.practices.enums import RowClass, RowState
from scriptorium.domains.practices.models import ImportRow, LinkRole, RosterImport, RosterLink
from scriptorium.domains.practices.queries.roster import live_links


def import_by_reference(*, practice: int, reference: str) -> RosterImport | None:
    """Return a practice's import with its practice, or None."""
    return (
        RosterImport.objects.filter(practice_id=practice, reference=reference)
        .select_related("practice")
        .first()
    )


def imports_of(*, practice: int, limit: int = 10) -> list[RosterImport]:
    """Return a practice's newest imports."""
    return list(RosterImport.objects.filter(practice_id=practice).order_by("-id")[:limit])


def import_rows(*, roster_import: int) -> Iterable[ImportRow]:
    """Return every row of an import, in the file's order."""
    rows = ImportRow.objects.filter(roster_import_id=roster_import)
    return rows.order_by("line").iterator(chunk_size=2000)


def rows_of_class(*, roster_import: int, row_class: str) -> QuerySet[ImportRow]:
    """Return an import's rows of one class, in the file's order."""
    rows = ImportRow.objects.filter(roster_import_id=roster_import)
    return (rows.filter(row_class=row_class) if row_class else rows).order_by("line")


def waiting_rows(*, roster_import: int, limit: int) -> list[ImportRow]:
    """Return the next rows to import."""
    return list(
        ImportRow.objects.filter(roster_import_id=roster_import, state=RowState.WAITING).order_by(
            "line"
        )[:limit]
    )


def rejected_rows(*, roster_import: int) -> QuerySet[ImportRow]:
    """Return the rows that were not, or cannot be, imported."""
    return ImportRow.objects.filter(
        Q(state=RowState.REJECTED) | Q(row_class__in=[RowClass.INVALID, RowClass.DUPLICATE]),
        roster_import_id=roster_import,
    ).order_by("line")


def import_outcome(*, roster_import: int) -> dict[str, int]:
    """Return how many rows were added, changed, skipped and rejected."""
    rows = ImportRow.objects.filter(roster_import_id=roster_import)
    done = Q(state=RowState.DONE)
    adds = Q(row_class__in=[RowClass.NEW, RowClass.ELSEWHERE, RowClass.NO_UNIT])
    return rows.aggregate(
        added=Count("id", filter=done & adds),
        changed=Count("id", filter=done & ~adds),
        skipped=Count("id", filter=Q(state=RowState.SKIPPED)),
        rejected=Count("id", filter=Q(state=RowState.REJECTED)),
    )


def links_by_reference(*, practice: int, references: Iterable[str]) -> dict[str, RosterLink]:
    """Return reference → live link of the practice."""
    wanted = {reference for reference in references if reference}
    if not wanted:
        return {}
    rows = live_links(practice=practice).filter(reference__in=wanted)
    return {link.reference: link for link in rows}


def main_roles(*, practice: int) -> dict[int, str]:
    """Return link key → the role that an export names."""
    rows = LinkRole.objects.filter(link__practice_id=practice, ended_at__isnull=True)
    return dict(rows.order_by("-id").values_list("link_id", "role"))
