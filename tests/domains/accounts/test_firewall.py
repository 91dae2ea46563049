"""Training and exams are kept apart (STANDARDS row 3)."""

from __future__ import annotations

import pytest
from django.db import transaction

from scriptorium.domains.accounts import operations as accounts
from scriptorium.domains.accounts import queries as people
from scriptorium.domains.accounts.rules import RolesExclude, can_hold
from scriptorium.domains.catalog.enums import PARTS, PartKind, ProductKind
from scriptorium.domains.ledger.models import UnitPart
from tests.support.builders import NOW, person
from tests.support.exam_room import Candidate


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("exams", "training"),
        ("training", "exams"),
        ("approver", "training"),
        ("training", "approver"),
        ("exams", "approver"),
        ("approver", "exams"),
    ],
)
def test_row_03_authors_of_exams_and_of_training_exclude_one_another(
    first: str, second: str
) -> None:
    robin = person("Robin Ashby")
    with transaction.atomic():
        accounts.grant_staff_role(person=robin, role=first, by="setup", now=NOW)
    with pytest.raises(RolesExclude, match="exclude one another"), transaction.atomic():
        accounts.grant_staff_role(person=robin, role=second, by="setup", now=NOW)
    assert people.staff_roles(person=robin.pk) == {first}


@pytest.mark.django_db
def test_other_roles_stand_beside_each_of_them() -> None:
    robin = person("Robin Ashby")
    with transaction.atomic():
        for role in ("exams", "desk", "auditor"):
            accounts.grant_staff_role(person=robin, role=role, by="setup", now=NOW)
    assert people.staff_roles(person=robin.pk) == {"exams", "desk", "auditor"}


def test_the_same_role_again_is_no_exclusion() -> None:
    assert can_hold(role="exams", held={"exams", "desk"})
    assert not can_hold(role="training", held={"exams"})


def test_row_03_the_exam_is_sold_without_the_manual() -> None:
    for kind in (ProductKind.MSCAT, ProductKind.SPECIALTY):
        assert PARTS[kind] == (PartKind.EXAM,)
    assert PARTS[ProductKind.MANUAL] == (PartKind.MANUAL,)


@pytest.mark.django_db
def test_row_03_the_exam_is_sat_without_the_manual() -> None:
    candidate = Candidate(kind="mscat")
    assert candidate.sit().finished_at is None
    kinds = UnitPart.objects.filter(unit__link=candidate.link).values_list("kind", flat=True)
    assert list(kinds) == [PartKind.EXAM]
