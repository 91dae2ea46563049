"""The public directory: who holds a credential in good standing and did not opt out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.paginator import Paginator

from scriptorium.domains.catalog.enums import GENERAL
from scriptorium.domains.catalog.queries import programme
from scriptorium.domains.credentials import queries as credentials
from scriptorium.pages.verification import level_words, specialty_words

PER_PAGE = 25


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the directory."""

    name: str
    level: str
    specialty: str
    number: str


@dataclass(frozen=True, slots=True)
class Directory:
    """One page of the directory.

    Arguments:
        previous, following: addresses of the pages beside this one, or "".
    """

    lines: list[Listed]
    total: int
    page: int
    pages: int
    previous: str
    following: str


def specialties() -> list[tuple[str, str]]:
    """Return (code, name) of what the directory can be narrowed to."""
    return [(GENERAL, "General"), *programme().specialties.items()]


def directory_page(*, text: str, specialty: str, page: int, today: dt.date) -> Directory:
    """Return a page of the directory; a page beyond the last is the last.

    Arguments:
        text: words that the name must hold, each of them.
        specialty: a code, or "" for all.
    """
    found = credentials.directory(text=text, specialty=specialty, today=today)
    shown = Paginator(found, PER_PAGE).get_page(page)
    kept = {"q": text, "specialty": specialty}

    def address(number: int) -> str:
        values = {name: value for name, value in (kept | {"page": str(number)}).items() if value}
        return f"/directory/?{urlencode(values)}"

    return Directory(
        lines=[
            Listed(
                c.person.certificate_name,
                level_words(c.level),
                specialty_words(c.specialty),
                c.number,
            )
            for c in shown
        ],
        total=shown.paginator.count,
        page=shown.number,
        pages=shown.paginator.num_pages,
        previous=address(shown.number - 1) if shown.has_previous() else "",
        following=address(shown.number + 1) if shown.has_next() else "",
    )
