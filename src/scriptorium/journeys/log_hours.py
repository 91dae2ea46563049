"""An apprentice keeps a log of unassisted hours (DOMAIN §6; STANDARDS row 6)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.audit.operations import Happening, record
from scriptorium.domains.credentials import operations as writing
from scriptorium.domains.credentials import queries as kept
from scriptorium.domains.credentials import rules
from scriptorium.domains.credentials.models import HourEntry
from scriptorium.domains.credentials.rules import CannotLog, hours_words
from scriptorium.domains.memberships.rules import words as day_words
from scriptorium.domains.practices import queries as roster
from scriptorium.domains.practices.models import Practice
from scriptorium.kernel.actor import Actor

__all__ = ["CannotLog", "Day", "correct_hours", "log_hours"]


@dataclass(frozen=True, slots=True)
class Day:
    """What one entry of the log says.

    Arguments:
        practice, employer: where; exactly one of them is filled.
        quarters: in quarters of an hour.
    """

    practice: Practice | None
    employer: str
    worked_on: dt.date
    quarters: int
    note: str


@transaction.atomic(durable=True)
def log_hours(
    *, actor: Actor, person: Person, day: Day, now: dt.datetime, today: dt.date
) -> HourEntry:
    """Add an entry to the log.

    Raises:
        CannotLog: it cannot count; the text says why.
    """
    _check_day(person, day, today, correcting=None)
    entry = writing.log_hours(
        person=person.pk,
        practice=day.practice.pk if day.practice else None,
        employer=day.employer,
        worked_on=day.worked_on,
        quarters=day.quarters,
        note=day.note,
        now=now,
    )
    _record_hours("hours.logged", actor, person, entry, now)
    return entry


@transaction.atomic(durable=True)
def correct_hours(
    *,
    actor: Actor,
    person: Person,
    entry: HourEntry,
    day: Day | None,
    now: dt.datetime,
    today: dt.date,
) -> None:
    """Write a further row that supersedes an entry; None strikes the entry out.

    Raises:
        CannotLog: the correction cannot count, or the entry was corrected meanwhile.
    """
    # Locks the person's credentials, behind which corrections of one entry queue up.
    held = kept.apprenticeships_of(person=person.pk, lock=True)
    if kept.entry_by_reference(person=person.pk, reference=entry.reference) is None:
        raise CannotLog("This entry was corrected already. Open the log again.")
    if day is not None:
        _check_day(person, day, today, correcting=entry)
    elif not rules.can_log(held=held):
        raise CannotLog("Hours are logged by people who hold the apprentice level.")
    written = writing.log_hours(
        person=person.pk,
        practice=entry.practice_id if day is None else day.practice.pk if day.practice else None,
        employer=entry.employer if day is None else day.employer,
        worked_on=entry.worked_on if day is None else day.worked_on,
        quarters=0 if day is None else day.quarters,
        note=entry.note if day is None else day.note,
        now=now,
        supersedes=entry,
    )
    _record_hours("hours.corrected", actor, person, written, now)


def _check_day(person: Person, day: Day, today: dt.date, correcting: HourEntry | None) -> None:
    held = kept.apprenticeships_of(person=person.pk, lock=True)
    without = correcting.pk if correcting else None
    rules.check_can_log(
        held=held,
        worked_on=day.worked_on,
        quarters=day.quarters,
        on_that_day=kept.quarters_on(person=person.pk, day=day.worked_on, without=without),
        today=today,
    )
    if day.practice is not None:
        links = roster.links_of_person(person=person.pk)
        if day.practice.pk not in {link.practice_id for link in links}:
            raise CannotLog("You were never on the roster of this practice.")


def _record_hours(
    key: str, actor: Actor, person: Person, entry: HourEntry, now: dt.datetime
) -> None:
    record(
        actor=actor,
        happening=Happening(
            key,
            "person",
            person.reference,
            "",
            {
                "name": person.name,
                "hours": hours_words(entry.quarters),
                "day": day_words(entry.worked_on),
                "entry": entry.reference,
            },
        ),
        now=now,
    )
