"""The dry run of a list: what each row is, decided with a handful of look-ups for any length."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from scriptorium.domains.accounts import queries as people
from scriptorium.domains.catalog.queries import programme
from scriptorium.domains.ledger import queries as stock
from scriptorium.domains.practices import queries as roster
from scriptorium.domains.practices.enums import PracticeRole, RowClass
from scriptorium.domains.practices.models import Practice, RosterLink
from scriptorium.integrations.tables.columns import CLEAR, RosterRow
from scriptorium.kernel.payer import Payer

CLEARED = "\x00CLEAR"
FIELDS = ("reference", "first_name", "last_name", "email", "role", "background", "phone")
_EMAIL = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;.]+")
_CHANGEABLE = ("first_name", "last_name", "email", "background", "phone")
_LONGEST = {"first_name": 80, "last_name": 80, "email": 254, "phone": 40}


@dataclass(frozen=True, slots=True)
class Judged:
    """One row with the dry run's answer."""

    line: int
    values: dict[str, str]
    row_class: RowClass
    reason: str = ""


def values_of(row: RosterRow) -> dict[str, str]:
    """Return a row's cells as plain texts: blank ones are absent, CLEAR is marked."""
    cells: dict[str, Any] = asdict(row)
    found = {}
    for name in FIELDS:
        value = cells.get(name)
        if value is CLEAR:
            found[name] = CLEARED
        elif value:
            found[name] = str(value)
    if row.action == "remove":
        found["action"] = "remove"
    return found


def judge(
    *, practice: Practice, rows: Sequence[tuple[int, dict[str, str]]], kind: str
) -> list[Judged]:
    """Class every row (issue 2, point 9). Nothing is written and nobody is told.

    Somebody who has an account elsewhere is reported in one wording, whatever the reason; names,
    states and practices of people elsewhere are never read here.

    Arguments:
        rows: (line, cells) in the file's order; an earlier row wins over a later duplicate.
        kind: product kind to reserve for new people, or "".
    """
    emails = [email for _, values in rows if (email := _email(values))]
    here = roster.links_by_email(practice=practice.pk, emails=emails)
    wanted = [values["reference"] for _, values in rows if values.get("reference")]
    by_reference = roster.links_by_reference(practice=practice.pk, references=wanted)
    known = {email for email, p in people.by_email(emails=emails).items() if p.user_id is not None}
    free = stock.free_of(payer=Payer(practice=practice.pk), kind=kind) if kind else 0
    seen: set[str] = set()
    judged = []
    for line, values in rows:
        link = by_reference.get(values.get("reference", "")) or here.get(_email(values))
        problem = _problem(values, link)
        if problem:
            judged.append(Judged(line, values, RowClass.INVALID, problem))
            continue
        mark = link.email if link else _email(values)
        if mark in seen:
            judged.append(
                Judged(line, values, RowClass.DUPLICATE, f"{mark} stands in an earlier row")
            )
            continue
        seen.add(mark)
        if link is not None:
            judged.append(_judge_known(line, values, link))
            continue
        answer = RowClass.ELSEWHERE if _email(values) in known else RowClass.NEW
        reason = ""
        if kind:
            if free > 0:
                free -= 1
            else:
                answer, reason = RowClass.NO_UNIT, "No unit left; will be added without one"
        judged.append(Judged(line, values, answer, reason))
    return judged


def _email(values: dict[str, str]) -> str:
    return values.get("email", "").lower()


def _judge_known(line: int, values: dict[str, str], link: RosterLink) -> Judged:
    changes = changes_of(values, link)
    if changes:
        return Judged(line, values, RowClass.CHANGE, "Will change: " + ", ".join(changes))
    if link.person_id is None:
        return Judged(line, values, RowClass.PENDING)
    return Judged(line, values, RowClass.HERE)


def changes_of(values: dict[str, str], link: RosterLink) -> dict[str, str]:
    """Return the details that a row would change: blank cells change nothing, CLEAR empties."""
    changes = {}
    for name in _CHANGEABLE:
        if name not in values:
            continue
        value = "" if values[name] == CLEARED else values[name]
        if name == "email":
            value = value.lower()
        if name == "background":
            value = background_code(value) or ""
        if getattr(link, name) != value:
            changes[name] = value
    return changes


def background_code(text: str) -> str | None:
    """Return the code of a background given by code or name; None when unknown, "" for blank."""
    if not text or text == CLEARED:
        return ""
    wanted = text.casefold()
    for code, name in programme().backgrounds.items():
        if wanted in {code.casefold(), name.casefold()}:
            return code
    return None


def role_code(text: str) -> str | None:
    """Return the role given by code or name; "" for a plain member, None when unknown."""
    wanted = text.casefold()
    if not text or text == CLEARED or wanted in {"member", "scribe", "medical scribe"}:
        return ""
    for role in PracticeRole:
        if wanted in {role.value, role.label.casefold()}:
            return role.value
    return None


def _problem(values: dict[str, str], link: RosterLink | None) -> str:
    """Return what is wrong with a row as a sentence, or ""."""
    if values.get("action") == "remove":
        return "A list removes nobody; end the link on the member's record"
    if values.get("reference") and link is None:
        return f"Nobody here has the reference {values['reference'][:20]}"
    return (
        _cell_problem(values)
        or (_new_problem(values) if link is None else _known_problem(values, link))
        or _role_problem(values, link)
    )


def _cell_problem(values: dict[str, str]) -> str:
    if CLEARED in (values.get("first_name"), values.get("last_name"), values.get("email")):
        return "A name or e-mail cannot be cleared"
    for name, longest in _LONGEST.items():
        if len(values.get(name, "")) > longest:
            return f"The {name.replace('_', ' ')} is longer than {longest} characters"
    email = _email(values)
    if email and not _EMAIL.fullmatch(email):
        return f"“{email[:60]}” is not an e-mail address"
    if background_code(values.get("background", "")) is None:
        return f"“{values['background'][:40]}” is not a known background"
    return ""


def _new_problem(values: dict[str, str]) -> str:
    if not _email(values):
        return "The e-mail is missing"
    if not values.get("first_name") or not values.get("last_name"):
        return "The first or last name is missing"
    return ""


def _known_problem(values: dict[str, str], link: RosterLink) -> str:
    email = _email(values)
    if email and email != link.email and link.person_id is not None:
        return "The person owns the e-mail address and changes it in their profile"
    return ""


def _role_problem(values: dict[str, str], link: RosterLink | None) -> str:
    if link is not None:
        # Roles of people on the roster change on the roles page, one by one and on purpose.
        return ""
    role = role_code(values.get("role", ""))
    if role is None:
        return f"“{values['role'][:40]}” is not a role here (member, physician, auditor)"
    if role == PracticeRole.DEPUTY:
        return "Deputies are named on the roles page, not by a list"
    return ""


def counts_of(judged: Sequence[Judged]) -> dict[str, int]:
    """Return how many rows each class has."""
    return dict(Counter(str(row.row_class) for row in judged))
