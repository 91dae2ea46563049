"""No card number is ever kept: a field that holds one is refused (STANDARDS §5.3, row 41)."""

from __future__ import annotations

import re

#: A run of digits with the blanks, dots and dashes that people type between them.
_DIGITS = re.compile(r"\d(?:[ .\-]?\d){12,}")
_USUAL, _LONGEST = 16, 19


class LooksLikeACard(ValueError):
    """A text holds a number that could be a card's; it was not kept."""


def luhn_valid(digits: str) -> bool:
    """Return whether the check digit of a number fits."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def has_card_number(text: str) -> bool:
    """Return whether a text holds a number of a card's length whose check digit fits.

    A longer run of digits is looked through for numbers of the usual length, so that a card typed
    right beside a date is found too.
    """
    for found in _DIGITS.finditer(text):
        digits = re.sub(r"\D", "", found.group())
        if len(digits) <= _LONGEST:
            parts = [digits]
        else:
            parts = [digits[n : n + _USUAL] for n in range(len(digits) - _USUAL + 1)]
        if any(_could_be_a_card(part) for part in parts):
            return True
    return False


def _could_be_a_card(digits: str) -> bool:
    """Return whether a number starts like a card of the big networks and its check digit fits."""
    return digits[0] in "23456" and len(set(digits)) > 1 and luhn_valid(digits)


def check_no_card_number(*texts: str) -> None:
    """Refuse texts that hold a card number.

    Raises:
        LooksLikeACard: says to type the last four digits only.
    """
    if any(has_card_number(text) for text in texts):
        raise LooksLikeACard(
            "This looks like a card number, which we never keep."
            " Type the receipt's reference or the last four digits only."
        )
