"""From apprentice to specialist: what counts, what is enough, who decides (DOMAIN §6, row 6)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from scriptorium.database.records import RecordIsFinal
from scriptorium.domains.catalog.queries import pathways, text_sha256
from scriptorium.domains.credentials import rules
from scriptorium.domains.credentials.models import Affidavit, Credential, HourEntry
from scriptorium.domains.credentials.rules import (
    AffidavitClosed,
    CannotLog,
    CannotMove,
    CannotSend,
    MayNotJudge,
    Progress,
    hours_words,
)
from scriptorium.domains.practices.queries import Standing
from tests.support.apprentices import SINCE, log, scribe, sent
from tests.support.builders import NOW, TODAY, Clinic, days

HELD = [Credential(level_since=SINCE)]
BOSS = Standing(primary=True)
DEPUTY = Standing(roles=frozenset({"deputy"}), member=True)
DOCTOR = Standing(roles=frozenset({"physician"}), member=True)
AUDITOR = Standing(roles=frozenset({"auditor"}), member=True)
MEMBER = Standing(member=True)


def waiting(**values: Any) -> Affidavit:
    """Return an affidavit of person 1 that waits at practice 7."""
    return Affidavit(
        **({"person_id": 1, "practice_id": 7, "pathway": "experience"} | values)  # type: ignore[arg-type]
    )


def test_pathways_are_data_and_follow_the_professional_background() -> None:
    found = pathways()
    assert found.of_background("cma").quarters == 50 * 4
    assert {found.of_background(code).hours for code in ("rn", "lvn", "emtp", "cma")} == {50}
    assert {found.of_background(code).hours for code in ("", "scribe", "office")} == {200}
    assert [way.code for way in found.open_to("rn")] == ["licensed", "experience"]
    assert [way.code for way in found.open_to("scribe")] == ["experience"]
    assert found.by_code("nothing") is None
    assert found.reminder_days == (7, 14, 21)
    assert found.move_after_days == 30


def test_the_text_is_filled_and_hashed_as_it_is_shown() -> None:
    text = pathways().statement.filled(name="Casey", hours="12.5", first="1 Feb", last="2 Feb")
    assert "I, Casey, documented 12.5 hours" in text
    assert text_sha256(text) != text_sha256(text + " ")


@pytest.mark.parametrize(
    ("quarters", "words"), [(1, "0.25"), (2, "0.5"), (3, "0.75"), (4, "1"), (722, "180.5")]
)
def test_hours_are_counted_in_quarters(quarters: int, words: str) -> None:
    assert hours_words(quarters) == words


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"held": []}, "people who hold the apprentice level"),
        ({"worked_on": days(1)}, "Choose today or an earlier day"),
        ({"worked_on": SINCE - dt.timedelta(days=1)}, "Hours count from"),
        ({"quarters": 0}, "at least a quarter"),
        ({"quarters": 65}, "at most 16 hours"),
        ({"quarters": 5, "on_that_day": 60}, "15 are logged already"),
    ],
)
def test_hours_that_cannot_count_are_refused(change: dict[str, Any], reason: str) -> None:
    right: dict[str, Any] = {
        "held": HELD, "worked_on": TODAY, "quarters": 4, "on_that_day": 60, "today": TODAY,
    }  # fmt: skip
    rules.check_can_log(**right)
    with pytest.raises(CannotLog, match=reason):
        rules.check_can_log(**(right | change))


def test_who_may_log() -> None:
    assert rules.can_log(held=HELD)
    assert not rules.can_log(held=[])


def test_row_06_too_few_hours_are_refused_on_each_pathway() -> None:
    licensed, experience = pathways().ways
    for way, background, enough in ((licensed, "rn", 200), (experience, "scribe", 800)):
        right: dict[str, Any] = {
            "pathway": way, "background": background, "evidence": "CA 12345", "waiting": False,
        }  # fmt: skip
        rules.check_can_send(progress=Progress(enough, way.quarters), **right)
        with pytest.raises(CannotSend, match=r"0\.25 of (50|200) hours are missing"):
            rules.check_can_send(progress=Progress(enough - 1, way.quarters), **right)


def test_row_06_fifty_hours_need_a_licence_or_programme() -> None:
    licensed = pathways().ways[0]
    full = Progress(200, 200)
    with pytest.raises(CannotSend, match="another professional background"):
        rules.check_can_send(
            progress=full, pathway=licensed, background="scribe", evidence="x", waiting=False
        )
    with pytest.raises(CannotSend, match="licence number and state"):
        rules.check_can_send(
            progress=full, pathway=licensed, background="rn", evidence="", waiting=False
        )


def test_one_affidavit_waits_at_a_time() -> None:
    experience = pathways().ways[1]
    full = Progress(800, 800)
    with pytest.raises(CannotSend, match="waiting already"):
        rules.check_can_send(
            progress=full, pathway=experience, background="", evidence="", waiting=True
        )
    assert rules.can_send(progress=full, waiting=False)
    assert not rules.can_send(progress=full, waiting=True)
    assert not rules.can_send(progress=Progress(799, 800), waiting=False)


@pytest.mark.parametrize("standing", [BOSS, DEPUTY, DOCTOR])
def test_administrators_and_physicians_of_the_employer_decide(standing: Standing) -> None:
    assert rules.can_judge(affidavit=waiting(), judge=2, standing=standing)
    rules.check_can_judge(affidavit=waiting(), judge=2, standing=standing)


@pytest.mark.parametrize("standing", [AUDITOR, MEMBER, Standing(), None])
def test_nobody_else_decides(standing: Standing | None) -> None:
    assert not rules.can_judge(affidavit=waiting(), judge=2, standing=standing)
    with pytest.raises(MayNotJudge, match="Administrators and physicians"):
        rules.check_can_judge(affidavit=waiting(), judge=2, standing=standing)


def test_nobody_decides_about_themselves() -> None:
    with pytest.raises(MayNotJudge, match="their own hours"):
        rules.check_can_judge(affidavit=waiting(), judge=1, standing=BOSS)
    with pytest.raises(MayNotJudge, match="their own hours"):
        rules.check_can_judge(
            affidavit=waiting(practice_id=None), judge=1, staff_roles={"decisions"}
        )


def test_without_an_employer_decision_makers_decide() -> None:
    orphan = waiting(practice_id=None)
    rules.check_can_judge(affidavit=orphan, judge=2, staff_roles={"decisions"})
    with pytest.raises(MayNotJudge, match="role decisions"):
        rules.check_can_judge(affidavit=orphan, judge=2, staff_roles={"desk"}, standing=BOSS)


def test_a_closed_affidavit_says_how_it_ended() -> None:
    closed = waiting(closed_at=NOW, outcome="approved")
    with pytest.raises(AffidavitClosed, match="approved"):
        rules.check_can_judge(affidavit=closed, judge=2, standing=BOSS)
    assert not rules.can_judge(affidavit=closed, judge=2, standing=BOSS)


def test_an_employer_has_thirty_days_unless_the_person_left() -> None:
    right: dict[str, Any] = {"affidavit": waiting(), "sent_on": TODAY, "employed_there": True}
    with pytest.raises(CannotMove, match="23 Dec 2026"):
        rules.check_can_move(**right, today=days(29))
    rules.check_can_move(**right, today=days(30))
    assert rules.can_move(**(right | {"employed_there": False}), today=TODAY)
    with pytest.raises(CannotMove, match="staff decide"):
        rules.check_can_move(
            affidavit=waiting(practice_id=None), sent_on=TODAY, employed_there=False,
            today=days(90),
        )  # fmt: skip
    assert not rules.can_move(
        affidavit=waiting(closed_at=NOW, outcome="rejected"), sent_on=TODAY,
        employed_there=False, today=days(90),
    )  # fmt: skip


# What the database keeps ------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_entry_is_never_changed_and_corrected_once() -> None:
    entry = log(scribe(Clinic()), 3)
    with pytest.raises(RecordIsFinal):
        HourEntry.objects.filter(pk=entry.pk).update(quarters=4)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE credentials_hourentry SET quarters = 99")
    with pytest.raises(IntegrityError), transaction.atomic():
        HourEntry.objects.create(
            person_id=entry.person_id, practice_id=entry.practice_id, worked_on=TODAY, quarters=0,
            logged_at=NOW,
        )  # fmt: skip


@pytest.mark.django_db
def test_a_signed_affidavit_is_closed_once_and_nothing_else_of_it_changes() -> None:
    affidavit = sent(Clinic())
    for change in ("quarters = 900", "statement = 'x'", "typed_name = 'Eve'"):
        with (
            pytest.raises(DatabaseError, match="may be set, once"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"UPDATE credentials_affidavit SET {change}")
    with pytest.raises(IntegrityError), transaction.atomic():
        Affidavit.objects.filter(pk=affidavit.pk).update(closed_at=NOW)


@pytest.mark.django_db
def test_row_06_the_database_holds_no_affidavit_over_too_few_hours() -> None:
    affidavit = sent(Clinic())
    copied = {
        field.attname: getattr(affidavit, field.attname)
        for field in Affidavit._meta.concrete_fields
        if field.name not in {"id", "reference"}
    }
    short = copied | {"quarters": 799, "closed_at": NOW, "closed_by": "x", "outcome": "withdrawn"}
    with pytest.raises(IntegrityError, match="affidavit_enough_hours"), transaction.atomic():
        Affidavit.objects.create(**short)
    with pytest.raises(IntegrityError), transaction.atomic():
        Affidavit.objects.create(**copied)
