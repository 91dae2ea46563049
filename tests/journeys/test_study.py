"""Studying the manual and HIPAA for Scribes, from the first opening to the record."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import transaction

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.audit.models import AuditEvent
from scriptorium.domains.exams.models import ExamVersion, Form, ScoreRun, Sitting
from scriptorium.domains.training.models import Completion, Reading, Study
from scriptorium.journeys import roster_change, study
from scriptorium.journeys.completion_records import completions_csv
from tests.support import texts
from tests.support.builders import NOW, Clinic, actor_of, days, events, later, noon, person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _texts(db: None) -> None:
    texts.load()


def _open(someone, code: str = "manual", slug: str = "role", now: dt.datetime = NOW) -> None:
    study.open_chapter(actor=actor_of(someone), person=someone, code=code, slug=slug, now=now)


def _keys(*keys: str) -> list[tuple[str, str]]:
    rows = AuditEvent.objects.filter(key__in=keys).order_by("pk")
    return list(rows.values_list("key", "practice"))


def test_opening_the_first_chapter_starts_the_unit_once(clinic: Clinic) -> None:
    link = clinic.join("Mel Archer")
    clinic.give(link, "manual")
    for slug in ("role", "privacy", "role"):
        _open(link.person, slug=slug)
    assert events(clinic.unit(link)) == ["purchased", "assigned", "started"]
    assert _keys("part.started") == [("part.started", clinic.practice.reference)]
    assert Study.objects.get().place_slug == "role"


def test_opening_a_chapter_of_a_package_starts_that_part_alone(clinic: Clinic) -> None:
    link = clinic.join("Mel Archer")
    clinic.give(link, "package")
    _open(link.person)
    parts = clinic.parts(link)
    assert (parts["manual"], parts["hipaa"], parts["exam"]) == ("started", "assigned", "assigned")


def test_reading_the_whole_manual_completes_its_unit(clinic: Clinic) -> None:
    link = clinic.join("Mel Archer")
    clinic.give(link, "manual")
    assert texts.read(link.person, "manual", "role") == study.Marked("privacy", False)
    assert texts.read(link.person, "manual", "orders") == study.Marked("", False)
    assert texts.read(link.person, "manual", "privacy") == study.Marked("orders", True)
    assert events(clinic.unit(link))[-2:] == ["started", "completed"]
    assert clinic.numbers("manual") == (0, 0, 0)
    assert _keys("part.completed") == [("part.completed", clinic.practice.reference)]
    assert Study.objects.get().finished_at == NOW


def test_marking_needs_no_opening_before_it(clinic: Clinic) -> None:
    link = clinic.join("Mel Archer")
    clinic.give(link, "manual")
    study.mark_read(
        actor=actor_of(link.person), person=link.person, code="manual", slug="role",
        sha256=texts.wording("manual", "role"), now=NOW,
    )  # fmt: skip
    assert clinic.parts(link) == {"manual": "started"}


def test_a_chapter_that_changed_meanwhile_is_not_marked(clinic: Clinic) -> None:
    link = clinic.join("Mel Archer")
    clinic.give(link, "manual")
    _open(link.person)
    old = texts.wording("manual", "role")
    texts.load(chapters=texts.changed(texts.CHAPTERS, "role"))
    with pytest.raises(study.TextChanged, match="Read the new wording"):
        study.mark_read(
            actor=actor_of(link.person), person=link.person, code="manual", slug="role",
            sha256=old, now=NOW,
        )  # fmt: skip
    assert not Reading.objects.exists()


def test_on_the_way_a_changed_chapter_is_to_be_read_again(clinic: Clinic) -> None:
    link = clinic.join("Mel Archer")
    clinic.give(link, "manual")
    texts.read(link.person, "manual", "role", "privacy")
    texts.load(chapters=texts.changed(texts.CHAPTERS, "role"))
    assert not texts.read(link.person, "manual", "orders").all_read
    assert clinic.parts(link) == {"manual": "started"}
    assert texts.read(link.person, "manual", "role").all_read
    assert Study.objects.get().version.number == 2


def test_a_new_version_asks_nothing_of_who_has_finished(clinic: Clinic) -> None:
    link = clinic.join("Mel Archer")
    clinic.give(link, "manual")
    texts.read(link.person, "manual", "role", "privacy", "orders")
    texts.load(chapters=texts.changed(texts.CHAPTERS, "role"))
    _open(link.person)
    assert clinic.parts(link) == {"manual": "completed"}
    assert Study.objects.get().finished_at == NOW


def test_a_chapter_taken_out_can_be_the_last_one_that_was_left(clinic: Clinic) -> None:
    link = clinic.join("Mel Archer")
    clinic.give(link, "manual")
    texts.read(link.person, "manual", "role", "privacy")
    texts.load(chapters=texts.CHAPTERS[:2])
    _open(link.person)
    assert clinic.parts(link) == {"manual": "completed"}


def test_without_a_unit_nothing_opens_and_nothing_is_written(clinic: Clinic) -> None:
    link = clinic.join("Mel Archer")
    clinic.give(link, "hipaa")
    for someone in (link.person, person("Eve Else")):
        with pytest.raises(study.NotYours):
            _open(someone)
    with pytest.raises(study.NotYours):
        study.keep_place(person=link.person, code="manual", slug="role", anchor="start", now=NOW)
    assert not Study.objects.exists()


def test_a_unit_that_was_taken_back_opens_nothing(clinic: Clinic) -> None:
    link = clinic.join("Mel Archer")
    clinic.stock("manual")
    result = clinic.assign([link], "manual")
    clinic.undo(result)
    with pytest.raises(study.NotYours):
        _open(link.person)


def test_a_waived_manual_opens_too_since_another_one_is_owned(clinic: Clinic) -> None:
    link = clinic.join("Mel Archer")
    clinic.give(link, "manual")
    clinic.give(link, "package")
    assert clinic.parts(link)["manual"] == "waived"
    texts.read(link.person, "manual", "role", "privacy", "orders")
    assert clinic.parts(link)["manual"] == "waived"


def test_a_new_unit_begins_a_new_study_when_it_is_opened(clinic: Clinic) -> None:
    link = clinic.join("Mel Archer")
    clinic.give(link, "manual")
    texts.read(link.person, "manual", "role", "privacy", "orders")
    clinic.give(link, "manual")
    _open(link.person, now=later(days=30))
    assert Study.objects.filter(finished_at__isnull=True).count() == 1
    assert clinic.parts(link) == {"manual": "started"}


@pytest.mark.parametrize(("code", "slug"), [("manual", "nothing"), ("cooking", "role")])
def test_what_does_not_exist_cannot_be_opened(clinic: Clinic, code: str, slug: str) -> None:
    with pytest.raises(study.NoSuchChapter):
        _open(clinic.dana, code, slug)


def test_the_place_is_kept_for_every_device(clinic: Clinic) -> None:
    link = clinic.join("Mel Archer")
    clinic.give(link, "manual")
    _open(link.person, slug="role")
    study.keep_place(
        person=link.person, code="manual", slug="role", anchor="signatures", now=later(minutes=3)
    )
    found = Study.objects.get()
    assert (found.place_slug, found.place_anchor) == ("role", "signatures")
    with pytest.raises(study.NoSuchChapter):
        study.keep_place(person=link.person, code="manual", slug="role", anchor="nowhere", now=NOW)


def _sitting(link, unit: str, *, correct: int = 20) -> tuple[Sitting, ScoreRun]:
    """Return a finished sitting of the assessment, as the exam room leaves it."""
    version, _ = ExamVersion.objects.get_or_create(
        exam="hipaa", number=1,
        defaults={
            "title": "HIPAA for Scribes assessment", "course": "hipaa", "minutes": 40,
            "pass_percent": 80, "delivery": "assembled", "retake_hours": 24,
            "sittings_per_unit": 0, "blueprint": [], "rules": {}, "scheme_version": "1",
            "content_sha256": "0" * 64, "loaded_at": NOW,
        },
    )  # fmt: skip
    form = Form.objects.create(
        exam_version=version, seed="s", content_sha256="0" * 64, made_at=NOW, made_by="tests"
    )
    sitting = Sitting.objects.create(
        person=link.person, exam="hipaa", form=form, unit_reference=unit,
        practice_reference=link.practice.reference, number_on_unit=1,
        affidavit_name=link.person.name, affidavit_email=link.person.email,
        affidavit_version="1", agreement_version="1", started_at=NOW, limit_seconds=2400,
        deadline_at=later(minutes=40), holder="h", finished_at=later(minutes=30),
        finish_reason="candidate", passed=True,
    )  # fmt: skip
    run = ScoreRun.objects.create(
        sitting=sitting, number=1, correct=correct, scored=25, passed=True, topics=[],
        key_sha256="0" * 64, reason="First scoring", made_by="rule", at=NOW,
    )  # fmt: skip
    return sitting, run


def _pass(link, unit: str, *, correct: int = 20) -> Completion:
    sitting, run = _sitting(link, unit, correct=correct)
    with transaction.atomic():
        return study.complete_hipaa(
            actor=actor_of(link.person), sitting=sitting, run=run, now=later(minutes=31)
        )


def test_reading_all_lessons_completes_nothing_without_the_assessment(clinic: Clinic) -> None:
    link = clinic.join("Mel Archer")
    clinic.give(link, "hipaa")
    assert texts.read(link.person, "hipaa", "what", "phi").all_read
    assert clinic.parts(link) == {"hipaa": "started"}
    assert not Completion.objects.exists()


def test_a_passed_assessment_completes_the_course_and_its_unit(clinic: Clinic) -> None:
    link = clinic.join("Mel Archer")
    clinic.give(link, "hipaa")
    texts.read(link.person, "hipaa", "what", "phi", now=noon(days(-3)))
    found = _pass(link, clinic.unit(link).reference)
    assert clinic.parts(link) == {"hipaa": "completed"}
    assert (found.correct, found.scored, found.pass_percent) == (20, 25, 80)
    assert (found.started_at, found.completed_at) == (noon(days(-3)), later(minutes=30))
    assert (found.practice, found.at_practice) == (
        clinic.practice.reference, "Riverside Dermatology",
    )  # fmt: skip
    assert _keys("course.completed") == [("course.completed", clinic.practice.reference)]


def test_row_27_the_export_shows_everything_and_keeps_people_who_left(clinic: Clinic) -> None:
    link = clinic.join("Mel Archer")
    clinic.give(link, "hipaa")
    texts.read(link.person, "hipaa", "what", "phi", now=noon(days(-3)))
    found = _pass(link, clinic.unit(link).reference, correct=23)
    before = completions_csv(practice=clinic.practice)
    roster_change.end_link(
        actor=clinic.actor, practice=clinic.practice, link=clinic.link(link), reason="left",
        note="", last_day=days(0), take_back=False, now=NOW, today=days(0),
    )  # fmt: skip
    Person.objects.filter(pk=link.person_id).update(first_name="Melanie")
    assert completions_csv(practice=clinic.practice) == before
    header, line = before.decode("utf-8-sig").splitlines()
    values = dict(zip(header.split(","), line.split(","), strict=True))
    assert values["Name"] == "Mel Archer"
    assert values["Practice at the time"] == "Riverside Dermatology"
    assert values["Course"] == "HIPAA for Scribes"
    assert (values["Content version"], values["Content SHA-256"]) == ("1", found.content_sha256)
    assert values["Started (UTC)"] == "2026-11-20 17:00:00"
    assert values["Completed (UTC)"] == "2026-11-23 17:30:00"
    assert (values["Correct"], values["Scored"], values["Percent that passes"]) == (
        "23", "25", "80",
    )  # fmt: skip
    assert values["Kept until"] == "2036-11-23"


def test_another_practice_exports_none_of_it(clinic: Clinic) -> None:
    link = clinic.join("Mel Archer")
    clinic.give(link, "hipaa")
    texts.read(link.person, "hipaa", "what", "phi")
    _pass(link, clinic.unit(link).reference)
    other = Clinic("Lakeside Health", "Omar Haddad")
    assert len(completions_csv(practice=other.practice).splitlines()) == 1
