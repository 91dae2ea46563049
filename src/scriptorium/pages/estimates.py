"""The page of estimates: a form with live prices, and the list."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from scriptorium.domains.catalog.queries import Prices, prices
from scriptorium.domains.memberships.rules import words
from scriptorium.domains.orders import queries as money
from scriptorium.domains.orders.enums import EstimateState
from scriptorium.domains.orders.rules import states
from scriptorium.domains.orders.rules.pricing import (
    DAYS,
    NextTier,
    PricedLine,
    Quote,
    products_in_order,
    share_of,
)
from scriptorium.kernel.money import Money

#: The colour of a state; its words always stand beside it.
TONES = {"Open": "accent", "Accepted": "good", "Expired": "soon"}
SHOWN = 100


@dataclass(frozen=True, slots=True)
class Product:
    """One product on the form, with the price of what is wanted of it."""

    kind: str
    name: str
    text: str
    list_price: str
    each: str
    total: str
    tier: str


@dataclass(frozen=True, slots=True)
class Sums:
    """What a wish costs as a whole; an amount of nothing is empty."""

    net: str
    saved: str
    tax: str
    total: str


@dataclass(frozen=True, slots=True)
class EstimateForm:
    """Everything around the form's fields."""

    products: list[Product]
    tiers: list[str]
    sums: Sums | None
    good_until: str


@dataclass(frozen=True, slots=True)
class EstimateRow:
    """One estimate of the list, by its newest revision."""

    number: str
    title: str
    url: str
    state: str
    tone: str
    total: str
    made_on: str
    good_until: str


def percent_words(percent: int) -> str:
    """Return a discount as people read it."""
    return f"\N{MINUS SIGN}{percent} %"


def until_words(*, day: dt.date, today: dt.date) -> str:
    """Return a last day with how far away it is."""
    left = (day - today).days
    if left < 0:
        return f"{words(day)}, which is over"
    away = {0: "today", 1: "tomorrow"}.get(left, f"{left} days left")
    return f"{words(day)}, {away}"


def sums_of(*, net: int, tax: int, saved: int, currency: str) -> Sums:
    """Return sums in words; what is nothing is left out."""

    def amount(minor: int) -> str:
        return str(Money(minor, currency)) if minor else ""

    total = str(Money(net + tax, currency))
    return Sums(str(Money(net, currency)), amount(saved), amount(tax), total)


def estimate_form(*, quote: Quote | None, today: dt.date) -> EstimateForm:
    """Return the products with their prices for a wish; without one nothing is worked out."""
    found = prices()
    book = found.on(today)
    lines: dict[str, list[PricedLine]] = {}
    for line in quote.lines if quote else ():
        lines.setdefault(line.kind, []).append(line)
    products = [
        Product(
            kind=kind.value,
            name=found.products[kind].name,
            text=found.products[kind].text,
            list_price=str(book.prices[kind]),
            each=each_words(lines[kind][0], found.currency) if kind in lines else "",
            total=_total(lines[kind], found) if kind in lines else "",
            tier=_next_tier(kind, quote, lines.get(kind, [])),
        )
        for kind in products_in_order(found)
    ]
    sums = None
    if quote is not None:
        sums = sums_of(
            net=quote.net_minor,
            tax=quote.tax_minor,
            saved=quote.saved_minor,
            currency=quote.currency,
        )
    last = today + dt.timedelta(days=found.estimate_days)
    tiers = [f"{tier.least} or more {percent_words(tier.percent)}" for tier in book.tiers]
    return EstimateForm(products, tiers, sums, words(last))


def each_words(line: PricedLine, currency: str) -> str:
    """Return what one piece costs, with the discount that it has."""
    price = f"{Money(line.unit_minor, currency)} each"
    if "days" in line.rule:
        price += f" for {line.rule['days']} days"
    if line.discount_percent:
        price += f", {percent_words(line.discount_percent)}"
    return price


def tier_words(near: NextTier, currency: str) -> str:
    """Return how many more pieces reach the next tier, and what one then costs."""
    reach = "reaches" if near.more == 1 else "reach"
    price = Money(near.unit_minor, currency)
    return f"{near.more} more {reach} {percent_words(near.percent)}: {price} each"


def _total(lines: list[PricedLine], found: Prices) -> str:
    return str(Money(sum(line.net_minor for line in lines), found.currency))


def _next_tier(kind: str, quote: Quote | None, lines: list[PricedLine]) -> str:
    near = next((tier for tier in quote.next_tiers if tier.kind == kind), None) if quote else None
    if quote is None or near is None:
        return ""
    if lines and isinstance(days := lines[0].rule.get("days"), int):
        share = share_of(near.unit_minor, days=days, of_days=DAYS)
        near = replace(near, unit_minor=share)
    return tier_words(near, quote.currency)


def estimate_rows(*, practice: int, base: str, today: dt.date) -> list[EstimateRow]:
    """Return a practice's estimates, newest first, each by its newest revision."""
    rows = []
    for estimate in money.newest_revisions(practice=practice, limit=SHOWN):
        state = states.state_words(estimate=estimate, today=today)
        is_open = estimate.state == EstimateState.SENT
        rows.append(
            EstimateRow(
                number=estimate.number,
                title=estimate.title,
                url=f"{base}estimates/{estimate.reference}/",
                state=state,
                tone=TONES.get(state, ""),
                total=str(Money(estimate.total_minor, estimate.currency)),
                made_on=words(estimate.made_on),
                good_until=until_words(day=estimate.good_until, today=today) if is_open else "",
            )
        )
    return rows
