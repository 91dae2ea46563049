"""Published lists of bits, one a purpose (W3C Bitstring Status List 1.0)."""

from __future__ import annotations

import base64
import datetime as dt
import gzip
from collections.abc import Iterable
from typing import Any

from scriptorium.integrations.badges.documents import CONTEXT, Issuer, moment_words

#: How long a reader may use a list before it fetches it anew.
TTL = dt.timedelta(minutes=1)


def encode_bits(*, bits: Iterable[int], size: int) -> str:
    """Return ``encodedList``: multibase base64url of the packed and compressed bits.

    The first bit is the highest of the first byte. The same bits give the same text.

    Raises:
        ValueError: a place outside the list.
    """
    packed = bytearray(size // 8)
    for bit in bits:
        if not 0 <= bit < size:
            raise ValueError(f"Place {bit} lies outside a list of {size} bits.")
        packed[bit // 8] |= 0x80 >> bit % 8
    text = base64.urlsafe_b64encode(gzip.compress(bytes(packed), mtime=0)).decode()
    return "u" + text.rstrip("=")


def status_list_payload(
    *,
    issuer: Issuer,
    purpose: str,
    number: int,
    bits: Iterable[int],
    size: int,
    signed_at: dt.datetime,
    valid_until: dt.datetime,
) -> dict[str, Any]:
    """Return the payload of a signed list; ``validUntil`` keeps an old copy from being replayed."""
    address = issuer.addresses.status_list(purpose, number)
    return {
        "@context": CONTEXT[:1],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer.addresses.issuer,
        "validFrom": moment_words(signed_at),
        "validUntil": moment_words(valid_until),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": purpose,
            "encodedList": encode_bits(bits=bits, size=size),
            "ttl": int(TTL.total_seconds() * 1000),
        },
        "iss": issuer.addresses.issuer,
        "jti": address,
        "sub": f"{address}#list",
        "nbf": int(signed_at.timestamp()),
        "exp": int(valid_until.timestamp()),
    }
