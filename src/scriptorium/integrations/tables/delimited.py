"""Lists as text: CSV as Excel and LibreOffice write it, in the encodings they use."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from itertools import islice

from scriptorium.integrations.tables.columns import map_columns
from scriptorium.integrations.tables.grid import table_of
from scriptorium.integrations.tables.headers import ROWS_SEARCHED, find_header
from scriptorium.integrations.tables.table import (
    Table,
    TableError,
    TableRow,
    is_blank,
    unescaped,
)

DELIMITERS = (",", ";", "\t", "|")
_SEP_LINE = re.compile(r"""\s*"?sep=(.)"?[,;\t]*\s*(?:\r\n|\r|\n|$)""", re.IGNORECASE)


def decoded(*, content: bytes) -> tuple[str, str]:
    """Return the text of a file and how it was encoded.

    UTF-8 and UTF-16 by their byte-order mark, else UTF-8 if it is, else Windows-1252, which is what
    Excel writes for "CSV" on a western machine.

    Raises:
        TableError: the bytes are no text.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) and not content.startswith(b"\xff\xfe\0\0"):
        return _decode(content, "utf-16"), "utf-16"
    if b"\0" in content:
        raise _not_text()
    try:
        return content.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        return _decode(content, "cp1252"), "cp1252"


def read_delimited(*, text: str, encoding: str, max_rows: int, where: str) -> Table:
    """Return the table of a delimited text with a header.

    Arguments:
        text: the whole text; a first line such as ``sep=;`` names the delimiter.
        encoding: kept in the table.
        max_rows: how many rows of people are accepted.
        where: what to call the text in a refusal, e.g. "the file “list.csv”".

    Raises:
        TableError: no header, a quotation mark that is never closed, too many or uneven rows.
    """
    text, skipped, delimiter = _without_sep_line(text)
    if delimiter is None:
        delimiter = _likely_delimiter(text)
    return table_of(
        rows=_rows(text, delimiter, skipped),
        max_rows=max_rows,
        where=where,
        encoding=encoding,
        delimiter=delimiter,
    )


def _decode(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise _not_text() from error


def _not_text() -> TableError:
    return TableError(
        "This file is neither a workbook nor a text that can be read. "
        "Save the list as XLSX or as “CSV UTF-8” and read it again."
    )


def _without_sep_line(text: str) -> tuple[str, int, str | None]:
    found = _SEP_LINE.match(text)
    if found is None:
        return text, 0, None
    return text[found.end() :], 1, found.group(1)


def _likely_delimiter(text: str) -> str:
    """Return the delimiter under which the top of the text has the best header."""
    best, most = ",", (-1, -1)
    for delimiter in DELIMITERS:
        try:
            top = list(
                islice(
                    (row for row in _rows(text, delimiter, 0) if not is_blank(values=row.values)),
                    ROWS_SEARCHED,
                )
            )
            header = find_header(rows=top)
        except TableError:
            # Under the wrong delimiter quotation marks look out of place; the right one decides.
            continue
        known = len(map_columns(headers=header.names).fields) if header else 0
        score = (known, max((len(row.values) for row in top), default=0))
        if score > most:
            best, most = delimiter, score
    return best


def _rows(text: str, delimiter: str, skipped: int) -> Iterator[TableRow]:
    """Yield the rows, each with the line it begins on (a quoted value may span several)."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1 + skipped
    try:
        for values in reader:
            yield TableRow(line, tuple(unescaped(value=value) for value in values))
            line = reader.line_num + 1 + skipped
    except csv.Error as error:
        raise TableError(
            f"Line {line} has a quotation mark out of place, or one that is never closed. "
            'Double it ("") where it belongs to the value, and read the list again.'
        ) from error
