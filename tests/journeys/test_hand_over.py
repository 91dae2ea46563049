"""Handing a practice over: never zero administrators, and effective on the next click (S21)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from scriptorium.domains.practices import queries as roster
from scriptorium.domains.practices.models import HandOver, LinkRole, Practice, RosterLink
from scriptorium.domains.practices.operations import accept_hand_over
from scriptorium.domains.practices.rules import (
    NotAllowed,
    can_hand_over,
    can_manage,
    check_can_hand_over,
    check_can_manage,
)
from scriptorium.journeys import hand_over, roster_change
from scriptorium.journeys.hand_over import CannotHandOver
from tests.support.builders import NOW, TODAY, Clinic, actor_of, browser, later, person


def propose(clinic: Clinic, to: RosterLink, *, stays_deputy: bool = False) -> HandOver:
    return hand_over.propose(
        actor=clinic.actor, practice=clinic.practice, to=to, stays_deputy=stays_deputy, now=NOW
    )


def accept(proposal: HandOver, link: RosterLink, *, now: dt.datetime = NOW) -> None:
    assert link.person is not None
    hand_over.accept(actor=actor_of(link.person), proposal=proposal, person=link.person.pk, now=now)


def primary(clinic: Clinic) -> int:
    return Practice.objects.get(pk=clinic.practice.pk).primary_id


def standing(clinic: Clinic, link: RosterLink) -> roster.Standing:
    practice = Practice.objects.get(pk=clinic.practice.pk)
    return roster.standing_of(practice=practice, person=link.person_id or 0)


def test_until_it_is_accepted_the_old_administrator_stays(clinic: Clinic) -> None:
    drew = clinic.join("Drew Castellano", role="deputy")
    propose(clinic, drew)
    assert primary(clinic) == clinic.dana.pk
    assert not standing(clinic, drew).primary


def test_row_37_the_old_administrators_next_click_is_refused_and_the_new_ones_works(
    clinic: Clinic,
) -> None:
    """Both stay signed in; the role is read at each request (ASVS 8.3.2)."""
    drew = clinic.join("Drew Castellano", role="deputy")
    assert drew.person is not None
    dana, new = browser(clinic.dana), browser(drew.person)
    address = f"/practice/{clinic.practice.reference}/assignments/assign/"
    form = {"kind": "manual", "people": drew.reference}
    assert dana.post(address, form).status_code == 200
    accept(propose(clinic, drew), drew)
    assert new.post(address, form).status_code == 200
    assert dana.post(address, form).status_code == 403
    assert primary(clinic) == drew.person_id


def test_row_37_a_deputy_who_is_one_no_longer_is_refused_on_the_next_click(
    clinic: Clinic,
) -> None:
    drew = clinic.join("Drew Castellano", role="deputy")
    assert drew.person is not None
    tab = browser(drew.person)
    address = f"/practice/{clinic.practice.reference}/assignments/assign/"
    form = {"kind": "manual", "people": drew.reference}
    assert tab.post(address, form).status_code == 200
    roster_change.change_role(
        actor=clinic.actor, practice=clinic.practice, link=drew, role="deputy", give=False, now=NOW
    )
    assert tab.post(address, form).status_code == 403


def test_the_former_administrator_may_stay_a_deputy(clinic: Clinic) -> None:
    drew = clinic.join("Drew Castellano", role="deputy")
    accept(propose(clinic, drew, stays_deputy=True), drew)
    assert standing(clinic, clinic.dana_link).words == "deputy administrator"
    assert standing(clinic, drew).words == "primary administrator"
    # The new primary needs the deputy's role no longer.
    assert not LinkRole.objects.filter(link=drew, ended_at__isnull=True).exists()


def test_without_that_the_former_administrator_is_a_member(clinic: Clinic) -> None:
    drew = clinic.join("Drew Castellano")
    accept(propose(clinic, drew), drew)
    assert standing(clinic, clinic.dana_link).words == "member"
    assert not standing(clinic, clinic.dana_link).reads


def test_somebody_without_an_account_cannot_take_over(clinic: Clinic) -> None:
    with pytest.raises(CannotHandOver, match="not set up an account yet"):
        propose(clinic, clinic.add("Rosa Lima"))


def test_the_administrator_cannot_hand_over_to_herself(clinic: Clinic) -> None:
    with pytest.raises(CannotHandOver, match="is the primary administrator already"):
        propose(clinic, clinic.dana_link)


def test_nobody_else_can_accept(clinic: Clinic) -> None:
    drew, eve = clinic.join("Drew Castellano"), clinic.join("Eve Nix")
    with pytest.raises(CannotHandOver, match="for somebody else"):
        accept(propose(clinic, drew), eve)


@pytest.mark.parametrize("declined", [True, False])
def test_a_declined_or_withdrawn_hand_over_cannot_be_accepted(
    clinic: Clinic, declined: bool
) -> None:
    drew = clinic.join("Drew Castellano")
    proposal = propose(clinic, drew)
    hand_over.close(actor=clinic.actor, proposal=proposal, declined=declined, now=NOW)
    with pytest.raises(CannotHandOver, match="withdrawn or is over"):
        accept(proposal, drew)
    assert roster.open_hand_over(practice=clinic.practice.pk) is None


def test_a_hand_over_is_open_for_fourteen_days(clinic: Clinic) -> None:
    drew = clinic.join("Drew Castellano")
    with pytest.raises(CannotHandOver):
        accept(propose(clinic, drew), drew, now=later(days=14))


def test_a_newer_proposal_replaces_the_older_one(clinic: Clinic) -> None:
    drew, eve = clinic.join("Drew Castellano"), clinic.join("Eve Nix")
    older = propose(clinic, drew)
    newer = propose(clinic, eve)
    with pytest.raises(CannotHandOver):
        accept(older, drew)
    accept(newer, eve)
    assert primary(clinic) == eve.person_id


def test_somebody_who_left_meanwhile_cannot_take_over(clinic: Clinic) -> None:
    drew = clinic.join("Drew Castellano")
    proposal = propose(clinic, drew)
    roster_change.end_link(
        actor=clinic.actor, practice=clinic.practice, link=drew, reason="left", note="",
        last_day=TODAY, take_back=False, now=NOW, today=TODAY,
    )  # fmt: skip
    with pytest.raises(CannotHandOver, match="no longer on the roster"):
        accept(proposal, drew)
    assert primary(clinic) == clinic.dana.pk


def test_an_acceptance_is_void_when_the_administrator_changed_meanwhile(clinic: Clinic) -> None:
    drew = clinic.join("Drew Castellano")
    proposal = propose(clinic, drew)
    Practice.objects.filter(pk=clinic.practice.pk).update(primary=person("Eve Nix"))
    assert not accept_hand_over(proposal=proposal, now=NOW)


def test_a_practice_is_never_without_an_administrator_in_the_database(clinic: Clinic) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Practice.objects.filter(pk=clinic.practice.pk).update(primary=None)


def test_who_may_manage_and_who_may_hand_over() -> None:
    boss, deputy, doctor = (
        roster.Standing(primary=True),
        roster.Standing(roles=frozenset({"deputy"}), member=True),
        roster.Standing(roles=frozenset({"physician"}), member=True),
    )
    assert [can_manage(s) for s in (boss, deputy, doctor)] == [True, True, False]
    assert [can_hand_over(s) for s in (boss, deputy, doctor)] == [True, False, False]
    assert [s.reads for s in (boss, deputy, doctor, roster.Standing())] == [True] * 3 + [False]
    assert roster.Standing().words == "nobody here"
    check_can_manage(deputy)
    check_can_hand_over(boss)
    with pytest.raises(NotAllowed, match="Only the primary administrator and deputies"):
        check_can_manage(doctor)
    with pytest.raises(NotAllowed, match="Only the primary administrator can hand over"):
        check_can_hand_over(deputy)
