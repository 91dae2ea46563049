"""Rate limits that all processes share through the cache."""

from __future__ import annotations

from django.core.cache import cache

from scriptorium.kernel import clock


def allowed(key: str, *, limit: int, seconds: int, cost: int = 1) -> bool:
    """Count an attempt and return whether it is within the limit.

    Arguments:
        key: what is limited, with whom or what it is counted for.
        limit: how much is allowed in a window.
        seconds: the window's length, from its first attempt.
        cost: how much this attempt counts.
    """
    name = f"limit:{key}"
    moment = clock.now().timestamp()
    used, until = cache.get(name, (0, 0.0))
    if until <= moment:
        used, until = 0, moment + seconds
    # Two tries at the same instant may count as one: this is a brake, not an invariant. The
    # cache's own counter would forget the window's end on the file backend.
    cache.set(name, (used + cost, until), timeout=max(1, int(until - moment)))
    return bool(used + cost <= limit)
