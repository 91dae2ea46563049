"""The price of a payer's wish on a day: the list in force, the region's tax, an exemption."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from scriptorium.domains.catalog.enums import ProductKind
from scriptorium.domains.catalog.queries import prices
from scriptorium.domains.orders import queries
from scriptorium.domains.orders.enums import FEE
from scriptorium.domains.orders.rules.pricing import Quote, Wish, quote
from scriptorium.kernel.payer import Payer


def quote_for(*, payer: Payer, region: str, wishes: Iterable[Wish], on: dt.date) -> Quote:
    """Price what a payer wants on a day; a verified exemption takes the tax off (row 44).

    Raises:
        CannotPrice: nothing was wished for, or a line is impossible.
    """
    exempt = ""
    if payer.practice is not None:
        exempt = queries.exemption_on(practice=payer.practice, region=region, day=on)
    return quote(wishes=wishes, prices=prices(), on=on, region=region, exempt=exempt)


def reinstatement_wishes(*, on: dt.date) -> list[Wish]:
    """Return what an ended membership's way back consists of: a year, and the fee (DOMAIN §4).

    The price file names the price of both; what it is above a membership is the fee.
    """
    total = prices().reinstatement
    year = prices().on(on).prices[ProductKind.MEMBERSHIP]
    wishes = [Wish(ProductKind.MEMBERSHIP, 1)]
    if year < total:
        fee = total.minor - year.minor
        wishes.append(Wish(FEE, 1, words="Reinstatement", unit_minor=fee))
    return wishes
