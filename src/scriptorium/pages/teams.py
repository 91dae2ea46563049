"""Physician-scribe teams of a practice: who works with whom, since when (S40)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from scriptorium.domains.credentials import queries as credentials
from scriptorium.domains.memberships.rules import words
from scriptorium.domains.practices import queries as practices
from scriptorium.domains.practices.models import Practice, Supervision

SHOWN = 500


@dataclass(frozen=True, slots=True)
class ScribeRow:
    """One scribe of a physician; ``ends`` is the last day where it is known already."""

    reference: str
    name: str
    url: str
    level: str
    since: str
    begun: bool
    ends: str


@dataclass(slots=True)
class Team:
    """A physician with the scribes who work with them."""

    physician: str
    role_ended: bool
    scribes: list[ScribeRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class TeamsPage:
    """Everything on a practice's teams page."""

    teams: list[Team]
    former: list[tuple[str, str, str]]
    total: int


def teams_page(*, practice: Practice, today: dt.date) -> TeamsPage:
    """Return a practice's teams of today and those to come, and the newest that ended."""
    found = practices.teams_of(practice=practice.pk, on=today)
    rows = list(found[:SHOWN])
    people = {row.scribe_id for row in rows} | {row.physician_id for row in rows}
    links = practices.live_links_of_people(practice=practice.pk, people=people)
    levels = {
        person: ", ".join(sorted({c.level for c in held}, reverse=True))
        for person, held in credentials.held_by(people=people).items()
    }
    doctors = {link.person_id for link in practices.physicians_of(practice=practice.pk)}
    teams: dict[int, Team] = {}
    for row in rows:
        team = teams.setdefault(
            row.physician_id, Team(row.physician.name, row.physician_id not in doctors)
        )
        link = links.get(row.scribe_id)
        base = f"/practice/{practice.reference}/people/"
        team.scribes.append(
            ScribeRow(
                row.reference,
                row.scribe.name,
                f"{base}{link.reference}/" if link else "",
                levels.get(row.scribe_id, ""),
                words(row.starts_on),
                row.starts_on <= today,
                words(row.ends_before - dt.timedelta(days=1)) if row.ends_before else "",
            )
        )
    return TeamsPage(
        teams=list(teams.values()),
        former=[_former(row) for row in practices.former_teams_of(practice=practice.pk, on=today)],
        total=found.count(),
    )


def _former(row: Supervision) -> tuple[str, str, str]:
    assert row.ends_before is not None
    last = row.ends_before - dt.timedelta(days=1)
    period = f"{words(row.starts_on)} to {words(last)}"
    return row.scribe.name, row.physician.name, period
