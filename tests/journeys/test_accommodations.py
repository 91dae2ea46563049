"""Accommodations: asked, decided, applied, forgotten; never tied to a practice (28 CFR 36.309)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, transaction

from scriptorium.domains.accounts.models import (
    AccommodationGrant,
    AccommodationRequest,
    Person,
)
from scriptorium.domains.accounts.queries import Accommodation, accommodation_of
from scriptorium.domains.audit.models import AuditEvent
from scriptorium.domains.notifications.models import OutboxMail
from scriptorium.domains.notifications.operations import render
from scriptorium.journeys import accommodations, nightly
from scriptorium.journeys.accommodations import CannotDecide, Terms
from tests.support.apprentices import of, staff, staff_actor
from tests.support.builders import NOW, TODAY, Clinic, actor_of, days, later, noon

AUTUMN = days(100)
WORDS = "Dyslexia. I had time and a half at college."


@pytest.fixture
def mel(clinic: Clinic) -> Person:
    return of(clinic.member("Mel Archer"))


@pytest.fixture
def emery(clinic: Clinic) -> Person:
    return staff("Emery Galvin", "decisions")


def ask(who: Person, *, kind: str = "time", words: str = WORDS) -> AccommodationRequest:
    accommodations.ask(actor=actor_of(who), person=who, kind=kind, words=words, now=NOW)
    return AccommodationRequest.objects.select_related("person").latest("pk")


def grant(
    request: AccommodationRequest, decider: Person, *, percent: int = 150, breaks: int = 20,
    last_day: dt.date = AUTUMN, on: dt.date = TODAY,
) -> AccommodationGrant:  # fmt: skip
    return accommodations.grant(
        actor=staff_actor(decider), decider=decider.pk, request=request,
        terms=Terms(percent, breaks, last_day), answer="As at college.", now=noon(on), today=on,
    )  # fmt: skip


def counts(who: Person, day: dt.date) -> Accommodation:
    return accommodation_of(person=who.pk, on=day)


def test_without_a_grant_the_usual_time_counts(mel: Person) -> None:
    ask(mel)
    assert counts(mel, TODAY) == Accommodation(100, 0)


def test_a_grant_counts_from_its_day_to_its_last_day(mel: Person, emery: Person) -> None:
    grant(ask(mel), emery)
    assert counts(mel, TODAY) == Accommodation(150, 20)
    assert counts(mel, days(100)) == Accommodation(150, 20)
    assert counts(mel, days(101)) == counts(mel, days(-1)) == Accommodation()


def test_the_newest_grant_replaces_the_older_as_a_whole(mel: Person, emery: Person) -> None:
    grant(ask(mel), emery)
    grant(ask(mel), emery, percent=200, breaks=0, last_day=days(50))
    assert counts(mel, TODAY) == Accommodation(200, 0)
    # Beyond the newer one's end the older one, which still runs, counts again.
    assert counts(mel, days(60)) == Accommodation(150, 20)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"percent": 99}, "between 100 and 300"),
        ({"percent": 301}, "between 100 and 300"),
        ({"breaks": 121}, "at most 120 minutes"),
        ({"percent": 100, "breaks": 0}, "grants nothing"),
        ({"last_day": days(-1)}, "today or a later day"),
    ],
)
def test_the_programmes_limits_hold(
    mel: Person, emery: Person, values: dict[str, int], reason: str
) -> None:
    request = ask(mel)
    with pytest.raises(CannotDecide, match=reason):
        grant(request, emery, **values)  # type: ignore[arg-type]
    assert not AccommodationGrant.objects.exists()
    grant(request, emery, percent=300, breaks=120, last_day=TODAY)


def test_nobody_decides_about_themselves_and_one_decision_counts(
    mel: Person, emery: Person
) -> None:
    own = ask(emery)
    with pytest.raises(CannotDecide, match="their own request"):
        grant(own, emery)
    request = ask(mel)
    grant(request, emery)
    with pytest.raises(CannotDecide, match="decided or withdrawn already"):
        accommodations.refuse(
            actor=staff_actor(emery), decider=emery.pk, request=request, answer="No", now=NOW
        )


def test_a_newer_request_replaces_an_open_one_and_can_be_taken_back(mel: Person) -> None:
    first, second = ask(mel), ask(mel, kind="breaks")
    first.refresh_from_db()
    assert first.withdrawn_at is not None
    act = {"actor": actor_of(mel), "person": mel, "request": second, "now": NOW}
    assert accommodations.withdraw(**act)  # type: ignore[arg-type]
    assert not accommodations.withdraw(**act)  # type: ignore[arg-type]


def test_a_grant_is_ended_once_with_a_reason_and_nothing_else_of_it_changes(
    mel: Person, emery: Person
) -> None:
    granted = grant(ask(mel), emery)
    act = {"actor": staff_actor(emery), "grant": granted, "reason": "Asked for it", "now": NOW}
    assert accommodations.end(**act)  # type: ignore[arg-type]
    assert not accommodations.end(**act)  # type: ignore[arg-type]
    assert counts(mel, TODAY) == Accommodation()
    with pytest.raises(DatabaseError, match="may be set, once"), transaction.atomic():
        AccommodationGrant.objects.filter(pk=granted.pk).update(percent=300)


def test_row_12_no_event_names_a_practice_and_no_mail_says_what_it_is_about(
    mel: Person, emery: Person
) -> None:
    granted = grant(ask(mel), emery)
    accommodations.end(actor=staff_actor(emery), grant=granted, reason="Ended", now=NOW)
    request = ask(mel)
    accommodations.refuse(
        actor=staff_actor(emery), decider=emery.pk, request=request, answer="No", now=NOW
    )
    events = AuditEvent.objects.filter(key__startswith="accommodation.")
    assert set(events.values_list("practice", flat=True)) == {""}
    assert set(events.values_list("subject_kind", flat=True)) == {"person"}
    assert {tuple(event.data) for event in events} == {("request",)}
    mails = [render(mail=mail) for mail in OutboxMail.objects.filter(template="request_answered")]
    assert len(mails) == 3
    for mail in mails:
        said = f"{mail.subject} {mail.text} {mail.html}".lower()
        for word in ("accommodation", " exam", "time and a half", "150", "dyslexia", "declined"):
            assert word not in said


def test_what_was_written_is_forgotten_after_sixty_days_and_the_decision_stays(
    clinic: Clinic, mel: Person, emery: Person
) -> None:
    request = ask(mel)
    grant(request, emery)
    clinic.checked_on = days(61)
    assert nightly.run_night(today=days(59), now=noon(days(59)))["words of requests deleted"] == 0
    assert nightly.run_night(today=days(61), now=noon(days(61)))["words of requests deleted"] == 1
    request.refresh_from_db()
    assert (request.words, request.granted, request.answer) == ("", True, "As at college.")
    assert counts(mel, days(61)) == Accommodation(150, 20)
    assert AuditEvent.objects.filter(key="accommodation.words_forgotten").count() == 1


def test_an_open_request_keeps_its_words(clinic: Clinic, mel: Person) -> None:
    ask(mel)
    accommodations.forget_words(actor_of(mel), days(400), later(days=400))
    assert AccommodationRequest.objects.get().words == WORDS
