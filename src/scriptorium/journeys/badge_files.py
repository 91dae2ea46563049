"""From a badge's row to its signed token and its picture; and the signed status lists.

A token is signed once, at the first request after its issue or by the night, and kept; every later
request serves the same bytes. A status list is signed anew when a bit changed or its time runs
out, so it says what is so within a minute (STANDARDS rows 8, 29, 30).
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from scriptorium.domains.catalog.enums import GENERAL
from scriptorium.domains.catalog.queries import programme
from scriptorium.domains.credentials import operations as credentials
from scriptorium.domains.credentials import queries as kept
from scriptorium.domains.credentials.enums import Level, StatusPurpose
from scriptorium.domains.credentials.models import Badge, SignedBadge
from scriptorium.domains.credentials.rules import (
    LIST_SIZE,
    LIST_VALID,
    bits_sha256,
    list_is_current,
)
from scriptorium.integrations.badges import documents
from scriptorium.integrations.badges.baking import bake
from scriptorium.integrations.badges.drawing import draw_badge
from scriptorium.integrations.badges.signing import sign_token
from scriptorium.integrations.badges.status_lists import status_list_payload
from scriptorium.integrations.pdf.qr import qr_matrix, qr_svg
from scriptorium.journeys.services import issuer
from scriptorium.journeys.signing_keys import KeyMissing, current_key

__all__ = ["KeyMissing"]

#: Badges that nobody asked for are signed by the night for so long after their issue.
NIGHT_LOOKS_BACK = dt.timedelta(days=3)
_AT_ONCE = 200
_INK = "#1e252e"


@dataclass(frozen=True, slots=True)
class SignedTexts:
    """A badge as machines read it: the document, and the token that holds and signs it."""

    document: str
    token: str


def signed_badge(*, number: str, now: dt.datetime) -> SignedTexts | None:
    """Return a credential's newest badge, signed; None when there is none to show.

    Raises:
        KeyMissing: it is not signed yet, and the private key is not on this machine.
    """
    texts = kept.newest_texts(number=number)
    if texts is None:
        return None
    if texts[1]:
        return SignedTexts(*texts)
    badge = kept.newest_badge(number=number)
    if badge is None:
        return None
    signed = _sign(badge, now)
    return SignedTexts(signed.document, signed.token)


def _sign(badge: Badge, now: dt.datetime) -> SignedBadge:
    key, private_pem = current_key(now=now)
    facts = _facts(badge)
    body = issuer()
    document = documents.badge_document(issuer=body, facts=facts)
    token = sign_token(
        payload=documents.badge_payload(document=document, facts=facts),
        private_pem=private_pem,
        kid=body.addresses.key(key.kid),
    )
    with transaction.atomic():
        return credentials.keep_badge(
            badge=badge, key=key, document=_json(document), token=token, now=now
        )


def sign_what_waits(*, now: dt.datetime, today: dt.date) -> dict[str, int]:
    """Sign the badges that nobody has asked for yet, and every list that changed or runs out soon.

    The worker calls it every minute, the night once more; what has a signature is left alone.

    Raises:
        KeyMissing: the private key is not on this machine.
    """
    waiting = kept.unsigned_badges(since=now - NIGHT_LOOKS_BACK, limit=_AT_ONCE)
    for badge in waiting:
        _sign(badge, now)
    signed = 0
    for number in kept.list_numbers():
        for purpose in StatusPurpose.values:
            before = kept.newest_signed_list(purpose=purpose, number=number)
            status_list(purpose=purpose, number=number, now=now, today=today)
            signed += kept.newest_signed_list(purpose=purpose, number=number) != before
    return {"badges signed": len(waiting), "status lists signed": signed}


def _json(document: object) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1)


def _facts(badge: Badge) -> documents.BadgeFacts:
    return documents.BadgeFacts(
        number=badge.credential.number,
        issue=badge.reference,
        achievement=_achievement(Level(badge.level), badge.credential.specialty),
        salt=badge.salt,
        identity_hash=badge.identity_hash,
        awarded_on=badge.awarded_on,
        valid_from=badge.valid_from,
        valid_until=badge.valid_until,
        list_number=badge.list_number,
        list_index=badge.list_index,
    )


def _specialty_words(specialty: str) -> str:
    return programme().specialties.get(specialty, "General")


def _achievement(level: Level, specialty: str) -> documents.Achievement:
    field = _specialty_words(specialty)
    ladder = {
        Level.CMSA: "Passed the certification exam (MSCAT) of the scheme.",
        Level.CMSS: "Passed the certification exam (MSCAT) of the scheme, then attested hours of"
        " unassisted clinical documentation that an employer approved.",
    }
    return documents.Achievement(
        code=f"{level.lower()}-{specialty}",
        name=f"{level.label} ({level}), {field}",
        description=f"Documents clinical encounters at the level {level}, {field}. Issued by"
        f" {settings.BODY_NAME}. It is not a licence and is not endorsed by CMS or HHS.",
        criteria=ladder[level],
    )


def _parts_of(code: str) -> tuple[Level, str] | None:
    """Return level and specialty of an achievement's code, or None when there is no such."""
    level, _, specialty = code.partition("-")
    known = specialty == GENERAL or specialty in programme().specialties
    if level.upper() not in Level.values or level != level.lower() or not known:
        return None
    return Level(level.upper()), specialty


def achievement_json(*, code: str) -> str | None:
    """Return what an achievement's address says, or None when there is no such."""
    found = _parts_of(code)
    if found is None:
        return None
    achievement = _achievement(*found)
    return _json(documents.achievement_document(issuer=issuer(), achievement=achievement))


def achievement_picture(*, code: str) -> bytes | None:
    """Return an achievement's picture as PNG, or None when there is no such."""
    found = _parts_of(code)
    return _picture(*found) if found else None


def _picture(level: Level, specialty: str) -> bytes:
    return draw_badge(
        level=level,
        title=level.label,
        specialty=_specialty_words(specialty),
        body=settings.BODY_NAME,
    )


def baked_badge(*, number: str, now: dt.datetime) -> bytes | None:
    """Return a credential's newest badge as a PNG that holds its token; None without one.

    Raises:
        KeyMissing: it is not signed yet, and the private key is not on this machine.
    """
    badge = kept.newest_badge(number=number)
    if badge is None:
        return None
    signed = getattr(badge, "signed", None) or _sign(badge, now)
    return bake(png=_picture(Level(badge.level), badge.credential.specialty), token=signed.token)


def issuer_json() -> str:
    """Return the issuer's profile."""
    return _json(documents.issuer_profile(issuer=issuer()))


def status_list(*, purpose: str, number: int, now: dt.datetime, today: dt.date) -> str | None:
    """Return a signed status list as it is today; None when there is no such list.

    Raises:
        KeyMissing: it must be signed anew, and the private key is not on this machine.
    """
    if purpose not in StatusPurpose.values or number not in kept.list_numbers():
        return None
    bits = kept.set_bits(purpose=purpose, number=number, today=today)
    newest = kept.newest_signed_list(purpose=purpose, number=number)
    if newest is not None and list_is_current(
        kept_sha256=newest.bits_sha256, bits=bits, valid_until=newest.valid_until, now=now
    ):
        return newest.token
    key, private_pem = current_key(now=now)
    body, moment = issuer(), now.replace(microsecond=0)
    payload = status_list_payload(
        issuer=body,
        purpose=purpose,
        number=number,
        bits=bits,
        size=LIST_SIZE,
        signed_at=moment,
        valid_until=moment + LIST_VALID,
    )
    token = sign_token(payload=payload, private_pem=private_pem, kid=body.addresses.key(key.kid))
    with transaction.atomic():
        credentials.keep_list(
            purpose=purpose,
            number=number,
            key=key,
            bits_sha256=bits_sha256(bits),
            token=token,
            valid_until=moment + LIST_VALID,
            now=now,
        )
    return token


def qr_code(*, number: str) -> str:
    """Return the QR code of a verification page as an SVG picture, whether or not it is known."""
    address = issuer().addresses.page(number)
    return qr_svg(matrix=qr_matrix(address=address), ink=_INK)
