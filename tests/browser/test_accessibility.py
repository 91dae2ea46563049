"""Every page that somebody can reach by links, wide and narrow, light and dark."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Page

from tests.support.axe import COLOURS, grave
from tests.support.browser import PHONE, WIDE, Visitor

Visit = Callable[..., Visitor]
_FILES = (".pdf", ".csv", ".xlsx", ".txt", ".png", ".json", ".jwt", ".svg", ".zip")
_START = {
    "": "/",
    "dana@riverside.example": "/home/",
    "mel@riverside.example": "/home/",
    "casey@riverside.example": "/home/",
    "dr.pine@riverside.example": "/home/",
    "desk@body.example": "/home/",
    "decisions@body.example": "/home/",
}


def _shape(address: str) -> str:
    """Return an address with its references and filter values blotted out."""
    parts = urlsplit(address)
    path = re.sub(r"/[0-9a-z]{12}(?=/|$)|/C\d{4}-\w+|/\d+(?=/|$)", "/*", parts.path)
    # Chapters and lessons look alike; one of each is looked at.
    path = re.sub(r"(/member/(?:manual|courses/\w+))/[a-z0-9-]+/", r"\1/*/", path)
    # So do the previews of mails.
    path = re.sub(r"(/office/mail/templates)/\w+/", r"\1/*/", path)
    names = sorted({name for name, value in parse_qsl(parts.query) if value})
    return f"{path}?{','.join(names)}"


def _reachable(page: Page, start: str) -> Iterator[str]:
    """Walk the links from a page; of addresses of one shape only the first is opened."""
    waiting, seen = [start, "/help/", "/sign-in/"], set[str]()
    while waiting:
        address = waiting.pop(0)
        # The help's articles are the same for everybody; the stranger's walk looks at them.
        article = re.match("/help/.", urlsplit(address).path) and start != "/"
        if article or _shape(address) in seen:
            continue
        seen.add(_shape(address))
        answer = page.goto(address)
        assert answer is not None
        assert answer.status < 400, f"{address} answers {answer.status}"
        yield address
        links = page.eval_on_selector_all("a[href]", "all => all.map(a => a.href)")
        origin = page.evaluate("location.origin")
        waiting += [
            link.partition("#")[0].removeprefix(origin)
            for link in links
            if link.startswith(origin + "/") and not urlsplit(link).path.endswith(_FILES)
        ]


def _look(visitor: Visitor, address: str) -> list[str]:
    page = visitor.page
    found = []
    for width, size in (("wide", WIDE), ("phone", PHONE)):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.emulate_media(color_scheme="light")
        found += grave(visitor)
        visitor.picture(f"{width}-{re.sub(r'[^a-z]+', '-', _shape(address)).strip('-')}")
        page.emulate_media(color_scheme="dark")
        found += grave(visitor, COLOURS)
    page.set_viewport_size({"width": 320, "height": 640})
    across = page.evaluate("document.documentElement.scrollWidth")
    if across > 320:
        found.append(f"{address} scrolls sideways at 320 px: {across}")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    return found


@pytest.mark.parametrize("login", _START, ids=lambda login: login.partition("@")[0] or "stranger")
def test_row_50_axe_finds_nothing_serious(visit: Visit, login: str) -> None:
    visitor = visit(login)
    visited, found = [], []
    for address in _reachable(visitor.page, _START[login]):
        visited.append(address)
        found += _look(visitor, address)
    print(f"{len(visited)} pages: {visited}")  # noqa: T201 (shown when it fails)
    assert not found, "\n".join(found)
    assert len(visited) >= 5
