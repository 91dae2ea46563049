"""Receiving messages to the body."""

from __future__ import annotations

import datetime as dt

from scriptorium.domains.support.models import Message


def receive(
    *,
    topic: str,
    name: str,
    email: str,
    text: str,
    practice: str,
    person: str,
    page: str,
    now: dt.datetime,
) -> Message:
    """Keep a message from the contact page."""
    return Message.objects.create(
        topic=topic,
        name=name,
        email=email,
        text=text,
        practice=practice,
        person=person,
        page=page,
        sent_at=now,
    )


def mark_answered(*, message: Message, by: str, now: dt.datetime) -> None:
    """Remember that staff answered."""
    message.answered_at, message.answered_by = now, by
    message.save(update_fields=["answered_at", "answered_by"])
