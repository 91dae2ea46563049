"""What the people of the demonstration have read, and who completed HIPAA for Scribes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from scriptorium.demo.cast import Member
from scriptorium.demo.past import noon
from scriptorium.domains.accounts.models import Person
from scriptorium.domains.audit.operations import Happening, record_many
from scriptorium.domains.catalog.queries import programme
from scriptorium.domains.ledger import operations as ledger
from scriptorium.domains.ledger import queries as stock
from scriptorium.domains.ledger.enums import PartState
from scriptorium.domains.practices.models import Practice, RosterLink
from scriptorium.domains.training import operations as training
from scriptorium.domains.training import queries as texts
from scriptorium.domains.training.enums import HIPAA, MANUAL, OPENED_BY
from scriptorium.domains.training.models import Chapter
from scriptorium.kernel.actor import Actor, ActorKind

#: Who has read how many chapters and lessons so far; whoever holds a credential read all of them.
ON_THE_WAY = {
    "kira.novak@riverside.example": {MANUAL: 6, HIPAA: 8},
    "tara.finch@riverside.example": {MANUAL: 3, HIPAA: 0},
}
#: Text → days after the assignment on which reading begins, and days from chapter to chapter.
PACE = {MANUAL: (2, 2), HIPAA: (33, 1)}
QUESTIONS, NEEDED = 25, 80


@dataclass(frozen=True, slots=True)
class _Course:
    """What one person does with one text."""

    member: Member
    person: Person
    link: RosterLink
    part: stock.UnitPart
    code: str
    chapters: Sequence[Chapter]
    times: list[dt.datetime]

    @property
    def finished(self) -> bool:
        return bool(self.member.level) and len(self.times) == len(self.chapters)


@transaction.atomic
def build_studies(
    *, day: dt.date, practice: Practice, links: Mapping[str, RosterLink],
    people: Mapping[str, Person], members: Sequence[Member],
) -> None:  # fmt: skip
    """Let a practice's people read, a few inserts for all of them, and move their units' parts."""
    courses = list(_courses(day, links, people, members))
    training.write_past_studies(
        studies=[training.PastStudy(c.person.pk, c.chapters, c.times[0], c.times) for c in courses]
    )
    for number, course in enumerate(courses):
        _follow(course, practice, number)


def _courses(
    day: dt.date,
    links: Mapping[str, RosterLink],
    people: Mapping[str, Person],
    members: Sequence[Member],
) -> Iterator[_Course]:
    shelf = {code: texts.chapters(code=code) for code in OPENED_BY}
    held = stock.live_parts(people=[people[m.email].pk for m in members])
    for member in members:
        person = people[member.email]
        for code, kind in OPENED_BY.items():
            chapters = shelf[code]
            share = ON_THE_WAY.get(member.email, {}).get(code, 0)
            count = len(chapters) if member.level else min(share, len(chapters))
            part = next((p for p in held.get(person.pk, []) if p.kind == kind), None)
            if part is None or not count:
                continue
            start, pace = PACE[code]
            begun = _assigned_on(part) + dt.timedelta(days=start)
            times = [
                noon(
                    min(begun + dt.timedelta(days=pace * n), day - dt.timedelta(days=2)), 14 + n % 8
                )
                for n in range(count)
            ]
            yield _Course(member, person, links[member.email], part, code, chapters, times)


def _assigned_on(part: stock.UnitPart) -> dt.date:
    assigned = part.unit.assigned_at
    assert assigned is not None
    return assigned.date()


def _follow(course: _Course, practice: Practice, number: int) -> None:
    """Start and complete the part, record the completion, and write the events."""
    actor = Actor(ActorKind.PERSON, course.person.reference, course.person.name)
    data = {"name": course.person.name, "part": OPENED_BY[course.code].label}
    place = ("link", course.link.reference, practice.reference)
    begun, ended = course.times[0], course.times[-1] + dt.timedelta(hours=1)
    ledger.move_parts(actor=actor, parts=[course.part], to=PartState.STARTED, now=begun)
    record_many(actor=actor, happenings=[Happening("part.started", *place, data)], now=begun)
    if not course.finished:
        return
    ledger.move_parts(actor=actor, parts=[course.part], to=PartState.COMPLETED, now=ended)
    if course.code == MANUAL:
        record_many(actor=actor, happenings=[Happening("part.completed", *place, data)], now=ended)
        return
    completion = training.record_completion(
        person=course.person.pk,
        name=course.person.name,
        practice=practice.reference,
        at_practice=practice.name,
        course=course.code,
        # Sat on paper before this system, so there is no sitting to name.
        sat=training.Sat("", "", begun),
        score=training.Score(20 + number * 7 % 6, QUESTIONS, NEEDED),
        keep_years=programme().numbers.completion_keep_years,
        today=ended.date(),
        now=ended,
    )
    said = {
        "name": course.person.name,
        "course": OPENED_BY[course.code].label,
        "version": completion.version.number,
        "sha256": completion.content_sha256,
    }
    event = Happening(
        "course.completed", "completion", completion.reference, practice.reference, said
    )
    record_many(actor=actor, happenings=[event], now=ended)
