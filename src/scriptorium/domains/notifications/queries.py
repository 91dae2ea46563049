"""Reading the outbox."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from scriptorium.domains.notifications.models import MailState, OutboxMail


def by_key(*, key: int) -> OutboxMail | None:
    """Return one mail, or None."""
    return OutboxMail.objects.filter(pk=key).first()


def known_keys(*, keys: Iterable[str]) -> set[str]:
    """Return those of the keys under which a mail was queued before."""
    found = OutboxMail.objects.filter(dedupe_key__in=list(keys))
    return set(found.values_list("dedupe_key", flat=True))


def failed_count() -> int:
    """Return how many mails were given up."""
    return OutboxMail.objects.filter(state=MailState.FAILED).count()


def search(*, text: str, only_failed: bool = False, limit: int = 50) -> QuerySet[OutboxMail]:
    """Return the newest mails to addresses or names that hold every word."""
    found = OutboxMail.objects.order_by("-id")
    if only_failed:
        found = found.filter(state=MailState.FAILED)
    for word in text.split()[:5]:
        found = found.filter(Q(to_address__icontains=word) | Q(to_name__icontains=word))
    return found[:limit]
