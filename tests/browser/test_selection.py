"""Selecting among 1,000 people."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.support.browser import Visitor

Visit = Callable[..., Visitor]


@pytest.fixture
def omar(visit: Visit) -> Visitor:
    return visit("omar@lakeside.example")


def test_the_selection_survives_paging_filtering_and_reloading(omar: Visitor) -> None:
    page = omar.page
    boxes = page.get_by_role("list", name="People").get_by_role("checkbox")
    names = [boxes.nth(n).get_attribute("aria-label") or "" for n in range(2)]
    boxes.nth(0).check()
    boxes.nth(1).check()
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_text("Page 2 of 20").first).to_be_visible()
    expect(page.get_by_text("2 selected").first).to_be_visible()
    boxes.nth(0).check()
    names.append(boxes.nth(0).get_attribute("aria-label") or "")
    expect(page.get_by_text("3 selected").first).to_be_visible()
    omar.picture("page-2")
    page.get_by_role("combobox", name="State").select_option("Needs renewal now")
    expect(page.get_by_text("of 1,000 match")).to_be_visible()
    expect(page.get_by_text("3 selected").first).to_be_visible()
    page.get_by_role("link", name="Show everyone").click()
    expect(page.get_by_text("3 selected").first).to_be_visible()
    page.reload()
    expect(page.get_by_text("3 selected").first).to_be_visible()

    omar.tile("renewal").get_by_role("button", name="Assign to 3").click()
    expect(page.get_by_text("3 to use")).to_be_visible()
    for name in names:
        expect(page.get_by_text(name.removeprefix("Select "), exact=True).first).to_be_visible()
    page.get_by_role("button", name="Assign to 3 people").click()
    expect(page.get_by_text("3 renewals assigned.")).to_be_visible()
    omar.picture("assigned")
    page.get_by_role("link", name="Back to the assignments").click()
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(0)


def test_two_hundred_are_assigned_with_three_actions(omar: Visitor) -> None:
    page = omar.page
    page.get_by_label("All 1,000").check()
    omar.tile("renewal").get_by_role("button", name="Assign").click()
    expect(page.get_by_role("heading", name="Assign renewals")).to_be_visible()
    omar.picture("preview")
    page.get_by_role("button", name=re.compile(r"^Assign to \d+ people")).click()
    summary = page.get_by_role("status").filter(has_text="renewals assigned")
    expect(summary).to_be_visible()
    omar.picture("assigned")
    assert int(summary.inner_text().split()[0]) >= 200


def test_shift_click_selects_everyone_in_between(omar: Visitor) -> None:
    boxes = omar.page.get_by_role("list", name="People").get_by_role("checkbox")
    boxes.nth(3).click()
    boxes.nth(8).click(modifiers=["Shift"])
    expect(omar.page.get_by_text("6 selected").first).to_be_visible()
    omar.page.get_by_role("button", name="clear").click()
    expect(omar.page.get_by_role("checkbox", checked=True)).to_have_count(0)


def test_search_as_you_type_keeps_the_address(omar: Visitor) -> None:
    page = omar.page
    page.get_by_role("searchbox", name="Search name or e-mail").press_sequentially("omar had")
    expect(page.get_by_text("of 1,000 match")).to_be_visible()
    expect(page.get_by_role("link", name="Omar Haddad")).to_be_visible()
    expect(page).to_have_url(re.compile(r"q=omar"))
