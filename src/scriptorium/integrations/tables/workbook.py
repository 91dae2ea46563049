"""Lists as XLSX workbooks.

A workbook is a ZIP of XML, and both can be made to fill a machine's memory. So nothing is parsed
before the sizes are summed, the parser is given a copy that holds exactly the bytes that were
counted, and the corners of each sheet are looked up before its cells are laid out.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from xml.parsers.expat import ExpatError

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from scriptorium.integrations.tables.extent import sheet_extent
from scriptorium.integrations.tables.grid import table_of
from scriptorium.integrations.tables.table import Table, TableError, TableRow, unescaped

MAX_UNPACKED_BYTES = 128 * 1024 * 1024
MAX_MEMBERS = 2_000
MAX_CELLS = 4_000_000
"""Cells of the rectangle around all filled cells; the parser lays out every one of them."""

type Cell = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta


_DAMAGE = (
    CalamineError,
    zipfile.BadZipFile,
    zlib.error,
    ExpatError,
    EOFError,
    NotImplementedError,
)


def read_workbook(*, content: bytes, max_rows: int, where: str) -> Table:
    """Return the table on the first visible sheet that has anything on it.

    Arguments:
        content: the bytes of an XLSX file.
        max_rows: how many rows of people are accepted.
        where: what to call the file in a refusal, e.g. "the file “list.xlsx”".

    Raises:
        TableError: damaged, protected, too large when unpacked, empty, or without a header.
    """
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(_counted_copy(content))) as workbook:
            sheet = _first_filled_sheet(workbook)
            if sheet is None:
                raise TableError(
                    f"There is nothing on the visible sheets of {where}. "
                    "Put the list on the first sheet and read it again."
                )
            return table_of(
                rows=_rows(sheet),
                max_rows=max_rows,
                where=f"the sheet “{sheet.name}”",
                sheet=sheet.name,
            )
    except _DAMAGE as error:
        raise TableError(
            "The workbook is damaged and cannot be read. "
            "Open it in the spreadsheet program, save it again as XLSX, and read that file."
        ) from error


def text_of_cell(*, cell: Cell) -> str:
    """Return a cell as the text a person would type: whole numbers without ".0", ISO dates."""
    return _TEXTS[type(cell)](cell)


def _counted_copy(content: bytes) -> bytes:
    """Return the workbook's XML in a ZIP without compression, after counting what it unpacks to.

    ``zipfile`` never reads more of a member than its declared size, so a member that lies about
    its size ends up short and fails, and the parser cannot unpack anything that was not counted.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        members = packed.infolist()
        _refuse_what_is_no_workbook(members)
        copy = io.BytesIO()
        with zipfile.ZipFile(copy, "w", zipfile.ZIP_STORED) as stored:
            for member in members:
                # Pictures and macros are left behind.
                if not member.filename.endswith((".xml", ".rels")):
                    continue
                xml = packed.read(member)
                # Any part may be a sheet, whatever it is called.
                _refuse_too_wide_a_sheet(xml)
                stored.writestr(zipfile.ZipInfo(member.filename), xml)
    return copy.getvalue()


def _refuse_what_is_no_workbook(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MAX_MEMBERS or sum(one.file_size for one in members) > MAX_UNPACKED_BYTES:
        raise TableError(
            "The workbook is too large when unpacked. "
            "Copy only the list into a new workbook and read that."
        )
    if any(member.flag_bits & 1 for member in members):
        raise TableError(
            "The file is protected by a password. Save it without one and read it again."
        )
    if not any(member.filename.startswith("xl/") for member in members):
        raise TableError("The file is not an XLSX workbook. Save it as XLSX or CSV and try again.")


def _refuse_too_wide_a_sheet(xml: bytes) -> None:
    if b"\0" in xml:
        # UTF-16, which no spreadsheet program writes, would hide its cells from the count.
        raise zipfile.BadZipFile
    last_row, last_column = sheet_extent(xml=xml, enough=MAX_CELLS)
    if last_row * last_column > MAX_CELLS:
        raise TableError(
            f"The sheet has cells as far out as row {last_row:,} and column {last_column:,}. "
            "Copy only the list into a new workbook and read that."
        )


def _first_filled_sheet(workbook: CalamineWorkbook) -> CalamineSheet | None:
    for about in workbook.sheets_metadata:
        if about.visible == SheetVisibleEnum.Visible and about.typ == SheetTypeEnum.WorkSheet:
            sheet = workbook.get_sheet_by_name(about.name)
            if any(value.strip() for row in _rows(sheet) for value in row.values):
                return sheet
    return None


def _rows(sheet: CalamineSheet) -> Iterator[TableRow]:
    """Yield the filled part of a sheet with the row numbers its user sees."""
    for line, cells in enumerate(sheet.iter_rows(), 1):
        yield TableRow(line, tuple([_TEXTS[type(cell)](cell) for cell in cells]))


def _number(cell: Cell) -> str:
    assert isinstance(cell, float)
    return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)


def _moment(cell: Cell) -> str:
    assert isinstance(cell, dt.datetime)
    if cell.time() == dt.time():
        return cell.date().isoformat()
    return cell.isoformat(sep=" ", timespec="seconds")


_TEXTS: dict[type, Callable[[Cell], str]] = {
    str: lambda cell: unescaped(value=str(cell)),
    int: str,
    float: _number,
    bool: lambda cell: "TRUE" if cell else "FALSE",
    dt.date: str,
    dt.time: str,
    dt.datetime: _moment,
    dt.timedelta: str,
}
