"""Reports as tagged PDF: a title, facts, tables and notes on plain pages.

The data travels as JSON, so nothing in it is read as markup; the same report gives the same bytes.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Protocol

import typst

from scriptorium.integrations.pdf.documents import CertificateError, day_words
from scriptorium.integrations.pdf.typst_renderer import STANDARDS, compiled, printable

TEMPLATE = Path(__file__).with_name("report.typ")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportTable:
    """One table.

    Arguments:
        headers: one text a column; the first column names the row.
        numeric: which columns are aligned to the right.
    """

    title: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDocument:
    """Everything that a report prints.

    Arguments:
        facts: (name, value) pairs at its head.
        notes: sentences at its end.
        made_on: the day of the figures; also the PDF's own date.
        logo: a PNG or JPEG picture for the head of the first page, or nothing.
        logo_words: what the picture shows, for people who do not see it.
    """

    title: str
    subtitle: str
    author: str
    made_on: dt.date
    facts: tuple[tuple[str, str], ...]
    tables: tuple[ReportTable, ...]
    notes: tuple[str, ...]
    logo: bytes = b""
    logo_words: str = ""


class ReportRenderer(Protocol):
    """Turns a report into a PDF."""

    def render(self, *, document: ReportDocument) -> bytes:
        """Return the report's pages as one tagged PDF."""
        ...


class TypstReports:
    """Renders reports with Typst; keep one for the life of the process."""

    def __init__(self) -> None:
        """Prepare the fonts that Typst brings along, so that every machine prints alike."""
        fonts = typst.Fonts(include_system_fonts=False)
        self._compiler = typst.Compiler(TEMPLATE, root=str(TEMPLATE.parent), font_paths=fonts)
        # A compiler holds the data of its current run, so threads take turns.
        self._turn = Lock()

    def render(self, *, document: ReportDocument) -> bytes:
        """Return the report's pages as one tagged PDF/UA-1 and PDF/A-2a.

        Raises:
            CertificateError: it cannot be drawn; a logo that is no picture, for one.
        """
        day = document.made_on
        job = {
            "title": printable(document.title),
            "subtitle": printable(document.subtitle),
            "author": printable(document.author),
            "date": [day.year, day.month, day.day],
            "day": day_words(day=day),
            "facts": [[printable(name), printable(value)] for name, value in document.facts],
            "tables": [
                {
                    "title": printable(table.title),
                    "headers": [printable(text) for text in table.headers],
                    "rows": [[printable(cell) for cell in row] for row in table.rows],
                    "numeric": list(table.numeric),
                }
                for table in document.tables
            ],
            "notes": [printable(note) for note in document.notes],
            "logo": list(document.logo),
            "logo_words": printable(document.logo_words),
        }
        with self._turn:
            inputs = {"job": json.dumps(job, ensure_ascii=False)}
            try:
                return compiled(self._compiler, inputs, STANDARDS)
            except typst.TypstError as error:
                raise CertificateError(f"The report cannot be drawn: {error.message}") from error
