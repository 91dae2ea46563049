"""Writing badges, their signatures, keys and lists. Called by journeys in their transaction."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction

from scriptorium.domains.credentials.models import (
    Badge,
    BadgeVoid,
    SignedBadge,
    SignedStatusList,
    SigningKey,
)
from scriptorium.domains.credentials.queries import newest_list
from scriptorium.domains.credentials.rules import LIST_FILL, LIST_SIZE
from scriptorium.kernel.references import new_reference

_TRIES = 5


@dataclass(frozen=True, slots=True)
class BadgeDraft:
    """What a badge will say.

    Arguments:
        credential, term: keys; the term is the paid year that it is valid for.
        email: the holder's address now; only its salted hash is kept.
    """

    credential: int
    term: int
    level: str
    awarded_on: dt.date
    email: str
    valid_until: dt.datetime


def random_bit() -> int:
    """Return a random place in a status list."""
    # A reference is random, and repeats where the demonstration wants it to.
    digest = hashlib.sha256(new_reference(16).encode()).digest()
    return int.from_bytes(digest[:8]) % LIST_SIZE


def issue_badges(*, drafts: Sequence[BadgeDraft], now: dt.datetime) -> list[Badge]:
    """Insert badges, each with a random bit of its own in the status lists (STANDARDS row 30)."""
    for _ in range(_TRIES):
        rows = _with_bits([_badge(draft, now) for draft in drafts])
        try:
            with transaction.atomic():
                return Badge.objects.bulk_create(rows)
        except IntegrityError:
            # Somebody took one of the bits at the same moment: draw again.
            continue
    return Badge.objects.bulk_create(_with_bits([_badge(draft, now) for draft in drafts]))


def _badge(draft: BadgeDraft, now: dt.datetime) -> Badge:
    salt = new_reference()
    identity = f"{draft.email.strip().lower()}{salt}"
    return Badge(
        credential_id=draft.credential,
        term_id=draft.term,
        level=draft.level,
        awarded_on=draft.awarded_on,
        valid_from=now.replace(microsecond=0),
        valid_until=draft.valid_until,
        salt=salt,
        identity_hash=hashlib.sha256(identity.encode()).hexdigest(),
    )


def _with_bits(badges: list[Badge]) -> list[Badge]:
    number, used = newest_list()
    waiting = list(badges)
    while waiting:
        if used >= LIST_FILL:
            number, used = number + 1, 0
        some, waiting = waiting[: LIST_FILL - used], waiting[LIST_FILL - used :]
        for badge, bit in zip(some, _free_bits(number, len(some)), strict=True):
            badge.list_number, badge.list_index = number, bit
        used += len(some)
    return badges


def _free_bits(number: int, count: int) -> list[int]:
    found: dict[int, None] = {}
    while len(found) < count:
        drawn = {random_bit(): None for _ in range(count - len(found))}
        taken = set(
            Badge.objects.filter(list_number=number, list_index__in=list(drawn)).values_list(
                "list_index", flat=True
            )
        )
        found |= {bit: None for bit in drawn if bit not in taken}
    return list(found)


def void_badges(*, terms: Iterable[int], by: str, reason: str, now: dt.datetime) -> None:
    """Say that the badges of years that were taken back no longer count."""
    badges = Badge.objects.filter(term_id__in=list(terms), void__isnull=True)
    BadgeVoid.objects.bulk_create(
        [BadgeVoid(badge=badge, at=now, by=by, reason=reason) for badge in badges]
    )


def add_key(*, kid: str, public_jwk: dict[str, Any], now: dt.datetime) -> SigningKey | None:
    """Insert a key as the current one; None when another process was first."""
    try:
        with transaction.atomic():
            return SigningKey.objects.create(kid=kid, public_jwk=public_jwk, not_before=now)
    except IntegrityError:
        return None


def retire_key(*, key: SigningKey, now: dt.datetime) -> bool:
    """Let a key sign nothing more; returns False when it was retired meanwhile."""
    retired = SigningKey.objects.filter(pk=key.pk, retired_at__isnull=True).update(retired_at=now)
    return bool(retired)


def keep_badge(
    *, badge: Badge, key: SigningKey, document: str, token: str, now: dt.datetime
) -> SignedBadge:
    """Keep a signed badge; when two sign one at once the first stays and is returned."""
    SignedBadge.objects.bulk_create(
        [SignedBadge(badge=badge, key=key, document=document, token=token, signed_at=now)],
        ignore_conflicts=True,
    )
    return SignedBadge.objects.get(badge=badge)


def keep_list(
    *,
    purpose: str,
    number: int,
    key: SigningKey,
    bits_sha256: str,
    token: str,
    valid_until: dt.datetime,
    now: dt.datetime,
) -> SignedStatusList:
    """Keep a signed status list; the newest is the published one."""
    return SignedStatusList.objects.create(
        purpose=purpose,
        number=number,
        key=key,
        bits_sha256=bits_sha256,
        token=token,
        signed_at=now,
        valid_until=valid_until,
    )
