"""Writing lists that open well in spreadsheets and read back as they were."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

import xlsxwriter

from scriptorium.integrations.tables.table import TableError, escaped

type Value = str | int | float | Decimal | bool | dt.date | dt.datetime | None

MAX_SHEET_ROWS = 1_048_576
MAX_CELL_LETTERS = 32_767

_FORBIDDEN_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\]")


def write_xlsx(*, headers: Sequence[str], rows: Iterable[Sequence[Value]], sheet: str) -> bytes:
    """Return a workbook of one sheet with a bold header that stays in view.

    Texts are always text: never a formula, a link or a number, and a leading ``= + - @``, tab or
    carriage return gets an apostrophe (OWASP, CSV injection), which reading takes away again. Days
    and numbers stay what they are. The same rows give the same bytes.

    Arguments:
        headers: one text a column.
        rows: read one at a time and never held together.
        sheet: name of the sheet; signs a sheet name cannot have are replaced, and it is cut at 31.

    Raises:
        TableError: more rows, or a longer text, than a workbook can hold.
    """
    out = io.BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": "yyyy-mm-dd",
        "remove_timezone": True,
    }
    with xlsxwriter.Workbook(out, options) as workbook:
        # The creation time is the only thing in the file that would differ between two runs.
        workbook.set_properties({"created": dt.datetime(2000, 1, 1, tzinfo=dt.UTC)})
        name = _FORBIDDEN_IN_SHEET_NAMES.sub(" ", sheet).strip(" '")[:31]
        page = workbook.add_worksheet(name or "List")
        bold = workbook.add_format({"bold": True, "bottom": 1})
        moment = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        page.freeze_panes(1, 0)
        for column, header in enumerate(headers):
            page.set_column(column, column, min(max(len(header) + 2, 14), 40))
            page.write_string(0, column, _fitting(header, 1), bold)
        for line, row in enumerate(rows, 2):
            if line > MAX_SHEET_ROWS:
                raise TableError("A sheet holds at most 1,048,575 rows. Export fewer at a time.")
            for column, value in enumerate(row):
                if isinstance(value, str):
                    page.write_string(line - 1, column, _fitting(value, line))
                elif isinstance(value, dt.datetime):
                    page.write_datetime(line - 1, column, value, moment)
                elif value is not None:
                    page.write(line - 1, column, value)
    return out.getvalue()


def write_csv(*, headers: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """Return a CSV file as spreadsheets open it without asking: UTF-8 with BOM, commas, CRLF.

    Escapes formulas as ``write_xlsx`` does; days are written as ISO 8601.

    Arguments:
        headers: one text a column.
        rows: read one at a time.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([escaped(value=header) for header in headers])
    for row in rows:
        writer.writerow([_text(value) for value in row])
    return text.getvalue().encode("utf-8-sig")


def _text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return escaped(value=value)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    return str(value)


def _fitting(text: str, line: int) -> str:
    text = escaped(value=text)
    if len(text) > MAX_CELL_LETTERS:
        raise TableError(
            f"Row {line} has a text of {len(text):,} letters; a cell holds at most "
            f"{MAX_CELL_LETTERS:,}. Shorten it, or export as CSV."
        )
    return text
