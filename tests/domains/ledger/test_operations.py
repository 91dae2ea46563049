"""Writing the ledger: every move an entry, every balance moves with it."""

from __future__ import annotations

import contextlib

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scriptorium.database import triggers
from scriptorium.domains.audit.models import AuditEvent
from scriptorium.domains.ledger import operations as ledger
from scriptorium.domains.ledger import queries as stock
from scriptorium.domains.ledger.models import Balance, Entry, Unit, UnitPart
from scriptorium.domains.ledger.operations import NotEnoughUnits, PartGrant
from scriptorium.domains.ledger.rules import IllegalMove
from scriptorium.journeys import grant_units
from scriptorium.journeys.assign import Result
from scriptorium.journeys.nightly import run_night
from scriptorium.journeys.undo import CannotUndo
from scriptorium.kernel.payer import Payer
from tests.support.builders import (
    DESK,
    NOW,
    TODAY,
    Clinic,
    choose_exam,
    days,
    events,
    grant,
    noon,
    problems,
)  # fmt: skip

pytestmark = pytest.mark.django_db


def staff_grant(clinic: Clinic, count: int, key: str = "form") -> None:
    grant_units.grant(
        actor=DESK, practice=clinic.practice, kind="manual", count=count, reason="Goodwill",
        idempotency_key=key, now=NOW, today=TODAY,
    )  # fmt: skip


def adjust(clinic: Clinic, count: int) -> None:
    grant_units.adjust(
        actor=DESK, practice=clinic.practice, kind="manual", count=count, reason="Typing error",
        now=NOW,
    )  # fmt: skip


def test_staff_grant_units_as_a_purchased_entry_with_source_grant_and_a_reason() -> None:
    clinic = Clinic()
    staff_grant(clinic, 2)
    assert set(Unit.objects.values_list("source", "expires_on")) == {("grant", days(365))}
    assert set(Entry.objects.values_list("event", "reason", "actor_name")) == {
        ("purchased", "Goodwill", "Robin Ashby")
    }
    assert clinic.numbers("manual") == (2, 0, 0)
    assert AuditEvent.objects.get(key="units.granted").data["count"] == 2


def test_the_same_form_sent_twice_grants_once() -> None:
    clinic = Clinic()
    staff_grant(clinic, 2)
    with pytest.raises(grant_units.AlreadyGranted):
        staff_grant(clinic, 2)
    assert clinic.numbers("manual") == (2, 0, 0)
    assert problems() == ()


def test_staff_remove_free_units_and_only_free_ones() -> None:
    clinic = Clinic()
    clinic.stock("manual", 3)
    clinic.assign([clinic.dana_link], "manual")
    with pytest.raises(NotEnoughUnits):
        adjust(clinic, 3)
    adjust(clinic, 2)
    assert clinic.numbers("manual") == (0, 0, 1)
    assert Unit.objects.filter(state="removed").count() == 2
    assert Entry.objects.filter(event="adjusted", reason="Typing error").count() == 2
    assert problems() == ()


@pytest.mark.parametrize("count", [0, -1])
def test_a_count_below_one_is_refused(count: int) -> None:
    clinic = Clinic()
    for change in (staff_grant, adjust):
        with pytest.raises(ValueError, match="one or more"):
            change(clinic, count)
    assert not Unit.objects.exists()


def test_a_balance_never_falls_below_zero_in_the_database() -> None:
    clinic = Clinic()
    clinic.stock("manual")
    for column in ("free", "reserved", "in_use"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Balance.objects.update(**{column: -1})


def test_a_payer_has_one_balance_for_each_kind() -> None:
    clinic = Clinic()
    clinic.stock("manual")
    for columns in (clinic.payer.columns, {"payer_practice_id": None, "payer_person_id": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Balance.objects.create(kind="manual", **columns)


def test_a_free_unit_has_no_holder_and_an_assigned_one_has() -> None:
    clinic = Clinic()
    (unit,) = clinic.stock("manual")
    for values in (
        {"person": clinic.dana},
        {"state": "assigned"},
        {"state": "reserved"},
        {"state": "reserved", "link": clinic.dana_link, "person": clinic.dana},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Unit.objects.filter(pk=unit.pk).update(**values)


def test_units_that_do_not_move_that_way_are_refused() -> None:
    clinic = Clinic()
    clinic.stock("manual", 2)
    clinic.assign([clinic.dana_link], "manual")
    with pytest.raises(IllegalMove), transaction.atomic():
        ledger.expire_units(actor=DESK, units=list(Unit.objects.all()), now=NOW)
    assert clinic.numbers("manual") == (1, 0, 1)


def test_nothing_to_hand_out_release_or_accept_writes_nothing() -> None:
    clinic = Clinic()
    with transaction.atomic():
        assert ledger.hand_out(
            actor=DESK, payer=clinic.payer, kind="manual", choice="", holdings=[], action=None,
            now=NOW,
        ) == []  # fmt: skip
        ledger.release_units(actor=DESK, units=[], reason="", today=TODAY, now=NOW)
        ledger.accept_reserved(actor=DESK, units=[], person=clinic.dana.pk, grants={}, now=NOW)
        ledger.expire_units(actor=DESK, units=[], now=NOW)
        assert ledger.move_parts(actor=DESK, parts=[], to="started", now=NOW) == []  # type: ignore[arg-type]
    assert not Entry.objects.exists()


def test_a_balance_that_disagrees_with_the_units_stops_the_assignment() -> None:
    clinic = Clinic()
    clinic.stock("manual")
    Balance.objects.update(free=2)
    holding = ledger.Holding(clinic.dana_link.pk, clinic.dana.pk, [PartGrant("manual")])
    with pytest.raises(RuntimeError, match="run verify-ledger"), transaction.atomic():
        ledger.hand_out(
            actor=DESK, payer=clinic.payer, kind="manual", choice="",
            holdings=[holding] * 2,
            action=None, now=NOW,
        )  # fmt: skip


def test_a_person_pays_for_units_of_their_own() -> None:
    clinic = Clinic()
    payer = Payer(person=clinic.dana.pk)
    grant(payer, "manual", 2, expires=days(1))
    assert stock.stock_of(payer=payer)["manual"].free == 2
    assert stock.free_of(payer=clinic.payer, kind="manual") == 0
    run_night(today=days(2), now=noon(days(2)))
    assert stock.stock_of(payer=payer)["manual"].free == 0
    assert problems(days(2)) == ()


def test_the_tiles_say_how_many_expire_first() -> None:
    clinic = Clinic()
    clinic.stock("manual", 2, expires=days(50))
    clinic.stock("manual", 3, expires=days(20))
    found = stock.stock_of(payer=clinic.payer)
    assert (found["manual"].first_expiry, found["manual"].expiring) == (days(20), 3)
    assert (found["ce"].free, found["ce"].first_expiry) == (0, None)


def test_marks_are_read_for_people_and_for_those_invited() -> None:
    clinic = Clinic()
    bare = clinic.add("Rosa Lima")
    clinic.give(bare, "ce", choice="quality")
    clinic.give(clinic.dana_link, "hipaa")
    found = stock.mark_parts(people=[clinic.dana.pk], links=[bare.pk])
    assert sorted(row[2:] for row in found) == [
        ("ce", "quality", "reserved", ""), ("hipaa", "", "assigned", ""),
    ]  # fmt: skip
    assert [unit.kind for unit in stock.units_of_link(link=bare.pk)] == ["ce"]


def test_an_action_is_closed_once() -> None:
    clinic = Clinic()
    result = clinic.give(clinic.dana_link, "manual")
    action = stock.action_by_key(actor_reference=clinic.actor.reference, idempotency_key="unknown")
    assert action is None
    found = stock.locked_action(practice=clinic.practice.pk, reference=result.action)
    assert found is not None
    assert ledger.mark_undone(action=found, now=NOW)
    assert not ledger.mark_undone(action=found, now=NOW)
    assert len(ledger.fresh_key()) == 20


def test_live_parts_are_unique_in_the_database() -> None:
    clinic = Clinic()
    clinic.give(clinic.dana_link, "manual")
    (spare,) = clinic.stock("manual")
    with pytest.raises(IntegrityError), transaction.atomic():
        UnitPart.objects.create(unit=spare, person=clinic.dana, kind="manual", state="assigned")
    bare = clinic.add("Rosa Lima")
    clinic.give(bare, "hipaa")
    with pytest.raises(IntegrityError), transaction.atomic():
        UnitPart.objects.create(unit=spare, link=bare, kind="hipaa", state="reserved")


STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["stock", "assign", "undo", "add", "accept", "end", "night", "adjust", "choose"]
        ),
        st.integers(0, 5),
        st.sampled_from(["membership", "package", "manual", "ce", "renewal"]),
    ),
    min_size=3,
    max_size=14,
)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(STEPS)
def test_whatever_people_do_the_ledger_stays_clean(
    db: None, steps: list[tuple[str, int, str]]
) -> None:
    """Any order of clicks; refusals are part of it, disagreements are not."""
    before = transaction.savepoint_create()
    Walk().take(steps)
    transaction.savepoint_rollback(before)


class Walk:
    """A practice in which things happen in any order."""

    def __init__(self) -> None:
        self.clinic = Clinic()
        self.other = Clinic("Lakeside Health", "Omar Haddad")
        self.links = [self.clinic.dana_link, self.clinic.join("Ada Park")]
        self.result: Result | None = None
        self.day = 0

    def take(self, steps: list[tuple[str, int, str]]) -> None:
        for name, number, kind in steps:
            with contextlib.suppress(*REFUSALS):
                getattr(self, name)(number, kind)
            assert problems(days(self.day)) == ()

    def stock(self, number: int, kind: str) -> None:
        self.clinic.stock(kind, 1 + number, on=days(self.day), expires=days(self.day + 40 * number))

    def assign(self, number: int, kind: str) -> None:
        self.result = self.clinic.assign(
            self.links[: 1 + number], kind, on=days(self.day), now=noon(days(self.day))
        )

    def undo(self, number: int, kind: str) -> None:
        if self.result is not None:
            self.clinic.undo(self.result, today=days(self.day))

    def add(self, number: int, kind: str) -> None:
        self.links.append(self.clinic.add(kind=kind if number % 2 else "", on=days(self.day)))

    def accept(self, number: int, kind: str) -> None:
        for link in self.links:
            if self.clinic.invitation_is_open(link):
                self.clinic.accept(link, on=days(self.day))
                return

    def end(self, number: int, kind: str) -> None:
        from scriptorium.journeys.roster_change import end_link

        link = self.links[number % len(self.links)]
        end_link(
            actor=self.clinic.actor, practice=self.clinic.practice, link=link, reason="left",
            note="", last_day=days(self.day), take_back=number % 2 == 0, now=noon(days(self.day)),
            today=days(self.day),
        )  # fmt: skip

    def night(self, number: int, kind: str) -> None:
        self.day += number * 37
        run_night(today=days(self.day), now=noon(days(self.day)))

    def adjust(self, number: int, kind: str) -> None:
        grant_units.adjust(
            actor=DESK, practice=self.clinic.practice, kind=kind, count=1 + number, reason="Test",
            now=noon(days(self.day)),
        )  # fmt: skip

    def choose(self, number: int, kind: str) -> None:
        choose_exam(self.links[number % len(self.links)], ("general", "oncology")[number % 2])


def _refusals() -> tuple[type[Exception], ...]:
    from scriptorium.journeys.accept_invitation import InvitationClosed
    from scriptorium.journeys.assign import Collision
    from scriptorium.journeys.roster_change import CannotChange

    return (NotEnoughUnits, CannotUndo, InvitationClosed, Collision, CannotChange)


REFUSALS = _refusals()


def test_flushing_and_refilling_needs_no_unlocking_by_hand() -> None:
    clinic = Clinic()
    clinic.give(clinic.dana_link, "manual")
    assert events(clinic.unit(clinic.dana_link)) == ["purchased", "assigned"]
    call_command("flush", interactive=False, verbosity=0)
    assert not Entry.objects.exists()
    assert triggers.installed() == {trigger.name for trigger in triggers.declared()}
