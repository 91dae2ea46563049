"""Recomputing the roster's copies and counters, for ``verify-ledger``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from itertools import batched

from django.db.models import Count, Q

from scriptorium.domains.practices.enums import Facts
from scriptorium.domains.practices.models import NO_DATE, PracticeCounter, RosterLink


def wrong_rows(
    *, facts: Callable[[list[int]], Mapping[int, Facts]], today: dt.date
) -> Iterator[str]:
    """Yield live links whose copied dates differ from the person's membership.

    Arguments:
        facts: returns person key → what the copy should say; absent without a membership.
    """
    links = RosterLink.objects.filter(ended_at__isnull=True, person__isnull=False).order_by("pk")
    for chunk in batched(links.iterator(chunk_size=2000), 2000, strict=False):
        should = facts([link.person_id for link in chunk if link.person_id is not None])
        for link in chunk:
            fact = should.get(link.person_id or 0)
            dates = (fact.renews_on, fact.lapses_on) if fact else (None, None)
            if (link.renews_on, link.lapses_on) != dates:
                yield f"Roster row {link.reference}: copied dates differ from the membership."
                continue
            if fact is None or fact.renews_on is None:
                orders = {NO_DATE}
            elif fact.ends_on is not None and fact.ends_on <= today:
                # Until the next night an ended membership may still sort by its date.
                orders = {NO_DATE, fact.renews_on}
            else:
                orders = {fact.renews_on}
            if link.board_order not in orders:
                yield f"Roster row {link.reference}: sorts by a date that is not its own."


def wrong_counters() -> Iterator[str]:
    """Yield practices whose counter row differs from their roster."""
    live = Q(practice__links__ended_at__isnull=True, practice__links__isnull=False)
    rows = PracticeCounter.objects.annotate(
        found=Count("practice__links", filter=live),
        bare=Count("practice__links", filter=live & Q(practice__links__person__isnull=True)),
    ).values_list("practice__reference", "people", "found", "invited", "bare")
    for reference, people, found, invited, bare in rows:
        if (people, invited) != (found, bare):
            yield (
                f"Practice {reference}: the counter says {people} people and {invited} invited,"
                f" the roster {found} and {bare}."
            )
