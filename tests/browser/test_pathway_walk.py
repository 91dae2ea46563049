"""The demo apprentice from 180 hours to CMSS: log, attest, the physician's answer, verification."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.support.axe import grave
from tests.support.browser import Visitor

Visit = Callable[..., Visitor]


def test_from_180_hours_to_cmss_and_verified_by_anybody(visit: Visit) -> None:
    casey = visit("casey@riverside.example")
    attest(casey, casey.page)
    pine = visit("dr.pine@riverside.example")
    approve(pine, pine.page)
    page = casey.page
    page.goto("/member/credentials/")
    expect(page.get_by_text("Certified Medical Scribe Specialist (CMSS)").first).to_be_visible()
    casey.picture("specialist")
    address = page.locator('main a[href*="/verify/"]').first.inner_text()
    anybody = visit()
    anybody.page.goto(address)
    main = anybody.page.get_by_role("main")
    expect(main.get_by_text("Casey Moreno").first).to_be_visible()
    expect(main.get_by_text("CMSS").first).to_be_visible()
    expect(main.get_by_text("Active").first).to_be_visible()
    expect(main.get_by_text("Riverside")).to_have_count(0)
    anybody.picture("verified")
    assert grave(anybody) == []


def attest(casey: Visitor, page: Page) -> None:
    """Log what is missing and sign for it."""
    page.goto("/member/hours/")
    expect(page.get_by_text("180 of 200 hours")).to_be_visible()
    day = page.get_by_label("Day", exact=True).input_value()
    for number, hours in enumerate(("12", "8")):
        page.get_by_label("Day", exact=True).fill(f"{day[:8]}{2 + number:02}")
        page.locator('[name="hours"]').fill(hours)
        page.get_by_role("button", name="Add to the log").click()
    expect(page.get_by_text("200 of 200 hours")).to_be_visible()
    casey.picture("enough-hours")
    page.get_by_role("link", name="Attest your hours").click()
    page.get_by_label("200 hours", exact=False).first.check()
    page.get_by_label("Who decides").select_option(label="Riverside Dermatology")
    page.get_by_label("Your name").fill("Casey Moreno")
    casey.picture("affidavit")
    assert grave(casey) == []
    page.get_by_role("button", name="Sign and send").click()
    expect(page.get_by_text("attested hours wait at")).to_be_visible()
    casey.picture("sent")


def approve(pine: Visitor, page: Page) -> None:
    """Read the log and approve it, as the supervising physician."""
    page.goto("/physician/")
    row = page.get_by_role("row").filter(has_text="Casey Moreno").filter(has_text="Read and answer")
    row.get_by_role("link", name=re.compile("^Read and answer")).click()
    expect(page.get_by_role("heading", name="Hours of Casey Moreno")).to_be_visible()
    pine.picture("to-answer")
    assert grave(pine) == []
    page.get_by_label("Approve: these hours were worked").check()
    page.get_by_role("button", name="Give this answer").click()
    expect(page.get_by_text("Casey Moreno is a specialist from today on")).to_be_visible()
    pine.picture("approved")
