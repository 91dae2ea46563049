"""Attested hours as the employer and staff see them: the queue, and one affidavit in full."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from scriptorium.domains.catalog.queries import pathways
from scriptorium.domains.credentials.models import Affidavit
from scriptorium.domains.credentials.rules import hours_words
from scriptorium.domains.memberships.rules import days_words, words
from scriptorium.kernel.clock import day_of
from scriptorium.pages.hours import employer_words
from scriptorium.pages.verification import specialty_words


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One affidavit that waits."""

    reference: str
    name: str
    credential: str
    hours: str
    pathway: str
    sent: str
    waits: str
    practice: str
    url: str
    own: bool


@dataclass(frozen=True, slots=True)
class Month:
    """The hours of one month in a signed log."""

    words: str
    hours: str
    days: list[tuple[str, str, str, str]]


@dataclass(frozen=True, slots=True)
class AffidavitPage:
    """One affidavit with everything that whoever answers it should read."""

    reference: str
    name: str
    facts: list[tuple[str, str]]
    statement: list[str]
    signature: str
    months: list[Month]
    waiting: bool
    outcome: str
    note: str
    may_judge: bool
    reason: str


def queue_lines(
    *, affidavits: Iterable[Affidavit], reader: int, today: dt.date, base: str = ""
) -> list[QueueLine]:
    """Return waiting affidavits as a list shows them.

    Arguments:
        reader: key of who reads; nobody answers their own.
        base: address under which each is opened; "" for its own practice.
    """
    lines = []
    for affidavit in affidavits:
        practice = affidavit.practice
        place = base or (f"/practice/{practice.reference}/hours/" if practice else "")
        days = (today - day_of(affidavit.sent_at)).days
        lines.append(
            QueueLine(
                reference=affidavit.reference,
                name=affidavit.person.name,
                credential=f"{affidavit.credential.number},"
                f" {specialty_words(affidavit.credential.specialty)}",
                hours=hours_words(affidavit.quarters),
                pathway=_way_words(affidavit),
                sent=words(day_of(affidavit.sent_at)),
                waits=_days(days),
                practice=practice.name if practice else "",
                url=f"{place}{affidavit.reference}/",
                own=affidavit.person_id == reader,
            )
        )
    return lines


def _days(days: int) -> str:
    if days <= 0:
        return "since today"
    return days_words(days)


def _way_words(affidavit: Affidavit) -> str:
    way = pathways().by_code(affidavit.pathway)
    return way.name if way else affidavit.pathway


def answered_lines(*, affidavits: Iterable[Affidavit]) -> list[tuple[str, str, str]]:
    """Return (name, hours, what was answered by whom and when) of closed affidavits."""
    lines = []
    for affidavit in affidavits:
        assert affidavit.closed_at is not None
        day = words(day_of(affidavit.closed_at))
        how = f"{affidavit.get_outcome_display()} on {day} by {affidavit.closed_by_name}"
        lines.append((affidavit.person.name, hours_words(affidavit.quarters), how))
    return lines


def affidavit_page(*, affidavit: Affidavit, may_judge: bool, reason: str) -> AffidavitPage:
    """Return one affidavit in full.

    Arguments:
        reason: why the reader may not answer it, "" when they may.
    """
    days = affidavit.log
    facts = [
        ("Credential", f"{affidavit.credential.number}, now {affidavit.credential.level}"),
        ("Pathway", _way_words(affidavit)),
        ("Hours", f"{hours_words(affidavit.quarters)}, on {len(days)} days"),
        ("Needed", hours_words(affidavit.needed_quarters)),
        ("Sent to", f"{employer_words(affidavit)} on {words(day_of(affidavit.sent_at))}"),
    ]
    if affidavit.evidence:
        facts.append(("Licence or programme", affidavit.evidence))
    outcome = ""
    if affidavit.closed_at is not None:
        by = f" by {affidavit.closed_by_name}"
        day = words(day_of(affidavit.closed_at))
        outcome = f"{affidavit.get_outcome_display()} on {day}{by}"
    return AffidavitPage(
        reference=affidavit.reference,
        name=affidavit.person.name,
        facts=facts,
        statement=affidavit.statement.splitlines(),
        signature=f"Signed “{affidavit.typed_name}” on {words(day_of(affidavit.signed_at))},"
        f" under version {affidavit.statement_version} of the text",
        months=_months(days),
        waiting=affidavit.waiting,
        outcome=outcome,
        note=affidavit.outcome_note or "",
        may_judge=may_judge,
        reason=reason,
    )


def _months(log: list[dict[str, object]]) -> list[Month]:
    found: dict[str, list[dict[str, object]]] = {}
    for entry in log:
        found.setdefault(str(entry["worked_on"])[:7], []).append(entry)
    return [
        Month(
            f"{dt.date.fromisoformat(f'{month}-01'):%B %Y}",
            hours_words(sum(int(str(entry["quarters"])) for entry in entries)),
            [
                (
                    words(dt.date.fromisoformat(str(entry["worked_on"]))),
                    str(entry["employer"]),
                    hours_words(int(str(entry["quarters"]))),
                    str(entry["note"]),
                )
                for entry in entries
            ],
        )
        for month, entries in found.items()
    ]
