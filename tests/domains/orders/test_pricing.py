"""What a wish costs: tiers, parts of a year, tax; always whole cents (DOMAIN §10)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scriptorium.domains.catalog.enums import ProductKind
from scriptorium.domains.catalog.queries import prices
from scriptorium.domains.orders.rules import pricing
from scriptorium.domains.orders.rules.pricing import CannotPrice, Quote, Wish, quote

DAY = dt.date(2026, 11, 23)


def priced(*wishes: Wish, on: dt.date = DAY, region: str = "CA", exempt: str = "") -> Quote:
    return quote(wishes=wishes, prices=prices(), on=on, region=region, exempt=exempt)


@pytest.mark.parametrize(
    ("count", "percent", "unit"),
    [(1, 0, 19900), (4, 0, 19900), (5, 10, 17910), (9, 10, 17910), (10, 15, 16915),
     (24, 15, 16915), (25, 20, 15920), (1000, 20, 15920)],
)  # fmt: skip
def test_the_tiers_of_the_domain_hold(count: int, percent: int, unit: int) -> None:
    (line,) = priced(Wish("package", count)).lines
    assert (line.discount_percent, line.unit_minor, line.net_minor) == (percent, unit, unit * count)


def test_lines_of_one_product_reach_a_tier_together_and_other_products_do_not() -> None:
    lines = priced(Wish("package", 3), Wish("package", 2), Wish("manual", 3)).lines
    assert [line.discount_percent for line in lines] == [10, 10, 0]


def test_the_next_tier_says_how_many_more_and_at_what_price() -> None:
    found = priced(Wish("package", 3), Wish("ce", 25))
    assert [(tier.kind, tier.more, tier.percent, tier.unit_minor) for tier in found.next_tiers] == [
        ("package", 2, 10, 17910)
    ]


def test_the_price_list_of_the_day_counts() -> None:
    assert priced(Wish("renewal", 1), on=dt.date(2025, 12, 31)).net_minor == 7900
    assert priced(Wish("renewal", 1), on=dt.date(2026, 1, 1)).net_minor == 8900
    assert priced(Wish("renewal", 1), on=dt.date(1999, 1, 1)).price_version == "2024"


def test_the_tier_and_the_list_are_frozen_on_the_line() -> None:
    (line,) = priced(Wish("renewal", 12)).lines
    assert line.rule == {"prices": "2026", "tier": 10}


def test_a_part_of_a_year_costs_its_share_of_the_days() -> None:
    (line,) = priced(Wish("renewal", 1, days=73, until=dt.date(2027, 2, 4))).lines
    assert (line.unit_minor, line.description) == (
        1780,
        "Membership renewal, 73 days to 4 Feb 2027",
    )
    assert line.rule == {"prices": "2026", "days": 73, "of_days": 365, "until": "2027-02-04"}


def test_the_discount_comes_before_the_share() -> None:
    (line,) = priced(Wish("renewal", 10, days=100)).lines
    # 89.00 less 15 % is 75.65; 100 of 365 days of it are 20.726.
    assert line.unit_minor == 2073


def test_what_is_taxed_depends_on_region_and_product() -> None:
    lines = priced(Wish("manual", 2), Wish("renewal", 1), region="Cascadia").lines
    assert [(line.tax_rate, line.tax_minor) for line in lines] == [(825, 809), (0, 0)]
    assert priced(Wish("manual", 2), region="CA").tax_minor == 0


def test_an_exemption_takes_the_tax_off_and_stands_on_the_line() -> None:
    (line,) = priced(Wish("manual", 2), region="Cascadia", exempt="EX-7").lines
    assert (line.tax_minor, line.rule["exempt"]) == (0, "EX-7")


def test_staff_can_write_a_line_of_their_own_words_and_price() -> None:
    found = priced(Wish("consulting", 3, words="Workflow visit, half a day", unit_minor=45000))
    assert (found.net_minor, found.lines[0].description) == (135000, "Workflow visit, half a day")
    assert found.next_tiers == ()


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        (Wish("package", 0), "Say how many"),
        (Wish("package", -1), "whole number from 1"),
        (Wish("package", 100_001), "whole number from 1"),
        (Wish("gold", 1), "not sold"),
        (Wish("consulting", 1, unit_minor=5), "Say in words"),
        (Wish("consulting", 1, words="Visit"), "Type a price"),
        (Wish("fee", 1, words="Visit", unit_minor=-5), "Type a price"),
        (Wish("renewal", 1, days=0), "at least one day"),
        (Wish("renewal", 1, days=366), "at least one day"),
        (Wish("fee", 2, words="Visit", unit_minor=99_999_999_99), "more than one document"),
    ],
)
def test_an_impossible_wish_is_refused_with_what_to_do(wish: Wish, sentence: str) -> None:
    with pytest.raises(CannotPrice, match=sentence):
        priced(wish)


def test_nothing_at_all_is_refused() -> None:
    with pytest.raises(CannotPrice, match="at least one product"):
        priced()


@given(
    st.lists(
        st.tuples(st.sampled_from(list(ProductKind)), st.integers(1, 400)), min_size=1, max_size=6
    )
)
def test_lines_add_up_to_the_cent_and_more_pieces_never_cost_less_each(
    wanted: list[tuple[str, int]],
) -> None:
    found = priced(*(Wish(kind, count) for kind, count in wanted), region="Cascadia")
    assert found.net_minor == sum(line.unit_minor * line.quantity for line in found.lines)
    assert found.total_minor == sum(line.net_minor + line.tax_minor for line in found.lines)
    for line in found.lines:
        alone = priced(Wish(line.kind, line.quantity)).lines[0]
        assert line.unit_minor <= alone.unit_minor <= line.list_minor
    assert found.saved_minor >= 0


def test_half_a_cent_is_rounded_up() -> None:
    assert [pricing.half_up(n, 2) for n in (1, 2, 3)] == [1, 1, 2]
    assert pricing.after_discount(list_minor=1990, percent=15) == 1692


def test_products_are_listed_in_the_order_of_the_tiles() -> None:
    assert pricing.products_in_order(prices()) == list(ProductKind)
    without = replace(prices(), products={"ce": prices().products["ce"]})
    assert pricing.products_in_order(without) == [ProductKind.CE]
