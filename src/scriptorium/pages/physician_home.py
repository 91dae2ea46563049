"""What a physician sees at home: scribes, hours to answer, certificates (issue 3, point 8)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.catalog.queries import programme
from scriptorium.domains.credentials import queries as credentials
from scriptorium.domains.credentials.enums import CertificateKind, Standing
from scriptorium.domains.credentials.rules import Status, status_on
from scriptorium.domains.memberships.rules import words
from scriptorium.domains.practices import queries as practices
from scriptorium.domains.practices.models import Practice, Supervision
from scriptorium.pages.affidavits import QueueLine, queue_lines
from scriptorium.pages.verification import specialty_words, status_words


@dataclass(frozen=True, slots=True)
class Level:
    """One credential of a scribe: its level, and where it stands today."""

    words: str
    standing: str
    tone: str


@dataclass(frozen=True, slots=True)
class ScribeLine:
    """One scribe whom the physician supervises."""

    name: str
    url: str
    practice: str
    since: str
    levels: list[Level]


@dataclass(frozen=True, slots=True)
class ScribeCertificate:
    """A certificate of a scribe that covers today."""

    name: str
    number: str
    kind: str
    period: str
    url: str


@dataclass(frozen=True, slots=True)
class PhysicianHome:
    """Everything on a physician's home page.

    Arguments:
        queue: attested hours of the physician's own scribes.
        others: (practice, address, how many) of hours that wait there from anybody else.
        places: (practice, address of its board) where the person is a physician.
    """

    name: str
    next_words: str
    next_detail: str
    next_url: str
    next_label: str
    tone: str
    scribes: list[ScribeLine]
    queue: list[QueueLine]
    others: list[tuple[str, str, int]]
    certificates: list[ScribeCertificate]
    places: list[tuple[str, str]]


def physician_home(
    *, person: Person, practices_here: Sequence[Practice], today: dt.date
) -> PhysicianHome:
    """Return a physician's home page.

    Arguments:
        practices_here: where the person holds the role of a physician now.
    """
    keys = [practice.pk for practice in practices_here]
    teams = practices.scribes_of(physician=person.pk, practices=keys, on=today)
    scribes = list(dict.fromkeys(row.scribe_id for row in teams))
    waiting = list(credentials.queue_of_practices(practices=keys))
    own = [affidavit for affidavit in waiting if affidavit.person_id in set(scribes)]
    queue = queue_lines(affidavits=own, reader=person.pk, today=today)
    others: dict[int, int] = defaultdict(int)
    for affidavit in waiting:
        if affidavit not in own and affidavit.practice_id is not None:
            others[affidavit.practice_id] += 1
    first = next((line for line in queue if not line.own), None)
    return PhysicianHome(
        name=person.name,
        next_words=f"Answer the hours of {first.name}" if first else "Nothing waits for you",
        next_detail=_detail(first, bool(teams)),
        next_url=first.url if first else "",
        next_label="Read and answer" if first else "",
        tone="soon" if first else "good",
        scribes=_scribes(teams, today),
        queue=queue,
        others=[
            (p.name, f"/practice/{p.reference}/hours/", others[p.pk])
            for p in practices_here
            if others[p.pk]
        ],
        certificates=_certificates(teams, practices_here, today),
        places=[(p.name, f"/practice/{p.reference}/assignments/") for p in practices_here],
    )


def _detail(first: QueueLine | None, any_scribes: bool) -> str:
    if first is not None:
        return f"{first.hours} attested hours wait: {first.waits}. It takes a few minutes."
    if any_scribes:
        return "When a scribe of yours attests hours, they stand here."
    return "Your administrator enters who works with you under Teams."


def _scribes(teams: Sequence[Supervision], today: dt.date) -> list[ScribeLine]:
    people = [row.scribe_id for row in teams]
    held = _levels(people, today)
    links = {
        practice: practices.live_links_of_people(practice=practice, people=people)
        for practice in {row.practice_id for row in teams}
    }
    lines = []
    for row in teams:
        link = links[row.practice_id][row.scribe_id]
        lines.append(
            ScribeLine(
                row.scribe.name,
                f"/practice/{row.practice.reference}/people/{link.reference}/",
                row.practice.name,
                words(row.starts_on),
                held[row.scribe_id],
            )
        )
    return lines


def _levels(people: Sequence[int], today: dt.date) -> dict[int, list[Level]]:
    """Return person key → each credential with its level and standing on a day."""
    rows = credentials.credentials_of_people(people=people)
    owner = {credential.number: credential.person_id for credential in rows}
    found: dict[int, list[Level]] = defaultdict(list)
    grace = programme().numbers.grace_days
    for facts in credentials.facts_of(rows):
        status = status_on(facts, today, grace_days=grace)
        found[owner[facts.number]].append(
            Level(
                f"{status.level} {specialty_words(facts.specialty)}".strip(),
                status_words(status),
                _tone(status),
            )
        )
    return found


def _tone(status: Status) -> str:
    if status.upkeep is None or status.upkeep.standing == Standing.INACTIVE:
        return "now"
    return "good" if status.upkeep.standing == Standing.ACTIVE else "soon"


def _certificates(
    teams: Sequence[Supervision], places: Sequence[Practice], today: dt.date
) -> list[ScribeCertificate]:
    references = {practice.pk: practice.reference for practice in places}
    wanted = {(row.practice_id, row.scribe_id) for row in teams}
    found = credentials.current_at_practices(
        practices=references, people={person for _, person in wanted}, today=today
    )
    lines = []
    for certificate in found:
        practice = certificate.practice_id
        if practice is None or (practice, certificate.person_id) not in wanted:
            continue
        assert certificate.ends_before is not None
        last = certificate.ends_before - dt.timedelta(days=1)
        lines.append(
            ScribeCertificate(
                certificate.content["name"],
                certificate.number,
                CertificateKind(certificate.kind).label,
                f"{words(certificate.starts_on)} to {words(last)}",
                f"/practice/{references[practice]}/certificates/{certificate.number}.pdf",
            )
        )
    return lines
