"""Mails about attested hours that nobody answers: to the employer, then to the person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import batched

from django.db import transaction

from scriptorium.domains.catalog.queries import pathways
from scriptorium.domains.credentials import queries as kept
from scriptorium.domains.credentials.models import Affidavit
from scriptorium.domains.credentials.rules import hours_words
from scriptorium.domains.notifications.operations import Mail, enqueue
from scriptorium.domains.notifications.queries import known_keys
from scriptorium.journeys.send_hours import mails_to_approvers
from scriptorium.kernel.clock import day_of

CHUNK = 200


@transaction.atomic(durable=True)
def remind_employers(*, today: dt.date, now: dt.datetime) -> int:
    """Queue the reminders of days 7, 14 and 21, and on day 30 the word to the person.

    Each is queued once, ever; a run after days of outage sends the newest that is due and none
    that is stale. Returns how many mails were queued.
    """
    due = batched(due_mails(today=today), CHUNK, strict=False)
    return sum(_enqueue_new(some, now) for some in due)


def due_mails(*, today: dt.date) -> list[Mail]:
    """Return the mails that are due, those included that an earlier run queued."""
    return [mail for waiting in kept.waiting_at_practices() for mail in _due(waiting, today)]


def _due(affidavit: Affidavit, today: dt.date) -> list[Mail]:
    practice = affidavit.practice
    assert practice is not None
    numbers = pathways()
    age = (today - day_of(affidavit.sent_at)).days
    if age >= numbers.move_after_days:
        person = affidavit.person
        return [
            Mail(
                "hours_unanswered",
                person.email,
                person.name,
                f"hours_unanswered:{affidavit.reference}",
                {
                    "practice": practice.name,
                    "hours": hours_words(affidavit.quarters),
                    "waiting": age,
                },
            )
        ]
    due = [day for day in numbers.reminder_days if day <= age]
    if not due:
        return []
    return mails_to_approvers(
        template="hours_reminder",
        affidavit=affidavit,
        person=affidavit.person,
        practice=practice,
        suffix=f":{max(due)}",
        more={"waiting": age},
    )


def _enqueue_new(mails: Sequence[Mail], now: dt.datetime) -> int:
    known = known_keys(keys=[mail.dedupe_key for mail in mails])
    fresh = [mail for mail in mails if mail.dedupe_key not in known]
    enqueue(mails=fresh, now=now)
    return len(fresh)
