"""Finance's tables as files that spreadsheets open; formulas in them are escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scriptorium.integrations.tables.writing import Value, write_csv


def table_csv(*, headers: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """Return a table as CSV."""
    return write_csv(headers=headers, rows=rows)
