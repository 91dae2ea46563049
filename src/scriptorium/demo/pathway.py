"""Who is on the way from apprentice to specialist in the demonstration, and what staff decide.

Casey has 180 of 200 hours, Uma's hours wait at Riverside, Dev appeals that his were sent back, and
Kira has more time at exams, of which no practice page says a word.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from django.db import transaction

from scriptorium.demo.past import noon
from scriptorium.domains.accounts import queries as accounts
from scriptorium.domains.accounts.models import Person
from scriptorium.domains.audit.operations import Happening, record_many
from scriptorium.domains.catalog.queries import pathways, text_sha256
from scriptorium.domains.credentials import operations as credentials
from scriptorium.domains.credentials import queries as kept
from scriptorium.domains.credentials.models import Affidavit, HourEntry
from scriptorium.domains.credentials.rules import hours_words
from scriptorium.domains.memberships.rules import words
from scriptorium.domains.practices import queries as roster
from scriptorium.domains.practices.models import Practice, RosterLink
from scriptorium.journeys import accommodations, cases, promote, roster_change, send_hours
from scriptorium.journeys.appealable import appealable
from scriptorium.journeys.remind_of_hours import remind_employers
from scriptorium.kernel.actor import Actor, ActorKind

#: Quarters of an hour a day, over and over: 22.5 hours in five days.
_DAYS = (16, 20, 18, 17, 19)
_NOTES = ("Skin checks", "Follow-up visits", "Minor procedures", "Phototherapy clinic", "")


def build_pathways(
    *,
    day: dt.date,
    practice: Practice,
    links: Mapping[str, RosterLink],
    people: Mapping[str, Person],
) -> None:
    """Give Riverside's apprentices their logs, affidavits and answers.

    Arguments:
        links, people: by e-mail address.
    """
    casey = people["casey@riverside.example"]
    uma = people["uma.sato@riverside.example"]
    dev = people["dev.patel@riverside.example"]
    roster_change.supervise(
        actor=_actor(people["dana@riverside.example"]),
        practice=practice,
        physician=links["dr.pine@riverside.example"],
        scribe=links["uma.sato@riverside.example"],
        starts_on=day - dt.timedelta(days=130),
        now=noon(day - dt.timedelta(days=130)),
    )
    _log(casey, practice, last=day - dt.timedelta(days=3), count=40)
    _log(uma, practice, last=day - dt.timedelta(days=11), count=45, step=3)
    _log(dev, practice, last=day - dt.timedelta(days=20), count=45)
    _send(uma, practice, day - dt.timedelta(days=9))
    remind_employers(today=day - dt.timedelta(days=2), now=noon(day - dt.timedelta(days=2), 9))
    _send_back(dev, people["dana@riverside.example"], practice, day)
    _appeal(dev, day)
    _grant_time(people["kira.novak@riverside.example"], day)


def _actor(person: Person, kind: ActorKind = ActorKind.PERSON) -> Actor:
    return Actor(kind, person.reference, person.name)


def _staff(role: str) -> Person:
    return accounts.by_email(emails=[f"{role}@body.example"])[f"{role}@body.example"]


def _working_days(last: dt.date, count: int, step: int) -> Sequence[dt.date]:
    """Return working days, oldest first, ``step`` days apart (3 or more), never twice the same."""
    found: list[dt.date] = []
    while len(found) < count:
        day = last - dt.timedelta(days=step * len(found))
        found.append(day - dt.timedelta(days=max(0, day.weekday() - 4)))
    return found[::-1]


@transaction.atomic
def _log(person: Person, practice: Practice, *, last: dt.date, count: int, step: int = 5) -> None:
    """Log ``count`` days, each in the evening of its day, as the page does one by one."""
    entries = [
        HourEntry(
            person=person,
            practice=practice,
            worked_on=worked_on,
            quarters=_DAYS[number % len(_DAYS)],
            note=_NOTES[number % len(_NOTES)],
            logged_at=noon(worked_on, 22),
        )
        for number, worked_on in enumerate(_working_days(last, count, step))
    ]
    credentials.log_many(entries=entries)
    for entry in entries:
        record_many(
            actor=_actor(person),
            happenings=[
                Happening(
                    "hours.logged",
                    "person",
                    person.reference,
                    data={
                        "name": person.name,
                        "hours": hours_words(entry.quarters),
                        "day": words(entry.worked_on),
                        "entry": entry.reference,
                    },
                )
            ],
            now=entry.logged_at,
        )


def _send(person: Person, practice: Practice, on: dt.date) -> Affidavit:
    credential = kept.apprenticeships_of(person=person.pk)[0]
    statement = send_hours.statement_for(person=person, credential=credential)
    return send_hours.send_affidavit(
        actor=_actor(person),
        person=person,
        credential=credential,
        pathway=pathways().of_background(person.background),
        practice=practice,
        evidence="",
        signature=send_hours.Signature(person.certificate_name, text_sha256(statement), None),
        now=noon(on, 18),
    )


def _send_back(person: Person, judge: Person, practice: Practice, day: dt.date) -> None:
    sent, answered = day - dt.timedelta(days=18), day - dt.timedelta(days=12)
    affidavit = _send(person, practice, sent)
    promote.reject(
        actor=_actor(judge),
        judge=judge,
        affidavit=affidavit,
        standing=roster.standing_of(practice=practice, person=judge.pk),
        staff_roles=(),
        note="In the first weeks you shadowed; please take those days out and attest the rest.",
        now=noon(answered, 16),
        today=answered,
    )


def _appeal(person: Person, day: dt.date) -> None:
    opened, read = day - dt.timedelta(days=10), day - dt.timedelta(days=8)
    found = appealable(person=person, now=noon(opened), today=opened)
    about = next(one for one in found if one.kind == "affidavit")
    case = cases.open_appeal(
        actor=_actor(person),
        person=person,
        about=about,
        words="I shadowed in the spring. The log starts after that; every note in it is mine.",
        now=noon(opened),
        today=opened,
    )
    cases.acknowledge(
        actor=_actor(_staff("director"), ActorKind.STAFF),
        case=case,
        note="Thank you. We ask the practice for the dates.",
        now=noon(read),
    )


def _grant_time(person: Person, day: dt.date) -> None:
    asked, decided = day - dt.timedelta(days=40), day - dt.timedelta(days=33)
    accommodations.ask(
        actor=_actor(person),
        person=person,
        kind="time",
        words="I read slowly. In college I had time and a half and short breaks.",
        now=noon(asked),
    )
    judge = _staff("decisions")
    accommodations.grant(
        actor=_actor(judge, ActorKind.STAFF),
        decider=judge.pk,
        request=accounts.open_accommodation_requests().filter(person=person)[0],
        terms=accommodations.Terms(150, 20, day + dt.timedelta(days=321)),
        answer="Granted as you had it in college. It is applied by itself.",
        now=noon(decided),
        today=decided,
    )
