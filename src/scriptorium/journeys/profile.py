"""A person's own details: contact data, e-mail with confirmation, name on certificates (S28)."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping

from django.db import transaction

from scriptorium.domains.accounts import operations as accounts
from scriptorium.domains.accounts import queries as people
from scriptorium.domains.accounts.models import NameRequest, Person
from scriptorium.domains.audit.operations import Happening, record
from scriptorium.domains.notifications.operations import Mail, enqueue
from scriptorium.domains.support import operations as support
from scriptorium.kernel.actor import Actor


class CannotChangeEmail(Exception):
    """The address is taken or the link is over; one wording, so that nobody learns which."""


@transaction.atomic(durable=True)
def change_profile(
    *, actor: Actor, person: Person, values: Mapping[str, object], now: dt.datetime
) -> list[str]:
    """Change phone, address, background and keyboard preference; returns what changed."""
    changed = accounts.change_profile(person=person, values=values)
    if changed:
        record(
            actor=actor,
            happening=Happening(
                "account.profile_changed",
                "person",
                person.reference,
                "",
                {"fields": ", ".join(changed)},
            ),
            now=now,
        )
    return changed


@transaction.atomic(durable=True)
def ask_email_change(*, actor: Actor, person: Person, new_email: str, now: dt.datetime) -> None:
    """Send a confirmation to the new address and tell the old one.

    When the address belongs to somebody else nothing is sent to it, and the answer is the same.
    """
    taken = people.by_email(emails=[new_email])
    token = secrets.token_urlsafe(24)
    mails = [
        Mail(
            "email_changed",
            person.email,
            person.name,
            f"email_changed:{person.reference}:{now:%Y%m%d%H%M%S}",
            {"new_email": new_email},
        )
    ]
    if not taken:
        accounts.ask_email_change(person=person, new_email=new_email, token=token, now=now)
        mails.append(
            Mail(
                "email_change",
                new_email,
                person.name,
                f"email_change:{accounts.token_hash(token)[:24]}",
                {"link": f"/member/profile/email/{token}/"},
            )
        )
    enqueue(mails=mails, now=now)
    record(
        actor=actor,
        happening=Happening("account.email_change_requested", "person", person.reference),
        now=now,
    )


@transaction.atomic(durable=True)
def confirm_email_change(*, person: Person, token: str, now: dt.datetime) -> None:
    """Make the new address the person's own.

    Raises:
        CannotChangeEmail: unknown, used or old link, or the address was taken meanwhile.
    """
    change = people.open_email_change(
        person=person.pk, token_hash=accounts.token_hash(token), now=now
    )
    if change is None or people.by_email(emails=[change.new_email]):
        raise CannotChangeEmail("This link is over. Ask for the change again in your profile.")
    accounts.confirm_email_change(change=change, now=now)
    record(
        actor=Actor.system("profile"),
        happening=Happening("account.email_changed", "person", person.reference),
        now=now,
    )


@transaction.atomic(durable=True)
def ask_certificate_name(
    *, actor: Actor, person: Person, wanted: str, reason: str, now: dt.datetime
) -> None:
    """Ask staff for another name on certificates."""
    accounts.ask_certificate_name(person=person, wanted=wanted, reason=reason, now=now)
    record(
        actor=actor,
        happening=Happening(
            "account.certificate_name_requested",
            "person",
            person.reference,
            "",
            {"wanted": wanted},
        ),
        now=now,
    )


@transaction.atomic(durable=True)
def decide_certificate_name(
    *, actor: Actor, request: NameRequest, approved: bool, now: dt.datetime
) -> None:
    """Staff approve or decline the wish; certificates issued from now on carry the new name."""
    accounts.decide_certificate_name(
        request=request, approved=approved, by=actor.reference, now=now
    )
    record(
        actor=actor,
        happening=Happening(
            "account.certificate_name_decided",
            "person",
            request.person.reference,
            "",
            {"decision": "approved" if approved else "declined"},
        ),
        now=now,
    )


@transaction.atomic(durable=True)
def send_message(
    *,
    actor: Actor,
    topic: str,
    name: str,
    email: str,
    text: str,
    practice: str,
    person: str,
    page: str,
    now: dt.datetime,
) -> None:
    """Keep a message from the contact page for staff to answer."""
    message = support.receive(
        topic=topic,
        name=name,
        email=email,
        text=text,
        practice=practice,
        person=person,
        page=page,
        now=now,
    )
    record(
        actor=actor,
        happening=Happening(
            "support.message_received", "message", message.reference, practice, {"topic": topic}
        ),
        now=now,
    )
