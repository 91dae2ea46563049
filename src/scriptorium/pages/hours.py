"""The log of hours as its person sees it: how far, what waits, what was answered."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.catalog.queries import Pathway, pathways
from scriptorium.domains.credentials import queries as kept
from scriptorium.domains.credentials import rules
from scriptorium.domains.credentials.enums import Level
from scriptorium.domains.credentials.models import Affidavit, Credential, HourEntry
from scriptorium.domains.credentials.rules import hours_words
from scriptorium.domains.memberships.rules import words
from scriptorium.domains.practices import queries as roster
from scriptorium.kernel.clock import day_of
from scriptorium.pages.verification import specialty_words

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Waiting:
    """An affidavit that waits, as its person sees it."""

    reference: str
    hours: str
    employer: str
    sent: str
    can_move: bool
    move_words: str


@dataclass(frozen=True, slots=True)
class Ladder:
    """How far one credential is from the specialist level."""

    number: str
    specialty: str
    pathway: str
    done: str
    needed: str
    missing: str
    quarters: int
    needed_quarters: int
    enough: bool
    waiting: Waiting | None
    sentence: str

    @property
    def progress_words(self) -> str:
        """How far, in words beside the bar."""
        return f"{self.done} of {self.needed} hours"


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One day of the log."""

    reference: str
    day: str
    where: str
    hours: str
    note: str
    corrected: bool


@dataclass(frozen=True, slots=True)
class ClosedLine:
    """An affidavit that was answered, withdrawn or moved."""

    hours: str
    employer: str
    sent: str
    outcome: str
    note: str
    tone: str


@dataclass(frozen=True, slots=True)
class HoursPage:
    """Everything on a person's hours page."""

    ladders: list[Ladder]
    entries: list[EntryLine]
    total: int
    more: int
    closed: list[ClosedLine]
    specialist: bool


def hours_page(*, person: Person, today: dt.date, every: bool = False) -> HoursPage:
    """Return a person's log, sums and affidavits.

    Arguments:
        every: list the whole log instead of its newest days.
    """
    held = kept.apprenticeships_of(person=person.pk)
    waiting = kept.waiting_affidavits(credentials=[c.pk for c in held])
    links = roster.links_of_person(person=person.pk)
    here = {link.practice_id for link in links if link.ended_at is None}
    rows = kept.entries_of(person=person.pk)
    total = rows.count()
    own = kept.held_by(people=[person.pk]).get(person.pk, [])
    return HoursPage(
        ladders=[_ladder(person, c, waiting.get(c.pk), here, today) for c in held],
        entries=[_entry(entry) for entry in (rows if every else rows[:SHOWN])],
        total=total,
        more=0 if every else max(0, total - SHOWN),
        closed=[_closed(a) for a in kept.affidavits_of(person=person.pk) if not a.waiting],
        specialist=any(credential.level == Level.CMSS for credential in own),
    )


def _ladder(
    person: Person,
    credential: Credential,
    waiting: Affidavit | None,
    here: set[int],
    today: dt.date,
) -> Ladder:
    way = pathways().of_background(person.background)
    progress = progress_of(person=person, credential=credential, pathway=way)
    if waiting is not None:
        sentence = "You need not do anything until there is an answer."
    elif progress.enough:
        sentence = "That is enough. Attest your hours now; it takes a few minutes."
    else:
        sentence = f"{hours_words(progress.missing)} more hours, then you attest them here."
    return Ladder(
        number=credential.number,
        specialty=specialty_words(credential.specialty),
        pathway=way.name,
        done=hours_words(progress.done),
        needed=hours_words(progress.needed),
        missing=hours_words(progress.missing),
        quarters=min(progress.done, progress.needed),
        needed_quarters=progress.needed,
        enough=progress.enough,
        waiting=_waiting(waiting, here, today) if waiting else None,
        sentence=sentence,
    )


def progress_of(*, person: Person, credential: Credential, pathway: Pathway) -> rules.Progress:
    """Return how far a credential is on a pathway."""
    done = kept.quarters_since(person=person.pk, since=credential.level_since)
    return rules.Progress(done, pathway.quarters)


def employer_words(affidavit: Affidavit) -> str:
    """Return who answers an affidavit."""
    return affidavit.practice.name if affidavit.practice else "Our staff"


def _waiting(affidavit: Affidavit, here: set[int], today: dt.date) -> Waiting:
    sent_on = day_of(affidavit.sent_at)
    can_move = rules.can_move(
        affidavit=affidavit,
        sent_on=sent_on,
        employed_there=affidavit.practice_id in here,
        today=today,
    )
    move_words = ""
    if affidavit.practice_id is not None and not can_move:
        opens = words(rules.open_from(sent_on))
        move_words = f"Without an answer you can send it elsewhere from {opens} on."
    return Waiting(
        affidavit.reference,
        hours_words(affidavit.quarters),
        employer_words(affidavit),
        words(sent_on),
        can_move,
        move_words,
    )


def _entry(entry: HourEntry) -> EntryLine:
    return EntryLine(
        entry.reference,
        words(entry.worked_on),
        entry.practice.name if entry.practice else entry.employer,
        hours_words(entry.quarters),
        entry.note,
        entry.supersedes_id is not None,
    )


def _closed(affidavit: Affidavit) -> ClosedLine:
    assert affidavit.closed_at is not None
    tone = {"approved": "good", "rejected": "now"}.get(affidavit.outcome or "", "")
    how = f"{affidavit.get_outcome_display()} on {words(day_of(affidavit.closed_at))}"
    return ClosedLine(
        hours_words(affidavit.quarters),
        employer_words(affidavit),
        words(day_of(affidavit.sent_at)),
        how,
        affidavit.outcome_note or "",
        tone,
    )
