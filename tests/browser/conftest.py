"""Chromium, a served demonstration per module, and visitors who leave pictures."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.support import browser as support
from tests.support.browser import RESULTS, Site, Visitor

Visit = Callable[..., Visitor]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here drives Chromium."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return Chromium."""
    if support.chromium() is None:
        pytest.fail("Chromium is missing: install it (on Debian: apt-get install chromium).")
    with sync_playwright() as playwright:
        chromium = support.launch(playwright)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the files of a fresh demonstration."""
    var = tmp_path_factory.mktemp("prepared") / "var"
    support.prepare(var)
    return var


@pytest.fixture(scope="module")
def site(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Return a served demonstration that the tests of one module share."""
    served = Site(prepared, tmp_path_factory.mktemp("site") / "var")
    yield served
    served.stop()


@pytest.fixture
def visit(browser: Browser, site: Site, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """Return a function that seats somebody at a browser of their own."""
    name = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower()).strip("-")
    visitors: list[Visitor] = []

    def seat(login: str = "", **options: Any) -> Visitor:
        who = login.partition("@")[0] or "stranger"
        served = options.pop("site", site)
        visitors.append(Visitor(browser, served, RESULTS / name, who, **options))
        if login:
            visitors[-1].sign_in(login)
        return visitors[-1]

    yield seat
    for visitor in visitors:
        visitor.close()
