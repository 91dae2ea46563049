"""Importing a list: dry run, commit in chunks, rejects (issue 2, point 9; S25)."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from itertools import count

from django.db import IntegrityError, transaction

from scriptorium.domains.audit.operations import Happening, record
from scriptorium.domains.catalog.queries import programme
from scriptorium.domains.ledger import queries as stock
from scriptorium.domains.practices import operations as practices
from scriptorium.domains.practices import queries as roster
from scriptorium.domains.practices.enums import ImportState, RowClass, RowState
from scriptorium.domains.practices.models import ImportRow, Practice, RosterImport
from scriptorium.integrations.tables.columns import map_columns, roster_rows
from scriptorium.integrations.tables.reading import read_paste, read_table
from scriptorium.integrations.tables.table import Table, TableError
from scriptorium.integrations.tables.writing import write_csv, write_xlsx
from scriptorium.journeys.import_plan import (
    CLEARED,
    FIELDS,
    background_code,
    changes_of,
    counts_of,
    judge,
    role_code,
    values_of,
)
from scriptorium.journeys.invite import Newcomer, add_people
from scriptorium.journeys.roster_details import write_details
from scriptorium.kernel.actor import Actor, ActorKind
from scriptorium.kernel.payer import Payer

__all__ = ["CannotImport", "TableError", "check_list", "confirm", "fix_rows", "run_chunk"]

CHUNK = 200
HEADERS = ("Reference", "First name", "Last name", "E-mail", "Role", "Background", "Phone")
_ADDS = {RowClass.NEW, RowClass.ELSEWHERE, RowClass.NO_UNIT}


class CannotImport(Exception):
    """The import is not in the state for this; the text says what to do."""


def check_list(
    *,
    actor: Actor,
    practice: Practice,
    filename: str,
    content: bytes,
    pasted: str,
    kind: str,
    now: dt.datetime,
    max_bytes: int,
    max_rows: int = 20_000,
) -> RosterImport:
    """Read a list and keep its dry run; nobody is added or told.

    Arguments:
        content: the file's bytes, or b"" when ``pasted`` holds the list.
        kind: product kind to reserve for new people, or "".

    Raises:
        TableError: the list cannot be read; the text says what is wrong, where, and what to do.
    """
    table: Table = (
        read_table(content=content, filename=filename, max_bytes=max_bytes, max_rows=max_rows)
        if content
        else read_paste(text=pasted, max_bytes=max_bytes, max_rows=max_rows)
    )
    columns = map_columns(headers=table.headers)
    if not columns.can_find_people:
        raise TableError(
            "No column is headed e-mail, nor first and last name. Name the columns in the first"
            " row and read the list again."
        )
    rows = [(row.line, values_of(row)) for row in roster_rows(table=table, columns=columns)]
    if not rows:
        raise TableError("The list has a header but nobody under it.")
    return _keep(
        actor=actor,
        practice=practice,
        filename=filename or "pasted list",
        sha256=hashlib.sha256(content or pasted.encode()).hexdigest(),
        kind=kind,
        ignored=list(columns.unknown),
        rows=_unique_lines(rows),
        now=now,
    )


def _unique_lines(rows: list[tuple[int, dict[str, str]]]) -> list[tuple[int, dict[str, str]]]:
    """Number rows apart that stood on one pasted line."""
    lines: set[int] = set()
    numbered = []
    for wanted, values in rows:
        line = next(number for number in count(wanted) if number not in lines)
        lines.add(line)
        numbered.append((line, values))
    return numbered


@transaction.atomic(durable=True)
def _keep(
    *,
    actor: Actor,
    practice: Practice,
    filename: str,
    sha256: str,
    kind: str,
    ignored: list[str],
    rows: Sequence[tuple[int, dict[str, str]]],
    now: dt.datetime,
) -> RosterImport:
    judged = judge(practice=practice, rows=rows, kind=kind)
    return practices.keep_import(
        practice=practice.pk,
        filename=filename[:200],
        sha256=sha256,
        kind=kind,
        ignored=ignored[:50],
        counts=counts_of(judged),
        rows=[(j.line, j.values, str(j.row_class), j.reason) for j in judged],
        by=(actor.kind, actor.reference, actor.name),
        now=now,
    )


@transaction.atomic(durable=True)
def fix_rows(*, practice: Practice, found: RosterImport, fixes: dict[int, dict[str, str]]) -> None:
    """Change cells of invalid rows in place and judge the whole list again.

    Arguments:
        fixes: line → field → new text; a blank text empties the cell.

    Raises:
        CannotImport: the import was started already.
    """
    if found.state != ImportState.CHECKED:
        raise CannotImport("This list was imported already; upload it again to change more.")
    rows = []
    for row in roster.import_rows(roster_import=found.pk):
        values = dict(row.values)
        for name, text in fixes.get(row.line, {}).items():
            if name in FIELDS:
                values.pop(name, None)
                if text.strip():
                    values[name] = text.strip()
        rows.append((row.line, values))
    judged = judge(practice=practice, rows=rows, kind=found.kind)
    practices.rejudge_import(
        found=found,
        counts=counts_of(judged),
        rows=[(j.line, j.values, str(j.row_class), j.reason) for j in judged],
    )


@transaction.atomic(durable=True)
def confirm(*, found: RosterImport, now: dt.datetime) -> None:
    """Give the go-ahead; the worker imports in chunks. A second click changes nothing."""
    practices.confirm_import(found=found, now=now)


def run_chunk(*, found: RosterImport, now: dt.datetime, today: dt.date) -> bool:
    """Import the next chunk of a confirmed list; returns whether rows remain.

    Each chunk is one transaction that also marks its rows, so a killed run goes on where it
    stopped and nobody is added twice.
    """
    try:
        return _chunk(found, now, today, one_by_one=False)
    except IntegrityError:
        # Somebody in the chunk was added elsewhere at this moment: find out who, one by one.
        return _chunk(found, now, today, one_by_one=True)


@transaction.atomic(durable=True)
def _chunk(found: RosterImport, now: dt.datetime, today: dt.date, *, one_by_one: bool) -> bool:
    practice = found.practice
    actor = Actor(ActorKind(found.by_kind), found.by_reference, found.by_name)
    rows = roster.waiting_rows(roster_import=found.pk, limit=CHUNK)
    if not rows:
        _finish(found, practice, actor, now)
        return False
    adds, changes = _sorted_out(practice, rows)
    for row in changes:
        _change(row, practice, actor, now)
    groups = [[row] for row in adds] if one_by_one else [adds]
    for group in groups:
        try:
            with transaction.atomic():
                _add(group, practice, actor, found.kind, now, today)
        except IntegrityError:
            if not one_by_one:
                raise
            group[0].state, group[0].reason = RowState.REJECTED, "Was added a moment ago"
    practices.save_rows(found=found, rows=rows)
    return True


def _sorted_out(
    practice: Practice, rows: list[ImportRow]
) -> tuple[list[ImportRow], list[ImportRow]]:
    """Reject and skip what is clear, and return the rows to add and the rows to change.

    The roster may have changed since the dry run, so each chunk is judged afresh.
    """
    judged = judge(practice=practice, rows=[(r.line, r.values) for r in rows], kind="")
    by_line = {row.line: row for row in rows}
    adds: list[ImportRow] = []
    changes: list[ImportRow] = []
    for answer in judged:
        row = by_line[answer.line]
        if row.row_class in {RowClass.INVALID, RowClass.DUPLICATE}:
            row.state = RowState.REJECTED
        elif answer.row_class == RowClass.INVALID:
            row.state, row.reason = RowState.REJECTED, answer.reason
        elif answer.row_class in _ADDS:
            adds.append(row)
        elif answer.row_class == RowClass.CHANGE:
            changes.append(row)
        else:
            row.state = RowState.SKIPPED
    return adds, changes


def _add(
    rows: list[ImportRow],
    practice: Practice,
    actor: Actor,
    kind: str,
    now: dt.datetime,
    today: dt.date,
) -> None:
    if not rows:
        return
    payer = Payer(practice=practice.pk)
    free = stock.free_to_reserve(payer=payer, kind=kind, today=today) if kind else 0
    for group, reserved in ((rows[:free], kind), (rows[free:], "")):
        if not group:
            continue
        links = add_people(
            actor=actor,
            practice=practice,
            newcomers=[_newcomer(row.values) for row in group],
            kind=reserved,
            now=now,
            today=today,
        )
        for row, link in zip(group, links, strict=True):
            row.state, row.link = RowState.DONE, link
            if kind and not reserved:
                row.reason = "Added without a unit: none was left"


def _newcomer(values: dict[str, str]) -> Newcomer:
    def text(name: str) -> str:
        value = values.get(name, "")
        return "" if value == CLEARED else value

    return Newcomer(
        text("first_name"),
        text("last_name"),
        text("email"),
        text("phone"),
        background_code(text("background")) or "",
        role_code(text("role")) or "",
    )


def _change(row: ImportRow, practice: Practice, actor: Actor, now: dt.datetime) -> None:
    reference = row.values.get("reference", "")
    link = roster.links_by_reference(practice=practice.pk, references=[reference]).get(reference)
    if link is None:
        email = row.values.get("email", "").lower()
        link = roster.links_by_email(practice=practice.pk, emails=[email]).get(email)
    if link is None:
        row.state, row.reason = RowState.REJECTED, "Left the practice meanwhile"
        return
    write_details(
        actor=actor,
        practice=practice,
        link=link,
        values=changes_of(row.values, link),
        now=now,
    )
    row.state, row.link = RowState.DONE, link


def _finish(found: RosterImport, practice: Practice, actor: Actor, now: dt.datetime) -> None:
    if not practices.finish_import(found=found, now=now):
        return
    counts = roster.import_outcome(roster_import=found.pk)
    record(
        actor=actor,
        happening=Happening(
            "roster.imported",
            "import",
            found.reference,
            practice.reference,
            {
                "added": counts.get("added", 0),
                "changed": counts.get("changed", 0),
                "rejected": counts.get("rejected", 0),
                "file": found.filename,
            },
        ),
        now=now,
    )


def rejects_csv(*, found: RosterImport) -> bytes:
    """Return the rows that were not imported, with the reason, ready to mend and upload again."""
    rows = [
        [*(_shown(row.values.get(name, "")) for name in FIELDS), row.reason]
        for row in roster.rejected_rows(roster_import=found.pk)
    ]
    return write_csv(headers=(*HEADERS, "Why it was not imported"), rows=rows)


def _shown(value: str) -> str:
    return "CLEAR" if value == CLEARED else value


def export(*, practice: Practice, form: str) -> bytes:
    """Return the whole roster as a list that can be imported again.

    Arguments:
        form: "xlsx" or "csv".
    """
    names = programme().backgrounds
    roles = roster.main_roles(practice=practice.pk)
    rows = (
        [
            link.reference,
            link.first_name,
            link.last_name,
            link.email,
            roles.get(link.pk, "member"),
            names.get(link.background, ""),
            link.phone,
        ]
        for link in roster.live_links(practice=practice.pk).order_by("sort_name", "id").iterator()
    )
    if form == "csv":
        return write_csv(headers=HEADERS, rows=rows)
    return write_xlsx(headers=HEADERS, rows=rows, sheet="Roster")
