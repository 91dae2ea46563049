"""What a wish costs: volume tiers, proration, tax. Pure; the same input gives the same cents.

Rounding is half up to the cent, once for the price of one piece and once for a line's tax
(DOMAIN §10), so a line is always its quantity times its price.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from scriptorium.domains.catalog.enums import ProductKind
from scriptorium.domains.catalog.queries import PriceList, Prices
from scriptorium.domains.orders.enums import CONSULTING, FEE

#: More pieces in one line are a slip of the hand.
MOST_PIECES = 100_000
MOST_MINOR = 100_000_000_00
#: Of so many days a part of a year is a share, in a leap year too.
DAYS = 365


class CannotPrice(Exception):
    """A wish cannot be priced; the text says which field and what to do."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants.

    Arguments:
        kind: a product kind, or "consulting" or "fee" with words and a price.
        quantity: pieces, one or more.
        words, unit_minor: of a line that staff type.
        days, of_days: a part of a year, where a new person shares the others' day (co-term).
        until: the last day of that part, for the line's words.
        centre: key of the department that it is for.
    """

    kind: str
    quantity: int
    words: str = ""
    unit_minor: int | None = None
    days: int | None = None
    of_days: int = DAYS
    until: dt.date | None = None
    centre: int | None = None


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A line with everything that will be frozen; amounts in minor units."""

    kind: str
    description: str
    quantity: int
    list_minor: int
    discount_percent: int
    unit_minor: int
    net_minor: int
    tax_code: str
    tax_rate: int
    tax_minor: int
    rule: dict[str, object] = field(default_factory=dict)
    centre: int | None = None


@dataclass(frozen=True, slots=True)
class NextTier:
    """How many more pieces of a kind reach a better price, and what one then costs."""

    kind: str
    more: int
    percent: int
    unit_minor: int


@dataclass(frozen=True, slots=True)
class Quote:
    """Priced lines with their sums, and what is near."""

    lines: tuple[PricedLine, ...]
    net_minor: int
    tax_minor: int
    next_tiers: tuple[NextTier, ...]
    currency: str
    price_version: str

    @property
    def total_minor(self) -> int:
        """Net and tax together."""
        return self.net_minor + self.tax_minor

    @property
    def saved_minor(self) -> int:
        """What the tiers take off the list prices."""
        return sum((line.list_minor - line.unit_minor) * line.quantity for line in self.lines)


def half_up(numerator: int, denominator: int) -> int:
    """Return a fraction of cents as whole cents, half up; both must not be negative."""
    return (2 * numerator + denominator) // (2 * denominator)


def discount_of(*, prices: PriceList, quantity: int) -> int:
    """Return the percent that a volume of one product takes off."""
    reached = [tier.percent for tier in prices.tiers if tier.least <= quantity]
    return max(reached, default=0)


def after_discount(*, list_minor: int, percent: int) -> int:
    """Return what one piece costs after a discount."""
    return half_up(list_minor * (100 - percent), 100)


def share_of(minor: int, *, days: int, of_days: int) -> int:
    """Return what a part of a year costs: its share of the days."""
    return half_up(minor * days, of_days)


def tax_on(*, net_minor: int, rate: int) -> int:
    """Return the tax on an amount; the rate is in hundredths of a percent."""
    return half_up(net_minor * rate, 10_000)


def quote(
    *,
    wishes: Iterable[Wish],
    prices: Prices,
    on: dt.date,
    region: str,
    exempt: str = "",
) -> Quote:
    """Price a wish.

    Arguments:
        wishes: one or more lines; several lines of a kind reach a tier together.
        on: the day whose price list counts.
        region: where the payer is; the tax table is read by it.
        exempt: the number of a certificate that frees from tax on that day, or "".

    Raises:
        CannotPrice: nothing was wished for, or a line is impossible.
    """
    wanted = [wish for wish in wishes if wish.quantity]
    if not wanted:
        raise CannotPrice("Say how many of at least one product you want.")
    book = prices.on(on)
    volume = Counter[str]()
    for wish in wanted:
        _check(wish, book)
        volume[wish.kind] += wish.quantity
    lines = tuple(_priced(wish, prices, book, volume[wish.kind], region, exempt) for wish in wanted)
    net = sum(line.net_minor for line in lines)
    if net > MOST_MINOR:
        raise CannotPrice("That is more than one document can hold; split it, or call us.")
    return Quote(
        lines,
        net,
        sum(line.tax_minor for line in lines),
        tuple(next_tiers(prices=book, volume=volume)),
        prices.currency,
        book.version,
    )


def _check(wish: Wish, book: PriceList) -> None:
    if not 1 <= wish.quantity <= MOST_PIECES:
        raise CannotPrice(f"Type a whole number from 1 to {MOST_PIECES:,}.")
    if wish.kind in (CONSULTING, FEE):
        if not wish.words.strip():
            raise CannotPrice("Say in words what this line is for.")
        if wish.unit_minor is None or wish.unit_minor < 0:
            raise CannotPrice("Type a price of zero or more.")
    elif wish.kind not in book.prices:
        raise CannotPrice(f"“{wish.kind}” is not sold.")
    if wish.days is not None and not 1 <= wish.days <= wish.of_days:
        raise CannotPrice("A part of a year has at least one day and at most all of them.")


def _priced(
    wish: Wish, prices: Prices, book: PriceList, volume: int, region: str, exempt: str
) -> PricedLine:
    if wish.kind in (CONSULTING, FEE):
        assert wish.unit_minor is not None
        listed, percent, code, name = wish.unit_minor, 0, wish.kind, wish.words.strip()
    else:
        product = prices.products[wish.kind]
        listed = book.prices[wish.kind].minor
        percent = discount_of(prices=book, quantity=volume)
        code, name = product.tax_code, product.name
    unit = after_discount(list_minor=listed, percent=percent)
    rule: dict[str, object] = {"prices": book.version}
    if percent:
        rule["tier"] = max(tier.least for tier in book.tiers if tier.least <= volume)
    if wish.days is not None:
        # List and price fall alike, so that the saving shown is the tier's alone.
        unit = share_of(unit, days=wish.days, of_days=wish.of_days)
        listed = share_of(listed, days=wish.days, of_days=wish.of_days)
        rule |= {"days": wish.days, "of_days": wish.of_days}
        if wish.until is not None:
            name = f"{name}, {wish.days} days to {wish.until.day} {wish.until:%b %Y}"
            rule["until"] = wish.until.isoformat()
    rate = prices.tax_rate(region=region, code=code)
    if exempt and rate:
        rule["exempt"], rate = exempt, 0
    net = unit * wish.quantity
    return PricedLine(
        kind=wish.kind,
        description=name[:200],
        quantity=wish.quantity,
        list_minor=listed,
        discount_percent=percent,
        unit_minor=unit,
        net_minor=net,
        tax_code=code,
        tax_rate=rate,
        tax_minor=tax_on(net_minor=net, rate=rate),
        rule=rule,
        centre=wish.centre,
    )


def next_tiers(*, prices: PriceList, volume: Counter[str]) -> Iterable[NextTier]:
    """Yield for each product the tier above the one reached."""
    for kind, quantity in volume.items():
        if kind not in prices.prices:
            continue
        above = [tier for tier in prices.tiers if tier.least > quantity]
        if above:
            tier = above[0]
            unit = after_discount(list_minor=prices.prices[kind].minor, percent=tier.percent)
            yield NextTier(kind, tier.least - quantity, tier.percent, unit)


def products_in_order(prices: Prices) -> Sequence[ProductKind]:
    """Return the kinds that are sold, in the order of the tiles."""
    return [kind for kind in ProductKind if kind in prices.products]
