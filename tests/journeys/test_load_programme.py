"""A programme goes into the database whole or not at all, and never edits what is in use."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction

from scriptorium.domains.catalog.queries import programme
from scriptorium.domains.credentials.models import Credential
from scriptorium.domains.exams import queries as exams
from scriptorium.domains.exams.enums import LETTERS
from scriptorium.domains.exams.models import ExamVersion, Form, Item, ItemVersion, ScoreRun, Sitting
from scriptorium.domains.exams.operations import sittings as writing
from scriptorium.domains.exams.operations.forms import approve_form
from scriptorium.domains.exams.queries import forms_to_approve
from scriptorium.domains.exams.rules import scoring
from scriptorium.domains.exams.rules.sitting import Given
from scriptorium.journeys import finish_exam, sit_exam
from scriptorium.journeys.load_programme import (
    ProgrammeInvalid,
    check_programme,
    load_programme,
)
from scriptorium.kernel.actor import Actor
from tests.support.builders import NOW, TODAY, Clinic, actor_of
from tests.support.shared_rows import undone_afterwards

LOADER = Actor.system("programme")
EXAMS = ["general", *programme().specialties]


def load(folder: Path) -> Any:
    return load_programme(actor=LOADER, folder=folder, now=NOW)


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
    """Return what the first load of the shipped programme changed; its forms are approved."""
    with django_db_blocker.unblock(), undone_afterwards():
        found = load(settings.PROGRAMME_DIR)
        with transaction.atomic():
            for form in forms_to_approve():
                approve_form(form=form, by="0approver", now=NOW)
        yield found


@pytest.fixture
def shipped(db: None, loaded: Any) -> Any:
    return loaded


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the shipped programme to change."""
    return Path(shutil.copytree(settings.PROGRAMME_DIR, tmp_path / "programme"))


def change(folder: Path, name: str, old: str, new: str) -> int:
    """Change a file; returns the line of the change."""
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def sit(exam: str, *, right: int) -> Sitting:
    """Let somebody sit an exam with so many answers right."""
    clinic = Clinic()
    link = clinic.join("Mel Archer")
    kind = "mscat" if exam == "general" else "specialty"
    clinic.stock(kind)
    clinic.assign([link], kind, choice="" if exam == "general" else exam)
    person = link.person
    assert person is not None
    assert person.user is not None
    sitting = sit_exam.start(
        actor=actor_of(person), person=person, exam=exam, affidavit_name=person.name,
        affidavit_email=person.email, holder="h", now=NOW, today=TODAY,
    )  # fmt: skip
    answers = []
    for keyed in writing.keyed_form(form=sitting.form_id):
        known = keyed.position <= right
        if keyed.key is None:
            answers.append(Given(keyed.position, 1, text=keyed.accept[0] if known else "unsure"))
        else:
            letter = LETTERS[keyed.key if known else (keyed.key + 1) % 4]
            answers.append(Given(keyed.position, 1, choice=letter))
    with transaction.atomic():
        writing.keep_answers(sitting=sitting, answers=answers, late=False, now=NOW)
    finish_exam.finish(
        user=person.user.pk, reference=sitting.reference, holder="h", request_id="", now=NOW,
        today=TODAY,
    )  # fmt: skip
    sitting.refresh_from_db()
    return sitting


@pytest.mark.parametrize("exam", EXAMS)
def test_each_of_the_nine_exams_can_be_sat_and_80_of_100_passes(shipped: Any, exam: str) -> None:
    sitting = sit(exam, right=80)
    run = ScoreRun.objects.get(sitting=sitting)
    assert (run.correct, run.scored, run.passed, sitting.passed) == (80, 100, True, True)
    held = Credential.objects.get(person=sitting.person)
    assert (held.specialty, held.level, held.scheme_version) == (exam, "CMSA", "2026.1")


@pytest.mark.parametrize("exam", EXAMS)
def test_79_of_100_does_not_pass_any_of_them(shipped: Any, exam: str) -> None:
    sitting = sit(exam, right=79)
    assert ScoreRun.objects.get(sitting=sitting).correct == 79
    assert sitting.passed is False
    assert not Credential.objects.filter(person=sitting.person).exists()


def test_the_shipped_programme_is_loaded_once(shipped: Any) -> None:
    assert (shipped.exams, shipped.forms) == (10, 36)
    assert shipped.items == Item.objects.filter(state="live").count() >= 1020
    again = load(settings.PROGRAMME_DIR)
    assert (again.items, again.exams, again.forms, again.texts) == (0, 0, 0, 0)


def test_row_17_a_changed_item_gets_another_version_and_the_forms_stay(
    shipped: Any, folder: Path
) -> None:
    before = dict(Form.objects.values_list("id", "content_sha256"))
    text = (folder / "items/core/note.toml").read_text(encoding="utf-8")
    stem = re.findall(r'^stem = "(.+)"$', text, re.MULTILINE)[0]
    change(folder, "items/core/note.toml", stem, f"{stem[:-1]} in this visit?")
    found = load(folder)
    assert (found.items, found.exams, found.forms) == (1, 0, 0)
    item = Item.objects.get(code="note-001")
    assert item.live_version is not None
    assert item.live_version.number == 2
    assert ItemVersion.objects.filter(item=item).count() == 2
    assert dict(Form.objects.values_list("id", "content_sha256")) == before


def test_row_05_what_was_sat_is_scored_under_its_version_after_the_scheme_changes(
    shipped: Any, folder: Path
) -> None:
    before = sit("general", right=85)
    change(folder, "exams.toml", 'scheme = "2026.1"', 'scheme = "2027.1"')
    change(
        folder, "exams.toml",
        'title = "MSCAT General"\nminutes = 100\npass_percent = 80',
        'title = "MSCAT General"\nminutes = 100\npass_percent = 90',
    )  # fmt: skip
    assert load(folder).exams == 10
    newest = ExamVersion.objects.filter(exam="general").order_by("-number")[0]
    assert (newest.pass_percent, newest.scheme_version) == (90, "2027.1")
    # An answer key that is found wrong later scores the old sitting by its own version, too.
    kept = exams.by_key(key=before.pk)
    assert kept is not None
    again = scoring.score(
        form=writing.keyed_form(form=before.form_id),
        answers={n: (a.choice, a.text) for n, a in exams.answers_of(sitting=before.pk).items()},
        percent=kept.form.exam_version.pass_percent,
    )
    assert again.passed
    assert before.form.exam_version.pass_percent == 80
    assert Credential.objects.get(person=before.person).scheme_version == "2026.1"


@pytest.mark.parametrize(
    ("name", "old", "new", "sentence"),
    [
        ("items/core/note.toml", 'code = "note-002"', 'code = "note-001"', "is taken by"),
        ("items/core/note.toml", "[[item]]", "[[item]]\nhint = 'x'", "a key that nobody reads"),
        ("items/core/note.toml", "[[item]]", "[[item", "cannot be read"),
        ("exams.toml", '"core/em" = 8', '"core/em" = 80', "core/em needs 80 items a form"),
        ("exams.toml", 'delivery = "assembled"', 'delivery = "guessed"', "“fixed” or “assembled”"),
        ("exams.toml", 'terminology = "Medical terminology"', "", "has no name under"),
        ("exams.toml", "pilot_items = 0", "pilot_items = 11", "pilot_items is a number from 0 to"),
    ],
)
def test_each_slip_is_named_with_file_and_line_and_nothing_is_loaded(
    db: None, folder: Path, name: str, old: str, new: str, sentence: str
) -> None:
    before = (Item.objects.count(), ExamVersion.objects.count())
    change(folder, name, old, new)
    with pytest.raises(ProgrammeInvalid, match=sentence) as refused:
        load(folder)
    problem = next(p for p in refused.value.problems if re.search(sentence, p.sentence))
    assert problem.path == name
    assert problem.line > 0
    assert (Item.objects.count(), ExamVersion.objects.count()) == before


def test_a_folder_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(ProgrammeInvalid, match="There is no such folder"):
        check_programme(folder=tmp_path / "nowhere")


def test_the_check_judges_the_writing_too(folder: Path) -> None:
    path = folder / "items/core/note.toml"
    text = path.read_text(encoding="utf-8")
    stems = re.findall(r'^stem = "(.+)"$', text, re.MULTILINE)
    line = change(folder, "items/core/note.toml", stems[1], stems[0])
    with pytest.raises(ProgrammeInvalid, match="note-002 and note-001 have stems 100% alike") as e:
        check_programme(folder=folder)
    assert e.value.problems[0].line < line


def test_the_shipped_programme_passes_its_own_check() -> None:
    found = check_programme(folder=settings.PROGRAMME_DIR)
    assert (found["exams"], found["chapters"], found["lessons"]) == (10, 15, 8)
    assert found["items"] >= 1020
