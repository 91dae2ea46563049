"""The board by keys alone (UX, the assignments board; WCAG 2.1.1 and 2.1.4)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import Visitor

Visit = Callable[..., Visitor]


@pytest.fixture
def dana(visit: Visit) -> Visitor:
    return visit("dana@riverside.example")


def _focused(page: Page) -> str:
    words = "e => e.getAttribute('aria-label') || e.innerText || e.id"
    return str(page.locator(":focus").evaluate(words)).strip()


def _tab_to(page: Page, wanted: str, most: int = 60) -> None:
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.locator(":focus").count() and wanted in _focused(page):
            return
    raise AssertionError(f"Tab never reached {wanted}")


def test_row_50_the_list_is_worked_by_keys_alone(dana: Visitor) -> None:
    page = dana.page
    _tab_to(page, "Select ")
    first = _focused(page)
    page.keyboard.press("ArrowDown")
    second = _focused(page)
    assert second != first
    page.keyboard.press("Space")
    expect(page.get_by_text("1 selected").first).to_be_visible()
    page.keyboard.press("ArrowUp")
    assert _focused(page) == first
    page.keyboard.press("Space")
    expect(page.get_by_text("2 selected").first).to_be_visible()
    dana.picture("two-selected")
    page.keyboard.press("Space")
    expect(page.get_by_text("1 selected").first).to_be_visible()

    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys in the list")).to_be_visible()
    dana.picture("keys")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys in the list")).to_be_hidden()
    assert _focused(page) == first

    page.keyboard.press("a")
    assert _focused(page).startswith("Assign")
    dana.picture("at-assign")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing has happened yet.")).to_be_visible()


def test_slash_goes_to_the_search_where_single_keys_are_letters(dana: Visitor) -> None:
    page = dana.page
    _tab_to(page, "Select ")
    page.keyboard.press("/")
    search = page.get_by_role("searchbox", name="Search name or e-mail")
    expect(search).to_be_focused()
    page.keyboard.type("a?/ j")
    expect(search).to_have_value("a?/ j")
    expect(search).to_be_focused()
    expect(page.get_by_role("dialog", name="Keys in the list")).to_be_hidden()


def test_enter_opens_the_record_and_escape_returns_to_the_person(dana: Visitor) -> None:
    page = dana.page
    _tab_to(page, "Select ")
    person = _focused(page)
    page.keyboard.press("Enter")
    name = person.removeprefix("Select ")
    expect(page.get_by_role("dialog").get_by_role("heading", name=name)).to_be_visible()
    dana.picture("drawer")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog").get_by_role("heading", name=name)).to_be_hidden()
    assert _focused(page) == person


def test_single_keys_can_be_switched_off_in_the_profile(visit: Visit) -> None:
    drew = visit("drew@riverside.example")
    page = drew.page
    page.get_by_text("My account").click()
    page.get_by_role("link", name="Profile and security").click()
    page.get_by_role("checkbox", name="single", exact=False).uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your profile was saved.")).to_be_visible()
    page.get_by_role("link", name="Riverside Dermatology").first.click()
    _tab_to(page, "Select ")
    before = _focused(page)
    for key in ("a", "/", "?", "j"):
        page.keyboard.press(key)
        assert _focused(page) == before
    page.keyboard.press("ArrowDown")
    assert _focused(page) != before
