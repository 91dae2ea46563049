"""What staff granted counts in the exam room by itself; a failed sitting can be appealed."""

from __future__ import annotations

import datetime as dt

import pytest

from scriptorium.domains.accounts.models import RetakeWaiver
from scriptorium.domains.exams.models import FormItem, Sitting
from scriptorium.journeys import accommodations, cases, waivers
from scriptorium.journeys.appealable import appealable
from scriptorium.journeys.conflicts import involved_with
from tests.support.apprentices import staff, staff_actor
from tests.support.builders import NOW, TODAY, actor_of, days
from tests.support.exam_room import Candidate

pytestmark = pytest.mark.django_db


def failed(candidate: Candidate) -> Sitting:
    """Let the candidate finish a sitting without an answer."""
    sitting = candidate.sit()
    candidate.client.get(f"{candidate.base(sitting)}items/1/")
    candidate.client.post(f"{candidate.base(sitting)}finish/", {"confirm": "1"})
    sitting.refresh_from_db()
    assert sitting.passed is False
    return sitting


def test_row_12_a_granted_time_and_a_half_is_exact_to_the_second() -> None:
    candidate, judge = Candidate(), staff("Emery Galvin", "decisions")
    mel = candidate.person
    accommodations.ask(actor=actor_of(mel), person=mel, kind="time", words="Slow", now=NOW)
    accommodations.grant(
        actor=staff_actor(judge), decider=judge.pk, request=mel.accommodation_requests.get(),
        terms=accommodations.Terms(150, 20, days(30)), answer="", now=NOW, today=TODAY,
    )  # fmt: skip
    sitting = candidate.sit()
    usual = dt.timedelta(minutes=candidate.exam.minutes)
    expected = usual * 3 / 2 + dt.timedelta(minutes=20)
    assert sitting.deadline_at - sitting.started_at == expected


def test_row_23_an_early_retake_is_refused_without_a_waiver_and_a_waiver_counts_once() -> None:
    candidate, director = Candidate(), staff("Marlow Ingram", "director")
    failed(candidate)
    assert candidate.start().status_code in {409, 422}
    waivers.grant(
        actor=staff_actor(director), granter=director.pk, person=candidate.person,
        exam="general", reason="The room lost power", now=NOW, today=TODAY,
    )  # fmt: skip
    again = failed(candidate)
    waiver = RetakeWaiver.objects.get()
    assert waiver.used_for == again.reference
    assert candidate.start().status_code in {409, 422}


def test_row_09_a_failed_sitting_is_appealed_and_who_wrote_its_items_may_not_decide() -> None:
    candidate = Candidate()
    sitting = failed(candidate)
    (about,) = appealable(person=candidate.person, now=NOW, today=TODAY)
    assert (about.kind, about.key) == ("sitting", sitting.reference)
    case = cases.open_appeal(
        actor=actor_of(candidate.person), person=candidate.person, about=about,
        words="Item 3 was ambiguous.", now=NOW, today=TODAY,
    )  # fmt: skip
    authors = set(
        FormItem.objects.filter(form=sitting.form_id).values_list("version__author", flat=True)
    )
    who = set(cases.who_may_not_decide(case=case, now=NOW))
    assert authors
    assert authors | {sitting.form.made_by, sitting.form.approved_by} <= who
    assert who <= set(involved_with(person=candidate.person, now=NOW)) | authors
