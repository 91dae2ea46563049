"""Numbers of the status lists, and when a signed list must be made anew (STANDARDS §4). Pure."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence

#: Bits of one list: the least that the recommendation allows, so that a holder hides among many.
LIST_SIZE = 131_072
#: A list takes no more badges than this, so that random free places stay easy to find.
LIST_FILL = LIST_SIZE // 2
#: How long a signed list counts, and how long before its end it is signed anew.
LIST_VALID = dt.timedelta(days=7)
LIST_RENEW_BEFORE = dt.timedelta(days=3)


def bits_sha256(bits: Sequence[int]) -> str:
    """Return the SHA-256 of the places that are set, by which a changed list is noticed."""
    return hashlib.sha256(",".join(str(bit) for bit in sorted(bits)).encode()).hexdigest()


def list_is_current(
    *, kept_sha256: str, bits: Sequence[int], valid_until: dt.datetime, now: dt.datetime
) -> bool:
    """Return whether a signed list still says what is so, and will not run out soon."""
    return kept_sha256 == bits_sha256(bits) and now < valid_until - LIST_RENEW_BEFORE
