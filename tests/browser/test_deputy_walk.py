"""The same walk as the deputy, as far as a deputy may go."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.support.axe import grave
from tests.support.browser import Visitor
from tests.support.lists import five_hundred_rows

Visit = Callable[..., Visitor]


def test_the_deputy_runs_the_practice_but_hands_nothing_over(visit: Visit) -> None:
    drew = visit("drew@riverside.example")
    page = drew.page
    page.get_by_role("button", name="Renew the 3 now").click()
    page.get_by_role("button", name="Assign to 3 people").click()
    expect(page.get_by_role("status").filter(has_text="3 renewals assigned.")).to_be_visible()
    drew.picture("assigned")
    assert page.get_by_role("link", name=re.compile("^Certificate C")).count() == 3
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("status").filter(has_text="3 undone, 0 kept.")).to_be_visible()
    drew.picture("undone")
    page.get_by_role("link", name="Back to the assignments").click()
    expect(page.get_by_text("3 need renewal now")).to_be_visible()

    page.get_by_label("First name").fill("Wanda")
    page.get_by_label("Last name").fill("Quill")
    page.get_by_label("E-mail", exact=True).fill("wanda.quill@riverside.example")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("Wanda Quill was added and invited by mail.")).to_be_visible()
    expect(page.get_by_text("25 people")).to_be_visible()
    drew.picture("added")

    page.get_by_role("link", name="Paste or upload a list…").click()
    page.get_by_label("CSV or XLSX file").set_input_files(
        {"name": "staff.xlsx", "mimeType": "", "buffer": five_hundred_rows()}
    )
    page.get_by_role("button", name="Check the list").click()
    page.get_by_role("button", name="Import all but 7").click()
    expect(page.get_by_text("493 added and invited")).to_be_visible(timeout=60_000)
    drew.picture("imported")
    page.get_by_role("link", name="Assignments").first.click()

    page.get_by_role("link", name="Change the primary administrator").click()
    expect(page.get_by_role("heading", name="Who runs the practice")).to_be_visible()
    expect(page.get_by_text("Hand over to")).to_have_count(0)
    expect(page.get_by_role("button", name="End this role of Drew Castellano")).to_be_disabled()
    drew.picture("roles")
    assert grave(drew) == []


def test_the_auditor_sees_the_board_and_why_nothing_can_be_pressed(visit: Visit) -> None:
    avery = visit("avery@riverside.example")
    page = avery.page
    expect(page.get_by_text("You are a auditor here")).to_have_count(0)
    expect(page.get_by_text("administrators can change things").first).to_be_visible()
    for button in page.get_by_role("button", name="Assign", exact=True).all():
        expect(button).to_be_disabled()
    expect(page.get_by_role("button", name="Add", exact=True)).to_be_disabled()
    avery.picture("board")
    assert grave(avery) == []
