"""What a read list is: headers, rows with the line they stood on, and where it came from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

# A cell may not begin like a formula (OWASP, CSV injection). The escape is one apostrophe, also
# before apostrophes that were already there, so that taking one away always gives the value back.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_ESCAPED = re.compile(r"'+[=+\-@\t\r]")


class TableError(Exception):
    """A list that cannot be read or written: a sentence on what is wrong, where, and what to do."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: the line of the file or sheet it begins on (from 1), one value for each header."""

    line: int
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A list as it was read, before anyone asks what its columns mean.

    Arguments:
        headers: one text a column, as written; a column without a header has an empty text.
        rows: rows with at least one value, in order; values as written, not trimmed.
        encoding: how the bytes were read ("utf-8", "utf-16", "cp1252"), "" for a workbook.
        delimiter: what separated the values, "" for a workbook or free lines.
        sheet: name of the sheet, "" for a text.
        header_line: line of the header (its last line if it has two), 0 when there was none.
    """

    headers: tuple[str, ...]
    rows: tuple[TableRow, ...]
    encoding: str
    delimiter: str
    sheet: str
    header_line: int


def is_blank(*, values: Sequence[str]) -> bool:
    """Return whether no value of a row says anything."""
    return not any(value and not value.isspace() for value in values)


def escaped(*, value: str) -> str:
    """Return a value that no spreadsheet runs as a formula; see ``unescaped``."""
    return f"'{value}" if _FORMULA.match(value) else value


def unescaped(*, value: str) -> str:
    """Return what ``escaped`` was given."""
    return value[1:] if value[:1] == "'" and _ESCAPED.match(value) else value


def too_many_rows(*, max_rows: int) -> TableError:
    """Return the refusal of a list that is longer than ``max_rows`` rows of people."""
    return TableError(
        f"The list has more than {max_rows:,} rows. Split it into shorter lists "
        "and read them one after the other."
    )
