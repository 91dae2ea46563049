"""Rate limits that all processes share through the cache."""

from __future__ import annotations

from django.core.cache import cache


def allowed(key: str, *, limit: int, seconds: int, cost: int = 1) -> bool:
    """Count an attempt and return whether it is within the limit.

    Arguments:
        key: what is limited, with whom or what it is counted for.
        limit: how much is allowed in a window.
        seconds: the window's length, from its first attempt.
        cost: how much this attempt counts.
    """
    name = f"limit:{key}"
    if cache.add(name, cost, timeout=seconds):
        return cost <= limit
    try:
        return cache.incr(name, cost) <= limit
    except ValueError:
        # The window ended between the two calls.
        cache.set(name, cost, timeout=seconds)
        return cost <= limit
