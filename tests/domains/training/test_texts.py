"""Versions of texts, how reading counts, and the records of completion."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from scriptorium.database.records import RecordIsFinal
from scriptorium.domains.accounts.models import Person
from scriptorium.domains.audit.models import AuditEvent
from scriptorium.domains.training import operations as training
from scriptorium.domains.training import queries, rules
from scriptorium.domains.training.models import Chapter, Completion, Section, Study, Version
from scriptorium.journeys.load_texts import ProgrammeInvalid, check_texts, load_texts
from tests.support import texts
from tests.support.builders import NOW, TODAY, later, person

pytestmark = pytest.mark.django_db


def _complete(someone, *, sitting: str = "s1", score: tuple[int, int, int] = (20, 25, 80)):
    with transaction.atomic():
        return training.record_completion(
            person=someone.pk, name=someone.name, practice="", at_practice="", course="hipaa",
            sat=training.Sat(sitting, "f1", NOW), score=training.Score(*score), keep_years=10,
            today=TODAY, now=NOW,
        )  # fmt: skip


def test_loading_the_same_texts_again_makes_no_version() -> None:
    assert texts.load() == 2
    assert texts.load(now=later(days=1)) == 0
    assert list(Version.objects.order_by("id").values_list("code", "number")) == [
        ("manual", 1),
        ("hipaa", 1),
    ]
    event = AuditEvent.objects.get(key="text.version_loaded", subject="manual")
    assert event.data["chapters"] == 3


def test_a_changed_text_makes_a_version_and_leaves_the_old_one_as_it_was() -> None:
    texts.load()
    before = list(Chapter.objects.filter(version__code="manual").values())
    assert texts.load(chapters=texts.changed(texts.CHAPTERS, "privacy"), now=later(days=1)) == 1
    assert (
        list(Chapter.objects.filter(version__code="manual", version__number=1).values()) == before
    )
    now = {c.slug: c.content_sha256 for c in queries.chapters(code="manual")}
    old = {row["slug"]: row["content_sha256"] for row in before}
    assert [slug for slug in now if now[slug] != old[slug]] == ["privacy"]
    first, second = Version.objects.filter(code="manual").order_by("number")
    assert first.content_sha256 != second.content_sha256


def test_going_back_to_the_old_words_is_a_version_too_with_the_old_hash() -> None:
    texts.load()
    texts.load(chapters=texts.changed(texts.CHAPTERS, "role"))
    texts.load()
    hashes = Version.objects.filter(code="manual").order_by("number").values_list(
        "content_sha256", flat=True
    )  # fmt: skip
    assert (hashes[0] == hashes[2], len(set(hashes))) == (True, 2)


def test_what_was_loaded_is_final_in_python_and_in_the_database() -> None:
    texts.load()
    section = Section.objects.all()[0]
    with pytest.raises(RecordIsFinal):
        section.save()
    for table in ("version", "chapter", "section"):
        with (
            pytest.raises(DatabaseError, match="never changed"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"UPDATE training_{table} SET id = id")


def test_a_text_with_a_mistake_changes_nothing(tmp_path) -> None:
    folder = texts.write_texts(tmp_path)
    (folder / "manual" / "01-role.md").write_text("no head", encoding="utf-8")
    with pytest.raises(ProgrammeInvalid, match=r"manual/01-role\.md:1: "):
        load_texts(actor=texts.OPERATOR, folder=folder, now=NOW)
    assert not Version.objects.exists()
    problems: list = []
    assert check_texts(folder=folder, problems=problems) == {"chapters": 2, "lessons": 2}
    assert len(problems) == 1


def test_an_empty_text_is_no_version() -> None:
    with pytest.raises(ValueError, match="has no chapter"):
        training.load_course(code="hipaa", lessons=[], now=NOW)


def test_a_text_that_was_never_loaded_has_no_chapter() -> None:
    assert queries.current(code="manual") is None
    assert queries.chapters(code="manual") == []
    assert queries.outlines(codes=["manual"])["manual"] == []


def test_a_chapter_counts_as_read_only_in_the_wording_that_it_has_now() -> None:
    outline = [("a", "1"), ("b", "2"), ("c", "3")]
    assert rules.unread(outline=outline, readings={"a": ("1", NOW), "b": ("old", NOW)}) == [
        "b",
        "c",
    ]


def _advice(someone: Person) -> str:
    progress = queries.progress_of(person=someone.pk).get("hipaa")
    return rules.before_assessment(
        progress=progress, outline=queries.outlines(codes=["hipaa"])["hipaa"]
    )


def test_before_the_assessment_the_lessons_are_advised() -> None:
    texts.load()
    someone = person()
    assert _advice(someone) == "Better read the lessons first: 2 are left."
    chapters = queries.chapters(code="hipaa")
    training.write_past_studies(studies=[training.PastStudy(someone.pk, chapters, NOW, [NOW])])
    assert _advice(someone) == "Better read the lessons first: 1 is left."


def test_lessons_that_were_all_read_open_the_assessment_also_after_a_new_version() -> None:
    texts.load()
    someone = person()
    chapters = queries.chapters(code="hipaa")
    training.write_past_studies(studies=[training.PastStudy(someone.pk, chapters, NOW, [NOW, NOW])])
    texts.load(lessons=texts.changed(texts.LESSONS, "phi"))
    assert _advice(someone) == ""
    completion = _complete(someone)
    assert completion.version.number == 1
    assert completion.content_sha256 == chapters[0].version.content_sha256
    assert "You have completed this course" in _advice(someone)
    study = Study.objects.get()
    assert study.finished_at == NOW


@pytest.mark.parametrize(("correct", "scored"), [(19, 25), (0, 25), (79, 100), (26, 25), (0, 0)])
def test_no_record_of_a_score_that_does_not_pass(correct: int, scored: int) -> None:
    texts.load()
    with pytest.raises(IntegrityError):
        _complete(person(), score=(correct, scored, 80))


def test_twenty_of_twenty_five_pass_and_one_sitting_has_one_record() -> None:
    texts.load()
    someone = person()
    assert _complete(someone).keep_until == dt.date(TODAY.year + 10, TODAY.month, TODAY.day)
    with pytest.raises(IntegrityError):
        _complete(someone)
    with pytest.raises(RecordIsFinal):
        Completion.objects.get().delete()


def test_no_record_of_a_course_that_was_never_loaded() -> None:
    with pytest.raises(training.NoTextLoaded):
        _complete(person())


def test_a_past_study_of_the_manual_is_finished_when_all_is_read() -> None:
    texts.load()
    chapters = queries.chapters(code="manual")
    one, other = person("Ada Park"), person("Ben Ito")
    training.write_past_studies(
        studies=[
            training.PastStudy(one.pk, chapters, NOW, [NOW] * 3),
            training.PastStudy(other.pk, chapters, NOW, []),
        ]
    )
    done, open_ = Study.objects.order_by("id")
    assert (done.finished_at, done.place_slug) == (NOW, "orders")
    assert (open_.finished_at, open_.place_slug) == (None, "role")
    assert queries.progress_of(person=one.pk)["manual"].readings.keys() == {
        "role", "privacy", "orders",
    }  # fmt: skip
