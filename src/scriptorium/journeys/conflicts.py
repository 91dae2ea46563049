"""Who may not decide about somebody: the one place that gathers it (ISO/IEC 17024, 4.2 and 9.4)."""

from __future__ import annotations

import datetime as dt

from scriptorium.domains.accounts import queries as accounts
from scriptorium.domains.accounts.enums import StaffRole
from scriptorium.domains.accounts.models import Person
from scriptorium.domains.credentials import queries as credentials
from scriptorium.domains.exams.queries.involvement import involved_in_sittings
from scriptorium.domains.practices import queries as roster

#: Who wrote content stays involved so long after the role ended (STANDARDS §1.1, 4.3).
AUTHOR_DAYS = 730


def involved_with(*, person: Person, now: dt.datetime) -> dict[str, str]:
    """Return person reference → why, of everybody who may not decide about a person.

    These are the person, who trained or wrote exam content for them, who supervised them, who
    approved their hours, and who runs a practice where they work.
    """
    since = now - dt.timedelta(days=AUTHOR_DAYS)
    found = dict.fromkeys(
        accounts.held_role(roles=[StaffRole.TRAINING], since=since),
        "writes, or wrote of late, what candidates are trained with",
    )
    found |= dict.fromkeys(
        accounts.held_role(roles=[StaffRole.EXAMS], since=since),
        "writes, or wrote of late, what candidates are examined on",
    )
    found |= involved_in_sittings(person=person.pk)
    links = roster.links_of_person(person=person.pk)
    approvers = roster.approvers_of(practices={link.practice_id for link in links})
    for people in approvers.values():
        found |= {
            p.reference: "runs a practice of the person, or is a physician there" for p in people
        }
    found |= dict.fromkeys(
        roster.supervisors_ever(scribe=person.pk), "supervises or supervised the person"
    )
    found |= dict.fromkeys(
        credentials.judges_of_hours(person=person.pk), "decided about the person’s hours"
    )
    return found | {person.reference: "it is about them"}
