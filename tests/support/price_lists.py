"""A programme with another price list, for the notices that one is coming."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

from django.conf import settings as configured

_LIST = """
[[lists]]
version = "next"
from = {day}
[lists.prices]
renewal = "{renewal}"
package = "209.00"
membership = "95.00"
manual = "49.00"
hipaa = "29.00"
mscat = "129.00"
specialty = "129.00"
ce = "19.00"
[[lists.tiers]]
from = 5
percent = 10
[[lists.tiers]]
from = 10
percent = 15
[[lists.tiers]]
from = 25
percent = 20
"""


def another_list(settings: Any, folder: Path, *, starts: dt.date, renewal: str = "95.00") -> None:
    """Let the programme have another price list from a day on.

    Arguments:
        settings: pytest-django's fixture, which takes the change back.
    """
    settings.PROGRAMME_DIR = with_list(folder, starts=starts, renewal=renewal)


def with_list(folder: Path, *, starts: dt.date, renewal: str = "95.00") -> Path:
    """Return a copy of the programme that has another price list from a day on."""
    copy = folder / "programme"
    shutil.copytree(configured.PROGRAMME_DIR, copy)
    file = copy / "prices.toml"
    text = file.read_text()
    place = text.index("[products.renewal]")
    new = _LIST.format(day=starts.isoformat(), renewal=renewal)
    file.write_text(text[:place] + new + text[place:])
    return copy
