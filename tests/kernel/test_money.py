"""Money is whole cents of one currency."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scriptorium.kernel.money import CurrencyMismatch, Money

cents = st.integers(min_value=-(10**12), max_value=10**12)


@given(cents, cents, cents)
def test_adding_in_any_order_gives_the_same_cents(a: int, b: int, c: int) -> None:
    assert (Money(a) + Money(b)) + Money(c) == Money(c) + (Money(b) + Money(a))
    assert Money(a) - Money(a) == Money(0)
    assert -Money(a) + Money(a) == Money(0)


@given(cents, st.integers(min_value=0, max_value=10_000))
def test_a_price_times_a_count_is_the_price_added_that_often(price: int, count: int) -> None:
    assert Money(price) * count == Money(price * count)


@given(cents)
def test_the_amount_reads_back_as_the_same_money(minor: int) -> None:
    assert Money.of(Money(minor).amount) == Money(minor)


@given(cents, cents)
def test_money_is_ordered_by_its_cents(a: int, b: int) -> None:
    assert (Money(a) < Money(b)) == (a < b)


@pytest.mark.parametrize(
    ("written", "minor"), [("0.005", 1), ("0.004", 0), ("89", 8900), ("-0.005", -1), ("1.995", 200)]
)
def test_an_amount_is_rounded_half_up_to_the_cent(written: str, minor: int) -> None:
    assert Money.of(written).minor == minor


@pytest.mark.parametrize(
    ("money", "words"),
    [
        (Money(19900), "$199.00"),
        (Money(-1234567), "-$12,345.67"),
        (Money(5, "EUR"), "EUR 0.05"),
        (Money(0), "$0.00"),
    ],
)
def test_money_reads_as_people_write_it(money: Money, words: str) -> None:
    assert str(money) == words


@pytest.mark.parametrize("minor", [1.5, Decimal(1), "1", True])
def test_money_takes_no_fraction_and_no_text(minor: object) -> None:
    with pytest.raises(TypeError):
        Money(minor)  # type: ignore[arg-type]


@pytest.mark.parametrize("times", [0.5, True, Decimal(2)])
def test_money_is_multiplied_by_whole_numbers_only(times: object) -> None:
    with pytest.raises(TypeError):
        Money(100) * times  # type: ignore[operator]


def test_two_currencies_are_never_combined() -> None:
    for combine in (lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a < b):
        with pytest.raises(CurrencyMismatch):
            combine(Money(1), Money(1, "EUR"))
    assert Decimal("1.00") == Money(100).amount
