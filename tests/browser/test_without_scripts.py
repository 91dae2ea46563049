"""The board with scripts off: every step is a form or a link."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.support.browser import Visitor

Visit = Callable[..., Visitor]


@pytest.fixture
def dana(visit: Visit) -> Visitor:
    return visit("dana@riverside.example", java_script_enabled=False)


def test_filter_assign_to_all_matching_and_undo(dana: Visitor) -> None:
    page = dana.page
    page.get_by_role("combobox", name="State").select_option("Needs renewal now")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_text("3 of 24 match")).to_be_visible()
    page.get_by_label("All 3 that match").check()
    dana.picture("all-matching")
    dana.tile("renewal").get_by_role("button", name="Assign").click()
    expect(page.get_by_text("3 to use")).to_be_visible()
    dana.picture("preview")
    page.get_by_role("button", name="Assign to 3 people").click()
    expect(page.get_by_text("3 renewals assigned.")).to_be_visible()
    link = page.get_by_role("link", name=re.compile("^Certificate C")).first
    assert dana.context.request.get(link.get_attribute("href") or "").status == 200
    dana.picture("assigned")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("3 undone, 0 kept.")).to_be_visible()
    page.get_by_role("link", name="Back to the assignments").click()
    expect(page.get_by_text("3 need renewal now")).to_be_visible()


def test_nobody_ticked_is_said_in_words(dana: Visitor) -> None:
    dana.tile("renewal").get_by_role("button", name="Assign").click()
    expect(dana.page.get_by_text("Choose at least one person first.")).to_be_visible()
    dana.page.get_by_role("link", name="Back", exact=True).click()
    expect(dana.page.get_by_role("heading", level=1)).to_contain_text("assignments")


def test_add_a_person(dana: Visitor) -> None:
    page = dana.page
    page.get_by_label("First name").fill("Noor")
    page.get_by_label("Last name").fill("Blake")
    page.get_by_label("E-mail", exact=True).fill("noor.blake@riverside.example")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("Noor Blake was added and invited by mail.")).to_be_visible()
    dana.picture("added")
    page.get_by_label("First name").fill("Noor")
    page.get_by_label("Last name").fill("Blake")
    page.get_by_label("E-mail", exact=True).fill("noor.blake@riverside.example")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_label("E-mail", exact=True)).to_have_value("noor.blake@riverside.example")
    expect(page.locator("#add-member .error")).to_be_visible()
    dana.picture("twice")


def test_a_record_opens_as_a_page(dana: Visitor) -> None:
    page = dana.page
    page.get_by_role("link", name="Sasha Berg").click()
    expect(page.get_by_role("heading", level=1, name="Sasha Berg")).to_be_visible()
    dana.picture("record")


def test_import_a_pasted_list(dana: Visitor) -> None:
    page = dana.page
    page.get_by_role("link", name="Paste or upload a list…").click()
    page.get_by_label("Or paste a list").fill(
        "Ilse Moor, ilse.moor@riverside.example\nNo Address\nOtto Lang, otto.lang@riverside.example"
    )
    page.get_by_role("button", name="Check the list").click()
    expect(page.get_by_text("2 people will be added and invited")).to_be_visible()
    dana.picture("dry-run")
    page.get_by_role("button", name="Import all but 1").click()
    for _ in range(20):
        if page.get_by_text("2 added and invited").count():
            break
        page.wait_for_timeout(500)
        page.get_by_role("link", name="Look again").click()
    expect(page.get_by_text("2 added and invited")).to_be_visible()
    dana.picture("imported")
