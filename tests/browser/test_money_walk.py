"""Money from the estimate to the receipt, and a year that renews itself, lapses or comes back."""

from __future__ import annotations

import datetime as dt
import json
import re
import time
from collections import Counter
from collections.abc import Callable
from email import message_from_bytes
from email.header import decode_header, make_header
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from scriptorium.domains.memberships.rules import words
from scriptorium.kernel import clock
from tests.support.axe import grave
from tests.support.browser import PHONE, WIDE, Site, Visitor
from tests.support.renewing_practices import CORA, HANA, IVO, NEW, RENEWING

Visit = Callable[..., Visitor]

#: Everybody of the renewing practices renews so many days after the walk.
DAY = 60


def _see(visitor: Visitor, name: str) -> None:
    """Take pictures on a wide screen and on a phone; neither scrolls sideways, axe is content."""
    page = visitor.page
    visitor.picture(name)
    assert grave(visitor) == []
    page.set_viewport_size(PHONE)
    visitor.picture(f"{name}-phone")
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth"), page.url
    page.set_viewport_size(WIDE)


def _free(visitor: Visitor, kind: str) -> int:
    """Return how many units the board's tile shows as free."""
    tile = visitor.page.locator(f'[data-kind="{kind}"][data-free]')
    return int(tile.get_attribute("data-free") or "")


# An estimate becomes units ------------------------------------------------------------------


def _make_and_accept(dana: Visitor) -> None:
    page = dana.page
    dana.tile("package").get_by_role("link", name="Get more").click()
    page.locator('[name="package"]').fill("25")
    expect(page.locator("#price")).to_contain_text("$3,980.00")
    expect(page.locator('.wish-line[data-kind="package"]')).to_contain_text("20 %")
    _see(dana, "wish")
    page.get_by_role("button", name="Make estimate").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Estimate EST-")
    expect(page.get_by_text("$3,980.00").first).to_be_visible()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="PDF").click()
    assert Path(waiting.value.path()).read_bytes().startswith(b"%PDF")
    _see(dana, "estimate")
    page.get_by_label("Your name").fill("Dana Whitlock")
    page.get_by_label("Purchase order number").fill("PO-3118")
    page.get_by_role("button", name="Accept and order").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Invoice INV-")
    expect(page.get_by_text("PO-3118")).to_be_visible()
    _see(dana, "invoice")


def _enter_a_cheque(noel: Visitor, practice: str, number: str) -> None:
    page = noel.page
    page.goto(f"/office/money/practices/{practice}/")
    page.get_by_role("link", name="Record a payment").first.click()
    page.get_by_label("How").select_option("cheque")
    page.get_by_label("Amount").fill("1,980.00")
    page.get_by_label("Number or reference").fill("1301")
    page.get_by_label(re.compile(number)).check()
    _see(noel, "cheque")
    page.get_by_role("button", name="Record the payment").click()
    expect(page.get_by_text(f"It paid $1,980.00 of {number}").first).to_be_visible()
    _see(noel, "cheque-entered")


def _pay_the_rest(dana: Visitor) -> None:
    page = dana.page
    page.reload()
    expect(page.locator(".balance")).to_have_text("$2,000.00")
    page.get_by_label("Keep this card").check()
    _see(dana, "part-paid")
    page.get_by_role("button", name="Pay $2,000.00 by card").click()
    expect(page.get_by_text("No real money moves")).to_be_visible()
    page.get_by_label("Card that works", exact=True).check()
    dana.picture("payment-page")
    page.get_by_role("button", name="Pay $2,000.00").click()
    expect(page.get_by_text("Paid. Thank you.")).to_be_visible()
    expect(page.get_by_role("heading", level=1).locator("xpath=..")).to_contain_text("Paid")
    receipts = page.locator("#payments + div tbody th a")
    expect(receipts).to_have_count(2)
    for receipt in receipts.all():
        answer = dana.context.request.get(receipt.get_attribute("href") or "")
        assert answer.body().startswith(b"%PDF")
    _see(dana, "paid")


def test_an_estimate_is_accepted_paid_in_two_ways_and_becomes_units(visit: Visit) -> None:
    dana = visit("dana@riverside.example")
    before = _free(dana, "package")
    _make_and_accept(dana)
    number = dana.page.get_by_role("heading", level=1).inner_text().removeprefix("Invoice ")
    found = re.search(r"/practice/(\w+)/orders/", dana.page.url)
    assert found
    _enter_a_cheque(visit("finance@body.example"), found[1], number)
    _pay_the_rest(dana)
    dana.page.get_by_role("link", name="Assignments").first.click()
    assert _free(dana, "package") == before + 25
    _see(dana, "more-packages")


# A year that renews itself ------------------------------------------------------------------


class Year:
    """The served site with its renewing practices, on any of its days."""

    def __init__(self, site: Site) -> None:
        clock.bind(shift=dt.timedelta(0), zone="America/Los_Angeles")
        self.site, self.today = site, clock.today()
        self.day = self.today + dt.timedelta(days=DAY)
        printed = site.run("tests.support.renewing_practices", self.day.isoformat())
        self.facts: dict[str, str] = json.loads(printed.splitlines()[-1])

    def go_to(self, *offsets: int) -> None:
        """Let nights come that lie so many days from the renewal day."""
        self.site.travel(self.today, *(DAY + offset for offset in offsets))

    def mails(self, address: str) -> Counter[str]:
        """Return subject → how many, of all mails to somebody."""
        found: Counter[str] = Counter()
        for file in (self.site.var / "mail").rglob("*.eml"):
            message = message_from_bytes(file.read_bytes())
            if address in str(message["To"]):
                found[str(make_header(decode_header(str(message["Subject"]))))] += 1
        return found

    def wait_for_mails(self, address: str, wanted: dict[str, int]) -> None:
        """Wait until the mails whose subjects hold these words are there, each so often."""
        end = time.monotonic() + 60
        while True:
            mails = self.mails(address)
            counts = {
                part: sum(count for subject, count in mails.items() if part in subject)
                for part in wanted
            }
            if counts == wanted or time.monotonic() > end:
                assert counts == wanted, mails
                return
            time.sleep(0.3)


@pytest.fixture(scope="module")
def year(site: Site) -> Year:
    return Year(site)


def _row(page: Page, name: str) -> Any:
    return page.locator("[data-person]").filter(has_text=name)


def _edit(hana: Visitor, day: str) -> None:
    """Take two out and put three in; the price follows each tick."""
    page = hana.page
    page.get_by_role("link", name=f"Check and change the renewal of {day}").click()
    cost = page.locator("#cost")
    expect(cost).to_contain_text("12 people")
    expect(cost).to_contain_text("$907.80")
    for name in RENEWING[:2]:
        page.get_by_role("checkbox", name=name).uncheck()
    # The price of ten, and how far the next tier is, without a press.
    expect(cost).to_contain_text("$756.50")
    expect(cost).to_contain_text("15 more reach")
    expect(page.get_by_text("Renew 10 now")).to_have_count(1)
    _see(hana, "two-out")
    page.get_by_role("button", name="Save who is in").click()
    expect(page.get_by_text("0 put in, 2 taken out.")).to_be_visible()
    for name in NEW:
        page.get_by_role("searchbox", name="Search name or e-mail").fill(name)
        page.get_by_role("button", name="Search").click()
        page.get_by_role("button", name=f"Add {name}").click()
        expect(page.get_by_text(f"{name} starts on the day")).to_be_visible()
    expect(page.locator("#cost")).to_contain_text("13 people")
    expect(page.locator("#cost")).to_contain_text("$1,023.50")
    _see(hana, "three-in")


def _certificates_of_the_new_year(hana: Visitor, year: Year) -> None:
    page = hana.page
    page.goto(f"{year.facts['hillside']}certificates/?year={year.day.year}")
    for name in (*RENEWING[2:], *NEW):
        expect(page.get_by_role("row").filter(has_text=name)).to_have_count(1)
    _see(hana, "certificates")
    link = page.get_by_role("link", name=re.compile(f"of {RENEWING[2]} as PDF"))
    answer = hana.context.request.get(link.get_attribute("href") or "")
    assert answer.headers["content-type"] == "application/pdf"


def test_a_proposal_of_twelve_becomes_ten_and_three_and_is_charged_on_its_day(
    visit: Visit, year: Year
) -> None:
    year.go_to(-45, -30, -14)
    told = {f": renewals on {words(year.day)}": 3, "12 to renew on": 1}
    year.wait_for_mails(HANA, told | {f": renewals on {words(year.day)}": 2})
    hana = visit(HANA)
    hana.page.goto(f"{year.facts['hillside']}renewals/")
    _see(hana, "timeline")
    _edit(hana, words(year.day))
    year.go_to(-3, 0)
    year.wait_for_mails(HANA, told | {"a reminder": 1, "receipt": 1, "invoice": 0})
    hana.page.goto(f"{year.facts['hillside']}orders/")
    expect(hana.page.get_by_role("row").filter(has_text="$1,023.50")).to_contain_text("Paid")
    _see(hana, "charged")
    hana.page.goto(f"{year.facts['hillside']}assignments/")
    after = year.day.replace(year=year.day.year + 1).isoformat()
    for name in (*RENEWING[2:], *NEW):
        expect(_row(hana.page, name)).to_have_attribute("data-renews-on", after)
    for name in RENEWING[:2]:
        expect(_row(hana.page, name)).to_have_attribute("data-renews-on", year.day.isoformat())
        expect(_row(hana.page, name)).to_contain_text("Due today")
    _see(hana, "renewed")
    _certificates_of_the_new_year(hana, year)


# A card that fails --------------------------------------------------------------------------


def test_a_failing_card_is_tried_four_times_and_the_membership_lapses_in_words_and_colour(
    visit: Visit, year: Year
) -> None:
    year.go_to(1, 3, 7, 15, 30, 31)
    year.wait_for_mails(CORA, {"wait for renewal since": 3, "receipt": 0})
    cora = visit(CORA)
    page = cora.page
    page.goto(f"{year.facts['creekside']}orders/")
    page.get_by_role("main").get_by_role("link", name=re.compile("^INV-")).click()
    expect(page.locator("#attempts + dl > div")).to_have_count(4)
    expect(page.locator("#attempts + dl")).to_contain_text("expired")
    _see(cora, "attempts")
    page.goto(f"{year.facts['creekside']}assignments/")
    row = _row(page, "Ivo Brand")
    expect(row).to_have_attribute("data-renewal", "lapsed")
    badge = row.locator(".date-badge")
    expect(badge).to_contain_text("Lapsed")
    expect(badge).to_have_attribute("data-tone", "now")
    _see(cora, "lapsed")
    page.goto(f"{year.facts['creekside']}renewals/")
    _see(cora, "needs-renewal")
    anybody = visit()
    anybody.page.goto(f"/verify/{year.facts['credential']}/")
    expect(anybody.page.get_by_role("main").get_by_text("Inactive").first).to_be_visible()
    _see(anybody, "inactive")


def _come_back(ivo: Visitor) -> None:
    page = ivo.page
    page.goto("/member/membership/")
    expect(page.get_by_role("heading", name="The way back")).to_be_visible()
    _see(ivo, "way-back")
    page.get_by_role("button", name=re.compile("^Reinstate for")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Invoice INV-")
    _see(ivo, "way-back-invoice")
    page.get_by_role("button", name=re.compile("by card$")).click()
    page.get_by_label("Card that works", exact=True).check()
    page.get_by_role("button", name=re.compile("^Pay")).click()
    expect(page.get_by_text("Paid. Thank you.")).to_be_visible()
    _see(ivo, "back")


def test_after_ninety_days_a_membership_ends_and_a_payment_brings_it_back(
    visit: Visit, year: Year
) -> None:
    year.go_to(60, 90, 91)
    year.wait_for_mails(IVO, {"ended": 2})
    cora = visit(CORA)
    cora.page.goto(f"{year.facts['creekside']}assignments/")
    expect(_row(cora.page, "Ivo Brand")).to_contain_text("Ended")
    _see(cora, "ended")
    _come_back(visit(IVO))
    cora.page.reload()
    expect(_row(cora.page, "Ivo Brand")).to_have_attribute("data-renewal", "ok")
    _see(cora, "reinstated")
    anybody = visit()
    anybody.page.goto(f"/verify/{year.facts['credential']}/")
    expect(anybody.page.get_by_role("main").get_by_text("Active").first).to_be_visible()
