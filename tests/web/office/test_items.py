"""The item bank's pages: who reads a text, and the way of an item through them."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.audit import queries as trail
from scriptorium.domains.exams.models import Item, KeyCorrection, ScoreRun
from scriptorium.domains.exams.operations.forms import make_parallel_forms
from scriptorium.domains.exams.queries import authoring as read
from scriptorium.integrations.qti.package import read_package, write_package
from scriptorium.integrations.qti.packed import PackedItem
from tests.support import items as build
from tests.support.builders import NOW
from tests.support.markup import elements

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
Staff = Callable[..., Client]
FIELDS = {
    "kind": "choice", "stem": build.STEMS[0], "right": "History", "wrong_1": "Plan",
    "wrong_2": "Assessment", "wrong_3": "Review of systems", "accept": "",
    "rationale": "What the patient says.", "source": "Textbook of notes, chapter 4", "url": "",
}  # fmt: skip
PAGES = ("", "new/", "packages/", "note-001/", "note-001/preview/", "note-001/write/")


def _item(code: str) -> Item:
    found = read.item_by_code(code=code)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "role",
    ["training", "desk", "finance", "support", "decisions", "documents", "director", "auditor",
     "system"],
)  # fmt: skip
def test_row_03_a_training_author_and_other_staff_get_403_on_the_item_bank(
    staff: Staff, role: str
) -> None:
    build.item("note-001", build.text())
    browser = staff(role)
    for page in PAGES:
        answer = browser.get(f"/office/items/{page}")
        assert answer.status_code == 403, page
        assert build.STEMS[0] not in answer.text
    assert browser.post("/office/items/export/").status_code == 403
    assert 'href="/office/items/"' not in browser.get("/office/").text


def test_row_24_lists_and_other_pages_hold_no_text_and_each_look_is_written_down(
    staff: Staff,
) -> None:
    exam = build.exam()
    item = build.item("note-001", build.text("A most secret stem about a knee?"))
    form = build.form(exam, [item], number=1)
    browser = staff("exams")
    pages = [
        "items/", "items/?q=note&bank=core&state=live", "exams/", "exams/general/",
        f"forms/{form.reference}/", "statistics/", "statistics/general/", "corrections/", "",
    ]  # fmt: skip
    for page in pages:
        answer = browser.get(f"/office/{page}")
        assert answer.status_code == 200, page
        assert "secret stem" not in answer.text, page
        assert "Review of systems" not in answer.text, page
    assert not [line for line in trail.newest() if line.key == "item.viewed"]
    for page in ("", "preview/", "write/", "correct/"):
        assert "secret stem" in browser.get(f"/office/items/note-001/{page}").text
    looks = [line for line in trail.newest() if line.key == "item.viewed"]
    assert len(looks) == 4
    assert {line.who for line in looks} == {"Robin Ashby"}
    assert all("secret" not in line.words for line in looks)
    assert "secret stem" in browser.get(f"/office/forms/{form.reference}/items/").text
    assert trail.newest(limit=1)[0].key == "exam.form_viewed"


def test_the_preview_is_what_the_candidate_sees_and_gives_nothing_away(staff: Staff) -> None:
    build.item("note-001", build.text(key=2))
    page = staff("approver").get("/office/items/note-001/preview/", {"version": "1"})
    radios = [tag for tag in elements(page, "type") if tag.get("type") == "radio"]
    assert [tag["value"] for tag in radios] == ["A", "B", "C", "D"]
    assert not any("checked" in tag for tag in radios)
    assert "The heading holds what the patient says" not in page.text
    assert "exam.css" in page.text
    assert "key" not in page.text.lower().replace("keyboard", "").split("<main")[1]
    assert staff("approver").get("/office/items/note-001/preview/?version=7").status_code == 404


def test_an_item_goes_through_the_pages_into_use(staff: Staff) -> None:
    build.exam()
    author, reviewer = staff("exams"), staff("approver")
    page = author.post("/office/items/new/", FIELDS | {"place": "core/note"}, follow=True)
    assert "note-001 is kept as a draft" in page.text
    page = author.post("/office/items/note-001/submit/", follow=True)
    assert "waits for a second person" in page.text
    assert "You wrote this version; somebody else reviews it." in page.text
    answer = author.post("/office/items/note-001/review/", {"number": 1, "answer": "approve"})
    assert answer.status_code == 409
    assert "a second person reviews it" in answer.text
    assert "1 item" in reviewer.get("/office/items/?state=review").text
    assert '<td class="numeric" data-label="Waiting">1</td>' in reviewer.get("/office/").text
    page = reviewer.post(
        "/office/items/note-001/review/", {"number": 1, "answer": "approve"}, follow=True
    )
    assert "Version 1 of note-001 is in use from now on." in page.text
    assert _item("note-001").state == "live"


def test_what_a_version_changed_is_shown_word_for_word(staff: Staff) -> None:
    build.exam()
    build.item("note-001", build.text("Where does the complaint go?", key=0), author="0x")
    author = staff("exams")
    page = author.get("/office/items/note-001/write/")
    assert "Where does the complaint go?" in page.text
    page = author.post(
        "/office/items/note-001/write/",
        FIELDS | {"stem": "Where does the new complaint stand?", "ai_assisted": "on"},
        follow=True,
    )
    assert "Version 2 of note-001 is kept as a draft." in page.text
    assert '<ins><span class="unseen">(in: </span>new ' in page.text
    assert '<del><span class="unseen">(out: </span>go' in page.text
    assert "With help of AI" in page.text
    assert build.in_use(_item("note-001")).number == 1


def test_row_53_the_review_form_says_who_answers_for_an_ai_assisted_item(staff: Staff) -> None:
    build.exam()
    author = staff("exams")
    author.post("/office/items/new/", FIELDS | {"place": "core/note", "ai_assisted": "on"})
    author.post("/office/items/note-001/submit/")
    assert _item("note-001").live_version is None
    reviewer = staff("approver")
    assert "your name stands for it" in reviewer.get("/office/items/note-001/").text
    reviewer.post("/office/items/note-001/review/", {"number": 1, "answer": "approve"})
    assert "Robin Ashby approved it" in reviewer.get("/office/items/note-001/").text


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"stem": " "}, "This field is required"),
        ({"wrong_2": ""}, "Fill this in, or choose the other kind"),
        ({"kind": "typed"}, "Fill this in, or choose the other kind"),
        ({"right": "All of the above"}, "such as “all of the above”"),
        ({"wrong_1": "history."}, "Two options say the same."),
        ({"place": "core/stars"}, "Select a valid choice"),
    ],
)
def test_a_text_that_is_refused_stays_in_the_form(
    staff: Staff, wrong: dict[str, str], sentence: str
) -> None:
    build.exam()
    page = staff("exams").post("/office/items/new/", FIELDS | {"place": "core/note"} | wrong)
    assert page.status_code == 422
    assert sentence in page.text
    assert "What the patient says." in page.text
    assert not Item.objects.exists()


def test_sending_back_needs_a_note_and_typed_words_stay(staff: Staff) -> None:
    build.exam()
    author, reviewer = staff("exams"), staff("exams")
    author.post("/office/items/new/", FIELDS | {"place": "core/note"})
    author.post("/office/items/note-001/submit/")
    base = "/office/items/note-001/"
    assert reviewer.post(f"{base}review/", {"number": 1, "answer": "return"}).status_code == 422
    assert reviewer.post(f"{base}review/", {"number": 1}).status_code == 422
    page = reviewer.post(
        f"{base}review/", {"number": 1, "answer": "return", "note": "Two keys"}, follow=True
    )
    assert "sent it back: Two keys" in page.text
    assert author.post(f"{base}submit/").status_code == 409
    assert author.post(f"{base}write/", FIELDS).status_code == 422


def test_enemies_and_retirement_on_the_page(staff: Staff) -> None:
    build.exam()
    for number in (1, 2):
        build.item(f"note-00{number}", build.text(build.STEMS[number]))
    author = staff("exams")
    base = "/office/items/note-001/"
    page = author.post(f"{base}enemy/", {"code": " NOTE-002 "}, follow=True)
    assert 'href="/office/items/note-002/"' in page.text
    assert author.post(f"{base}enemy/", {"code": "note-002"}).status_code == 409
    assert author.post(f"{base}enemy/", {"code": "note-999"}).status_code == 422
    author.post(f"{base}enemy/", {"code": "note-002", "meet": "1"})
    assert "No item gives this one away." in author.get(base).text
    assert author.post(f"{base}retire/", {"reason": ""}).status_code == 422
    page = author.post(f"{base}retire/", {"reason": "The rule changed"}, follow=True)
    assert "note-001 is retired" in page.text
    assert author.post(f"{base}retire/", {"reason": "Again"}).status_code == 409


def test_an_item_is_tried_out_by_its_author_and_counts_again_by_an_approver(staff: Staff) -> None:
    exam = build.exam(rules={"pilot_items": 1}, count=3)
    for number in range(1, 10):
        build.item(f"note-00{number}", build.text(key=1))
    author, approver = staff("exams"), staff("approver")
    base = "/office/items/note-001/"
    page = author.post(f"{base}pilot/", follow=True)
    assert "Tried out, does not count" in page.text
    assert "Tried out, does not count" in author.get("/office/items/").text
    assert author.post(f"{base}pilot/").status_code == 409
    with transaction.atomic():
        forms = make_parallel_forms(exam_version=exam, seed="x", by="0maker", now=NOW)
    places = [place for form in forms for place in form.items.select_related("version__item")]
    unscored = {place.version.item.code for place in places if not place.scored}
    assert unscored == {"note-001"}
    assert all(place.version.item.code != "note-001" for place in places if place.scored)
    answer = author.post(f"{base}pilot/", {"count": "1"})
    assert answer.status_code == 403
    assert "Exam approvers let it count." in answer.text
    page = approver.post(f"{base}pilot/", {"count": "1"}, follow=True)
    assert "note-001 counts on new forms" in page.text
    assert approver.post(f"{base}pilot/", {"count": "1"}).status_code == 409
    assert not _item("note-001").pilot


def test_the_cap_of_exposure_is_shown_for_assembled_forms(staff: Staff) -> None:
    exam = build.exam("hipaa", delivery="assembled", count=2, course="hipaa")
    items = [build.item(f"note-00{n}", build.text(build.STEMS[n])) for n in range(1, 5)]
    build.form(exam, items[:2], number=None)
    page = staff("exams").get("/office/items/note-001/")
    # 1.2 × 2 wanted of 4 in the bank.
    assert "100% of forms, at most 60%" in page.text
    fixed = build.exam("general")
    build.form(fixed, items[:2], number=1)
    assert "Fixed forms: no cap" in staff("exams").get("/office/items/note-001/").text


def test_an_item_that_does_not_exist_is_not_found(staff: Staff) -> None:
    browser = staff("exams")
    for page in ("", "preview/", "write/", "correct/"):
        assert browser.get(f"/office/items/note-404/{page}").status_code == 404
    for page in ("submit/", "review/", "retire/", "enemy/", "pilot/"):
        assert browser.post(f"/office/items/note-404/{page}").status_code == 404
    assert browser.get("/office/corrections/0nothing0000/").status_code == 404


def test_long_lists_have_pages_that_keep_the_filter(staff: Staff) -> None:
    for number in range(1, 104):
        build.item(f"note-{number:03}", build.text(key=1))
    browser = staff("exams")
    page = browser.get("/office/items/?topic=note")
    assert "103 items" in page.text
    assert "/office/items/?topic=note&amp;page=2" in page.text
    assert "note-103" in browser.get("/office/items/?topic=note&page=2").text
    assert "note-103" in browser.get("/office/items/?page=99").text
    assert browser.get("/office/items/?page=x").status_code == 200
    assert "No item is like this" in browser.get("/office/items/?q=zzz").text


def test_the_list_costs_the_same_for_one_and_three_items(
    staff: Staff, django_assert_max_num_queries
) -> None:
    build.item("note-001")
    browser = staff("exams")
    browser.get("/office/items/")
    with django_assert_max_num_queries(12) as one:
        browser.get("/office/items/")
    for number in (2, 3):
        build.item(f"note-00{number}")
    with django_assert_max_num_queries(12) as three:
        browser.get("/office/items/")
    assert len(one) == len(three)


# Packages -------------------------------------------------------------------------------------


def test_row_26_a_package_goes_out_by_the_page_and_comes_in_again(staff: Staff) -> None:
    build.exam()
    build.item("note-001", build.text())
    browser = staff("exams")
    answer = browser.post("/office/items/export/", {"bank": "core"})
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Content-Disposition"].endswith('items-core-2026-11-23.zip"')
    (item,) = read_package(content=answer.content, max_bytes=10_000_000)
    assert item.code == "note-001"
    upload = SimpleUploadedFile("bank.zip", answer.content)
    page = browser.post("/office/items/packages/", {"package": upload})
    assert "0 new items, 0 with a new version, 1 as they were" in page.text
    assert browser.post("/office/items/export/", {"bank": "stars"}).status_code == 422


def test_row_26_hostile_packages_are_refused_on_the_page_with_a_sentence(staff: Staff) -> None:
    build.exam()
    browser = staff("exams")
    for content, sentence in (
        (b"no zip", "no ZIP archive"),
        (write_package(items=[PackedItem("note-001", "Q?", tuple("abcd"), 1)]), "Choose where"),
    ):
        upload = SimpleUploadedFile("bank.zip", content)
        page = browser.post("/office/items/packages/", {"package": upload})
        assert page.status_code == 422
        assert sentence in page.text
    assert browser.post("/office/items/packages/", {}).status_code == 422
    assert not Item.objects.exists()
    foreign = write_package(items=[PackedItem("note-001", "Q?", tuple("abcd"), 1)])
    data = {"package": SimpleUploadedFile("a.zip", foreign), "place": "core/note"}
    assert 'href="/office/items/note-001/"' in browser.post("/office/items/packages/", data).text


# Corrections ----------------------------------------------------------------------------------


def test_row_21_a_wrong_key_is_corrected_on_the_pages_by_two_people(staff: Staff) -> None:
    exam = build.exam(count=1)
    item = build.item("note-001", build.text(key=1))
    build.sittings(build.form(exam, [item]), [["B"], ["C"]], by=build.people(2))
    Person.objects.filter(sittings__answers__choice="C").update(last_name="Gains")
    author, reviewer = staff("exams"), staff("approver")
    page = author.get("/office/items/note-001/correct/")
    assert "The key is B now." in page.text
    wrong = {"key": "B", "rationale": "C", "reason": "Two sources"}
    assert author.post("/office/items/note-001/correct/", wrong).status_code == 409
    assert author.post("/office/items/note-001/correct/", {"key": "E"}).status_code == 422
    page = author.post("/office/items/note-001/correct/", wrong | {"key": "C"}, follow=True)
    correction = KeyCorrection.objects.get()
    address = f"/office/corrections/{correction.reference}/"
    assert "2 finished sittings would be scored again; 2 results would change" in page.text
    assert "You proposed it; somebody else decides." in page.text
    assert "Person Gains" in page.text
    assert author.post(address, {"answer": "approve"}).status_code == 409
    assert reviewer.post(address, {}).status_code == 422
    assert not ScoreRun.objects.filter(number=2).exists()
    assert "Another key is proposed for this item." in reviewer.get("/office/items/note-001/").text
    page = reviewer.post(address, {"answer": "approve"}, follow=True)
    assert "2 sittings were scored again; 2 results changed." in page.text
    assert page.text.count("<b>passed</b>") == 1
    assert page.text.count("<b>not passed</b>") == 1
    assert ScoreRun.objects.filter(number=2).count() == 2
    assert reviewer.post(address, {"answer": "approve"}).status_code == 409
    assert "Approved by Robin Ashby" in reviewer.get("/office/corrections/").text


def test_a_correction_is_declined_with_a_note(staff: Staff) -> None:
    build.item("note-001", build.text(accept=["siatica"]))
    author, reviewer = staff("exams"), staff("exams")
    data = {"accept": "sciatica\n sciatica", "rationale": "Sci-", "reason": "Spelling"}
    author.post("/office/items/note-001/correct/", data)
    address = f"/office/corrections/{KeyCorrection.objects.get().reference}/"
    assert reviewer.post(address, {"answer": "decline"}).status_code == 409
    page = reviewer.post(
        address, {"answer": "decline", "note": "The old one is right"}, follow=True
    )
    assert "The correction was declined." in page.text
    assert "Declined" in reviewer.get("/office/corrections/").text
    draft = build.item("note-002", live=False)
    assert author.get(f"/office/items/{draft.code}/correct/").status_code == 409


def test_no_text_of_an_item_reaches_a_log(staff: Staff, capsys) -> None:
    build.exam()
    build.item("note-001", build.text("A most secret stem about a knee?"))
    browser = staff("exams")
    browser.get("/office/items/note-001/")
    browser.post("/office/items/note-001/write/", FIELDS | {"stem": "Secret too?"})
    said = capsys.readouterr()
    assert "secret" not in (said.out + said.err).lower()
    assert "secret" not in json.dumps([line.words for line in trail.newest()]).lower()
