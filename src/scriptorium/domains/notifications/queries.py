"""Reading the outbox."""

from __future__ import annotations

from django.db.models import QuerySet

from scriptorium.domains.notifications.models import MailState, OutboxMail


def newest(*, limit: int = 200) -> QuerySet[OutboxMail]:
    """Return the newest mails, for the office's outbox page."""
    return OutboxMail.objects.order_by("-id")[:limit]


def by_key(*, key: int) -> OutboxMail | None:
    """Return one mail, or None."""
    return OutboxMail.objects.filter(pk=key).first()


def failed_count() -> int:
    """Return how many mails were given up."""
    return OutboxMail.objects.filter(state=MailState.FAILED).count()


def failed(*, limit: int = 200) -> QuerySet[OutboxMail]:
    """Return the newest mails that were given up."""
    return OutboxMail.objects.filter(state=MailState.FAILED).order_by("-id")[:limit]
