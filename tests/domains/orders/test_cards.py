"""No card number is kept in any text (STANDARDS row 41)."""

from __future__ import annotations

import pytest

from scriptorium.domains.orders.rules import cards
from tests.support.money import card_like


@pytest.mark.parametrize("start", ["411111222233", "5500001234", "37000012345678", "6011000990139"])
def test_row_41_a_number_that_could_be_a_cards_is_refused(start: str) -> None:
    digits = card_like(start.ljust(15, "7"))
    spaced = " ".join(digits[n : n + 4] for n in range(0, len(digits), 4))
    for text in (digits, f"card {spaced} exp", digits.replace("7", "7-", 1)):
        with pytest.raises(cards.LooksLikeACard, match="last four digits only"):
            cards.check_no_card_number("fine", text)


@pytest.mark.parametrize(
    "text",
    ["", "Cheque 1007", "INV-000123", "+1 555 010 0199", "ACH 091000019 12345", "1" * 16,
     "2026-11-23 10:00:00", "receipt 4242"],
)  # fmt: skip
def test_other_numbers_are_let_through(text: str) -> None:
    cards.check_no_card_number(text)


def test_a_wrong_check_digit_is_no_card() -> None:
    digits = card_like("411111222233777")
    wrong = digits[:-1] + str((int(digits[-1]) + 1) % 10)
    assert not cards.has_card_number(wrong)


def test_a_card_beside_other_digits_is_found() -> None:
    assert cards.has_card_number(f"20261123 {card_like()}")
