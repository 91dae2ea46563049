"""What enhanced status codes (RFC 3463) say."""

from __future__ import annotations

import re

_CODE = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
#: Lasting failures that say nothing of the address: a full mailbox, a mail that is too long, a
#: network or a policy.
_NOT_THE_ADDRESS = re.compile(r"5\.(?:2\.[234]|3\.\d+|4\.[3-7]|5\.\d+|6\.\d+|7\.\d+)")


def status_in(text: str) -> str:
    """Return the first code in a server's words, or ""."""
    found = _CODE.search(text)
    return found[0] if found else ""


def blames_the_address(status: str) -> bool:
    """Return whether a lasting failure means that the address does not work.

    Arguments:
        status: the code; a server that gives none is believed to mean the address.
    """
    return not status.startswith("4") and not _NOT_THE_ADDRESS.fullmatch(status)
