"""An exam that is sat in Safe Exam Browser only (STANDARDS §3.5, row 25)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from scriptorium.domains.audit.models import AuditEvent
from scriptorium.domains.exams.models import Answer, BrowserProof, Sitting
from scriptorium.domains.exams.rules.browsers import HEADER
from scriptorium.journeys import require_browser
from tests.support.builders import NOW, browser, person, problems
from tests.support.exam_browser import AUTHOR, KEY, OTHER, Room, allow, made, sent
from tests.support.exam_room import JSON, add_exam

pytestmark = pytest.mark.django_db

#: What every refusal says.
SAID = "is sat in Safe Exam Browser with the configuration"


def statements(work: Callable[[], object]) -> int:
    """Count what a request asks of the database; a test's own savepoints are none of it."""
    with CaptureQueriesContext(connection) as captured:
        work()
        return len([q for q in captured if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))])


@pytest.fixture
def room() -> Room:
    return Room()


# The header -------------------------------------------------------------------------------------


def test_row_25_an_exam_without_a_configuration_is_sat_in_any_browser(room: Room) -> None:
    allow("hipaa" if add_exam("hipaa") else "")
    sitting = room.mel.sit()
    assert room.get(sitting, "items/1/").status_code == 200
    assert room.put(sitting, {}).status_code == 200
    assert "Safe Exam Browser" not in room.mel.client.get("/member/exams/?exam=general").text


def test_row_25_the_correct_header_passes_at_the_start_with_items_and_with_saves(
    room: Room,
) -> None:
    allow(key=OTHER)
    allow()
    page = room.mel.client.get("/member/exams/?exam=general").text
    assert "In Safe Exam Browser only" in page
    sitting = room.sit()
    for rest in ("items/1/", "items/2/"):
        headers = sent(room.path(sitting, rest))
        assert room.get(sitting, rest, **headers).status_code == 200
        assert room.get(sitting, rest, **headers, **JSON).json()["stem"]
    save = room.path(sitting, "answers/1/")
    assert room.put(sitting, sent(save)).status_code == 200
    assert room.put(sitting, sent(save, OTHER), seq=2).status_code == 200
    many = room.path(sitting, "answers/")
    journal = [{"number": 2, "choice": "A", "seq": 1}]
    kept = room.mel.client.put(many, journal, content_type="application/json", headers=sent(many))
    assert kept.status_code == 200
    assert Answer.objects.count() == 3
    assert room.mel.finish(sitting).status_code == 302, "whoever sits may always finish"
    assert not BrowserProof.objects.exists()
    assert problems() == ()


def test_row_25_without_the_header_nothing_begins_and_what_was_typed_stays(room: Room) -> None:
    allow(address="https://exams.example/general.seb")
    response = room.mel.start()
    assert response.status_code == 403
    assert SAID in response.text
    assert "“Windows and macOS, 2026”" in response.text
    assert 'href="https://exams.example/general.seb"' in response.text
    assert room.mel.person.email in response.text
    assert not Sitting.objects.exists()
    assert room.mel.clinic.unit(room.mel.link).state == "assigned"
    as_json = room.mel.client.post("/member/exams/start/", room.signed, headers=JSON)
    assert (as_json.status_code, as_json.json()["reason"]) == (403, "browser")


def test_row_25_another_configuration_or_another_address_is_refused(room: Room) -> None:
    allow()
    path = "/member/exams/start/"
    for headers in (
        sent(path, OTHER),
        sent("/member/exams/"),
        sent(path, base="http://testserver"),
        sent(path, base="https://localhost:8000"),
        {HEADER: KEY},
        {HEADER: "é"},
        {"X-SafeExamBrowser-RequestHash": made(path)},
        {"User-Agent": "Mozilla/5.0 SEB/3.9"},
    ):
        response = room.mel.client.post(path, room.signed, headers=headers)
        assert response.status_code == 403, headers
    assert "another configuration, or asked for another address" in room.start(key=OTHER).text
    assert not Sitting.objects.exists()


def test_row_25_items_and_saves_are_refused_without_the_header_or_with_that_of_another_page(
    room: Room,
) -> None:
    allow()
    sitting = room.sit()
    one, save = room.path(sitting, "items/1/"), room.path(sitting, "answers/1/")
    assert room.get(sitting, "items/1/", **sent(one)).status_code == 200
    stem = sitting.form.items.get(position=1).version.stem
    for headers in ({}, sent(one, OTHER), sent(room.path(sitting, "items/2/"))):
        page = room.get(sitting, "items/1/", **headers)
        assert page.status_code == 403
        assert SAID in page.text
        assert stem not in page.text
        answer = room.get(sitting, "items/1/", **headers, **JSON)
        assert (answer.status_code, answer.json()["reason"]) == (403, "browser")
    for headers in ({}, sent(save, OTHER), sent(one)):
        refused = room.put(sitting, headers)
        assert refused.status_code == 403
        assert refused.json()["reason"] == "browser"
        assert SAID in refused.json()["detail"]
        assert room.mel.put(sitting, None, [{"number": 1, "seq": 1}]).status_code == 403
    assert not Answer.objects.exists()


def test_row_25_the_form_of_an_item_is_refused_and_keeps_what_was_chosen(room: Room) -> None:
    allow()
    sitting = room.sit()
    path = room.path(sitting, "items/1/")
    form = {"choice": "C", "seq": "1", "go": "next"}
    refused = room.mel.client.post(path, form)
    assert refused.status_code == 403
    assert '<input type="hidden" name="choice" value="C">' in refused.text
    assert not Answer.objects.exists()
    assert room.mel.client.post(path, form, headers=sent(path)).status_code == 302
    assert Answer.objects.get().choice == "C"


def test_row_25_the_address_is_the_configured_one_whatever_the_host_header_says(
    room: Room, settings: Any
) -> None:
    settings.BASE_URL = "https://exams.example"
    settings.ALLOWED_HOSTS = ["*"]
    allow()
    path = "/member/exams/start/"
    for base, status in (("https://evil.example", 403), ("https://exams.example", 302)):
        response = room.mel.client.post(
            path,
            room.signed,
            headers=sent(path, base=base) | {"Host": "evil.example", "X-Forwarded-Proto": "http"},
        )
        assert response.status_code == status


def test_row_25_knowing_the_browser_costs_a_save_one_statement(room: Room) -> None:
    allow()
    sitting = room.sit()
    path = room.path(sitting, "answers/1/")
    room.put(sitting, sent(path))
    assert statements(lambda: room.put(sitting, sent(path), seq=2)) == 5
    room.tell(sitting, room.path(sitting))
    assert statements(lambda: room.put(sitting, {}, seq=3)) == 5


# The script of a page ---------------------------------------------------------------------------


def test_row_25_the_script_of_the_start_page_sends_its_hash_with_the_form(room: Room) -> None:
    allow()
    page = "/member/exams/?exam=general"
    assert 'name="browser_hash"' in room.mel.client.get(page).text
    post = room.mel.client.post
    wrong = [
        {"browser_page": f"{settings.BASE_URL}{page}", "browser_hash": made(page, OTHER)},
        {"browser_page": f"{settings.BASE_URL}/", "browser_hash": made("/")},
        {"browser_page": f"http://testserver{page}", "browser_hash": made(page, base="http://testserver")},
        {"browser_page": "", "browser_hash": made(page)},
    ]  # fmt: skip
    for fields in wrong:
        assert post("/member/exams/start/", room.signed | fields).status_code == 403
    right = {"browser_page": f"{settings.BASE_URL}{page}", "browser_hash": made(page)}
    # What the header says goes before what a form says.
    headers = sent("/member/exams/start/", OTHER)
    assert post("/member/exams/start/", room.signed | right, headers=headers).status_code == 403
    assert post("/member/exams/start/", room.signed | right).status_code == 302


@pytest.mark.parametrize("rest", ["", "items/1/", "items/4/", "review/"])
def test_row_25_a_page_of_the_sitting_shows_its_browser_once_and_then_everything_passes(
    room: Room, rest: str
) -> None:
    allow()
    sitting = room.sit()
    refused = room.get(sitting, "items/1/")
    assert f'data-post="{room.path(sitting, "browser/")}"' in refused.text
    for _ in range(2):
        told = room.tell(sitting, room.path(sitting, rest))
        assert (told.status_code, told.json()) == (200, {"recognised": True})
    assert BrowserProof.objects.count() == 1
    event = AuditEvent.objects.get(key="browser.shown")
    assert event.data["name"] == "Windows and macOS, 2026"
    assert room.get(sitting, "items/1/").status_code == 200
    assert room.get(sitting, "items/2/", **JSON).status_code == 200
    assert room.put(sitting, {}).status_code == 200
    # A wrong header is not made good by what was shown before.
    wrong = sent(room.path(sitting, "items/1/"), OTHER)
    assert room.get(sitting, "items/1/", **wrong).status_code == 403


def test_row_25_the_script_is_refused_for_other_pages_and_other_configurations(
    room: Room,
) -> None:
    allow()
    sitting = room.sit()
    own = room.path(sitting)
    for page, key, base in (
        (own, OTHER, ""),
        ("/member/exams/", KEY, ""),
        ("/member/exams/abcdefghjkmn/items/1/", KEY, ""),
        (f"{own}items/0/", KEY, ""),
        (f"{own}items/1/?again", KEY, ""),
        (own, KEY, "http://testserver"),
    ):
        told = room.tell(sitting, page, key, base=base)
        assert told.status_code == 403, page
        assert SAID in told.json()["detail"]
    assert not BrowserProof.objects.exists()
    assert room.get(sitting, "items/1/").status_code == 403


@pytest.mark.parametrize(
    "body", [[], {}, "x", {"page": "a"}, {"page": 1, "hash": 2}, {"page": "a" * 301, "hash": "b"}]
)
def test_what_a_script_would_not_send_is_refused_with_a_sentence(room: Room, body: Any) -> None:
    allow()
    path = room.path(room.sit(), "browser/")
    answer = room.mel.client.post(path, body, content_type="application/json")
    assert answer.status_code == 422
    assert answer.json()["detail"].endswith(".")
    assert room.mel.client.post(path, {"page": "a", "hash": "b"}).status_code == 422


def test_row_25_what_one_session_showed_lets_no_other_in(room: Room) -> None:
    allow()
    sitting = room.sit()
    room.tell(sitting, room.path(sitting))
    other = browser(room.mel.person)
    body = {"page": f"{settings.BASE_URL}{room.path(sitting)}", "hash": made(room.path(sitting))}
    path = room.path(sitting, "browser/")
    assert other.post(path, body, content_type="application/json").status_code == 409
    other.post(room.path(sitting, "take-over/"))
    assert other.get(room.path(sitting, "items/1/")).status_code == 403
    assert room.mel.put(sitting, 1, {"choice": "A", "seq": 1}, client=other).status_code == 403
    stranger = browser(person("Sam Reed"))
    assert stranger.post(path, body, content_type="application/json").status_code == 404
    assert other.post(path, body, content_type="application/json").status_code == 200
    assert other.get(room.path(sitting, "items/1/")).status_code == 200


def test_row_25_a_retired_configuration_shuts_out_at_once_and_the_last_one_opens_to_all(
    room: Room,
) -> None:
    first = allow()
    sitting = room.sit()
    room.tell(sitting, room.path(sitting))
    second = allow(key=OTHER)
    require_browser.retire(actor=AUTHOR, key=first, now=NOW)
    assert room.get(sitting, "items/1/").status_code == 403
    assert room.put(sitting, sent(room.path(sitting, "answers/1/"))).status_code == 403
    room.tell(sitting, room.path(sitting), OTHER)
    assert room.get(sitting, "items/1/").status_code == 200
    require_browser.retire(actor=AUTHOR, key=second, now=NOW)
    assert room.put(sitting, {}).status_code == 200


def test_a_first_configuration_counts_for_a_sitting_that_is_under_way(room: Room) -> None:
    sitting = room.mel.sit()
    assert room.get(sitting, "items/1/", **JSON).status_code == 200
    assert room.get(sitting, "items/1/", **JSON).status_code == 200
    allow()
    assert room.get(sitting, "items/1/", **JSON).status_code == 403
    assert room.put(sitting, {}).status_code == 403


def test_a_post_of_the_script_needs_the_token_of_its_page(room: Room) -> None:
    allow()
    sitting = room.sit()
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(room.mel.person.user)  # type: ignore[arg-type]
    body = {"page": "a", "hash": "b"}
    path = room.path(sitting, "browser/")
    assert strict.post(path, body, content_type="application/json").status_code == 403
