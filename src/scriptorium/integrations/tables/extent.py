"""How far out the cells of a sheet lie, found before the sheet is laid out.

The parser reserves every cell of the rectangle around the filled ones, so two cells in opposite
corners of a file of one kilobyte would ask for 17 thousand million.
"""

from __future__ import annotations

import re
from xml.parsers import expat

# Places of cells and rows wherever they are written; letters are missing in those of rows.
_PLACE = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]{0,3})([0-9]{1,10})[\"']")
_CELL = re.compile(rb"<(?:\w+:)?c[\s>/]")


def sheet_extent(*, xml: bytes, enough: int) -> tuple[int, int]:
    """Return the last row and the last column, from 1, that may hold a value; (0, 0) if none does.

    A quick look over the bytes answers nearly always. Only if that finds more than ``enough``
    cells, or cells that do not say where they are, the XML is read: formatting alone may reach the
    last row, and that does no harm.

    Arguments:
        xml: the XML of a sheet (any other XML gives no harmful answer).
        enough: number of cells up to which the quick answer will do.

    Raises:
        xml.parsers.expat.ExpatError: no XML, when it had to be read.
    """
    places = _PLACE.findall(xml)
    lettered = [letters for letters, _ in places if letters]
    last_row = max((int(row) for _, row in places), default=0)
    last_column = max((_column_number(letters.decode()) for letters in set(lettered)), default=0)
    if last_row * last_column <= enough and len(_CELL.findall(xml)) <= len(lettered):
        return last_row, last_column
    reader = _Reader()
    reader.read(xml)
    return reader.last_row, reader.last_column


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


class _Reader:
    """Follows rows and cells, with and without places, as spreadsheet programs count them."""

    def __init__(self) -> None:
        self.last_row = 0
        self.last_column = 0
        self._row = 0
        self._column = 0

    def read(self, xml: bytes) -> None:
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._begin
        parser.Parse(xml, True)

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        kind = name.rpartition(":")[2]
        place = attributes.get("r", "")
        if kind == "row":
            self._row = int(place) if place.isdecimal() else self._row + 1
            self._column = 0
        elif kind == "c":
            letters = place.rstrip("0123456789")
            digits = place[len(letters) :]
            self._column = _column_number(letters) if letters else self._column + 1
            self._row = int(digits) if digits else self._row
        elif kind in {"v", "is", "t", "f"}:
            self.last_row = max(self.last_row, self._row)
            self.last_column = max(self.last_column, self._column)
