"""Staff open a practice: it exists with its primary administrator from the first moment.

The administrator is a person at once, since a practice is never without one (DOMAIN §1). Somebody
new has no login yet: the invitation makes it, and fills the person's link with the roster.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from scriptorium.domains.accounts import operations as accounts
from scriptorium.domains.accounts import queries as people
from scriptorium.domains.audit.operations import Happening, record_many
from scriptorium.domains.practices import operations as practices
from scriptorium.domains.practices.models import Practice
from scriptorium.domains.practices.operations import NewLink
from scriptorium.journeys.invite import send_invitations
from scriptorium.kernel.actor import Actor


@transaction.atomic(durable=True)
def open_practice(
    *,
    actor: Actor,
    name: str,
    first_name: str,
    last_name: str,
    email: str,
    now: dt.datetime,
    today: dt.date,
) -> Practice:
    """Make a practice and invite its primary administrator.

    Arguments:
        first_name, last_name, email: the administrator. Somebody who is known by this address
            keeps the name of their own record, and is asked to join.
    """
    email = email.lower()
    person = people.by_email(emails=[email]).get(email)
    if person is None:
        person = accounts.create_person(
            first_name=first_name, last_name=last_name, email=email, now=now
        )
    practice = practices.create_practice(name=name, primary=person.pk, now=now)
    link = practices.add_links(
        practice=practice.pk, people=[NewLink(first_name, last_name, email)], today=today
    )[0]
    link.practice = practice
    record_many(
        actor=actor,
        happenings=[
            Happening(
                "practice.created",
                "practice",
                practice.reference,
                practice.reference,
                {"name": practice.name},
            ),
            Happening(
                "roster.invited", "link", link.reference, practice.reference, {"name": link.name}
            ),
        ],
        now=now,
    )
    send_invitations(actor=actor, practice=practice, links=[link], now=now)
    return practice
