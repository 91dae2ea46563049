"""A waiver of the retake rule: granted with a reason, logged, used once (STANDARDS row 23)."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from scriptorium.domains.accounts import operations as accounts
from scriptorium.domains.accounts.models import Person, RetakeWaiver
from scriptorium.domains.accounts.queries import waiver_for
from scriptorium.domains.audit.models import AuditEvent
from scriptorium.journeys import waivers
from scriptorium.journeys.waivers import CannotWaive
from tests.support.apprentices import of, staff, staff_actor
from tests.support.builders import NOW, TODAY, Clinic, actor_of, days


@pytest.fixture
def mel(clinic: Clinic) -> Person:
    return of(clinic.member("Mel Archer"))


def grant(who: Person, by: Person, *, exam: str = "general") -> RetakeWaiver:
    return waivers.grant(
        actor=staff_actor(by), granter=by.pk, person=who, exam=exam,
        reason="The test centre lost power", now=NOW, today=TODAY,
    )  # fmt: skip


def use(waiver: RetakeWaiver, who: Person, sitting: str = "0sitting0000") -> bool:
    with transaction.atomic():
        return accounts.use_waiver(actor=actor_of(who), waiver=waiver, sitting=sitting, now=NOW)


def test_row_23_a_waiver_is_for_one_exam_and_used_once_and_each_step_is_logged(
    mel: Person,
) -> None:
    waiver = grant(mel, staff("Marlow Ingram", "director"))
    assert waiver_for(person=mel.pk, exam="dermatology", on=TODAY) is None
    assert waiver_for(person=mel.pk, exam="general", on=TODAY) == waiver
    assert use(waiver, mel)
    assert not use(waiver, mel, "0sitting0001")
    assert waiver_for(person=mel.pk, exam="general", on=TODAY) is None
    waiver.refresh_from_db()
    assert waiver.used_for == "0sitting0000"
    events = AuditEvent.objects.filter(key__startswith="waiver.").order_by("pk")
    assert [event.key for event in events] == ["waiver.granted", "waiver.used"]
    assert events[0].data["reason"] == "The test centre lost power"
    assert {event.practice for event in events} == {""}


def test_an_unused_waiver_ends_after_ninety_days(mel: Person) -> None:
    waiver = grant(mel, staff("Marlow Ingram", "director"))
    assert waiver_for(person=mel.pk, exam="general", on=days(89)) == waiver
    assert waiver_for(person=mel.pk, exam="general", on=days(90)) is None


def test_a_newer_waiver_replaces_an_unused_one(mel: Person) -> None:
    director = staff("Marlow Ingram", "director")
    older, newer = grant(mel, director), grant(mel, director)
    assert not use(older, mel)
    assert use(newer, mel)
    assert grant(mel, director).pk


def test_a_waiver_can_be_taken_back_until_it_is_used(mel: Person) -> None:
    director = staff("Marlow Ingram", "director")
    waiver = grant(mel, director)
    assert waivers.take_back(actor=staff_actor(director), waiver=waiver, now=NOW)
    assert not waivers.take_back(actor=staff_actor(director), waiver=waiver, now=NOW)
    assert not use(waiver, mel)


def test_nobody_waives_a_rule_for_themselves_or_for_an_exam_that_is_none(mel: Person) -> None:
    director = staff("Marlow Ingram", "director")
    with pytest.raises(CannotWaive, match="for themselves"):
        grant(director, director)
    with pytest.raises(CannotWaive, match="Choose an exam"):
        grant(mel, director, exam="astrology")


def test_the_reason_is_final(mel: Person) -> None:
    waiver = grant(mel, staff("Marlow Ingram", "director"))
    with pytest.raises(DatabaseError, match="may be set, once"), transaction.atomic():
        RetakeWaiver.objects.filter(pk=waiver.pk).update(reason="Another")
