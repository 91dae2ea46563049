"""People typed or pasted without a header: one a line, or addresses one after the other."""

from __future__ import annotations

import re

from scriptorium.integrations.tables.columns import clean
from scriptorium.integrations.tables.names import split_name
from scriptorium.integrations.tables.table import Table, TableRow, too_many_rows

HEADERS = ("First name", "Last name", "E-mail")

_ANGLED = re.compile(r"([^<>]*)<\s*(?:mailto:)?([^<>\s]+@[^<>\s]+)\s*>", re.IGNORECASE)
_SEPARATORS = re.compile(r"[,;\s]+")
_AROUND_NAME = " \t,;\"'“”"


def read_lines(*, text: str, max_rows: int) -> Table:
    """Return the people of free lines, in order, as first name, last name and e-mail.

    Understood, also mixed: ``Ada Park <ada@x.example>`` (several on a line with commas or
    semicolons, as mail programs copy them), ``ada@x.example``, ``Park, Ada; ada@x.example``, cells
    separated by tabs or commas in the order first name, last name, e-mail (the e-mail is found
    wherever it stands), and a name alone. Cells after those are named "Column D" and so on.

    Arguments:
        text: the lines; blank ones are left out.
        max_rows: how many people are accepted.

    Raises:
        TableError: more people than that.
    """
    people: list[TableRow] = []
    for line, words in enumerate(text.splitlines(), 1):
        for values in _people(words):
            if len(people) == max_rows:
                raise too_many_rows(max_rows=max_rows)
            people.append(TableRow(line, values))
    width = max((len(person.values) for person in people), default=len(HEADERS))
    extra = tuple(f"Column {chr(ord('D') + at)}" for at in range(width - len(HEADERS)))
    return Table(
        headers=HEADERS + extra,
        rows=tuple(
            TableRow(person.line, person.values + ("",) * (width - len(person.values)))
            for person in people
        ),
        encoding="",
        delimiter="",
        sheet="",
        header_line=0,
    )


def _people(words: str) -> list[tuple[str, ...]]:
    if not clean(text=words):
        return []
    angled = _ANGLED.findall(words)
    if angled:
        return [
            (*split_name(name=clean(text=name.strip(_AROUND_NAME))), mail) for name, mail in angled
        ]
    alone = [word for word in _SEPARATORS.split(words) if word]
    if all(_is_mail(word) for word in alone):
        return [("", "", mail) for mail in alone]
    for delimiter in ("\t", ";", ","):
        if delimiter in words:
            cells = [clean(text=cell).strip("\"'") for cell in words.split(delimiter)]
            return _from_cells([cell for cell in cells if cell], words)
    return _from_words(words.split())


def _from_cells(cells: list[str], words: str) -> list[tuple[str, ...]]:
    mails = [cell for cell in cells if _is_mail(cell)]
    names = [cell for cell in cells if not _is_mail(cell)]
    mail = mails[0] if mails else ""
    if not mails and len(names) == 2 and "\t" not in words and ";" not in words:
        # "Park, Ada" without an address is a name as lists of people write it.
        return [(*split_name(name=", ".join(names)), "")]
    if len(names) < 2:
        first, last = split_name(name=names[0]) if names else ("", "")
        return [(first, last, mail)]
    return [(names[0], names[1], mail, *names[2:], *mails[1:])]


def _from_words(words: list[str]) -> list[tuple[str, ...]]:
    """Return "Ada Park ada@x.example"; addresses after the first become columns of their own."""
    mails = [word for word in words if _is_mail(word)]
    name = " ".join(word for word in words if not _is_mail(word))
    return [(*split_name(name=name), *(mails or [""]))]


def _is_mail(word: str) -> bool:
    return "@" in word.strip("@") and " " not in word
