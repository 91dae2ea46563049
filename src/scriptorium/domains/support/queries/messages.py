"""Reading messages to the body."""

from __future__ import annotations

from django.db.models import QuerySet

from scriptorium.domains.support.models import Message


def open_messages() -> QuerySet[Message]:
    """Return messages that wait for an answer, oldest first."""
    return Message.objects.filter(answered_at__isnull=True).order_by("sent_at", "id")


def by_reference(*, reference: str) -> Message | None:
    """Return one message, or None."""
    return Message.objects.filter(reference=reference).first()
