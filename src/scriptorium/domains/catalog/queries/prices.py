"""Reading what is sold, for how much, and how it is taxed (DOMAIN §10); the file is versioned."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

from django.conf import settings

from scriptorium.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Tier:
    """From how many of one product on a discount holds, in whole percent."""

    least: int
    percent: int


@dataclass(frozen=True, slots=True)
class PriceList:
    """The prices in force from a day on; a version once used is never edited."""

    version: str
    starts_on: dt.date
    prices: Mapping[str, Money]
    tiers: tuple[Tier, ...]


@dataclass(frozen=True, slots=True)
class Product:
    """How a product is named and described in the store, and its tax code."""

    name: str
    tax_code: str
    text: str


@dataclass(frozen=True, slots=True)
class Prices:
    """Everything that the price file says.

    Arguments:
        lists: price lists, oldest first.
        tax: region → tax code → hundredths of a percent.
        reinstatement: a new year after the end, with the fee (DOMAIN §4).
        refund_alone: a refund above it needs a second person (DOMAIN §13).
    """

    currency: str
    estimate_days: int
    net_days: int
    overdue_days: int
    price_change_notice_days: int
    reinstatement: Money
    refund_alone: Money
    lists: tuple[PriceList, ...]
    products: Mapping[str, Product]
    tax: Mapping[str, Mapping[str, int]]

    def on(self, day: dt.date) -> PriceList:
        """Return the price list in force on a day; the first one for days before it."""
        held = [prices for prices in self.lists if prices.starts_on <= day]
        return held[-1] if held else self.lists[0]

    def tax_rate(self, *, region: str, code: str) -> int:
        """Return a tax rate in hundredths of a percent; 0 where the table says nothing."""
        return self.tax.get(region.strip(), {}).get(code, 0)


def _price_list(raw: Mapping[str, object], currency: str) -> PriceList:
    prices, tiers = raw["prices"], raw.get("tiers", [])
    assert isinstance(prices, dict)
    assert isinstance(tiers, list)
    starts_on = raw["from"]
    assert isinstance(starts_on, dt.date)
    return PriceList(
        version=str(raw["version"]),
        starts_on=starts_on,
        prices={kind: Money.of(amount, currency) for kind, amount in prices.items()},
        tiers=tuple(
            sorted((Tier(t["from"], t["percent"]) for t in tiers), key=lambda tier: tier.least)
        ),
    )


@cache
def _load(folder: Path) -> Prices:
    with (folder / "prices.toml").open("rb") as file:
        raw = tomllib.load(file)
    currency = raw["currency"]
    lists = (_price_list(entry, currency) for entry in raw["lists"])
    return Prices(
        currency=currency,
        estimate_days=raw["estimate_days"],
        net_days=raw["net_days"],
        overdue_days=raw["overdue_days"],
        price_change_notice_days=raw["price_change_notice_days"],
        reinstatement=Money.of(raw["reinstatement"], currency),
        refund_alone=Money.of(raw["refund_alone"], currency),
        lists=tuple(sorted(lists, key=lambda prices: prices.starts_on)),
        products={kind: Product(**product) for kind, product in raw["products"].items()},
        tax={
            region: {code: int(Decimal(rate) * 100) for code, rate in rates.items()}
            for region, rates in raw.get("tax", {}).items()
        },
    )


def prices() -> Prices:
    """Return the prices of the programme that this installation runs."""
    return _load(settings.PROGRAMME_DIR)
