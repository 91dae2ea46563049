"""What a physician sees at home: scribes, hours to answer, certificates (issue 3, point 8)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.credentials import queries as credentials
from scriptorium.domains.credentials.enums import CertificateKind
from scriptorium.domains.memberships import queries as memberships
from scriptorium.domains.memberships import rules
from scriptorium.domains.practices import queries as practices
from scriptorium.domains.practices.models import Practice, Supervision
from scriptorium.pages.affidavits import QueueLine, queue_lines
from scriptorium.pages.hours import specialty_words
from scriptorium.pages.member_home import TONES


@dataclass(frozen=True, slots=True)
class ScribeLine:
    """One scribe whom the physician supervises."""

    name: str
    url: str
    practice: str
    since: str
    levels: list[str]
    standing: str
    tone: str


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
    held = credentials.held_by(people=people)
    dates = memberships.of_people(people=people)
    links = {
        practice: practices.live_links_of_people(practice=practice, people=people)
        for practice in {row.practice_id for row in teams}
    }
    lines = []
    for row in teams:
        membership = dates.get(row.scribe_id)
        state = rules.state_on(
            rules.dates_of(membership) if membership else None, today, rules.windows()
        )
        renews_on = membership.renews_on if membership else None
        link = links[row.practice_id][row.scribe_id]
        lines.append(
            ScribeLine(
                row.scribe.name,
                f"/practice/{row.practice.reference}/people/{link.reference}/",
                row.practice.name,
                rules.words(row.starts_on),
                [f"{c.level} {specialty_words(c.specialty)}" for c in held.get(row.scribe_id, [])],
                rules.state_words(state, renews_on, today),
                TONES.get(state, ""),
            )
        )
    return lines


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
                f"{rules.words(certificate.starts_on)} to {rules.words(last)}",
                f"/practice/{references[practice]}/certificates/{certificate.number}.pdf",
            )
        )
    return lines
