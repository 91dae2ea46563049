"""Ten minutes to take an assignment back (DOMAIN §2, Undo)."""

from __future__ import annotations

import datetime as dt

import pytest

from scriptorium.domains.audit.models import AuditEvent
from scriptorium.domains.credentials.models import Certificate, CertificateVoid
from scriptorium.domains.ledger.models import Action, UnitPart
from scriptorium.domains.memberships.enums import Channel
from scriptorium.domains.memberships.models import Membership, Term
from scriptorium.journeys import certificate_files, change_mode
from scriptorium.journeys.undo import CannotUndo
from tests.support.builders import (
    NOW,
    TODAY,
    Clinic,
    actor_of,
    choose_exam,
    days,
    events,
    noon,
    open_part,
    person,
)


def dates(membership: Membership) -> tuple[object, ...]:
    """Return everything that an undo must restore."""
    m = membership
    return (
        m.anchor_month, m.anchor_day, m.renews_on, m.latest_starts_on, m.lapses_on, m.mode,
        m.consent_id, m.payer_practice_id, m.payer_person_id, m.cancelled_on,
    )  # fmt: skip


def test_undo_frees_the_unit_and_writes_a_released_entry(clinic: Clinic) -> None:
    ada = clinic.join("Ada Park")
    result = clinic.give(ada, "membership")
    unit = clinic.unit(ada)
    (line,) = clinic.undo(result)
    assert (line.outcome, line.reason, line.name) == ("undone", "", "Ada Park")
    unit.refresh_from_db()
    assert (unit.state, unit.person, unit.link, unit.action) == ("free", None, None, None)
    assert events(unit) == ["purchased", "assigned", "started", "released"]
    assert clinic.numbers("membership") == (1, 0, 0)


def test_undo_voids_the_term_and_the_certificate_and_deletes_neither(clinic: Clinic) -> None:
    ada = clinic.join("Ada Park")
    result = clinic.give(ada, "membership")
    clinic.undo(result)
    term, certificate = Term.objects.get(), Certificate.objects.get()
    assert (term.voided_by, term.void_reason) == (clinic.actor.reference, "Undone")
    assert CertificateVoid.objects.get().certificate == certificate
    assert not Membership.objects.exists()
    row = clinic.link(ada)
    assert (row.renews_on, row.lapses_on, row.mode) == (None, None, "N")
    assert AuditEvent.objects.filter(key="assignment.undone").count() == 1


def test_undo_works_also_after_the_certificate_was_downloaded(clinic: Clinic) -> None:
    ada = clinic.join("Ada Park")
    result = clinic.give(ada, "membership")
    certificate_files.log_download(certificate=Certificate.objects.get(), by="dana", now=NOW)
    assert clinic.undo(result)[0].outcome == "undone"


@pytest.mark.parametrize("renews_in", [20, -10, -40])
def test_undo_of_a_renewal_restores_every_date_of_before(clinic: Clinic, renews_in: int) -> None:
    ada = clinic.member(renews_in=renews_in, years=2)
    before, row = dates(clinic.membership(ada)), clinic.link(ada)
    result = clinic.give(ada, "renewal")
    assert dates(clinic.membership(ada)) != before
    clinic.undo(result)
    assert dates(clinic.membership(ada)) == before
    restored = clinic.link(ada)
    assert (restored.renews_on, restored.lapses_on, restored.board_order) == (
        row.renews_on, row.lapses_on, row.board_order,
    )  # fmt: skip


def test_undo_after_a_lapse_gives_back_the_old_anchor_also_the_29th_of_february(
    clinic: Clinic,
) -> None:
    ada = clinic.join("Ada Park")
    leap = dt.date(2024, 2, 29)
    for kind, day in (("membership", leap), ("renewal", leap + dt.timedelta(days=340))):
        clinic.give(ada, kind, on=day)
    assert clinic.membership(ada).renews_on == dt.date(2026, 2, 28)
    late = dt.date(2026, 4, 10)
    result = clinic.give(ada, "renewal", on=late)
    assert clinic.membership(ada).anchor_day == 10
    clinic.undo(result, today=late)
    membership = clinic.membership(ada)
    assert (membership.anchor_month, membership.anchor_day) == (2, 29)
    clinic.give(ada, "renewal", on=dt.date(2026, 2, 20))
    clinic.give(ada, "renewal", on=dt.date(2027, 2, 20))
    assert clinic.membership(ada).renews_on == dt.date(2028, 2, 29)


def test_undo_restores_a_lapse_day_that_staff_moved(clinic: Clinic) -> None:
    ada = clinic.member(renews_in=-10)
    change_mode.move_lapse(
        actor=clinic.actor, practice=clinic.practice, link=ada, lapses_on=days(45), now=NOW,
        today=TODAY,
    )  # fmt: skip
    result = clinic.give(ada, "renewal")
    assert clinic.membership(ada).lapses_on != days(45)
    clinic.undo(result)
    assert clinic.membership(ada).lapses_on == days(45)


def test_undo_gives_the_membership_back_to_its_payer_with_that_payers_mode(
    clinic: Clinic,
) -> None:
    ada = clinic.member(renews_in=20)
    change_mode.change_mode(
        actor=clinic.actor, practice=clinic.practice, link=ada, mode="A", address=None,
        channel=Channel.PHONE, now=NOW, today=TODAY,
    )  # fmt: skip
    before = dates(clinic.membership(ada))
    other = Clinic("Lakeside Health", "Omar Haddad")
    assert ada.person is not None
    there = other.join(ada.person)
    result = other.give(there, "renewal")
    paid = clinic.membership(ada)
    assert (paid.payer_practice_id, paid.mode, paid.consent) == (other.practice.pk, "M", None)
    other.undo(result)
    assert dates(clinic.membership(ada)) == before
    assert clinic.link(ada).mode == "A"


def test_undo_of_a_reserved_unit_frees_it(clinic: Clinic) -> None:
    bare = clinic.add("Rosa Lima")
    result = clinic.give(bare, "package")
    assert clinic.numbers("package") == (0, 1, 0)
    assert clinic.undo(result)[0].outcome == "undone"
    assert clinic.numbers("package") == (1, 0, 0)
    assert not UnitPart.objects.exclude(state="released").exists()


def test_undo_takes_the_year_back_when_the_invitation_was_accepted_meanwhile(
    clinic: Clinic,
) -> None:
    bare = clinic.add("Rosa Lima")
    result = clinic.give(bare, "membership")
    clinic.accept(bare)
    assert clinic.terms(bare)
    assert clinic.undo(result)[0].outcome == "undone"
    assert clinic.terms(bare) == []
    assert clinic.numbers("membership") == (1, 0, 0)
    assert CertificateVoid.objects.count() == Certificate.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "part", "words"),
    [
        ("manual", "manual", "The MSCAT manual was opened already"),
        ("hipaa", "hipaa", "The HIPAA for Scribes was opened already"),
        ("mscat", "exam", "The MSCAT exam was opened already"),
        ("ce", "ce", "The Continuing education was opened already"),
        ("package", "manual", "The MSCAT manual was opened already"),
    ],
)
def test_what_was_opened_is_kept_and_the_reason_is_said(
    clinic: Clinic, kind: str, part: str, words: str
) -> None:
    ada = clinic.join("Ada Park")
    result = clinic.give(ada, kind)
    open_part(ada, part)
    (line,) = clinic.undo(result)
    assert (line.outcome, line.reason) == ("kept", words)
    assert clinic.free(kind) == 0


def test_a_year_on_which_a_later_one_builds_is_kept(clinic: Clinic) -> None:
    ada = clinic.member(renews_in=20)
    result = clinic.give(ada, "package")
    choose_exam(ada)
    ben = clinic.join("Ben Ito")
    first = clinic.give(ben, "membership")
    clinic.give(ben, "package")
    (line,) = clinic.undo(first)
    assert (line.outcome, line.reason) == ("kept", "A later membership year builds on this one")
    assert clinic.undo(result)[0].outcome == "undone"


def test_in_a_batch_each_person_gets_a_result(clinic: Clinic) -> None:
    people = clinic.people(3)
    clinic.stock("manual", 3)
    result = clinic.assign(people, "manual")
    open_part(people[1], "manual")
    lines = clinic.undo(result)
    assert [line.outcome for line in lines] == ["undone", "kept", "undone"]
    assert clinic.numbers("manual") == (2, 0, 1)
    # Undoing again takes nothing twice.
    again = clinic.undo(result)
    assert [line.reason for line in again] == [
        "The unit was taken back already",
        "The MSCAT manual was opened already",
        "The unit was taken back already",
    ]
    assert clinic.numbers("manual") == (2, 0, 1)


def test_skipped_people_are_no_part_of_an_undo(clinic: Clinic) -> None:
    ada, ben = clinic.people(2)
    clinic.give(ada, "manual")
    clinic.stock("manual")
    result = clinic.assign([ada, ben], "manual")
    assert [line.name for line in clinic.undo(result)] == ["Person 001"]


def test_undo_leaves_other_units_of_the_person_alone(clinic: Clinic) -> None:
    ada = clinic.member(renews_in=200)
    result = clinic.give(ada, "manual")
    before = dates(clinic.membership(ada))
    clinic.undo(result)
    assert dates(clinic.membership(ada)) == before
    assert clinic.link(ada).renews_on == days(200)


def test_ten_minutes_are_enough_and_a_moment_more_is_not(clinic: Clinic) -> None:
    ada = clinic.join("Ada Park")
    result = clinic.give(ada, "manual")
    with pytest.raises(CannotUndo, match="Undo works for 10 minutes"):
        clinic.undo(result, now=result.at + dt.timedelta(minutes=10, microseconds=1))
    assert clinic.undo(result, now=result.at + dt.timedelta(minutes=10))[0].outcome == "undone"


def test_only_the_one_who_assigned_can_undo(clinic: Clinic) -> None:
    result = clinic.give(clinic.join("Ada Park"), "manual")
    drew = actor_of(person("Drew Castellano"))
    with pytest.raises(CannotUndo, match="Only the person who assigned"):
        clinic.undo(result, actor=drew)


def test_an_undone_action_is_not_undone_twice(clinic: Clinic) -> None:
    result = clinic.give(clinic.join("Ada Park"), "manual")
    clinic.undo(result)
    assert Action.objects.get(reference=result.action).undone_at is not None
    with pytest.raises(CannotUndo, match="undone already"):
        clinic.undo(result)
    assert clinic.free("manual") == 1


def test_an_action_of_another_practice_is_nothing_to_undo(clinic: Clinic) -> None:
    other = Clinic("Lakeside Health", "Omar Haddad")
    result = other.give(other.join("Ada Park"), "manual")
    with pytest.raises(CannotUndo, match="nothing to undo here"):
        clinic.undo(result)


def test_a_unit_taken_back_on_the_record_is_not_freed_again(clinic: Clinic) -> None:
    from scriptorium.journeys.roster_change import release_unit

    ada = clinic.join("Ada Park")
    result = clinic.give(ada, "manual")
    release_unit(
        actor=clinic.actor, practice=clinic.practice, link=ada,
        reference=clinic.unit(ada).reference, reason="", now=NOW, today=TODAY,
    )  # fmt: skip
    assert clinic.undo(result)[0].reason == "The unit was taken back already"
    assert clinic.numbers("manual") == (1, 0, 0)


def test_regression_release_then_assign_again_leaves_the_balance_unchanged(
    clinic: Clinic,
) -> None:
    ada = clinic.join("Ada Park")
    clinic.stock("membership", 3)
    result = clinic.assign([ada], "membership")
    before = clinic.numbers("membership")
    for _ in range(3):
        clinic.undo(result)
        result = clinic.assign([ada], "membership")
        assert clinic.numbers("membership") == before == (2, 0, 1)
    assert len(clinic.terms(ada)) == 1
    assert Term.objects.count() == 4


def test_undo_past_the_units_expiry_gives_thirty_days(clinic: Clinic) -> None:
    ada = clinic.join("Ada Park")
    clinic.stock("manual", expires=TODAY)
    unit = clinic.assign([ada], "manual", now=noon(TODAY))
    clinic.undo(unit)
    from scriptorium.domains.ledger.models import Unit

    assert Unit.objects.get().expires_on == days(30)
