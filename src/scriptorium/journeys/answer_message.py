"""Staff answer a message that came from the contact page."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from scriptorium.domains.audit.operations import Happening, record
from scriptorium.domains.support import operations as support
from scriptorium.domains.support.models import Message
from scriptorium.kernel.actor import Actor


@transaction.atomic(durable=True)
def mark_answered(*, actor: Actor, message: Message, now: dt.datetime) -> None:
    """Take a message off the list of those that wait."""
    support.mark_answered(message=message, by=actor.reference, now=now)
    record(
        actor=actor,
        happening=Happening(
            "support.message_answered",
            "message",
            message.reference,
            message.practice,
            {"topic": message.get_topic_display().lower()},
        ),
        now=now,
    )
