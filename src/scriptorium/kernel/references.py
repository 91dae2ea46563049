"""Short public references, unguessable and easy to read aloud.

Crockford's base 32 without I, L, O and U: 12 characters carry 60 random bits, so that a
reference in an address tells nothing about its neighbours (ASVS 8.2.2).
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LENGTH = 12

_seeded: random.Random | None = None


def new_reference(length: int = LENGTH) -> str:
    """Return a fresh reference of ``length`` characters."""
    if _seeded is not None:
        return "".join(_seeded.choice(ALPHABET) for _ in range(length))
    # 256 is a multiple of 32, so every letter is as likely as any other.
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in secrets.token_bytes(length))


@contextmanager
def seeded(seed: str) -> Iterator[None]:
    """Make references repeat inside the block; the demo data uses it, nothing else may."""
    global _seeded
    previous, _seeded = _seeded, random.Random(seed)
    try:
        yield
    finally:
        _seeded = previous
