"""Reading the manual and the course: contents, chapters, search, and who gets the text."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from scriptorium.domains.exams.models import ExamVersion
from scriptorium.domains.practices.models import RosterLink
from scriptorium.domains.training import operations as training
from scriptorium.domains.training.models import Reading
from tests.support import texts
from tests.support.builders import NOW, TODAY, Clinic, person
from tests.web.conftest import SignIn

pytestmark = pytest.mark.django_db
WORDS = "The scribe listens"


@pytest.fixture(autouse=True)
def _texts(db: None) -> None:
    texts.load()


@pytest.fixture
def reader(clinic: Clinic) -> RosterLink:
    """Return somebody with a package, nothing started."""
    link = clinic.join("Mel Archer")
    clinic.give(link, "package")
    return link


@pytest.fixture
def browser(reader: RosterLink, sign_in: SignIn) -> Client:
    assert reader.person is not None
    return sign_in(reader.person)


def _mark(browser: Client, address: str, *, wording: str = ""):
    page = browser.get(address)
    found = re.search(r'name="wording" value="(\w+)"', page.text)
    assert found is not None
    return browser.post(f"{address}read/", {"wording": wording or found[1]})


def _state(page, slug: str) -> str:
    found = re.search(rf'<li data-state="(\w+)" data-chapter="{slug}"', page.text)
    assert found is not None
    return found[1]


def test_the_contents_open_nothing_and_offer_the_first_chapter(
    browser: Client, reader: RosterLink, clinic: Clinic
) -> None:
    page = browser.get("/member/manual/")
    assert "0 of 3 chapters read" in page.text
    assert "about 1 h" in page.text
    assert 'href="/member/manual/role/">Start with chapter 1</a>' in page.text
    assert WORDS not in page.text
    assert clinic.parts(reader)["manual"] == "assigned"


def test_a_chapter_is_real_text_with_sections_sources_and_neighbours(
    browser: Client, reader: RosterLink, clinic: Clinic
) -> None:
    page = browser.get("/member/manual/privacy/")
    assert "Share the minimum necessary" in page.text
    assert 'href="#minimum-necessary"' in page.text
    assert 'id="minimum-necessary"' in page.text
    assert "as of 24 Nov 2026" in page.text
    assert 'rel="prev" href="/member/manual/role/"' in page.text
    assert 'rel="next" href="/member/manual/orders/"' in page.text
    assert clinic.parts(reader)["manual"] == "started"
    assert "no-store" in page.headers["Cache-Control"]


def test_every_section_carries_the_reader_s_name_without_inline_style(browser: Client) -> None:
    page = browser.get("/member/manual/privacy/")
    assert "Copy of Mel Archer · 23 Nov 2026" in page.text
    sections = page.text.count('class="leaf"')
    assert sections == 2
    assert page.text.count('class="leaf" data-reader="Mel Archer · 23 Nov 2026"') == sections
    assert " style=" not in page.text


def test_a_head_request_starts_nothing(browser: Client, reader: RosterLink, clinic: Clinic) -> None:
    assert browser.head("/member/manual/role/").status_code == 200
    assert clinic.parts(reader)["manual"] == "assigned"


def test_marking_goes_on_to_the_next_chapter_and_the_last_one_finishes(
    browser: Client, reader: RosterLink, clinic: Clinic
) -> None:
    page = _mark(browser, "/member/manual/role/")
    assert page.headers["Location"] == "/member/manual/privacy/"
    contents = browser.get("/member/manual/")
    assert "1 of 3 chapters read" in contents.text
    assert _state(contents, "role") == "read"
    assert "Read on 23 Nov 2026" in contents.text
    _mark(browser, "/member/manual/privacy/")
    page = _mark(browser, "/member/manual/orders/")
    assert page.headers["Location"] == "/member/manual/"
    assert "You finished the manual on 23 Nov 2026" in browser.get("/member/manual/").text
    assert clinic.parts(reader)["manual"] == "completed"


def test_marking_the_last_chapter_with_others_left_leads_to_the_contents(browser: Client) -> None:
    assert _mark(browser, "/member/manual/orders/").headers["Location"] == "/member/manual/"


def test_reading_goes_on_on_another_device(
    browser: Client, reader: RosterLink, sign_in: SignIn
) -> None:
    browser.get("/member/manual/role/")
    answer = browser.post("/member/manual/role/place/", {"section": "signatures"})
    assert answer.status_code == 204
    assert reader.person is not None
    page = sign_in(reader.person).get("/member/manual/")
    assert 'href="/member/manual/role/#signatures">Go on with 1. The role</a>' in page.text
    assert "You stopped here" in page.text


def test_after_marking_the_next_unread_chapter_is_where_reading_goes_on(browser: Client) -> None:
    _mark(browser, "/member/manual/role/")
    page = browser.get("/member/manual/")
    assert 'href="/member/manual/privacy/">Go on with 2. Privacy</a>' in page.text


@pytest.mark.parametrize("section", ["nowhere", ""])
def test_a_section_that_does_not_exist_is_no_place(browser: Client, section: str) -> None:
    browser.get("/member/manual/role/")
    answer = browser.post("/member/manual/role/place/", {"section": section})
    assert answer.status_code == 404


def test_search_finds_sections_and_marks_the_words(browser: Client) -> None:
    page = browser.get("/member/manual/", {"q": "minimum NECESSARY"})
    assert "1 section with “minimum NECESSARY”" in page.text
    assert 'href="/member/manual/privacy/#minimum-necessary"' in page.text
    assert "Share the <mark>minimum</mark> <mark>necessary</mark>" in page.text
    assert "2. Privacy: <mark>Minimum</mark> <mark>necessary</mark></a>" in page.text


def test_headings_come_first_and_every_word_must_be_there(browser: Client) -> None:
    page = browser.get("/member/manual/", {"q": "order"})
    hits = re.findall(r'<li><p><a href="([^"]+)"', page.text)
    assert hits == ["/member/manual/orders/#pended-orders"]
    page = browser.get("/member/manual/", {"q": "order unicorn"})
    assert "Nothing found for “order unicorn”" in page.text


def test_what_is_searched_for_is_never_read_as_html_or_pattern(browser: Client) -> None:
    page = browser.get("/member/manual/", {"q": "<b>% (["})
    assert "&lt;b&gt;% ([" in page.text
    assert "Nothing found" in page.text
    assert "sections with" not in browser.get("/member/manual/", {"q": "   "}).text


def test_search_is_for_readers_only(sign_in: SignIn) -> None:
    page = sign_in(person("Eve Else")).get("/member/manual/", {"q": "scribe"})
    assert "<mark>" not in page.text
    assert "/member/manual/role/" not in page.text


@pytest.mark.parametrize("address", ["/member/manual/role/", "/member/courses/hipaa/what/"])
def test_somebody_without_a_unit_reads_what_it_is_and_not_the_text(
    sign_in: SignIn, address: str
) -> None:
    other = sign_in(person("Eve Else"))
    page = other.get(address)
    assert page.status_code == 403
    assert WORDS not in page.text
    assert "A law of 1996" not in page.text
    assert "/contact/?topic=more&amp;kind=" in page.text
    assert other.head(address).status_code == 403
    assert other.post(f"{address}read/", {"wording": "x"}).status_code == 403
    assert other.post(f"{address}place/", {"section": "start"}).status_code == 403
    contents = other.get(address.rsplit("/", 2)[0] + "/")
    assert contents.status_code == 200
    assert "You have none assigned to you" in contents.text


def test_a_unit_taken_back_closes_the_text(clinic: Clinic, sign_in: SignIn) -> None:
    link = clinic.join("Ada Park")
    clinic.stock("manual")
    result = clinic.assign([link], "manual")
    assert link.person is not None
    browser = sign_in(link.person)
    assert "Start with chapter 1" in browser.get("/member/manual/").text
    clinic.undo(result)
    assert browser.get("/member/manual/role/").status_code == 403
    assert "You have none assigned to you" in browser.get("/member/manual/").text


def test_one_text_never_opens_the_other(clinic: Clinic, sign_in: SignIn) -> None:
    link = clinic.join("Ada Park")
    clinic.give(link, "hipaa")
    assert link.person is not None
    browser = sign_in(link.person)
    assert browser.get("/member/courses/hipaa/what/").status_code == 200
    assert browser.get("/member/manual/role/").status_code == 403
    assert browser.get("/member/courses/manual/").status_code == 404
    assert browser.get("/member/courses/manual/role/").status_code == 404
    assert browser.get("/member/courses/cooking/").status_code == 404


def test_a_chapter_that_does_not_exist_is_404(browser: Client) -> None:
    assert browser.get("/member/manual/nothing/").status_code == 404
    assert browser.post("/member/manual/nothing/read/").status_code == 404
    assert browser.post("/member/manual/nothing/place/").status_code in {403, 404}


def test_a_chapter_changed_while_it_was_open_is_shown_anew(browser: Client) -> None:
    browser.get("/member/manual/role/")
    old = texts.wording("manual", "role")
    texts.load(chapters=texts.changed(texts.CHAPTERS, "role"))
    page = browser.post("/member/manual/role/read/", {"wording": old})
    assert page.status_code == 409
    assert "changed while you had it open" in page.text
    assert "One sentence more" in page.text
    assert not Reading.objects.exists()


def test_a_new_version_asks_nothing_of_who_finished_but_shows_what_changed(
    browser: Client, reader: RosterLink
) -> None:
    assert reader.person is not None
    texts.read(reader.person, "manual", "role", "privacy", "orders")
    texts.load(chapters=texts.changed(texts.CHAPTERS, "role"))
    page = browser.get("/member/manual/")
    assert "1 chapter has changed since you read it" in page.text
    assert "Nothing is asked of you" in page.text
    assert _state(page, "role") == "changed"
    assert "Changed since you read it on 23 Nov 2026" in browser.get("/member/manual/role/").text
    assert "Nothing is asked of you" not in browser.get("/member/courses/hipaa/").text


def test_on_the_way_a_changed_chapter_asks_to_be_read(browser: Client) -> None:
    _mark(browser, "/member/manual/role/")
    texts.load(chapters=texts.changed(texts.CHAPTERS, "role"))
    page = browser.get("/member/manual/")
    assert "0 of 3 chapters read" in page.text
    assert "Please read the new wording" in page.text


def _assessment() -> None:
    ExamVersion.objects.create(
        exam="hipaa", number=1, title="HIPAA for Scribes assessment", course="hipaa", minutes=40,
        pass_percent=80, delivery="assembled", retake_hours=24, sittings_per_unit=0,
        blueprint=[{"bank": "hipaa", "topic": "phi", "name": "PHI", "count": 25}], rules={},
        scheme_version="1", content_sha256="0" * 64, loaded_at=NOW,
    )  # fmt: skip


def test_the_lessons_are_advised_before_the_assessment_and_bar_nobody(browser: Client) -> None:
    _assessment()
    page = browser.get("/member/courses/hipaa/")
    assert "25 questions in 40 minutes; 80 % right answers are needed" in page.text
    assert "Better read the lessons first: 2 are left." in page.text
    assert 'href="/member/exams/?exam=hipaa">Take the assessment</a>' in page.text
    _mark(browser, "/member/courses/hipaa/what/")
    page = _mark(browser, "/member/courses/hipaa/phi/")
    assert page.headers["Location"] == "/member/courses/hipaa/"
    page = browser.get("/member/courses/hipaa/")
    assert 'href="/member/exams/?exam=hipaa">Take the assessment</a>' in page.text
    assert "Better read" not in page.text
    assert "Completed" not in browser.get("/member/courses/").text
    assert "the assessment is open" in browser.get("/member/courses/").text


def test_without_an_assessment_loaded_no_button_is_dead(browser: Client) -> None:
    assert "assessment</h2>" not in browser.get("/member/courses/hipaa/").text


def test_a_completed_course_shows_its_record(
    browser: Client, reader: RosterLink, clinic: Clinic
) -> None:
    assert reader.person is not None
    texts.read(reader.person, "hipaa", "what", "phi")
    found = training.record_completion(
        person=reader.person.pk, name="Mel Archer", practice=clinic.practice.reference,
        at_practice=clinic.practice.name, course="hipaa",
        sat=training.Sat("sitting-1", "form-1", NOW), score=training.Score(21, 25, 80),
        keep_years=10, today=TODAY, now=NOW,
    )  # fmt: skip
    page = browser.get("/member/courses/hipaa/")
    assert "You completed this course on 23 Nov 2026" in page.text
    for words in ("21 of 25 right", found.content_sha256, found.reference, "23 Nov 2036"):
        assert words in page.text
    assert "Completed on 23 Nov 2026" in browser.get("/member/courses/").text


def test_the_list_of_courses_says_what_is_not_assigned(sign_in: SignIn) -> None:
    page = sign_in(person("Eve Else")).get("/member/courses/")
    assert "HIPAA for Scribes" in page.text
    assert "Not assigned to you" in page.text
    assert "See what is in it" in page.text


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("/member/manual/", 8),
        ("/member/manual/?q=scribe", 9),
        ("/member/manual/role/", 15),
        ("/member/courses/", 8),
        ("/member/courses/hipaa/", 10),
        ("/member/", 17),
    ],
)
def test_the_number_of_queries_does_not_grow_with_chapters_or_readings(
    browser: Client, reader: RosterLink, address: str, expected: int
) -> None:
    assert reader.person is not None
    texts.read(reader.person, "manual", "role")
    texts.read(reader.person, "hipaa", "what")
    counts = [_count(browser, address)]
    many = [(f"extra-{n}", f"Extra {n}", "## One\n\nThe scribe.\n") for n in range(20)]
    texts.load(chapters=[*texts.CHAPTERS, *many])
    texts.read(reader.person, "manual", *(f"extra-{n}" for n in range(15)))
    counts.append(_count(browser, address))
    assert counts == [expected] * 2


def _count(browser: Client, address: str) -> int:
    browser.get(address)
    with CaptureQueriesContext(connection) as found:
        assert browser.get(address).status_code == 200
    return len(found)
