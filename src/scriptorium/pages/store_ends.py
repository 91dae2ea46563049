"""When memberships end that a practice buys in the store: the choices, each with its price."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from scriptorium.domains.catalog.enums import ProductKind
from scriptorium.domains.catalog.queries import prices
from scriptorium.domains.memberships.queries import Coming
from scriptorium.domains.memberships.rules import words
from scriptorium.domains.orders.rules.pricing import DAYS, after_discount, discount_of, share_of
from scriptorium.kernel.money import Money


@dataclass(frozen=True, slots=True)
class End:
    """One choice: what the form sends, what it says, what one membership then costs."""

    value: str
    words: str
    price: str
    chosen: bool


def ends_of(*, offers: Sequence[Coming], count: int, chosen: str, today: dt.date) -> list[End]:
    """Return the choices, a whole year first; nothing where there is nothing to choose.

    Arguments:
        offers: the practice's renewal days that may be shared.
        count: how many memberships stand in the form; their tier is in the prices.
        chosen: the value that was chosen.
    """
    if not offers:
        return []
    book = prices().on(today)
    percent = discount_of(prices=book, quantity=max(1, count))
    year = after_discount(list_minor=book.prices[ProductKind.MEMBERSHIP].minor, percent=percent)

    def end(value: str, says: str, minor: int) -> End:
        return End(value, says, f"{Money(minor, prices().currency)} each", chosen == value)

    found = [end("", "After a year, counted from the day on which each is assigned", year)]
    for offer in offers:
        days = (offer.renews_on - today).days
        last = words(offer.renews_on - dt.timedelta(days=1))
        says = (
            f"On {last}, together with your {_people(offer.people)}"
            f" on {words(offer.renews_on)}: {days} days"
        )
        share = share_of(year, days=days, of_days=DAYS)
        found.append(end(offer.renews_on.isoformat(), says, share))
    return found


def _people(count: int) -> str:
    return "1 person who renews" if count == 1 else f"{count:,} people who renew"
