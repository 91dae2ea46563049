"""Cells of finance's tables: the words of the page, and the plain values of an exported list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from scriptorium.domains.catalog.queries import prices
from scriptorium.domains.memberships.rules import days_words, words
from scriptorium.kernel.money import Money

HOME = "/office/money/"

type Value = str | int | Decimal | dt.date | None
type Options = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: the words of the page, and the plain value of the exported list."""

    words: str
    value: Value = None
    url: str = ""
    tone: str = ""

    @property
    def plain(self) -> Value:
        """What the list holds."""
        return self.words if self.value is None else self.value


@dataclass(frozen=True, slots=True)
class Row:
    """One row.

    Arguments:
        key: names it in forms.
        state: what can be done with it.
        by: reference of whoever asked for it.
    """

    key: str
    cells: tuple[Cell, ...]
    state: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """The head of a column."""

    label: str
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """One worklist: its words, and how its rows are found and told.

    Arguments:
        filters: (name, label, choices) of the one filter besides the search, or None.
        find: the rows for a text and a choice.
        tell: a row's cells.
    """

    title: str
    about: str
    search: str
    columns: tuple[Column, ...]
    empty: str
    empty_text: str
    find: Callable[[str, str, dt.date], QuerySet[Any, Any]]
    tell: Callable[[Any, dt.date], Row]
    filters: tuple[str, str, Options] | None = None


type Told = tuple[Row, list[tuple[Cell, Column]]]


def under(columns: Sequence[Column], rows: Iterable[Row]) -> list[Told]:
    """Return rows with each cell beside the column that it stands in."""
    return [(row, list(zip(row.cells, columns, strict=True))) for row in rows]


def amount(minor: int, currency: str = "", *, url: str = "") -> Cell:
    """Return a cell of an amount."""
    return Cell(str(Money(minor, currency or prices().currency)), two_places(minor), url)


def two_places(minor: int) -> Decimal:
    """Return an amount as a list holds it: major units with both places after the point."""
    return Decimal(minor).scaleb(-2)


def day(on: dt.date) -> Cell:
    """Return a cell of a day."""
    return Cell(words(on), on)


def account_url(row: Any) -> str:
    """Return the address of the account of a row's payer."""
    if row.payer_practice is not None:
        return f"{HOME}practices/{row.payer_practice.reference}/"
    return f"{HOME}people/{row.payer_person.reference}/"


def payer_name(row: Any) -> str:
    """Return the name of a row's payer."""
    payer = row.payer_practice or row.payer_person
    return str(payer.name)


def payer(row: Any) -> Cell:
    """Return a cell of a row's payer."""
    return Cell(payer_name(row), url=account_url(row))


def overdue_words(late: int) -> str:
    """Return how late something is."""
    return f"Overdue by {days_words(late)}"
