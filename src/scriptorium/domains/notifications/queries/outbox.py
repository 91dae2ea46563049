"""Reading the outbox."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from scriptorium.domains.notifications.enums import MailState
from scriptorium.domains.notifications.models import OutboxMail, Suppression


def by_key(*, key: int) -> OutboxMail | None:
    """Return one mail, or None."""
    return OutboxMail.objects.filter(pk=key).first()


def known_keys(*, keys: Iterable[str]) -> set[str]:
    """Return those of the keys under which a mail was queued before."""
    found = OutboxMail.objects.filter(dedupe_key__in=list(keys))
    return set(found.values_list("dedupe_key", flat=True))


def count_in(*, state: str) -> int:
    """Return how many mails are in a state."""
    return OutboxMail.objects.filter(state=state).count()


def failed_count() -> int:
    """Return how many mails were given up."""
    return count_in(state=MailState.FAILED)


def search(*, text: str, state: str = "", limit: int = 50) -> QuerySet[OutboxMail]:
    """Return the newest mails to addresses or names that hold every word.

    Arguments:
        state: only mails in this state; empty for all.
    """
    found = OutboxMail.objects.order_by("-id")
    if state:
        found = found.filter(state=state)
    for word in text.split()[:5]:
        found = found.filter(Q(to_address__icontains=word) | Q(to_name__icontains=word))
    return found[:limit]


def reasons_for(*, address: str) -> list[str]:
    """Return the reasons for which an address gets less mail now, oldest first."""
    live = Suppression.objects.filter(address=address.lower(), lifted_at__isnull=True)
    return list(live.order_by("id").values_list("reason", flat=True))
