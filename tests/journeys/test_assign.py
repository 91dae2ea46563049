"""Assigning what a practice has bought (DOMAIN §2, §3; issue 2, points 5 and 7)."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest

from scriptorium.domains.audit.models import AuditEvent
from scriptorium.domains.credentials.models import Certificate
from scriptorium.domains.ledger.models import Action, Unit, UnitPart
from scriptorium.domains.notifications.models import OutboxMail
from scriptorium.journeys import assign as assigning
from scriptorium.journeys.assign import BadChoice
from scriptorium.journeys.bring_forward import bring_credential_forward
from scriptorium.journeys.nightly import run_night
from scriptorium.kernel.actor import ActorKind
from tests.support.builders import (
    TODAY,
    Clinic,
    actor_of,
    days,
    events,
    noon,
    open_part,
    person,
    why_skipped,
)

YEAR_FROM_TODAY = (TODAY, dt.date(2027, 11, 23))


@pytest.mark.parametrize(
    ("kind", "choice", "parts"),
    [
        ("package", "", {"membership": "started", "manual": "assigned", "hipaa": "assigned",
                         "exam": "assigned"}),
        ("membership", "", {"membership": "started"}),
        ("manual", "", {"manual": "assigned"}),
        ("hipaa", "", {"hipaa": "assigned"}),
        ("mscat", "", {"exam": "assigned"}),
        ("specialty", "dermatology", {"exam": "assigned"}),
        ("ce", "quality", {"ce": "assigned"}),
        ("ce", "", {"ce": "assigned"}),
    ],
)  # fmt: skip
def test_one_unit_of_each_kind_opens_its_parts(
    clinic: Clinic, kind: str, choice: str, parts: dict[str, str]
) -> None:
    ada = clinic.join("Ada Park")
    result = clinic.give(ada, kind, choice=choice)
    assert result.assigned == 1
    assert clinic.parts(ada) == parts
    assert clinic.numbers(kind) == (0, 0, 1)
    if choice:
        assert UnitPart.objects.get(link=ada).choice == choice


def test_a_renewal_extends_the_membership_from_its_old_end(clinic: Clinic) -> None:
    ada = clinic.member(renews_in=20)
    result = clinic.give(ada, "renewal")
    assert result.assigned == 1
    assert [(t.starts_on, t.ends_before) for t in clinic.terms(ada)][1] == (
        days(20), days(20).replace(year=days(20).year + 1),
    )  # fmt: skip
    # The new year has not begun, so the unit waits for its first day.
    assert clinic.parts(ada) == {"membership": "assigned"}
    row = clinic.link(ada)
    assert row.renews_on == row.board_order == clinic.membership(ada).renews_on


def test_a_mscat_unit_opens_the_general_exam(clinic: Clinic) -> None:
    ada = clinic.join("Ada Park")
    clinic.give(ada, "mscat")
    assert UnitPart.objects.get(link=ada).choice == "general"


def test_a_new_membership_starts_today_and_is_certified_in_the_same_moment(
    clinic: Clinic,
) -> None:
    ada = clinic.join("Ada Park")
    result = clinic.give(ada, "membership")
    (term,) = clinic.terms(ada)
    assert (term.starts_on, term.ends_before) == YEAR_FROM_TODAY
    (certificate,) = Certificate.objects.all()
    assert result.lines[0].certificate_number == certificate.number
    assert certificate.term == term
    assert events(clinic.unit(ada)) == ["purchased", "assigned", "started"]


def test_every_person_assigned_gets_one_mail_and_leaves_a_trail(clinic: Clinic) -> None:
    people = clinic.people(3)
    clinic.stock("membership", 3)
    clinic.assign(people, "membership")
    assert OutboxMail.objects.filter(template="membership_extended").count() == 3
    keys = AuditEvent.objects.filter(practice=clinic.practice.reference).values_list("key")
    counts = Counter(key for (key,) in keys)
    assert counts == {"certificate.issued": 3, "unit.assigned": 3, "membership.started": 3}


def test_a_certificate_is_compliance_with_a_credential_and_membership_without(
    clinic: Clinic,
) -> None:
    ada, ben = clinic.join("Ada Park"), clinic.join("Ben Ito")
    assert ada.person is not None
    bring_credential_forward(
        actor=actor_of(person("Emery Galvin"), ActorKind.STAFF), person=ada.person,
        specialty="general", level="CMSS",
        since=days(-400), reason="Paper record", now=noon(TODAY),
    )  # fmt: skip
    clinic.stock("membership", 2)
    clinic.assign([ada, ben], "membership")
    of_years = Certificate.objects.filter(term__isnull=False)
    kinds = dict(of_years.values_list("person__first_name", "kind"))
    assert kinds == {"Ada": "compliance", "Ben": "membership"}


# The preview says it before ------------------------------------------------------------------


def test_what_the_preview_shows_is_what_happens(clinic: Clinic) -> None:
    links = [
        clinic.member("Ada Park", renews_in=10),
        clinic.member("Ben Ito", renews_in=200),
        clinic.member("Cy Orr", renews_in=-5),
        clinic.member("Di Moe", renews_in=-40),
        clinic.join("Eve Nix"),
        clinic.add("Fay Ode"),
    ]
    clinic.stock("renewal", 5)
    shown = assigning.preview(
        practice=clinic.practice, links=links, kind="renewal", choice="", today=TODAY
    )
    units = Unit.objects.filter(state="free").count()
    assert Action.objects.filter(kind="renewal").count() == 0
    result = clinic.assign(links, "renewal")
    said = {line.reference: (line.outcome, line.reason or line.detail) for line in shown.lines}
    done = {
        line.reference: (line.outcome.replace("assigned", "assign").replace("skipped", "skip"),
                         line.reason)
        for line in result.lines
    }  # fmt: skip
    assert said == done
    assert (shown.will_use, shown.free, shown.left, shown.short_by) == (3, 5, 2, 0)
    assert result.assigned == shown.will_use
    assert Unit.objects.filter(state="free").count() == units - 3


def test_the_preview_says_how_many_units_are_missing(clinic: Clinic) -> None:
    shown = assigning.preview(
        practice=clinic.practice, links=clinic.people(3), kind="manual", choice="", today=TODAY
    )
    assert (shown.will_use, shown.free, shown.left, shown.short_by) == (3, 0, 0, 3)


# Who is skipped, and why --------------------------------------------------------------------


def test_a_renewal_skips_whom_the_rules_skip_and_says_why(clinic: Clinic) -> None:
    renewed = clinic.member("Ada Park", renews_in=20)
    clinic.give(renewed, "renewal")
    assert why_skipped(clinic, renewed, "renewal") == "Already renewed to 13 Dec 2027"
    early = clinic.member("Ben Ito", renews_in=91)
    assert why_skipped(clinic, early, "renewal") == (
        "Paid until 22 Feb 2027; can be renewed from 24 Nov 2026"
    )
    ended = clinic.member("Cy Orr", renews_in=-90)
    assert why_skipped(clinic, ended, "renewal") == (
        "Membership ended on 23 Nov 2026; it can be reinstated for $149.00 until 23 Nov 2027"
    )
    never = clinic.join("Di Moe")
    assert why_skipped(clinic, never, "renewal") == (
        "Has no membership to renew; assign a membership or a package instead"
    )
    bare = clinic.add("Eve Nix")
    assert why_skipped(clinic, bare, "renewal") == "Has not accepted the invitation yet"


def test_the_ninetieth_day_before_is_early_enough(clinic: Clinic) -> None:
    ada = clinic.member(renews_in=90)
    assert clinic.give(ada, "renewal").assigned == 1


def test_a_membership_skips_members_and_names_the_way_on(clinic: Clinic) -> None:
    active = clinic.member("Ada Park", renews_in=100)
    assert why_skipped(clinic, active, "membership") == (
        "Already a member until 2 Mar 2027; assign a renewal instead"
    )
    lapsed = clinic.member("Ben Ito", renews_in=-30)
    assert why_skipped(clinic, lapsed, "membership") == (
        "Lapsed on 23 Nov 2026; assign a renewal instead"
    )
    ended = clinic.member("Cy Orr", renews_in=-100)
    assert "reinstated for $149.00" in why_skipped(clinic, ended, "membership")


@pytest.mark.parametrize(
    ("kind", "choice", "words"),
    [
        ("manual", "", "Already has the MSCAT manual open"),
        ("hipaa", "", "Already has HIPAA for Scribes open"),
        ("mscat", "", "Already has the exam MSCAT General open"),
        ("specialty", "oncology", "Already has the exam MSCAT Oncology open"),
        ("ce", "quality",
         "Already has the course “Quality measures and the encounter note” open"),
        ("ce", "", "Already has a course not chosen yet open"),
    ],
)  # fmt: skip
def test_what_is_open_already_is_not_assigned_again(
    clinic: Clinic, kind: str, choice: str, words: str
) -> None:
    ada = clinic.join("Ada Park")
    clinic.give(ada, kind, choice=choice)
    assert why_skipped(clinic, ada, kind, choice) == words
    bare = clinic.add("Ben Ito")
    clinic.give(bare, kind, choice=choice)
    assert why_skipped(clinic, bare, kind, choice) == words


def test_another_specialty_and_another_course_may_be_open_beside(clinic: Clinic) -> None:
    ada = clinic.join("Ada Park")
    for choice in ("dermatology", "oncology"):
        assert clinic.give(ada, "specialty", choice=choice).assigned == 1
    for choice in ("quality", "privacy", ""):
        assert clinic.give(ada, "ce", choice=choice).assigned == 1


def test_a_finished_manual_may_be_bought_again(clinic: Clinic) -> None:
    ada = clinic.join("Ada Park")
    clinic.give(ada, "manual")
    open_part(ada, "manual", "started")
    open_part(ada, "manual", "completed")
    assert clinic.give(ada, "manual").assigned == 1


def test_an_expired_invitation_takes_no_unit(clinic: Clinic) -> None:
    bare = clinic.add("Rosa Lima", on=days(-14))
    run_night(today=TODAY, now=noon(TODAY))
    assert why_skipped(clinic, bare, "manual") == "The invitation expired; send it again first"


# Bad choices ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "choice", "words"),
    [
        ("", "", "Choose what to assign."),
        ("gold", "", "Choose what to assign."),
        ("specialty", "", "Choose the specialty first."),
        ("specialty", "quality", "“quality” cannot be chosen for specialty exam."),
        ("ce", "oncology", "“oncology” cannot be chosen for continuing education course."),
        ("manual", "oncology", "“oncology” cannot be chosen for MSCAT manual."),
    ],
)
def test_an_unknown_kind_or_choice_is_refused_with_a_sentence(
    clinic: Clinic, kind: str, choice: str, words: str
) -> None:
    with pytest.raises(BadChoice) as refusal:
        clinic.assign([clinic.dana_link], kind, choice=choice)
    assert str(refusal.value) == words
    with pytest.raises(BadChoice):
        assigning.preview(practice=clinic.practice, links=[], kind=kind, choice=choice, today=TODAY)
    assert not Action.objects.exists()
