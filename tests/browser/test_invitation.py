"""An invitation from the mail to the member's home."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.support.axe import grave
from tests.support.browser import Site, Visitor

Visit = Callable[..., Visitor]


def _link_in_the_outbox(desk: Visitor, name: str) -> str:
    """Return the address in the newest invitation to somebody, read as staff read it."""
    page = desk.page
    page.get_by_text("My account").click()
    page.get_by_role("link", name="Office").click()
    page.get_by_role("link", name=re.compile("outbox|mail", re.IGNORECASE)).first.click()
    page.get_by_role("link", name="Newest").click()
    desk.picture("outbox")
    page.get_by_role("searchbox", name="Search receiver").fill(name)
    page.get_by_role("button", name="Search").click()
    page.get_by_role("row").filter(has_text=name).get_by_role("link").first.click()
    desk.picture("mail")
    found = re.search(r"https?://\S+(/invitation/[\w-]+/)", page.get_by_role("main").inner_text())
    assert found, page.get_by_role("main").inner_text()
    return found[1]


def test_a_new_person_sets_a_password_and_lands_at_home(visit: Visit) -> None:
    address = _link_in_the_outbox(visit("desk@body.example"), "rosa.lima@riverside.example")
    rosa = visit()
    page = rosa.page
    page.goto(address)
    expect(page.get_by_role("heading", name="Riverside Dermatology invites you")).to_be_visible()
    expect(page.get_by_text("rosa.lima@riverside.example")).to_be_visible()
    rosa.picture("invitation")
    assert grave(rosa) == []
    page.get_by_label("password", exact=False).first.fill("short")
    page.get_by_role("button", name="Set up my account").click()
    # The browser itself stops a password that is too short; the page and the words stay.
    expect(page.locator("input[type=password]:invalid")).to_have_count(1)
    rosa.picture("too-short")
    for field in page.locator("input[type=password]").all():
        field.fill("four quiet winter lanterns")
    page.get_by_role("button", name="Set up my account").click()
    expect(page).to_have_url(re.compile(r"/member/$"))
    expect(page.get_by_text("You joined Riverside Dermatology.")).to_be_visible()
    expect(page.get_by_text("MSCAT manual").first).to_be_visible()
    rosa.picture("home")
    assert grave(rosa) == []

    other = visit()
    answer = other.page.goto(address)
    assert answer is not None
    assert answer.status == 410
    other.picture("used")
    assert grave(other) == []


def test_an_invitation_ends_after_fourteen_days(
    visit: Visit, prepared: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    address = _link_in_the_outbox(visit("desk@body.example"), "theo.dunn@riverside.example")
    later = Site(prepared, tmp_path_factory.mktemp("later") / "var", SCRIPTORIUM_TIME_TRAVEL="20")
    try:
        late = visit(site=later)
        answer = late.page.goto(address)
        assert answer is not None
        assert answer.status == 410
        expect(late.page.get_by_role("heading", name="This is no longer here")).to_be_visible()
        expect(late.page.get_by_text("Time travel: this site lives 20 days")).to_be_visible()
        late.picture("expired")
    finally:
        later.stop()
