"""Units run out, clicks repeat, people collide: nothing half done (DOMAIN §2)."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scriptorium.domains.audit.models import AuditEvent
from scriptorium.domains.credentials.models import Certificate
from scriptorium.domains.ledger.models import Action, ActionLine, Entry, UnitPart
from scriptorium.domains.memberships.models import Membership, Term
from scriptorium.domains.notifications.models import OutboxMail
from scriptorium.journeys.assign import Collision, NotEnoughUnits
from scriptorium.kernel.payer import Payer
from tests.support.builders import (
    Clinic,
    actor_of,
    buy_renewal,
    days,
    grant,
    person,
)


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
