"""Reading a list of people, whatever a person hands over: a file or pasted text."""

from __future__ import annotations

from scriptorium.integrations.tables.delimited import decoded, read_delimited
from scriptorium.integrations.tables.headers import find_header
from scriptorium.integrations.tables.paste import read_lines
from scriptorium.integrations.tables.table import Table, TableError, TableRow
from scriptorium.integrations.tables.workbook import read_workbook

MAX_BYTES = 10 * 1024 * 1024
MAX_ROWS = 20_000

_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def read_table(
    *, content: bytes, filename: str, max_bytes: int = MAX_BYTES, max_rows: int = MAX_ROWS
) -> Table:
    """Return the list in a file. The content decides what it is; the name is only shown.

    Arguments:
        content: the whole file.
        filename: what the person calls it.
        max_bytes: size accepted, in bytes, before anything is parsed.
        max_rows: how many rows of people are accepted.

    Raises:
        TableError: a sentence that says what is wrong, where, and what to do (BENCHMARKS B3 is the
            size that must work).
    """
    where = f"the file “{filename}”"
    if len(content) > max_bytes:
        raise TableError(
            f"The file “{filename}” has {_megabytes(len(content))} MB; at most "
            f"{_megabytes(max_bytes)} MB can be read. Split the list into several files."
        )
    if not content.strip():
        raise TableError(f"The file “{filename}” is empty. Choose the file that holds the list.")
    if content.startswith(b"PK"):
        return read_workbook(content=content, max_rows=max_rows, where=where)
    _refuse_other_formats(content, filename)
    text, encoding = decoded(content=content)
    return read_delimited(text=text, encoding=encoding, max_rows=max_rows, where=where)


def read_paste(*, text: str, max_bytes: int = MAX_BYTES, max_rows: int = MAX_ROWS) -> Table:
    """Return the people of a pasted text: with a header as CSV or cells, without one as lines.

    Arguments:
        text: what was pasted.
        max_bytes: size accepted, counted as UTF-8.
        max_rows: how many people are accepted.

    Raises:
        TableError: nothing or too much was pasted, or a line cannot be read.
    """
    if len(text.encode("utf-8", "replace")) > max_bytes:
        raise TableError("The pasted list is too long. Save it as a file and upload that.")
    if not text.strip():
        raise TableError("Nothing was pasted. Paste one person a line, or a list with a header.")
    text = text.removeprefix("\ufeff")
    if _has_header(text):
        return read_delimited(text=text, encoding="", max_rows=max_rows, where="the pasted list")
    return read_lines(text=text, max_rows=max_rows)


def _has_header(text: str) -> bool:
    """Return whether a line at the top, cut at any delimiter, names columns."""
    top = [line for line in text.splitlines()[:20] if line.strip()]
    for delimiter in (",", ";", "\t", "|"):
        rows = [
            TableRow(0, tuple(cell.strip('" ') for cell in line.split(delimiter))) for line in top
        ]
        if find_header(rows=rows) is not None:
            return True
    return False


def _refuse_other_formats(content: bytes, filename: str) -> None:
    if content.startswith(_OLD_OFFICE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise TableError(
                f"The file “{filename}” is protected by a password. "
                "Save it without one and read it again."
            )
        raise TableError(
            f"The file “{filename}” is in the old Excel format. Save it as XLSX or CSV "
            "and read it again."
        )
    start = content[:512].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if start.startswith((b"<html", b"<!doctype", b"<table", b"<?xml", b"%pdf", b"{\\rtf")):
        raise TableError(
            f"The file “{filename}” is not a list that can be read. Save it as XLSX or CSV "
            "and read it again."
        )


def _megabytes(size: int) -> str:
    return f"{size / (1024 * 1024):.1f}"
