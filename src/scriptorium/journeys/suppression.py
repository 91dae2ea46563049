"""Who gets less mail: by one click in a mail, by a switch in the profile, lifted by staff."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.audit.operations import Happening, record
from scriptorium.domains.notifications import operations as mails
from scriptorium.domains.notifications import queries, rules
from scriptorium.domains.notifications.enums import SuppressionReason
from scriptorium.domains.notifications.models import OutboxMail, Suppression
from scriptorium.journeys.undelivered import suppress
from scriptorium.kernel.actor import Actor

#: What a person switches in the profile → the reason that stands for "off".
SWITCHES = {
    "reminders": SuppressionReason.NO_REMINDERS,
    "offers": SuppressionReason.UNSUBSCRIBED,
}


@transaction.atomic(durable=True)
def unsubscribe(*, actor: Actor, address: str, now: dt.datetime) -> bool:
    """Stop marketing mail to an address; returns False when it was stopped before."""
    note = "By the link or button in a mail"
    reason = SuppressionReason.UNSUBSCRIBED
    return suppress(actor=actor, address=address, reason=reason, note=note, now=now)


@transaction.atomic(durable=True)
def lift(*, actor: Actor, suppression: Suppression, reason: str, now: dt.datetime) -> bool:
    """Let an address get its mail again; returns False when it does already."""
    return _lift(actor, suppression, reason, now)


@transaction.atomic(durable=True)
def switch(*, actor: Actor, person: Person, what: str, on: bool, now: dt.datetime) -> None:
    """Switch a person's own reminders or offers on or off.

    Arguments:
        what: a key of ``SWITCHES``.
    """
    reason = SWITCHES[what]
    if not on:
        note = "By a switch in the profile"
        suppress(actor=actor, address=person.email, reason=reason, note=note, now=now)
        return
    for held in queries.suppressed_as(address=person.email, reason=reason):
        _lift(actor, held, "Switched on in the profile", now)


class StillHeld(Exception):
    """A mail cannot be sent again; the text says why."""


def why_held(mail: OutboxMail) -> str:
    """Say why a mail that was held back would be held back again; "" when it would leave."""
    reasons = queries.reasons_for(address=mail.to_address)
    reason = rules.stopped_by(template=mail.template, reasons=reasons)
    if not reason:
        return ""
    said = SuppressionReason(reason).label.lower()
    return f"{mail.to_address} still gets less mail: {said}. Lift that first."


@transaction.atomic(durable=True)
def send_again(*, actor: Actor, mail: OutboxMail, now: dt.datetime) -> None:
    """Send a mail that was held back, once its address gets such mail again.

    Raises:
        StillHeld: the address does not, or the mail is not held back (any more).
    """
    why = why_held(mail)
    if why:
        raise StillHeld(why)
    if not mails.send_again(mail=mail, now=now):
        raise StillHeld("This mail is not held back any more. Nothing changed.")
    data = {"address": mail.to_address, "mail": rules.short_name(template=mail.template)}
    happening = Happening("mail.sent_again", "mail", str(mail.pk), mail.practice, data)
    record(actor=actor, happening=happening, now=now)


def _lift(actor: Actor, suppression: Suppression, reason: str, now: dt.datetime) -> bool:
    done = mails.lift(suppression=suppression, by=actor.reference, reason=reason, now=now)
    if done:
        data = {"address": suppression.address, "reason": reason}
        happening = Happening("address.lifted", "address", suppression.reference, "", data)
        record(actor=actor, happening=happening, now=now)
    return done
