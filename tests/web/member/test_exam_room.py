"""The exam room as candidates and outside scripts meet it (CONTRACT, the exam room)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scriptorium.domains.audit.models import AuditEvent
from scriptorium.domains.credentials.models import Credential, Decision
from scriptorium.domains.exams.models import Answer, ScoreRun, Sitting
from scriptorium.journeys import finish_exam
from scriptorium.kernel import clock
from tests.support.builders import NOW, browser, person, problems
from tests.support.exam_room import JSON, Candidate, Time, add_exam

pytestmark = pytest.mark.django_db


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    return Time(monkeypatch)


@pytest.fixture
def mel() -> Candidate:
    return Candidate()


def test_a_candidate_signs_sits_and_passes(mel: Candidate) -> None:
    assert mel.exam.title in mel.client.get("/member/exams/").content.decode()
    page = mel.client.get("/member/exams/?exam=general").content.decode()
    assert "4 items, 100 minutes" in page
    sitting = mel.sit()
    assert mel.clinic.numbers("mscat") == (0, 0, 1)
    room = mel.client.get(mel.base(sitting), follow=True)
    assert room.request["PATH_INFO"].endswith("/items/1/")
    mel.answer_all(sitting, right=4)
    review = mel.client.get(f"{mel.base(sitting)}review/").content.decode()
    assert "Every item has an answer" in review
    result = mel.finish(sitting, follow=True).content.decode()
    assert "MSCAT General: passed" in result
    run = ScoreRun.objects.get(sitting=sitting)
    assert (run.correct, run.scored, run.passed) == (4, 4, True)
    credential = Credential.objects.get(person=mel.person)
    assert (credential.specialty, credential.level) == ("general", "CMSA")
    decision = Decision.objects.get(credential=credential)
    assert decision.kind == "passed"
    assert decision.evidence["sitting"] == sitting.reference
    assert problems() == ()


def test_row_04_a_pass_issues_by_a_decision_record(mel: Candidate) -> None:
    sitting = mel.sit()
    mel.answer_all(sitting, right=4)
    mel.finish(sitting)
    assert Decision.objects.get().decided_by == "certification-rule"


def test_who_does_not_pass_reads_bands_by_topic_and_no_figure(mel: Candidate) -> None:
    sitting = mel.sit()
    mel.answer_all(sitting, right=3)
    page = mel.finish(sitting, follow=True).content.decode()
    assert "not passed this time" in page
    assert "The note" in page
    assert "near the pass mark" in page
    for figure in ("75", "3 of 4", "3/4", "%"):
        assert figure not in page.partition("<main")[2].partition("</main>")[0]
    assert not Credential.objects.exists()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"affidavit_name": "Somebody Else"}, "Type your name as it stands in your account"),
        ({"affidavit_email": "else@example.org"}, "Type the e-mail address of this account"),
        ({"affidavit_name": ""}, "This field is required"),
    ],
)
def test_an_affidavit_that_does_not_name_the_person_is_refused_and_kept(
    mel: Candidate, fields, sentence: str
) -> None:
    response = mel.start(**fields)
    assert response.status_code == 422
    assert sentence in response.content.decode()
    for typed in fields.values():
        assert typed in response.content.decode()
    assert not Sitting.objects.exists()


def test_without_a_unit_there_is_no_exam(mel: Candidate) -> None:
    stranger = person("Sam Reed")
    client = browser(stranger)
    response = client.post(
        "/member/exams/start/",
        {"exam": "general", "affidavit_name": "Sam Reed", "affidavit_email": stranger.email},
    )
    assert response.status_code == 409
    assert "You have no unit for MSCAT General" in response.content.decode()


def test_pressing_start_twice_is_one_sitting(mel: Candidate) -> None:
    first, second = mel.start(), mel.start()
    assert first["Location"] == second["Location"]
    assert Sitting.objects.count() == 1


def test_the_unit_is_started_with_the_first_item_shown(mel: Candidate) -> None:
    sitting = mel.sit()
    assert mel.clinic.unit(mel.link).state == "assigned"
    mel.client.get(f"{mel.base(sitting)}items/1/")
    assert mel.clinic.unit(mel.link).state == "started"
    mel.client.get(f"{mel.base(sitting)}items/1/")
    assert problems() == ()


def test_an_item_as_json_shows_what_the_page_shows_and_never_the_key(mel: Candidate) -> None:
    sitting = mel.sit()
    found = mel.client.get(f"{mel.base(sitting)}items/2/", headers=JSON).json()
    version = sitting.form.items.get(position=2).version
    assert found["stem"] == version.stem
    assert [option["text"] for option in found["options"]] == version.options
    assert set(found) == {
        "number", "stem", "options", "choice", "text", "flagged", "seq", "seconds_left",
    }  # fmt: skip
    assert mel.client.get(f"{mel.base(sitting)}items/5/").status_code == 404


def test_an_item_reads_the_same_at_the_first_look_and_at_later_ones(
    mel: Candidate, time: Time
) -> None:
    sitting = mel.sit()
    look = f"{mel.base(sitting)}items/2/"
    first = mel.client.get(look, headers=JSON).json()
    assert mel.client.get(look, headers=JSON).json() == first
    mel.put(sitting, 2, {"choice": "B", "flagged": True, "seq": 3})
    later = mel.client.get(look, headers=JSON).json()
    assert later == first | {"choice": "B", "flagged": True, "seq": 3}
    assert later["flagged"] is True
    assert mel.client.get(f"{mel.base(sitting)}items/5/", headers=JSON).status_code == 404
    time.at(sitting.deadline_at + dt.timedelta(seconds=6))
    assert mel.client.get(look, headers=JSON).status_code == 410


def test_a_save_is_acknowledged_and_repeating_it_is_a_success(mel: Candidate) -> None:
    sitting = mel.sit()
    body = {"choice": "B", "flagged": True, "seq": 1}
    first = mel.put(sitting, 2, body)
    assert first.status_code == 200
    assert first.json().keys() == {"saved_at", "seq", "seconds_left"}
    assert mel.put(sitting, 2, body).json()["saved_at"] == first.json()["saved_at"]
    assert Answer.objects.count() == 1


def test_row_15_a_stale_tab_gets_409_and_the_newest_answer_stays(mel: Candidate) -> None:
    sitting = mel.sit()
    assert mel.put(sitting, 1, {"choice": "C", "seq": 3}).status_code == 200
    for body in ({"choice": "A", "seq": 2}, {"choice": "A", "seq": 3}):
        stale = mel.put(sitting, 1, body)
        assert stale.status_code == 409
        assert stale.json()["reason"] == "stale"
    state = mel.client.get(f"{mel.base(sitting)}state/").json()
    assert state["answers"]["1"] == {"choice": "C", "text": "", "flagged": False, "seq": 3}


def test_the_journal_after_a_cut_is_kept_in_one_request(mel: Candidate) -> None:
    sitting = mel.sit()
    mel.put(sitting, 1, {"choice": "A", "seq": 5})
    journal = [
        {"number": 1, "choice": "B", "seq": 4},
        {"number": 2, "choice": "B", "seq": 1},
        {"number": 2, "choice": "C", "seq": 2, "flagged": True},
        {"number": 3, "text": "", "flagged": True, "seq": 1},
    ]
    response = mel.put(sitting, None, journal)
    assert response.status_code == 200
    assert response.json()["stale"] == [1]
    answers = mel.client.get(f"{mel.base(sitting)}state/").json()["answers"]
    assert answers["1"]["choice"] == "A"
    assert answers["2"] == {"choice": "C", "text": "", "flagged": True, "seq": 2}
    assert mel.put(sitting, None, journal).status_code == 200


@pytest.mark.parametrize(
    "body", [{}, [], [{"choice": "A", "seq": 1}], [{"number": 1, "choice": "Z", "seq": 1}], "x"]
)
def test_a_journal_that_is_none_is_refused_with_a_sentence(mel: Candidate, body) -> None:
    response = mel.put(mel.sit(), None, body)
    assert response.status_code == 422
    assert response.json()["detail"].endswith(".")


def test_row_13_a_save_a_second_before_the_end_is_kept_and_six_after_is_not(
    mel: Candidate, time: Time
) -> None:
    sitting = mel.sit()
    time.at(sitting.deadline_at - dt.timedelta(seconds=1))
    assert mel.put(sitting, 1, {"choice": "A", "seq": 1}).status_code == 200
    time.at(sitting.deadline_at + dt.timedelta(seconds=5))
    assert mel.put(sitting, 2, {"choice": "A", "seq": 1}).status_code == 200
    time.at(sitting.deadline_at + dt.timedelta(seconds=6))
    late = mel.put(sitting, 3, {"choice": "A", "seq": 1})
    assert late.status_code == 410
    kept = Answer.objects.get(position=3)
    assert kept.late, "it is evidence for an appeal"
    mel.client.get(mel.base(sitting))
    run = ScoreRun.objects.get()
    assert run.scored == 4
    assert run.correct <= 2


def test_row_16_a_sitting_read_after_its_end_is_closed_at_its_deadline_once(
    mel: Candidate, time: Time
) -> None:
    sitting = mel.sit()
    time.at(sitting.deadline_at + dt.timedelta(minutes=30))
    mel.client.get(mel.base(sitting))
    sitting.refresh_from_db()
    assert (sitting.finished_at, sitting.finish_reason) == (sitting.deadline_at, "time")
    today = clock.day_of(time.now)
    assert finish_exam.sweep(now=time.now, today=today).closed == 0
    assert ScoreRun.objects.count() == 1


def test_row_16_the_sweeper_closes_at_the_deadline_and_two_sweepers_close_once(
    mel: Candidate, time: Time
) -> None:
    sitting = mel.sit()
    later = sitting.deadline_at + dt.timedelta(hours=3)
    today = clock.day_of(later)
    counts = [finish_exam.sweep(now=later, today=today).closed for _ in range(2)]
    assert counts == [1, 0]
    sitting.refresh_from_db()
    assert sitting.finished_at == sitting.deadline_at
    assert problems() == ()


def test_the_clock_of_the_device_is_never_asked(mel: Candidate) -> None:
    sitting = mel.sit()
    body = {"choice": "A", "seq": 1, "client_time": "1999-01-01T00:00:00Z"}
    assert mel.put(sitting, 1, body).status_code == 200
    assert Answer.objects.get().saved_at == NOW


def test_another_browser_takes_over_and_the_first_one_gets_409(mel: Candidate) -> None:
    sitting = mel.sit()
    mel.put(sitting, 1, {"choice": "A", "flagged": True, "seq": 1})
    other = browser(mel.person)
    page = other.get(mel.base(sitting)).content.decode()
    assert "Your exam is open elsewhere" in page
    assert mel.put(sitting, 1, {"choice": "B", "seq": 2}, client=other).status_code == 409
    assert other.get(f"{mel.base(sitting)}items/1/").status_code == 409
    other.post(f"{mel.base(sitting)}take-over/")
    state = other.get(f"{mel.base(sitting)}state/").json()
    assert state["answers"]["1"]["flagged"]
    assert state["elsewhere"] is False
    assert mel.put(sitting, 1, {"choice": "B", "seq": 2}, client=other).status_code == 200
    stale = mel.put(sitting, 1, {"choice": "C", "seq": 3})
    assert (stale.status_code, stale.json()["reason"]) == (409, "elsewhere")
    assert mel.finish(sitting).status_code == 409
    assert AuditEvent.objects.filter(key="exam.taken_over").count() == 1


def test_nobody_elses_sitting_is_there_at_all(mel: Candidate) -> None:
    sitting = mel.sit()
    other = browser(person("Sam Reed"))
    for path in ("", "items/1/", "state/", "review/"):
        assert other.get(mel.base(sitting) + path).status_code == 404
    for path in ("finish/", "take-over/", "items/1/"):
        assert other.post(mel.base(sitting) + path).status_code == 404
    assert mel.put(sitting, 1, {"choice": "A", "seq": 1}, client=other).status_code == 404
    dana = browser(mel.clinic.dana)
    assert dana.get(mel.base(sitting)).status_code == 404


def test_without_scripts_the_form_saves_and_goes_where_its_button_says(mel: Candidate) -> None:
    sitting = mel.sit()
    base = mel.base(sitting)
    saved = mel.client.post(f"{base}items/1/", {"choice": "B", "seq": "1", "go": "next"})
    assert saved["Location"] == f"{base}items/2/"
    jump = mel.client.post(f"{base}items/2/", {"seq": "1", "go": "4", "flagged": "on"})
    assert jump["Location"] == f"{base}items/4/"
    assert mel.client.post(f"{base}items/4/", {"seq": "1", "go": "review"})["Location"].endswith(
        "/review/"
    )
    page = mel.client.get(f"{base}items/1/").content.decode()
    assert 'value="B" checked' in page
    assert 'name="seq" value="2"' in page
    stale = mel.client.post(f"{base}items/1/", {"choice": "C", "seq": "1", "go": "next"})
    assert stale.status_code == 409
    assert "A newer answer to this item is kept already" in stale.content.decode()


def test_finishing_twice_is_one_result(mel: Candidate) -> None:
    sitting = mel.sit()
    mel.answer_all(sitting, right=4)
    assert mel.finish(sitting).status_code == mel.finish(sitting).status_code == 302
    assert ScoreRun.objects.count() == Decision.objects.count() == 1
    assert mel.put(sitting, 1, {"choice": "A", "seq": 9}).status_code == 410


def test_row_23_an_early_retake_and_a_third_sitting_on_one_unit_are_refused(
    mel: Candidate, time: Time
) -> None:
    first = mel.sit()
    mel.answer_all(first, right=0)
    mel.finish(first)
    early = mel.start()
    assert early.status_code == 409
    assert "30 days after the last one" in early.content.decode()
    time.move(days=31)
    mel.client = browser(mel.person)
    second = mel.sit()
    assert second.form_id != first.form_id, "a form that was not seen"
    mel.answer_all(second, right=0)
    mel.finish(second)
    time.move(days=31)
    mel.client = browser(mel.person)
    third = mel.start()
    assert third.status_code == 409
    assert "You have no unit for MSCAT General" in third.content.decode()
    unit = mel.clinic.unit(mel.link)
    assert unit.state == "completed"


def test_the_board_shows_not_passed_and_then_passed(mel: Candidate, time: Time) -> None:
    def mark() -> str:
        page = browser(mel.clinic.dana).get(
            f"/practice/{mel.clinic.practice.reference}/assignments/?q=archer"
        )
        row = page.content.decode().partition('data-part="mscat" data-state="')[2]
        return row.partition('"')[0]

    assert mark() == "assigned"
    sitting = mel.sit()
    mel.client.get(f"{mel.base(sitting)}items/1/")
    assert mark() == "started"
    mel.answer_all(sitting, right=0)
    mel.finish(sitting)
    assert mark() == "failed"
    time.move(days=31)
    mel.client = browser(mel.person)
    again = mel.sit()
    mel.answer_all(again, right=4)
    mel.finish(again)
    assert mark() == "passed"


def test_a_package_fixes_its_exam_at_the_start(time: Time) -> None:
    mel = Candidate(kind="package")
    add_exam("dermatology", title="MSCAT Dermatology")
    page = mel.client.get("/member/exams/").content.decode()
    assert "MSCAT General" in page
    assert "MSCAT Dermatology" in page
    sitting = mel.sit(exam="dermatology")
    mel.answer_all(sitting, right=4)
    mel.finish(sitting)
    assert Credential.objects.get().specialty == "dermatology"
    assert mel.start(exam="general").status_code == 409
    assert problems() == ()


def _statements(work: Callable[[], object]) -> int:
    """Count what a request asks of the database; a test's own savepoints are none of it."""
    with CaptureQueriesContext(connection) as captured:
        work()
        return len([q for q in captured if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))])


def test_a_start_costs_ten_statements_a_save_four_and_a_finish_ten(mel: Candidate) -> None:
    """The session's and the login's own two are among them (BENCHMARKS, what we do better)."""
    assert _statements(mel.start) == 10
    sitting = Sitting.objects.get()
    mel.put(sitting, 1, {"choice": "A", "seq": 1})
    assert _statements(lambda: mel.put(sitting, 1, {"choice": "B", "seq": 2})) == 4
    mel.client.get(f"{mel.base(sitting)}items/1/")
    look = f"{mel.base(sitting)}items/2/"
    assert _statements(lambda: mel.client.get(look, headers=JSON)) == 4
    assert _statements(lambda: mel.finish(sitting)) == 10
