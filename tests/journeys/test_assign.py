"""Assigning what a practice has bought (DOMAIN §2, §3; issue 2, points 5 and 7)."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scriptorium.domains.audit.models import AuditEvent
from scriptorium.domains.credentials.models import Certificate
from scriptorium.domains.ledger.models import Action, ActionLine, Entry, Unit, UnitPart
from scriptorium.domains.memberships.models import Membership, Term
from scriptorium.domains.notifications.models import OutboxMail
from scriptorium.domains.practices.models import RosterLink
from scriptorium.journeys import assign as assigning
from scriptorium.journeys.assign import BadChoice, Collision, NotEnoughUnits
from scriptorium.journeys.bring_forward import bring_credential_forward
from scriptorium.journeys.nightly import run_night
from scriptorium.kernel.payer import Payer
from tests.support.builders import (
    TODAY,
    Clinic,
    actor_of,
    buy_renewal,
    choose_exam,
    days,
    events,
    grant,
    noon,
    open_part,
    person,
)

YEAR_FROM_TODAY = (TODAY, dt.date(2027, 11, 23))


def reason(clinic: Clinic, link: RosterLink, kind: str, choice: str = "") -> str:
    """Return why a person is skipped, and see that skipping used nothing."""
    free = clinic.free(kind)
    clinic.stock(kind)
    (line,) = clinic.assign([link], kind, choice=choice).lines
    assert (line.outcome, clinic.free(kind)) == ("skipped", free + 1)
    return line.reason


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
        actor=clinic.actor, person=ada.person, specialty="general", level="CMSS",
        since=days(-400), reason="Paper record", now=noon(TODAY),
    )  # fmt: skip
    clinic.stock("membership", 2)
    clinic.assign([ada, ben], "membership")
    kinds = dict(Certificate.objects.values_list("person__first_name", "kind"))
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
    assert reason(clinic, renewed, "renewal") == "Already renewed to 13 Dec 2027"
    early = clinic.member("Ben Ito", renews_in=91)
    assert reason(clinic, early, "renewal") == (
        "Paid until 22 Feb 2027; can be renewed from 24 Nov 2026"
    )
    ended = clinic.member("Cy Orr", renews_in=-90)
    assert reason(clinic, ended, "renewal") == (
        "Membership ended on 23 Nov 2026; it can be reinstated for $149.00, please contact us"
    )
    never = clinic.join("Di Moe")
    assert reason(clinic, never, "renewal") == (
        "Has no membership to renew; assign a membership or a package instead"
    )
    bare = clinic.add("Eve Nix")
    assert reason(clinic, bare, "renewal") == "Has not accepted the invitation yet"


def test_the_ninetieth_day_before_is_early_enough(clinic: Clinic) -> None:
    ada = clinic.member(renews_in=90)
    assert clinic.give(ada, "renewal").assigned == 1


def test_a_membership_skips_members_and_names_the_way_on(clinic: Clinic) -> None:
    active = clinic.member("Ada Park", renews_in=100)
    assert reason(clinic, active, "membership") == (
        "Already a member until 2 Mar 2027; assign a renewal instead"
    )
    lapsed = clinic.member("Ben Ito", renews_in=-30)
    assert reason(clinic, lapsed, "membership") == (
        "Lapsed on 23 Nov 2026; assign a renewal instead"
    )
    ended = clinic.member("Cy Orr", renews_in=-100)
    assert "reinstated for $149.00" in reason(clinic, ended, "membership")


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
    assert reason(clinic, ada, kind, choice) == words
    bare = clinic.add("Ben Ito")
    clinic.give(bare, kind, choice=choice)
    assert reason(clinic, bare, kind, choice) == words


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
    assert reason(clinic, bare, "manual") == "The invitation expired; send it again first"


# The package --------------------------------------------------------------------------------


def test_a_package_is_one_unit_that_opens_four_parts(clinic: Clinic) -> None:
    ada = clinic.join("Ada Park")
    clinic.give(ada, "package")
    assert clinic.parts(ada) == {
        "membership": "started", "manual": "assigned", "hipaa": "assigned", "exam": "assigned",
    }  # fmt: skip
    assert clinic.unit(ada).state == "started"
    assert Unit.objects.count() == 1


def test_a_package_extends_a_running_membership_from_its_old_end(clinic: Clinic) -> None:
    ada = clinic.member(renews_in=200)
    clinic.give(ada, "package")
    assert clinic.terms(ada)[1].starts_on == days(200)
    assert clinic.unit(ada).state == "assigned"


def test_a_package_waives_what_its_person_has_and_says_so_before(clinic: Clinic) -> None:
    ada = clinic.join("Ada Park")
    clinic.give(ada, "manual")
    clinic.give(ada, "hipaa")
    shown = assigning.preview(
        practice=clinic.practice, links=[ada], kind="package", choice="", today=TODAY
    )
    waived = ("MSCAT manual: has one open already", "HIPAA for Scribes: has one open already")
    assert shown.lines[0].waived == waived
    result = clinic.give(ada, "package")
    assert result.lines[0].reason == "; ".join(waived)
    assert clinic.parts(ada) == {
        "membership": "started", "manual": "waived", "hipaa": "waived", "exam": "assigned",
    }  # fmt: skip


def test_a_package_waives_the_year_once_one_lies_ahead(clinic: Clinic) -> None:
    ada = clinic.member(renews_in=20)
    clinic.give(ada, "renewal")
    clinic.give(ada, "package")
    assert clinic.parts(ada)["membership"] == "waived"
    assert len(clinic.terms(ada)) == 2


def test_a_package_waives_the_year_of_an_ended_membership(clinic: Clinic) -> None:
    ada = clinic.member(renews_in=-120)
    clinic.give(ada, "package")
    assert clinic.parts(ada)["membership"] == "waived"


def test_a_second_package_waits_until_the_first_ones_exam_is_chosen(clinic: Clinic) -> None:
    ada = clinic.join("Ada Park")
    clinic.give(ada, "package")
    assert reason(clinic, ada, "package") == "Already has a package whose exam is not chosen yet"
    choose_exam(ada)
    assert clinic.assign([ada], "package").assigned == 1
    assert clinic.parts(ada) == {
        "membership": "assigned", "manual": "waived", "hipaa": "waived", "exam": "assigned",
    }  # fmt: skip


def test_regression_a_person_in_two_packages_gets_one_membership_unit_a_cycle(
    clinic: Clinic,
) -> None:
    ada = clinic.join("Ada Park")
    for choice in ("general", "oncology", "dermatology"):
        clinic.give(ada, "package")
        choose_exam(ada, choice)
    starts = [term.starts_on for term in clinic.terms(ada)]
    # The first pays for this cycle, the second for the next; the third one's year is waived.
    assert starts == [TODAY, dt.date(2027, 11, 23)]
    assert clinic.parts(ada)["membership"] == "waived"
    paying = UnitPart.objects.filter(link=ada, kind="membership").exclude(state="waived")
    assert (
        list(paying.order_by("term_starts_on").values_list("term_starts_on", flat=True)) == starts
    )


def test_a_package_is_completed_when_every_part_is_completed_or_waived(clinic: Clinic) -> None:
    ada = clinic.join("Ada Park")
    clinic.give(ada, "manual")
    clinic.give(ada, "package")
    package = clinic.unit(ada)
    for kind in ("hipaa", "exam"):
        for state in ("started", "completed"):
            open_part(ada, kind, state)
    package.refresh_from_db()
    assert package.state == "started"
    open_part(ada, "membership", "completed")
    package.refresh_from_db()
    assert package.state == "completed"
    assert clinic.numbers("package") == (0, 0, 0)


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


# Units run out, clicks repeat, people collide ---------------------------------------------------


def snapshot() -> tuple[int, ...]:
    """Return how many rows an assignment could have touched."""
    rows = (Action, ActionLine, Entry, UnitPart, Term, Membership, Certificate, OutboxMail,
            AuditEvent)  # fmt: skip
    return tuple(model.objects.count() for model in rows)


def test_too_few_units_change_nothing_at_all(clinic: Clinic) -> None:
    people = clinic.people(3)
    clinic.stock("membership", 2)
    before = snapshot()
    with pytest.raises(NotEnoughUnits) as refusal:
        clinic.assign(people, "membership")
    assert str(refusal.value) == (
        "3 memberships needed, 2 free; nothing was assigned. Choose 2 people or fewer, or get more."
    )
    assert snapshot() == before
    assert clinic.numbers("membership") == (2, 0, 0)
    assert clinic.assign(people[:2], "membership").assigned == 2


def test_without_any_unit_the_sentence_says_get_more(clinic: Clinic) -> None:
    with pytest.raises(NotEnoughUnits, match="1 MSCAT manual needed, none free"):
        clinic.assign([clinic.dana_link], "manual")


def test_one_unit_left_is_said_in_the_singular(clinic: Clinic) -> None:
    clinic.stock("manual")
    with pytest.raises(NotEnoughUnits, match="Choose 1 person, or get more"):
        clinic.assign(clinic.people(2), "manual")


def test_regression_renewing_with_fewer_seats_than_expired_people_is_possible(
    clinic: Clinic,
) -> None:
    people = [clinic.member(f"Person {n}", renews_in=-5) for n in range(4)]
    clinic.stock("renewal", 3)
    with pytest.raises(NotEnoughUnits):
        clinic.assign(people, "renewal")
    assert clinic.assign(people[:3], "renewal").assigned == 3
    assert [len(clinic.terms(link)) for link in people] == [2, 2, 2, 1]


def test_a_double_submit_assigns_once_and_reads_the_same_answer(clinic: Clinic) -> None:
    ada = clinic.join("Ada Park")
    clinic.stock("membership", 2)
    first = clinic.assign([ada], "membership", key="click")
    again = clinic.assign([ada], "membership", key="click")
    assert again == first
    assert clinic.numbers("membership") == (1, 0, 1)


def test_the_same_key_of_another_administrator_is_another_click(clinic: Clinic) -> None:
    ada, ben = clinic.people(2)
    clinic.stock("manual", 2)
    clinic.assign([ada], "manual", key="click")
    result = clinic.assign([ben], "manual", key="click", actor=actor_of(person("Drew Cole")))
    assert result.assigned == 1
    assert clinic.free("manual") == 0


def test_regression_assigning_the_same_person_twice_uses_one_unit(clinic: Clinic) -> None:
    ada = clinic.join("Ada Park")
    clinic.stock("membership", 2)
    clinic.assign([ada, ada], "membership", key="one")
    clinic.assign([ada], "membership", key="two")
    assert clinic.numbers("membership") == (1, 0, 1)
    assert len(clinic.terms(ada)) == 1


def test_a_collision_assigns_nothing_and_says_so(clinic: Clinic) -> None:
    """Planted: the database refuses a second unit for the same year at the last moment."""
    ada = clinic.member(renews_in=20)
    clinic.stock("renewal")
    spare = clinic.stock("manual")[0]
    planted = UnitPart.objects.create(
        unit=spare, kind="membership", state="completed", person_id=ada.person_id,
        term_starts_on=days(20), term_ends_before=days(385),
    )  # fmt: skip
    before = snapshot()
    with pytest.raises(Collision, match="Nothing was assigned; look at the list and try again"):
        clinic.assign([ada], "renewal")
    assert snapshot() == before
    planted.delete()


def test_a_skipped_person_is_written_down_with_the_reason(clinic: Clinic) -> None:
    ada = clinic.member(renews_in=200)
    clinic.stock("membership")
    clinic.assign([ada], "membership")
    line = ActionLine.objects.get(link=ada, outcome="skipped")
    assert (line.unit, line.term, line.certificate) == (None, None, None)
    assert line.reason.startswith("Already a member until")


def test_somebody_of_another_practice_is_left_alone(clinic: Clinic) -> None:
    other = Clinic("Lakeside Health", "Omar Haddad")
    stranger = other.join("Ada Park")
    clinic.stock("manual")
    assert clinic.assign([stranger], "manual").lines == ()
    assert clinic.free("manual") == 1


def test_the_soonest_to_expire_is_used_first(clinic: Clinic) -> None:
    clinic.stock("manual", expires=days(200))
    soon = clinic.stock("manual", expires=days(20))[0]
    ada = clinic.join("Ada Park")
    clinic.assign([ada], "manual")
    assert clinic.unit(ada) == soon


def test_a_unit_stays_usable_until_the_night_writes_its_expiry(clinic: Clinic) -> None:
    clinic.stock("manual", expires=days(-3))
    assert clinic.assign([clinic.join("Ada Park")], "manual").assigned == 1


def test_regression_an_employees_own_purchase_never_renews_the_practice(clinic: Clinic) -> None:
    ada, ben = clinic.member("Ada Park", renews_in=-3), clinic.member("Ben Ito", renews_in=-3)
    clinic.stock("renewal", 2)
    before = clinic.membership(ben).renews_on
    buy_renewal(ada)
    assert clinic.numbers("renewal") == (2, 0, 0)
    assert clinic.membership(ben).renews_on == before
    assert clinic.terms(ada)[-1].payer_practice_id is None
    assert clinic.membership(ada).payer_person_id == ada.person_id


def test_a_new_payer_brings_its_own_mode_and_the_old_one_comes_back_with_the_old_payer(
    clinic: Clinic,
) -> None:
    other = Clinic("Lakeside Health", "Omar Haddad")
    ada = clinic.member("Ada Park", renews_in=20)
    assert ada.person is not None
    there = other.join(ada.person)
    other.give(there, "renewal")
    assert clinic.membership(ada).payer_practice_id == other.practice.pk
    assert clinic.membership(ada).mode == "M"
    # Both practices see the person's dates on their board (DOMAIN §3).
    assert clinic.link(ada).renews_on == other.link(there).renews_on


def test_units_of_a_person_are_their_own(clinic: Clinic) -> None:
    ada = clinic.join("Ada Park")
    grant(Payer(person=ada.person_id), "manual")
    with pytest.raises(NotEnoughUnits):
        clinic.assign([ada], "manual")


def test_the_number_of_statements_does_not_grow_with_the_number_of_people(clinic: Clinic) -> None:
    people = clinic.people(13)
    clinic.stock("membership", 13)
    counts = []
    for group in (people[:1], people[1:4], people[4:]):
        with CaptureQueriesContext(connection) as queries:
            clinic.assign(group, "membership")
        counts.append(len(queries))
    assert len(set(counts)) == 1
