"""Writing memberships: what the operations refuse, and what reading them finds."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from scriptorium.domains.memberships import operations, queries
from scriptorium.domains.memberships.enums import Mode
from scriptorium.domains.memberships.models import Membership, PayerMode
from scriptorium.domains.memberships.operations import UnableToVoid
from tests.support.builders import NOW, Clinic, days

pytestmark = pytest.mark.django_db


def test_a_year_is_voided_once() -> None:
    clinic = Clinic()
    ada = clinic.member()
    (term,) = clinic.terms(ada)
    membership = clinic.membership(ada)
    for _ in range(2):
        term.refresh_from_db()
        if term.voided_at is None:
            void = {"term": term, "membership": membership, "by": "x", "reason": "", "now": NOW}
            assert operations.void_term(**void) is None  # type: ignore[arg-type]
    with pytest.raises(UnableToVoid, match="taken back already"):
        operations.void_term(term=term, membership=membership, by="x", reason="", now=NOW)


def test_a_voided_first_year_without_remembered_dates_falls_back_to_the_default_grace() -> None:
    """Years brought forward from an earlier record may lack what was before them."""
    clinic = Clinic()
    ada = clinic.member(renews_in=20, years=2)
    first, second = clinic.terms(ada)
    second.previous_lapses_on, second.previous_anchor = None, ""
    found = operations.void_term(
        term=second, membership=clinic.membership(ada), by="x", reason="", now=NOW
    )
    assert found is not None
    assert found.renews_on == first.ends_before
    assert (found.lapses_on - found.renews_on).days == 30


def test_automatic_without_a_consent_is_a_slip_of_the_caller() -> None:
    clinic = Clinic()
    membership = clinic.membership(clinic.member())
    with pytest.raises(ValueError, match="needs a recorded consent"):
        operations.set_mode(
            membership=membership, payer=clinic.payer, mode=Mode.AUTOMATIC, consent=None
        )


def test_nobody_to_add_a_year_for_is_nothing_to_do() -> None:
    clinic = Clinic()
    found = operations.add_years(grants=[], memberships={}, payer=clinic.payer, now=NOW)
    assert found == {}


def test_a_payer_chooses_one_mode_for_a_membership() -> None:
    clinic = Clinic()
    membership = clinic.membership(clinic.member())
    PayerMode.objects.create(membership=membership, mode="M", **clinic.payer.columns)
    with pytest.raises(IntegrityError), transaction.atomic():
        PayerMode.objects.create(membership=membership, mode="M", **clinic.payer.columns)


def test_a_person_has_one_membership_for_life() -> None:
    clinic = Clinic()
    membership = clinic.membership(clinic.member())
    membership.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.bulk_create([membership])


def test_a_persons_years_are_read_newest_first_with_the_voided_ones() -> None:
    clinic = Clinic()
    ada = clinic.member(renews_in=20)
    clinic.undo(clinic.give(ada, "renewal"))
    found = queries.terms_of(person=ada.person_id or 0)
    assert [term.voided_at is None for term in found] == [False, True]
    assert queries.later_term_exists(term=found[0]) is False
    assert found[1].ends_before == days(20)
