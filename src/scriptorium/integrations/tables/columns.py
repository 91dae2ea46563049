"""What the columns of a list mean, and its rows as what they ask for.

Headers are compared without regard to case, spaces and punctuation. A column nobody knows is never
an error; it is named, so that the person sees what was not used.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal

from scriptorium.integrations.tables.names import split_name
from scriptorium.integrations.tables.table import Table, TableError, TableRow

ADD: Final = "add"
REMOVE: Final = "remove"

# Stronger names first: when two columns could be one field, the earlier one is used.
_SYNONYMS: dict[str, tuple[str, ...]] = {
    "reference": (
        "reference",
        "memberreference",
        "memberid",
        "membernumber",
        "memberno",
        "personid",
        "person",
        "id",
        "ref",
    ),
    "first_name": (
        "firstname",
        "givenname",
        "forename",
        "givennames",
        "firstnames",
        "forenames",
        "first",
        "given",
    ),
    "last_name": ("lastname", "surname", "familyname", "last", "family"),
    "full_name": ("fullname", "name", "membername", "personname", "employeename", "employee"),
    "email": (
        "email",
        "emailaddress",
        "workemail",
        "workemailaddress",
        "businessemail",
        "mail",
        "mailaddress",
        "emails",
    ),
    "role": ("role", "roles", "title", "jobtitle", "position"),
    "background": (
        "background",
        "profession",
        "credential",
        "credentials",
        "occupation",
        "licence",
        "license",
    ),
    "phone": (
        "phone",
        "phonenumber",
        "mobile",
        "mobilephone",
        "mobilenumber",
        "telephone",
        "cell",
        "cellphone",
        "tel",
        "workphone",
    ),
    "kind": ("kind", "product", "package", "assign", "assignment", "unit"),
    "physician": (
        "supervisingphysician",
        "supervisingphysicians",
        "physician",
        "physicians",
        "supervisor",
    ),
    "action": ("action", "addremove", "addorremove", "ar", "change"),
}
_MEANINGS = {
    synonym: (field, rank)
    for field, synonyms in _SYNONYMS.items()
    for rank, synonym in enumerate(synonyms)
}
_ACTIONS = {
    "a": ADD,
    "add": ADD,
    "new": ADD,
    "r": REMOVE,
    "remove": REMOVE,
    "delete": REMOVE,
    "leaver": REMOVE,
}

_BRACKETED = re.compile(r"[(\[].*?[)\]]")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_ANGLED = re.compile(r"^[^<>]*<([^<>]+)>$")


class Clear(Enum):
    """The wish to empty a field, which a blank cell never is."""

    CLEAR = "CLEAR"


CLEAR: Final = Clear.CLEAR
type Value = str | Literal[Clear.CLEAR] | None


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """Which column holds which field.

    Arguments:
        fields: field name to column (from 0); besides the fields of ``RosterRow`` there may be
            ``full_name``, which is there only where first and last name are not.
        unknown: headers that are not used, in order, to tell the person.
    """

    fields: dict[str, int]
    unknown: tuple[str, ...]

    @property
    def can_find_people(self) -> bool:
        """Whether the columns tell who is meant: an e-mail, or a first and a last name."""
        return "email" in self.fields or {"first_name", "last_name"} <= self.fields.keys()


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One row of a roster list: None changes nothing, ``CLEAR`` empties the field.

    Values are trimmed, on one line, in Unicode form C. ``action`` is "add", "remove" or what was
    written instead; "remove" is only ever reported, never done, because a person is not removed by
    a list. A name that reads CLEAR is somebody's name.
    """

    line: int
    reference: Value = None
    first_name: str | None = None
    last_name: str | None = None
    email: Value = None
    role: Value = None
    background: Value = None
    phone: Value = None
    kind: Value = None
    action: str | None = None
    physician: Value = None


def meaning_of(*, header: str) -> str | None:
    """Return the field that a header names, ``full_name`` included, or None."""
    found = _meaning(header)
    return None if found is None else found[0]


def map_columns(*, headers: Sequence[str]) -> ColumnMap:
    """Return which column is which field.

    Arguments:
        headers: one text a column, as written.

    Raises:
        TableError: two columns have the same name for the same field.
    """
    best: dict[str, tuple[int, int]] = {}
    for column, header in enumerate(headers):
        found = _meaning(header)
        if found is None:
            continue
        field, rank = found
        if field in best and best[field][0] == rank:
            first = headers[best[field][1]]
            raise TableError(
                f"Columns {best[field][1] + 1} and {column + 1} are both headed "
                f"“{first.strip()}”. Rename or delete one of them and read the list again."
            )
        if field not in best or rank < best[field][0]:
            best[field] = (rank, column)
    fields = {field: column for field, (_, column) in best.items()}
    _settle_names(fields)
    used = set(fields.values())
    unknown = [
        header.strip()
        for column, header in enumerate(headers)
        if column not in used and header.strip()
    ]
    return ColumnMap(fields=fields, unknown=tuple(unknown))


def roster_rows(*, table: Table, columns: ColumnMap) -> list[RosterRow]:
    """Return the rows of a table as what they ask for, in order.

    Arguments:
        table: a table as read.
        columns: the map of its headers, from ``map_columns``.
    """
    return [_roster_row(row, columns.fields) for row in table.rows]


def clean(*, text: str) -> str:
    """Return a text trimmed, on one line, in Unicode form C, without invisible signs."""
    if text.isascii():
        return " ".join(text.split())
    return " ".join(unicodedata.normalize("NFC", _INVISIBLE.sub("", text)).split())


def _meaning(header: str) -> tuple[str, int] | None:
    found = _MEANINGS.get(_squeezed(header))
    if found is None and ("(" in header or "[" in header):
        found = _MEANINGS.get(_squeezed(_BRACKETED.sub("", header)))
    return found


def _squeezed(header: str) -> str:
    folded = unicodedata.normalize("NFKC", header).casefold()
    return "".join(letter for letter in folded if letter.isalnum())


def _settle_names(fields: dict[str, int]) -> None:
    """Decide what "Name" means beside "First name" or "Last name"."""
    if "full_name" not in fields:
        return
    if "first_name" in fields and "last_name" not in fields:
        # Beside a first name, lists that say only "Name" mean the last name.
        fields["last_name"] = fields.pop("full_name")
    elif "first_name" in fields or "last_name" in fields:
        del fields["full_name"]


def _roster_row(row: TableRow, fields: dict[str, int]) -> RosterRow:
    words = {field: clean(text=row.values[column]) for field, column in fields.items()}
    first, last = words.get("first_name", ""), words.get("last_name", "")
    if words.get("full_name"):
        first, last = split_name(name=words["full_name"])
    action = words.get("action", "")
    return RosterRow(
        line=row.line,
        reference=_value(words.get("reference", "")),
        first_name=first or None,
        last_name=last or None,
        email=_value(_bare_address(words.get("email", ""))),
        role=_value(words.get("role", "")),
        background=_value(words.get("background", "")),
        phone=_value(words.get("phone", "")),
        kind=_value(words.get("kind", "")),
        action=_ACTIONS.get(action.casefold(), action) or None,
        physician=_value(words.get("physician", "")),
    )


def _value(text: str) -> Value:
    if not text:
        return None
    return CLEAR if text == "CLEAR" else text


def _bare_address(text: str) -> str:
    """Return the address of "Ada Park <ada@x.example>" or "mailto:ada@x.example"."""
    if text.endswith(">") and (angled := _ANGLED.match(text)):
        text = angled.group(1).strip()
    return text[7:] if text[:7].casefold() == "mailto:" else text
