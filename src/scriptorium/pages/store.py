"""The store: what is sold, for how much, and what a person has bought and not used (S37, S35)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.catalog.enums import ProductKind, counted
from scriptorium.domains.catalog.queries import PriceList, prices, programme
from scriptorium.domains.ledger import queries as ledger
from scriptorium.domains.memberships.rules import words
from scriptorium.domains.orders.rules.pricing import after_discount, products_in_order
from scriptorium.kernel.money import Money
from scriptorium.kernel.payer import Payer


@dataclass(frozen=True, slots=True)
class Tier:
    """From how many pieces on one costs how much."""

    least: int
    percent: int
    each: str


@dataclass(frozen=True, slots=True)
class StoreProduct:
    """One product as everybody sees it; ``choices`` is code → name, empty for most."""

    kind: str
    name: str
    text: str
    price: str
    tiers: list[Tier]
    choices: dict[str, str]


@dataclass(frozen=True, slots=True)
class StorePage:
    """The products, and since when these prices hold."""

    products: list[StoreProduct]
    least: int
    since: str


@dataclass(frozen=True, slots=True)
class FreeUnits:
    """Units of a kind that a person has and nobody uses."""

    kind: str
    words: str
    expires: str
    choices: dict[str, str]


def store_page(*, today: dt.date) -> StorePage:
    """Return what is sold today."""
    found = prices()
    book = found.on(today)
    products = [
        StoreProduct(
            kind=kind.value,
            name=found.products[kind].name,
            text=found.products[kind].text,
            price=str(book.prices[kind]),
            tiers=_tiers(kind, book),
            choices=programme().choices_of(kind),
        )
        for kind in products_in_order(found)
    ]
    least = book.tiers[0].least if book.tiers else 0
    return StorePage(products, least, words(book.starts_on))


def _tiers(kind: ProductKind, book: PriceList) -> list[Tier]:
    listed = book.prices[kind]
    return [
        Tier(
            tier.least,
            tier.percent,
            str(
                Money(
                    after_discount(list_minor=listed.minor, percent=tier.percent), listed.currency
                )
            ),
        )
        for tier in book.tiers
    ]


def own_free_units(*, person: Person) -> list[FreeUnits]:
    """Return what a person has bought for herself and not used, in the order of the tiles."""
    stock = ledger.stock_of(payer=Payer(person=person.pk))
    return [
        FreeUnits(
            kind=kind.value,
            words=counted(kind, held.free),
            expires=words(held.first_expiry) if held.first_expiry else "",
            choices=programme().choices_of(kind),
        )
        for kind in ProductKind
        if (held := stock[kind]).free
    ]
