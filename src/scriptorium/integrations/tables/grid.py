"""From rows of cells to a table: what CSV files, workbooks and pasted cells have in common."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, islice

from scriptorium.integrations.tables.headers import ROWS_SEARCHED, find_header, no_header
from scriptorium.integrations.tables.table import (
    Table,
    TableError,
    TableRow,
    is_blank,
    too_many_rows,
)


def table_of(
    *,
    rows: Iterable[TableRow],
    max_rows: int,
    where: str,
    encoding: str = "",
    delimiter: str = "",
    sheet: str = "",
) -> Table:
    """Return the table that rows of cells make: header found, blank rows left out, width even.

    Arguments:
        rows: every row from the top, of any width, read lazily.
        max_rows: how many rows of people are accepted.
        where: what to call the file or sheet in a refusal, e.g. "the sheet “People”".
        encoding, delimiter, sheet: kept in the table.

    Raises:
        TableError: no header, too many rows, or a row wider than the header.
    """
    said = (row for row in rows if not is_blank(values=row.values))
    top = list(islice(said, ROWS_SEARCHED))
    header = find_header(rows=top)
    if header is None:
        raise no_header(where=where)
    names = _trimmed(header.names)
    people: list[TableRow] = []
    for row in chain(top[header.rows :], said):
        if len(people) == max_rows:
            raise too_many_rows(max_rows=max_rows)
        people.append(_even(row, len(names), from_text=not sheet, delimiter=delimiter))
    width = max((len(person.values) for person in people), default=len(names))
    return Table(
        headers=_named(names, people, width),
        rows=tuple(
            person if len(person.values) == width else _padded(person, width) for person in people
        ),
        encoding=encoding,
        delimiter=delimiter,
        sheet=sheet,
        header_line=header.line,
    )


def _even(row: TableRow, width: int, *, from_text: bool, delimiter: str) -> TableRow:
    if len(row.values) == width:
        return row
    if len(row.values) < width:
        return _padded(row, width)
    beyond = row.values[width:]
    if is_blank(values=beyond):
        return TableRow(row.line, row.values[:width])
    if from_text:
        # In a text this is nearly always an unquoted delimiter, and every value after it has
        # slipped into the wrong column. In a sheet it is a remark beside the list.
        name = {",": "comma", ";": "semicolon", "\t": "tab"}.get(delimiter, "delimiter")
        raise TableError(
            f"Line {row.line} has more values than the header has columns. Put quotation marks "
            f"around a value that contains a {name}, and read the list again."
        )
    return row


def _padded(row: TableRow, width: int) -> TableRow:
    return TableRow(row.line, row.values + ("",) * (width - len(row.values)))


def _trimmed(names: tuple[str, ...]) -> tuple[str, ...]:
    end = len(names)
    while end and not names[end - 1].strip():
        end -= 1
    return names[:end]


def _named(names: tuple[str, ...], people: list[TableRow], width: int) -> tuple[str, ...]:
    """Return the headers, a column that has values but no header named by its letter."""
    names = names + ("",) * (width - len(names))
    bare = {column for column, name in enumerate(names) if not name.strip()}
    if not bare:
        return names
    filled = {
        column
        for person in people
        for column in bare
        if column < len(person.values) and person.values[column].strip()
    }
    return tuple(
        f"Column {column_letters(column=column)}" if column in filled else name
        for column, name in enumerate(names)
    )


def column_letters(*, column: int) -> str:
    """Return the letters by which spreadsheets call a column, from 0: 0 is A, 26 is AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
