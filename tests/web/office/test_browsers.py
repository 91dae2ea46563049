"""The office says in which browser an exam is sat (STANDARDS §3.5, row 25)."""

from __future__ import annotations

import gzip
import plistlib
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from scriptorium.domains.audit.models import AuditEvent
from scriptorium.domains.exams.models import BrowserKey, BrowserWaiver
from scriptorium.integrations.seb.settings_file import read_settings
from tests.support.builders import person
from tests.support.exam_room import add_exam
from tests.support.markup import elements

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
Staff = Callable[..., Client]
PAGE = "/office/browsers/"
KEY = "4fa9af8e" * 8
FILE = plistlib.dumps({"startURL": "https://exams.example/", "originatorVersion": "SEB_Win_3.9"})


@pytest.fixture(autouse=True)
def _exam(db: None) -> None:
    add_exam("general")


def add(client: Client, **changes: Any) -> Any:
    data = {"exam": "general", "name": "Windows, 2026", "config_key": KEY} | changes
    return client.post(PAGE, data, follow=True)


def upload(content: bytes, **changes: Any) -> dict[str, Any]:
    return {"config_key": "", "settings_file": SimpleUploadedFile("exam.seb", content)} | changes


def test_row_25_an_author_uploads_a_file_pastes_a_key_and_retires_both(staff: Staff) -> None:
    author = staff("exams")
    page = author.get(PAGE)
    assert "None. Every exam is sat in any browser." in page.text
    assert "Nobody is in an exam now." in page.text
    page = add(author, **upload(gzip.compress(FILE), address="https://exams.example/general.seb"))
    assert "MSCAT General is sat in Safe Exam Browser only, from now on." in page.text
    key = BrowserKey.objects.get()
    assert key.config_key == read_settings(FILE, max_bytes=10_000).config_key
    assert (key.origin, key.added_by_name) == ("exam.seb (SEB_Win_3.9)", "Robin Ashby")
    assert f"{key.config_key[:8]}…{key.config_key[-8:]}" in page.text
    assert key.config_key not in page.text
    page = add(author, name="Mac, 2026", config_key=f"  {KEY.upper()[:32]} {KEY[32:]}\n")
    pasted = BrowserKey.objects.get(name="Mac, 2026")
    assert (pasted.config_key, pasted.origin) == (KEY, "pasted")
    actions = [form["action"] for form in elements(page, "action")]
    assert f"{PAGE}{pasted.reference}/retire/" in actions
    for one in (key, pasted):
        page = author.post(f"{PAGE}{one.reference}/retire/", follow=True)
        assert f"“{one.name}” counts no more." in page.text
        assert author.post(f"{PAGE}{one.reference}/retire/").status_code == 409
    assert "None. Every exam is sat in any browser." in page.text
    assert "Configurations that were retired" in page.text
    assert add(author).status_code == 200, "a retired one may come back"
    written = AuditEvent.objects.filter(key__startswith="browser.").values_list("key", flat=True)
    assert sorted(written) == ["browser.allowed"] * 3 + ["browser.retired"] * 2


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"config_key": "4fa9"}, "A Config Key has 64 characters"),
        ({"config_key": "g" * 64}, "A Config Key has 64 characters"),
        ({"config_key": ""}, "Choose the file, or paste its Config Key."),
        (upload(FILE, config_key=KEY), "Give the file or the key, not both."),
        (upload(b"nothing"), "This is no configuration of Safe Exam Browser."),
        (upload(b"pswd0000"), "This configuration is encrypted."),
        (upload(b""), "The submitted file is empty."),
        ({"name": ""}, "This field is required."),
        ({"address": "http://exams.example/a.seb"}, "begins with https://"),
        ({"address": "javascript:alert(1)"}, "Enter a valid URL."),
        ({"exam": "other"}, "Select a valid choice."),
    ],
)
def test_row_25_what_is_no_configuration_is_refused_and_the_rest_is_kept(
    staff: Staff, changes: dict[str, Any], sentence: str
) -> None:
    page = add(staff("exams"), **changes)
    assert page.status_code == 422
    assert sentence in page.text
    if changes.get("name") != "":
        assert 'value="Windows, 2026"' in page.text
    assert not BrowserKey.objects.exists()


def test_the_same_configuration_twice_is_refused(staff: Staff) -> None:
    author = staff("exams")
    add(author)
    page = add(author)
    assert page.status_code == 409
    assert "MSCAT General has this configuration already." in page.text
    assert BrowserKey.objects.count() == 1


def test_a_decision_maker_lets_one_person_through_and_takes_it_back(staff: Staff) -> None:
    mel = person("Mel Archer")
    judge = staff("decisions")
    page = judge.get(PAGE)
    assert "Exam authors and the programme director can do this." in page.text
    data = {"waiver-email": mel.email, "waiver-exam": "general", "waiver-reason": "Old tablet"}
    page = judge.post(f"{PAGE}waive/", data, follow=True)
    assert "Mel Archer may sit once in any browser." in page.text
    first = BrowserWaiver.objects.get()
    assert (first.reason, first.granted_by_name) == ("Old tablet", "Robin Ashby")
    judge.post(f"{PAGE}waive/", data)
    first.refresh_from_db()
    assert first.closed_at is not None, "a newer one replaces it"
    second = BrowserWaiver.objects.latest("pk")
    page = judge.post(f"{PAGE}waivers/{second.reference}/close/", follow=True)
    assert "The waiver of Mel Archer was taken back." in page.text
    assert "taken back on" in page.text
    assert judge.post(f"{PAGE}waivers/{second.reference}/close/").status_code == 409
    keys = AuditEvent.objects.filter(subject=mel.reference).values_list("key", flat=True)
    assert {"browser.waived", "browser.waiver_closed"} <= set(keys)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"waiver-email": "nobody@new.example"}, "Nobody has this address here."),
        ({"waiver-reason": ""}, "This field is required."),
    ],
)
def test_a_waiver_for_nobody_or_without_a_reason_is_refused(
    staff: Staff, changes: dict[str, str], sentence: str
) -> None:
    mel = person("Mel Archer")
    data = {"waiver-email": mel.email, "waiver-exam": "general", "waiver-reason": "Old tablet"}
    page = staff("director").post(f"{PAGE}waive/", data | changes)
    assert page.status_code == 422
    assert sentence in page.text
    assert not BrowserWaiver.objects.exists()


def test_who_may_not_change_anything_reads_who_may(staff: Staff) -> None:
    auditor = staff("auditor")
    page = auditor.get(PAGE)
    assert page.text.count("can do this.") == 2
    refused = add(auditor)
    assert refused.status_code == 403
    assert "Exam authors and the programme director" in refused.text
    assert staff("finance").get(PAGE).status_code == 403
    assert '"/office/browsers/"' in staff("exams").get("/office/").text
