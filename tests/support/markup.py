"""Reading the attributes that CONTRACT promises out of a page."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser
from typing import Any


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[dict[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append({"tag": tag} | {name: value or "" for name, value in attrs})


def elements(response: Any, having: str) -> list[dict[str, str]]:
    """Return the attributes of every element of a response that has one of this name."""
    reader = _Reader()
    reader.feed(response.content.decode())
    return [found for found in reader.found if having in found]


def text_of(page: str) -> str:
    """Return what a page says, without its tags, with single blanks."""
    said = re.sub(r"<(script|style|svg)\b.*?</\1>|<[^>]+>", " ", page, flags=re.DOTALL)
    return " ".join(html.unescape(said).split())
