"""The demo candidate from nothing to CMSA: a cut of five minutes and a killed server in between."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.axe import grave
from tests.support.browser import RESULTS, Site, Visitor

Visit = Callable[..., Visitor]
LETTERS = "ABCD"


class Answers:
    """What the author of the exam knows: the key of each place of a sitting."""

    def __init__(self, site: Site, reference: str) -> None:
        address = f"file:{site.var}/scriptorium.sqlite3?mode=ro"
        with closing(sqlite3.connect(address, uri=True)) as database:
            rows = database.execute(
                "SELECT p.position, v.key, v.accept FROM exams_sitting s"
                " JOIN exams_formitem p ON p.form_id = s.form_id"
                " JOIN exams_itemversion v ON v.id = p.version_id WHERE s.reference = ?",
                (reference,),
            )
            self.keys = {position: (key, accept) for position, key, accept in rows}

    def give(self, page: Page, number: int) -> None:
        """Answer the item on the screen rightly."""
        key, accept = self.keys[number]
        if key is None:
            page.get_by_label("Your answer").fill(re.findall(r'"([^"]+)"', accept)[0])
        else:
            page.locator(f'.option:has([value="{LETTERS[key]}"])').click()


def begin(page: Page, title: str, address: str) -> str:
    """Read, sign and begin; returns the sitting's reference."""
    page.goto(address)
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    page.get_by_label("Your full name, typed as your signature").fill("Mel Archer")
    page.get_by_label("The e-mail address of this account").fill("mel@riverside.example")
    page.get_by_role("button", name="Sign, agree and begin").click()
    expect(page.locator("#exam[data-ready]")).to_be_visible()
    found = re.search(r"/member/exams/(\w+)/", page.url)
    assert found is not None
    return found[1]


def saved(page: Page) -> None:
    """Wait until the server said that it has everything."""
    expect(page.locator("[data-saved]")).to_have_text(re.compile("^✓ Saved"))


@pytest.fixture
def own_site(prepared: Path, tmp_path: Path) -> Site:
    return Site(prepared, tmp_path / "var")


def test_from_nothing_to_cmsa_through_a_cut_and_a_killed_server(
    browser: Browser, own_site: Site
) -> None:
    site = own_site
    folder = RESULTS / "exam-walk"
    mel = Visitor(browser, site, folder, "mel")
    try:
        page = mel.sign_in("mel@riverside.example")
        mel.picture("home")
        hipaa(mel, page, site)
        mscat(mel, page, site)
        page.goto("/member/credentials/")
        expect(page.get_by_role("main").get_by_text("CMSA").first).to_be_visible()
        mel.picture("credential")
        assert grave(mel) == []
    finally:
        site.stop()
    mel.context.close()


def hipaa(mel: Visitor, page: Page, site: Site) -> None:
    """Pass the assessment of the course, with the connection cut for five minutes."""
    page.clock.install()
    reference = begin(page, "HIPAA for Scribes assessment", "/member/exams/?exam=hipaa")
    answers = Answers(site, reference)
    mel.context.set_offline(True)
    answers.give(page, 1)
    page.get_by_role("button", name="Next", exact=False).last.click()
    expect(page.get_by_text("Item 2 cannot be fetched without a connection")).to_be_visible()
    page.clock.fast_forward("05:00")
    expect(page.locator("[data-saved]")).to_have_text(re.compile("kept on this device"))
    mel.picture("cut")
    mel.context.set_offline(False)
    page.clock.fast_forward("00:20")
    saved(page)
    for number in range(2, 26):
        page.get_by_role("button", name=re.compile(f"^Item {number}:")).click()
        expect(page.get_by_role("heading", name=f"Item {number} of 25")).to_be_visible()
        answers.give(page, number)
    saved(page)
    mel.picture("all-answered")
    page.get_by_role("button", name="Review and finish").click()
    expect(page.get_by_text("Every item has an answer.")).to_be_visible()
    mel.picture("review")
    assert grave(mel) == []
    page.get_by_role("button", name="Finish now").click()
    expect(page.get_by_role("heading", name=re.compile("passed$"))).to_be_visible()
    mel.picture("hipaa-passed")


def mscat(mel: Visitor, page: Page, site: Site) -> None:
    """Pass the MSCAT by the keyboard alone, with the server killed in the middle."""
    reference = begin(page, "MSCAT General", "/member/exams/?exam=general")
    answers = Answers(site, reference)
    mel.picture("first-item")
    assert grave(mel) == []
    for number in range(1, 101):
        expect(page.get_by_role("heading", name=f"Item {number} of 100")).to_be_visible()
        key, accept = answers.keys[number]
        if number == 40:
            site.kill()
        if key is None:
            page.get_by_label("Your answer").focus()
            page.keyboard.type(re.findall(r'"([^"]+)"', accept)[0])
        else:
            page.locator("#where").focus()
            page.keyboard.press(LETTERS[key].lower() if number % 2 else str(key + 1))
        if number == 40:
            page.clock.fast_forward("00:02")
            expect(page.locator("[data-saved]")).to_have_text(re.compile("kept on this device"))
            mel.picture("server-killed")
            site.start_again()
            page.clock.fast_forward("00:20")
            saved(page)
        page.locator("#where").focus()
        page.keyboard.press("ArrowRight" if number < 100 else "f")
    saved(page)
    page.get_by_role("button", name="Review and finish").click()
    expect(page.get_by_text("Every item has an answer.")).to_be_visible()
    mel.picture("mscat-review")
    page.get_by_role("button", name="Finish now").click()
    expect(page.get_by_role("heading", name="MSCAT General: passed")).to_be_visible()
    expect(page.get_by_text("Certified Medical Scribe Apprentice (CMSA)")).to_be_visible()
    mel.picture("mscat-passed")
