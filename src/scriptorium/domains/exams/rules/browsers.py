"""How a browser shows that it is Safe Exam Browser with a certain configuration (STANDARDS §3.5).

It sends lower-case hexadecimal SHA-256 of the page's absolute address, without fragment, followed
by the Config Key: in a header, or through a script of the page. Both hash the address that the
browser asked for, so it is built from the configured base address and never from the request's
own headers.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass

from scriptorium.domains.exams.models import BrowserKey

#: The header of every version that sends one.
HEADER = "X-SafeExamBrowser-ConfigKeyHash"
_HEXADECIMAL = re.compile(r"[0-9a-f]{64}")


class NotThisBrowser(Exception):
    """The exam is sat in a browser that this is not; the text says which, and where it is had."""


class BadKey(ValueError):
    """What was pasted is no Config Key; the text says what one looks like."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What came with a request.

    Arguments:
        url: the absolute address that was asked for, as the site's own settings make it.
        hash: what the browser made of it and its configuration, "" where it sent nothing.
    """

    url: str = ""
    hash: str = ""


def request_hash(*, url: str, config_key: str) -> str:
    """Return what Safe Exam Browser sends for an address."""
    return hashlib.sha256(f"{url.partition('#')[0]}{config_key}".encode()).hexdigest()


def shows(*, claim: Claim, config_key: str) -> bool:
    """Return whether a claim was made with a configuration."""
    right = request_hash(url=claim.url, config_key=config_key)
    return hmac.compare_digest(right.encode(), claim.hash.strip().lower().encode())


def config_key(text: str) -> str:
    """Return a pasted Config Key as it is kept.

    Raises:
        BadKey: it is none.
    """
    found = re.sub(r"\s", "", text).lower()
    if not _HEXADECIMAL.fullmatch(found):
        raise BadKey("A Config Key has 64 characters, 0 to 9 and a to f.")
    return found


def refusal(*, title: str, keys: list[BrowserKey], claimed: bool) -> str:
    """Return why a browser is refused, in a sentence or two.

    Arguments:
        title: the exam's.
        keys: the configurations that are allowed now.
        claimed: whether the browser sent anything at all.
    """
    names = " or ".join(f"“{key.name}”" for key in keys)
    where = next((key.address for key in keys if key.address), "")
    what = f"{title} is sat in Safe Exam Browser with the configuration {names}. "
    now = (
        "This browser runs with another configuration, or asked for another address. "
        if claimed
        else "This browser did not show that it is that one. "
    )
    return f"{what}{now}" + (
        f"Get the configuration at {where}, open it, and sign in there."
        if where
        else "Ask us for the configuration, open it, and sign in there."
    )
