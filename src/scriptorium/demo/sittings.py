"""Exams of the demonstration's past: those of people with a credential, and one not passed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from django.db import transaction

from scriptorium.demo.cast import Member
from scriptorium.demo.past import noon
from scriptorium.domains.accounts.models import Person
from scriptorium.domains.audit.operations import Happening, record_many
from scriptorium.domains.catalog.enums import PartKind
from scriptorium.domains.exams.enums import LETTERS
from scriptorium.domains.exams.models import Sitting
from scriptorium.domains.exams.operations import sittings as writing
from scriptorium.domains.exams.rules.sitting import Given
from scriptorium.domains.ledger import operations as ledger
from scriptorium.domains.ledger import queries as stock
from scriptorium.domains.ledger.enums import PartOutcome, PartState
from scriptorium.domains.practices.models import Practice, RosterLink
from scriptorium.journeys import finish_exam, sit_exam
from scriptorium.kernel.actor import Actor, ActorKind

#: Days after the assignment on which a package's exam was passed.
PASSED_AFTER = 75
#: Who sat and did not pass, which exam, how many days ago, and how many items were right.
NOT_PASSED = ("grace.okoye@riverside.example", "dermatology", 12, 71)


@transaction.atomic
def complete_exams(
    *, day: dt.date, practice: Practice, links: Mapping[str, RosterLink],
    people: Mapping[str, Person], members: Sequence[Member],
) -> None:  # fmt: skip
    """Complete the exam parts of people whose credential was brought forward.

    They sat before this system, so there is a used unit and no sitting.
    """
    for member in members:
        person = people[member.email]
        part = stock.locked_part_to_sit(person=person.pk, kind=PartKind.EXAM, choices=[""])
        if not member.level or part is None or part.unit.assigned_at is None:
            continue
        passed = min(part.unit.assigned_at.date() + dt.timedelta(days=PASSED_AFTER), day)
        actor = Actor(ActorKind.PERSON, person.reference, person.name)
        ledger.choose_exam(part=part, choice=member.specialty)
        ledger.note_outcome(
            unit_reference=part.unit.reference,
            person=person.pk,
            kind=PartKind.EXAM,
            outcome=PartOutcome.PASSED,
        )
        place = ("link", links[member.email].reference, practice.reference)
        data = {"name": person.name, "part": PartKind.EXAM.label}
        for to, key in (
            (PartState.STARTED, "part.started"),
            (PartState.COMPLETED, "part.completed"),
        ):
            ledger.move_parts(actor=actor, parts=[part], to=to, now=noon(passed))
            record_many(actor=actor, happenings=[Happening(key, *place, data)], now=noon(passed))


def sit_without_passing(*, day: dt.date, people: Mapping[str, Person]) -> None:
    """Let one person sit a specialty exam to the end without passing it."""
    email, exam, days_ago, right = NOT_PASSED
    person = people[email]
    assert person.user is not None
    sat = day - dt.timedelta(days=days_ago)
    sitting = sit_exam.start(
        actor=Actor(ActorKind.PERSON, person.reference, person.name),
        person=person,
        exam=exam,
        affidavit_name=person.name,
        affidavit_email=person.email,
        holder="demo",
        now=noon(sat, 15),
        today=sat,
    )
    with transaction.atomic():
        writing.note_shown(sitting=sitting, now=noon(sat, 15))
        writing.keep_answers(
            sitting=sitting, answers=_answers(sitting, right), late=False, now=noon(sat, 16)
        )
    finish_exam.finish(
        user=person.user.pk,
        reference=sitting.reference,
        holder="demo",
        request_id="",
        now=noon(sat, 16),
        today=sat,
    )


def _answers(sitting: Sitting, right: int) -> list[Given]:
    """Return an answer to each item, the first ``right`` of them as the key has it."""
    found = []
    for keyed in writing.keyed_form(form=sitting.form_id):
        known = keyed.position <= right
        if keyed.key is None:
            found.append(Given(keyed.position, 1, text=keyed.accept[0] if known else "unsure"))
        else:
            letter = LETTERS[keyed.key if known else (keyed.key + 1) % len(LETTERS)]
            found.append(Given(keyed.position, 1, choice=letter))
    return found
