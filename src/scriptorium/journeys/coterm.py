"""Memberships that end together with those of a practice's people.

A choice of the buyer, never automatic (DOMAIN §1). The price is a share of the year's, by days; see
``pricing``. What is bought so is a limited unit (ADR 25).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from scriptorium.domains.catalog.enums import ProductKind
from scriptorium.domains.catalog.queries import programme
from scriptorium.domains.memberships import queries as dates
from scriptorium.domains.memberships.queries import Coming
from scriptorium.domains.orders.rules.pricing import DAYS, Wish
from scriptorium.domains.practices.models import Practice
from scriptorium.kernel.payer import Payer


class NotOffered(Exception):
    """Memberships cannot be bought so that they end by that day; the text says what to do."""


def offers(*, practice: Practice, today: dt.date) -> list[Coming]:
    """Return the days by which a practice may let new memberships end, soonest first.

    They are renewal days of its own people, neither so near that hardly a term is left nor a year
    away; of many days those that most people share.
    """
    numbers = programme().numbers
    return dates.shared_days(
        payer=Payer(practice=practice.pk),
        today=today,
        least=numbers.coterm_least_days,
        most=numbers.coterm_offers,
    )


def ending_on(wish: Wish, *, renews_on: dt.date, today: dt.date) -> Wish:
    """Return a wish for memberships as one for those that renew on a day; other kinds stay."""
    if wish.kind != ProductKind.MEMBERSHIP:
        return wish
    days = (renews_on - today).days
    return replace(wish, days=days, of_days=DAYS, until=renews_on - dt.timedelta(days=1))


def check_offered(*, practice: Practice, wishes: Sequence[Wish], today: dt.date) -> None:
    """Refuse a part of a year that the practice is not offered today.

    Raises:
        NotOffered: the day is nobody's here, too near or too far, or the days do not fit it.
    """
    parts = [wish for wish in wishes if wish.days is not None or wish.until is not None]
    if not parts:
        return
    days = [row.renews_on for row in offers(practice=practice, today=today)]
    for part in parts:
        whole = replace(part, days=None, until=None)
        if part not in [ending_on(whole, renews_on=day, today=today) for day in days]:
            raise NotOffered(not_offered_words())


def not_offered_words() -> str:
    """Say that a day is not among the choices."""
    least = programme().numbers.coterm_least_days
    return (
        "That day cannot be chosen. Memberships end after a year, or on a day on which your people"
        f" renew that is at least {least} days and less than a year away. Choose again."
    )
