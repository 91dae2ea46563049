"""How often one address may ask in a span of time."""

from __future__ import annotations

import datetime as dt

from scriptorium.web.shared.limits import allowed
from scriptorium.web.shared.requests import HttpRequest, address_of


def within_limit(request: HttpRequest, *, what: str, times: int, span: dt.timedelta) -> bool:
    """Count one try of the request's address and return whether it is still allowed.

    Arguments:
        what: names the counter; each has its own.
        times: how many tries a span holds.
    """
    seconds = int(span.total_seconds())
    window = int(request.now.timestamp()) // seconds
    key = f"{what}:{address_of(request)}:{window}"
    return allowed(key, limit=times, seconds=seconds)
