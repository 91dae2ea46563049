"""Finds payment card numbers in what people type, so that none is ever kept (DOMAIN §10)."""

from __future__ import annotations

import re

#: Digits in groups, with at most one space, dot or dash between two groups.
_RUN = re.compile(r"\d+(?:[ .\-]\d+)*")


def holds_card_number(text: str) -> bool:
    """Return whether a text holds 13 to 19 digits that pass the Luhn check."""
    for run in _RUN.findall(text):
        groups = re.split(r"[ .\-]", run)
        for first in range(len(groups)):
            digits = ""
            for group in groups[first:]:
                digits += group
                if len(digits) > 19:
                    break
                if len(digits) >= 13 and _luhn(digits):
                    return True
    return False


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
