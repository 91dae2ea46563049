"""The main job end to end, as issue 2 words it: every step by what is visible on the page."""

from __future__ import annotations

import csv
import io
import re
import time
from collections.abc import Callable
from pathlib import Path

import pikepdf
from playwright.sync_api import Page, expect

from tests.support.axe import grave
from tests.support.browser import Visitor
from tests.support.lists import five_hundred_rows

Visit = Callable[..., Visitor]


def _see(visitor: Visitor, name: str) -> None:
    """Take the picture; each step of the walk is also free of grave axe findings."""
    visitor.picture(name)
    assert grave(visitor) == []


def _renew_all_who_need_it(dana: Visitor) -> None:
    page = dana.page
    page.get_by_role("combobox", name="State").select_option("Needs renewal now")
    expect(page.get_by_text("3 of 24 match")).to_be_visible()
    page.get_by_label("All 3 that match").check()
    expect(page.get_by_text("3 selected").first).to_be_visible()
    _see(dana, "selected")
    dana.tile("renewal").get_by_role("button", name="Assign to 3").click()
    expect(page.get_by_role("heading", name="Assign renewals")).to_be_visible()
    expect(page.get_by_text("3 to use")).to_be_visible()
    expect(page.get_by_text("2 left afterwards")).to_be_visible()
    _see(dana, "preview")
    page.get_by_role("button", name="Assign to 3 people").click()
    expect(page.get_by_role("status").filter(has_text="3 renewals assigned.")).to_be_visible()
    _see(dana, "assigned")


def _download_the_certificates(dana: Visitor, folder: Path) -> None:
    links = dana.page.get_by_role("link", name=re.compile("^Certificate C"))
    assert links.count() == 3
    for link in links.all():
        number = link.inner_text().removeprefix("Certificate ")
        with dana.page.expect_download() as waiting:
            link.click()
        file = folder / f"{number}.pdf"
        waiting.value.save_as(file)
        with pikepdf.open(file) as pdf:
            assert len(pdf.pages) == 1
        begun = time.monotonic()
        answer = dana.context.request.get(link.get_attribute("href") or "")
        assert time.monotonic() - begun < 1
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.headers["x-certificate-number"] == number
        assert answer.body().startswith(b"%PDF")


def _print_all_as_one(dana: Visitor, folder: Path) -> None:
    page = dana.page
    page.get_by_role("link", name="Back to the assignments").click()
    dana.tile("certificates").get_by_role("link", name="Print").click()
    _see(dana, "certificates")
    page.get_by_role("button", name=re.compile(r"^Print all \d+ as one PDF")).click()
    ready = page.get_by_role("link", name="Download the PDF")
    expect(ready).to_be_visible(timeout=30_000)
    _see(dana, "printed")
    with page.expect_download() as waiting:
        ready.click()
    waiting.value.save_as(folder / "all.pdf")
    with pikepdf.open(folder / "all.pdf") as pdf:
        assert len(pdf.pages) >= 3
    page.get_by_role("link", name="Back to the certificates").click()
    page.get_by_role("link", name="Assignments").first.click()


def _undo_one(dana: Visitor) -> None:
    page = dana.page
    page.get_by_role("searchbox", name="Search name or e-mail").fill("elena")
    expect(page.get_by_text("1 of 24 match")).to_be_visible()
    page.get_by_label("Select Elena Voss").check()
    dana.tile("renewal").get_by_role("button", name="Assign to 1").click()
    page.get_by_role("button", name="Assign to 1 person").click()
    link = page.get_by_role("link", name=re.compile("^Certificate C"))
    address = link.get_attribute("href") or ""
    assert dana.context.request.get(address).status == 200
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("status").filter(has_text="1 undone, 0 kept.")).to_be_visible()
    _see(dana, "undone")
    assert dana.context.request.get(address).status == 410
    page.get_by_role("link", name="Back to the assignments").click()
    expect(dana.tile("renewal").get_by_text("2 free")).to_be_visible()


def _import_five_hundred(dana: Visitor) -> None:
    page = dana.page
    page.get_by_role("link", name="Paste or upload a list…").click()
    _see(dana, "import")
    page.get_by_label("CSV or XLSX file").set_input_files(
        {
            "name": "staff.xlsx",
            "mimeType": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "buffer": five_hundred_rows(),
        }
    )
    page.get_by_role("button", name="Check the list").click()
    expect(page.get_by_text("Nothing has happened yet.")).to_be_visible()
    expect(page.get_by_text("493 people will be added and invited")).to_be_visible()
    expect(page.get_by_text("7 rows left out")).to_be_visible()
    _see(dana, "dry-run")
    page.get_by_role("button", name="Import all but 7").click()
    expect(page.get_by_text("493 added and invited")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("7 left out", exact=False).first).to_be_visible()
    _see(dana, "imported")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download the 7 left out").click()
    text = Path(waiting.value.path()).read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 7
    assert all(row["Why it was not imported"] for row in rows)
    page.get_by_role("link", name="Show who is invited").click()
    # Two invitations of the demonstration were open before.
    expect(page.get_by_text("495 of 517 match")).to_be_visible()
    _see(dana, "invited")


def _hand_over(dana: Visitor, drew: Visitor) -> None:
    page = dana.page
    page.get_by_role("link", name="Change the primary administrator").click()
    page.get_by_role("searchbox", name="Search name or e-mail").fill("Drew")
    page.get_by_role("button", name="Search").click()
    _see(dana, "roles")
    page.get_by_text("Hand over to Drew Castellano").click()
    page.get_by_role("button", name="Ask Drew to take over").click()
    expect(page.get_by_text("Drew Castellano was asked by mail")).to_be_visible()
    _see(dana, "asked")
    page.get_by_role("link", name="Assignments").first.click()
    expect(page.get_by_text("Primary administrator: Dana Whitlock")).to_be_visible()

    other = drew.page
    other.get_by_role("link", name="Change the primary administrator").click()
    expect(other.get_by_text("Dana Whitlock asks you")).to_be_visible()
    _see(drew, "question")
    other.get_by_role("button", name="Accept and take over").click()
    expect(other.get_by_text("You are now primary administrator")).to_be_visible()
    expect(other.get_by_text("Primary administrator: Drew Castellano")).to_be_visible()
    _see(drew, "accepted")


def _click_on_the_board(page: Page, button: str) -> int:
    with page.expect_response(lambda r: "/assignments/" in r.url) as waiting:
        page.get_by_role("button", name=button).first.click()
    return waiting.value.status


def test_from_the_front_page_to_the_hand_over(visit: Visit, tmp_path: Path) -> None:
    drew = visit("drew@riverside.example")
    dana = visit("dana@riverside.example")
    expect(dana.page.get_by_role("heading", level=1)).to_have_text(
        "Membership and certification assignments"
    )
    _see(dana, "board")
    _renew_all_who_need_it(dana)
    _download_the_certificates(dana, tmp_path)
    _print_all_as_one(dana, tmp_path)
    _undo_one(dana)
    _import_five_hundred(dana)
    _hand_over(dana, drew)

    dana.page.get_by_label("All 517").check()
    assert _click_on_the_board(dana.page, "Assign") == 403
    expect(dana.page.get_by_text("You are a member here")).to_be_visible()
    _see(dana, "refused")
    drew.page.get_by_label("Select Elena Voss").check()
    drew.tile("renewal").get_by_role("button", name="Assign to 1").click()
    expect(drew.page.get_by_role("heading", name="Assign renewals")).to_be_visible()
    _see(drew, "works")
