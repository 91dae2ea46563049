"""Finding the header of a list among titles, remarks and merged cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scriptorium.integrations.tables.columns import ColumnMap, map_columns, meaning_of
from scriptorium.integrations.tables.table import TableError, TableRow

ROWS_SEARCHED = 20


@dataclass(frozen=True, slots=True)
class Header:
    """A header that was found.

    Arguments:
        names: one text a column.
        columns: what they mean.
        line: the line of its last row.
        rows: how many of the searched rows come before the first person.
    """

    names: tuple[str, ...]
    columns: ColumnMap
    line: int
    rows: int


def find_header(*, rows: Sequence[TableRow]) -> Header | None:
    """Return the first header in the first rows of a list, or None.

    A header is the first row that names an e-mail column, or a first and a last name; a second row
    of headers under it (merged cells above) belongs to it. If no row does so alone, two rows one
    under the other may do it together.

    Arguments:
        rows: rows that are not blank, from the top; the first ``ROWS_SEARCHED`` are looked at.

    Raises:
        TableError: the header has the same column twice.
    """
    width = max((len(row.values) for row in rows[:ROWS_SEARCHED]), default=0)
    searched = [
        TableRow(row.line, row.values + ("",) * (width - len(row.values)))
        for row in rows[:ROWS_SEARCHED]
    ]
    for index, row in enumerate(searched):
        below = searched[index + 1] if index + 1 < len(searched) else None
        if _finds_people(row.values):
            if below is not None and _is_second_row(row, below):
                return _header(_joined(row.values, below.values), below.line, index + 2)
            return _header(row.values, row.line, index + 1)
        if below is not None and not _finds_people(below.values):
            joined = _joined(row.values, below.values)
            if _finds_people(joined) and not _looks_like_a_person(below.values):
                return _header(joined, below.line, index + 2)
    return None


def no_header(*, where: str) -> TableError:
    """Return the refusal of a list without a header; ``where`` names the file or sheet."""
    return TableError(
        f"No header was found in the first {ROWS_SEARCHED} rows of {where}. "
        "Put a row above the people that names the columns, at least “E-mail”, or “First name” "
        "and “Last name”, and read the list again."
    )


def _header(names: Sequence[str], line: int, rows: int) -> Header:
    return Header(tuple(names), map_columns(headers=names), line, rows)


def _finds_people(names: Sequence[str]) -> bool:
    fields = {meaning_of(header=name) for name in names}
    # "Name" beside "First name" is the last name; map_columns settles it the same way.
    return "email" in fields or (
        "first_name" in fields and bool(fields & {"last_name", "full_name"})
    )


def _is_second_row(above: TableRow, below: TableRow) -> bool:
    """Return whether the row under a header continues it: all its values are headers, too."""
    columns = [column for column, value in enumerate(below.values) if value.strip()]
    # One header-like word may be a value, such as "Package" in the column "Kind".
    if len(columns) < 2 or _looks_like_a_person(below.values):
        return False
    joined = _joined(above.values, below.values)
    return all(meaning_of(header=joined[column]) is not None for column in columns)


def _looks_like_a_person(values: Sequence[str]) -> bool:
    return any("@" in value or any(sign.isdigit() for sign in value) for value in values)


def _joined(above: Sequence[str], below: Sequence[str]) -> tuple[str, ...]:
    """Return one header a column from two rows, a merged cell above counting for all under it."""
    names: list[str] = []
    spread = ""
    cells = ((top.strip(), bottom.strip()) for top, bottom in zip(above, below, strict=True))
    for top, bottom in cells:
        spread = top or (spread if bottom else "")
        names.append(_best_name(spread, bottom) if bottom else top)
    return tuple(names)


def _best_name(top: str, bottom: str) -> str:
    """Return how two stacked headers read best: "Name" over "First" is "First Name"."""
    for name in (f"{top} {bottom}", f"{bottom} {top}", bottom):
        if meaning_of(header=name) is not None:
            return name.strip()
    return f"{top} {bottom}".strip()
