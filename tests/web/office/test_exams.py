"""Exams, forms, studies and statistics in the office, and the report for an accreditor."""

from __future__ import annotations

import io
import random
from collections.abc import Callable

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from scriptorium.domains.exams.models import AngoffStudy, CutScore, Form
from tests.support import items as build
from tests.support.markup import elements

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
Staff = Callable[..., Client]


def _exam(*, sittings: int = 0, least: int = 100, cut: dict[str, str] | None = None) -> Form:
    """Make an exam of six items with two forms that share two; returns the first, not approved."""
    chance = random.Random(5)
    exam = build.exam(
        count=4, rules={"least_figures": least} | ({} if cut is None else {"cut": cut})
    )
    items = [build.item(f"note-00{n}", build.text(build.STEMS[n % 6], key=1)) for n in range(1, 7)]
    form = build.form(exam, items[:4], number=1, approved=False)
    build.form(exam, items[2:], number=2)
    given = [["B" if chance.random() < 0.2 + n / 200 else chance.choice("ACD") for _ in range(4)]
             for n in range(sittings)]  # fmt: skip
    if given:
        build.sittings(form, given)
    return form


def test_forms_with_their_overlap_are_approved_by_a_second_person(staff: Staff) -> None:
    form = _exam()
    approver = staff("approver")
    assert "1 of 2 approved" in approver.get("/office/exams/").text
    page = approver.get("/office/exams/general/")
    assert "The most used item stands on 2 of them; the programme allows 2." in page.text
    assert "form 2: 2" in page.text
    assert "80 %, provisional" in page.text
    page = approver.get(f"/office/forms/{form.reference}/")
    assert "2 items with form 2" in page.text
    assert 'href="/office/items/note-001/"' in page.text
    page = approver.post(f"/office/forms/{form.reference}/approve/", follow=True)
    assert "Form 1 is dealt to candidates from now on." in page.text
    assert approver.post(f"/office/forms/{form.reference}/approve/").status_code == 409
    page = approver.post(f"/office/forms/{form.reference}/retire/", follow=True)
    assert "It is dealt to nobody any more." in page.text


def test_row_19_the_page_says_why_a_form_cannot_be_approved(staff: Staff) -> None:
    form = _exam(cut={})
    approver = staff("approver")
    sentence = "MSCAT General has no cut score"
    assert sentence in approver.get("/office/exams/general/").text
    assert sentence in approver.get(f"/office/forms/{form.reference}/").text
    answer = approver.post(f"/office/forms/{form.reference}/approve/")
    assert answer.status_code == 409
    assert sentence in answer.text
    assert approver.post("/office/exams/general/provisional/", {"reason": ""}).status_code == 422
    approver.post("/office/exams/general/provisional/", {"reason": "No study yet"})
    assert approver.post(f"/office/forms/{form.reference}/approve/").status_code == 302


@pytest.mark.parametrize("role", ["exams", "director", "auditor"])
def test_only_approvers_approve_forms(staff: Staff, role: str) -> None:
    form = _exam()
    browser = staff(role)
    page = browser.get(f"/office/forms/{form.reference}/")
    assert "Exam approvers approve forms." in page.text
    for act in ("approve", "retire"):
        assert browser.post(f"/office/forms/{form.reference}/{act}/").status_code == 403
    reads = browser.get(f"/office/forms/{form.reference}/items/").status_code
    assert reads == (200 if role == "exams" else 403)


def test_a_study_goes_from_panel_to_adoption_on_the_pages(staff: Staff) -> None:
    form = _exam()
    author, approver = staff("exams"), staff("approver")
    new = f"/office/forms/{form.reference}/study/"
    data = {"title": "Spring panel", "procedure": "By call.", "panel": "Ann, RN\nBen, MD\nCam, CMA"}
    assert author.get(new).status_code == 200
    for wrong in ("Ann, RN", "Ann\nBen, MD\nCam, CMA", "Ann, RN\nann, MD\nCam, x"):
        page = author.post(new, data | {"panel": wrong})
        assert page.status_code == 422
        assert "By call." in page.text
    page = author.post(new, data, follow=True)
    study = AngoffStudy.objects.get()
    base = f"/office/studies/{study.reference}/"
    assert "No round was taken in yet." in page.text
    sheet = author.get(f"{base}sheet.csv").content.decode("utf-8-sig")
    filled = sheet.replace(",,,", ",80,75,85")
    assert author.post(f"{base}round/", {}).status_code == 422
    bad = SimpleUploadedFile("a.csv", b"item\n")
    assert author.post(f"{base}round/", {"sheet": bad}).status_code == 422
    cut = {"effective_on": "2026-11-23", "lowered_by_sems": "0"}
    assert author.post(f"{base}propose/", cut).status_code == 409
    for number in (1, 2):
        upload = SimpleUploadedFile("a.csv", filled.encode())
        page = author.post(f"{base}round/", {"sheet": upload}, follow=True)
        assert f"Round {number} is kept." in page.text
    assert "3.20 of 4 points, 80.0 %" in page.text
    assert "Agreement, ICC(2,k)" in page.text
    assert "standard error" in author.get(f"{base}report.csv").content.decode()
    assert author.post(f"{base}propose/", cut | {"lowered_by_sems": "1"}).status_code == 422
    page = author.post(f"{base}propose/", cut, follow=True)
    assert "80 % waits for adoption by a second person." in page.text
    adopt = f"/office/cuts/{CutScore.objects.get().reference}/adopt/"
    assert author.post(adopt).status_code == 403
    assert "An exam approver or the director adopts." in author.get("/office/exams/general/").text
    page = approver.post(adopt, follow=True)
    assert "80 % holds from 23 Nov 2026." in page.text
    assert "80 %, from a study" in page.text
    assert approver.post(adopt).status_code == 409


# Statistics -----------------------------------------------------------------------------------


def test_below_the_least_number_pages_say_insufficient_data(staff: Staff) -> None:
    _exam(sittings=12)
    page = staff("auditor").get("/office/statistics/general/")
    assert "insufficient data: 12 of 100 people" in page.text
    assert "KR-20 and alpha 0" not in page.text
    assert page.text.count("insufficient data") >= 5
    item = staff("exams").get("/office/statistics/general/note-001/")
    assert "Insufficient data" in item.text


def test_pass_rates_are_hidden_below_ten_people(staff: Staff) -> None:
    _exam(sittings=9)
    browser = staff("director")
    assert "fewer than 10 people" in browser.get("/office/statistics/").text
    page = browser.get("/office/statistics/general/")
    assert "fewer than 10 people" in page.text
    assert "<svg viewBox" not in page.text


def test_statistics_come_with_charts_that_have_words_and_a_table(staff: Staff) -> None:
    _exam(sittings=150)
    browser = staff("approver")
    overview = browser.get("/office/statistics/")
    assert "Pass rate by exam" in overview.text
    page = browser.get("/office/statistics/general/")
    assert "KR-20 and alpha" in page.text
    assert "consistency of decisions" in page.text
    item = browser.get("/office/statistics/general/note-001/")
    assert "✓ key" in item.text
    for one in (overview, page, item):
        pictures = [tag for tag in elements(one, "role") if tag["role"] == "img"]
        assert pictures
        identities = {tag["id"] for tag in elements(one, "id")}
        for tag in pictures:
            assert {tag["aria-labelledby"], tag["aria-describedby"]} <= identities
        assert " style=" not in one.text
        assert one.text.count("<table") >= len(pictures)


def test_keys_are_told_to_authors_and_approvers_only(staff: Staff) -> None:
    _exam(sittings=120)
    auditor = staff("auditor")
    assert auditor.get("/office/statistics/general/note-001/").status_code == 403
    page = auditor.get("/office/statistics/general/")
    assert "/office/statistics/general/note-001/" not in page.text
    assert "note-001, version 1" in page.text


def test_what_was_never_sat_or_does_not_exist(staff: Staff) -> None:
    form = _exam()
    browser = staff("exams")
    assert "Nobody has finished this exam yet" in browser.get("/office/statistics/general/").text
    for page in (
        "statistics/stars/", "statistics/stars/note-001/", "statistics/general/note-001/",
        "exams/stars/", "forms/0nothing0000/", "forms/0nothing0000/items/",
        "forms/0nothing0000/report.csv", "forms/0nothing0000/report.pdf",
        "forms/0nothing0000/study/", "studies/0nothing0000/", "studies/0nothing0000/sheet.csv",
    ):  # fmt: skip
        assert browser.get(f"/office/{page}").status_code == 404, page
    approver = staff("approver")
    assert approver.post("/office/exams/stars/provisional/").status_code == 404
    assert approver.post("/office/cuts/0nothing0000/adopt/").status_code == 404
    assert "insufficient data: 0 of 100" in browser.get(
        f"/office/forms/{form.reference}/report.csv"
    ).content.decode("utf-8-sig")


def test_empty_lists_say_what_fills_them(staff: Staff) -> None:
    browser = staff("exams")
    assert "No exam is loaded" in browser.get("/office/exams/").text
    assert "No exam is loaded" in browser.get("/office/statistics/").text
    assert "No key was ever corrected" in browser.get("/office/corrections/").text
    assert "No item is like this" in browser.get("/office/items/").text


def test_the_report_of_a_form_as_a_list_and_as_a_tagged_pdf(staff: Staff) -> None:
    form = _exam(sittings=140)
    browser = staff("auditor")
    listed = browser.get(f"/office/forms/{form.reference}/report.csv")
    text = listed.content.decode("utf-8-sig")
    for name in ("People tested,140", "Passing point,4 of 4 (80 %)", "KR-20", "SEM at the cut",
                 "Consistency of decisions", "note-001,1,140,0."):  # fmt: skip
        assert name in text
    assert "accommodation" not in text.lower()
    answer = browser.get(f"/office/forms/{form.reference}/report.pdf")
    assert answer.headers["Content-Type"] == "application/pdf"
    again = browser.get(f"/office/forms/{form.reference}/report.pdf")
    assert answer.content == again.content
    with pikepdf.open(io.BytesIO(answer.content)) as pdf:
        assert bool(pdf.Root.MarkInfo.Marked)
        assert str(pdf.Root.Lang).startswith("en")
        with pdf.open_metadata() as metadata:
            assert metadata["dc:title"] == "MSCAT General, form 1"
            assert metadata["pdfuaid:part"] == "1"


def test_figures_are_kept_until_another_scoring(
    staff: Staff, django_assert_max_num_queries
) -> None:
    form = _exam(sittings=110)
    browser = staff("exams")
    first = browser.get("/office/statistics/general/").text
    assert "110 finished sittings" in first
    with django_assert_max_num_queries(9):
        assert "110 finished sittings" in browser.get("/office/statistics/general/").text
    build.sittings(form, [list("BBBB")])
    assert "111 finished sittings" in browser.get("/office/statistics/general/").text
