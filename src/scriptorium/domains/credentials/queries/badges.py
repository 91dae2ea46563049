"""Reading badges, keys and the bits of the status lists."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import Max, Q, QuerySet

from scriptorium.database.prepared import Prepared
from scriptorium.domains.credentials.enums import ENDED, DecisionState, StatusPurpose
from scriptorium.domains.credentials.models import (
    Badge,
    BadgeVoid,
    Decision,
    SignedStatusList,
    SigningKey,
)


def newest_badge(*, number: str) -> Badge | None:
    """Return a credential's newest badge that counts, with its signature, by one query.

    None when the number is unknown, its holder hidden, or no badge was issued.
    """
    return (
        Badge.objects.filter(
            credential__number=number, credential__person__hidden=False, void__isnull=True
        )
        .select_related("credential", "signed")
        .order_by("-id")
        .first()
    )


def _texts(number: str) -> QuerySet[Badge, tuple[str | None, str | None]]:
    return (
        Badge.objects.filter(
            credential__number=number, credential__person__hidden=False, void__isnull=True
        )
        .order_by("-id")
        .values_list("signed__document", "signed__token")
    )


_newest_texts = Prepared(_texts, ("SC-ONE",), ("SC-OTHER",))


def newest_texts(*, number: str) -> tuple[str, str] | None:
    """Return document and token of a credential's newest badge by one query, both "" unsigned.

    None when the number is unknown, its holder hidden, or no badge was issued.
    """
    found = _newest_texts.first(number)
    return None if found is None else (found[0] or "", found[1] or "")


def newest_badges(*, credentials: Iterable[int]) -> dict[int, Badge]:
    """Return credential key → its newest badge that counts."""
    rows = Badge.objects.filter(credential_id__in=list(credentials), void__isnull=True)
    return {badge.credential_id: badge for badge in rows.order_by("id")}


def unsigned_badges(*, since: dt.datetime, limit: int) -> list[Badge]:
    """Return the oldest badges issued since a moment that nobody has asked for yet."""
    waiting = Badge.objects.filter(valid_from__gte=since, signed__isnull=True, void__isnull=True)
    return list(waiting.select_related("credential").order_by("id")[:limit])


def current_key() -> SigningKey | None:
    """Return the key that signs now, or None before the first one."""
    return SigningKey.objects.filter(retired_at__isnull=True).first()


def signing_keys() -> QuerySet[SigningKey]:
    """Return every key that ever signed, oldest first."""
    return SigningKey.objects.order_by("id")


def signing_key(*, kid: str) -> SigningKey | None:
    """Return one key, or None."""
    return SigningKey.objects.filter(kid=kid).first()


def newest_list() -> tuple[int, int]:
    """Return the number of the status list that is being filled, and how many bits are taken."""
    number = Badge.objects.aggregate(newest=Max("list_number"))["newest"] or 1
    return number, Badge.objects.filter(list_number=number).count()


def list_numbers() -> range:
    """Return the numbers of all status lists; the first one always exists."""
    return range(1, (Badge.objects.aggregate(newest=Max("list_number"))["newest"] or 1) + 1)


def set_bits(*, purpose: str, number: int, today: dt.date) -> list[int]:
    """Return the places that are set in a status list on a day, in order.

    Revocation: the credential was revoked, surrendered or retired, or the badge's year was taken
    back. Suspension: the credential is suspended on that day.
    """
    against = Decision.objects.exclude(to_state=DecisionState.HELD)
    states: dict[int, str] = dict(
        Decision.objects.filter(
            credential__in=against.values("credential"), effective_on__lte=today
        )
        .order_by("id")
        .values_list("credential_id", "to_state")
    )
    wanted = {DecisionState.SUSPENDED} if purpose == StatusPurpose.SUSPENSION else set(ENDED)
    credentials = [key for key, state in states.items() if state in wanted]
    counts = Q(credential_id__in=credentials)
    if purpose == StatusPurpose.REVOCATION:
        counts |= Q(pk__in=BadgeVoid.objects.values("badge"))
    found = Badge.objects.filter(counts, list_number=number)
    return sorted(found.values_list("list_index", flat=True))


def newest_signed_list(*, purpose: str, number: int) -> SignedStatusList | None:
    """Return the newest signature of a status list, or None."""
    return SignedStatusList.objects.filter(purpose=purpose, number=number).order_by("-id").first()
