"""``verify-ledger`` exits 1 on each planted corruption, and 0 on a ledger that is clean."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from scriptorium.database import triggers
from scriptorium.domains.practices.models import RosterLink
from tests.support.builders import Clinic, days, problems

pytestmark = pytest.mark.django_db


class World:
    """A small ledger with a unit in most states."""

    def __init__(self) -> None:
        self.clinic = Clinic()
        self.other = Clinic("Lakeside Health", "Omar Haddad")
        self.ada: RosterLink = self.clinic.member("Ada Park", renews_in=20)
        self.ben: RosterLink = self.clinic.join("Ben Ito")
        self.clinic.give(self.ada, "renewal")
        self.clinic.stock("manual", 3)
        self.clinic.assign([self.ben], "manual")
        self.clinic.stock("package")
        self.clinic.add("Rosa Lima", kind="package")
        assert problems() == ()
        triggers.remove()


def sql(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def balance(world: World) -> str:
    sql("UPDATE ledger_balance SET free = free + 1 WHERE kind = 'manual'")
    return "Balance of practice"


def missing_balance(world: World) -> str:
    sql("DELETE FROM ledger_balance WHERE kind = 'manual'")
    return "for manual is missing"


def missing_entry(world: World) -> str:
    unit = world.clinic.unit(world.ada)
    sql("DELETE FROM ledger_entry WHERE unit_id = %s AND event = 'assigned'", unit.pk)
    return f"Unit {unit.reference}: is assigned, but its entries end in free."


def missing_first_entry(world: World) -> str:
    unit = world.clinic.unit(world.ada)
    sql("DELETE FROM ledger_entry WHERE unit_id = %s AND event = 'purchased'", unit.pk)
    return f"Unit {unit.reference}: an entry is missing before assigned (from free)."


def no_entries(world: World) -> str:
    unit = world.clinic.unit(world.ben)
    sql("DELETE FROM ledger_entry WHERE unit_id = %s", unit.pk)
    return f"Unit {unit.reference}: is assigned, but its entries end in nothing."


def duplicate_assignment(world: World) -> str:
    """A second unit gives the same person the manual again, entries and balance in order."""
    sql("DROP INDEX part_live_once")
    spare = world.clinic.stock("manual")[0]
    sql("UPDATE ledger_unit SET state = 'assigned', person_id = %s, link_id = %s WHERE id = %s",
        world.ben.person_id, world.ben.pk, spare.pk)  # fmt: skip
    sql("INSERT INTO ledger_unitpart (unit_id, person_id, link_id, kind, choice, state, outcome)"
        " VALUES (%s, %s, %s, 'manual', '', 'assigned', '')",
        spare.pk, world.ben.person_id, world.ben.pk)  # fmt: skip
    sql("INSERT INTO ledger_entry (unit_id, event, from_state, to_state, payer_practice_id,"
        " person_id, actor_kind, actor_reference, actor_name, reason, at)"
        " SELECT unit_id, 'assigned', 'free', 'assigned', payer_practice_id, %s, actor_kind,"
        " actor_reference, actor_name, '', at FROM ledger_entry WHERE unit_id = %s",
        world.ben.person_id, spare.pk)  # fmt: skip
    sql("UPDATE ledger_balance SET free = free - 1, in_use = in_use + 1 WHERE kind = 'manual'")
    return f"Person {world.ben.person_id} holds manual  2 times."


def duplicate_year(world: World) -> str:
    sql("DROP INDEX part_term_once")
    sql("UPDATE ledger_unitpart SET term_starts_on = %s WHERE person_id = %s", days(20),
        world.ada.person_id)  # fmt: skip
    return f"2 units pay for the year from {days(20)}."


def wrong_payer_of_the_unit(world: World) -> str:
    unit = world.clinic.unit(world.ben)
    sql("UPDATE ledger_unit SET payer_practice_id = %s WHERE id = %s",
        world.other.practice.pk, unit.pk)  # fmt: skip
    return f"Unit {unit.reference}: an entry names another payer than the unit."


def wrong_payer_of_the_term(world: World) -> str:
    sql("UPDATE memberships_term SET payer_practice_id = %s WHERE starts_on = %s",
        world.other.practice.pk, days(20))  # fmt: skip
    return "names another payer than its unit."


def illegal_transition(world: World) -> str:
    """A free unit is completed without ever having been assigned."""
    unit = world.clinic.stock("manual")[0]
    sql("UPDATE ledger_unit SET state = 'expired' WHERE id = %s", unit.pk)
    sql("INSERT INTO ledger_entry (unit_id, event, from_state, to_state, payer_practice_id,"
        " actor_kind, actor_reference, actor_name, reason, at)"
        " SELECT unit_id, 'completed', 'free', 'expired', payer_practice_id, actor_kind,"
        " actor_reference, actor_name, '', at FROM ledger_entry WHERE unit_id = %s",
        unit.pk)  # fmt: skip
    sql("UPDATE ledger_balance SET free = free - 1 WHERE kind = 'manual'")
    return f"Unit {unit.reference}: free → completed is not a legal move."


def illegal_target(world: World) -> str:
    """The move is known, but it leads somewhere else."""
    unit = world.clinic.unit(world.ben)
    sql("UPDATE ledger_entry SET to_state = 'completed' WHERE unit_id = %s AND event = 'assigned'",
        unit.pk)  # fmt: skip
    sql("UPDATE ledger_unit SET state = 'completed' WHERE id = %s", unit.pk)
    sql("UPDATE ledger_balance SET in_use = in_use - 1 WHERE kind = 'manual'")
    sql("UPDATE ledger_unitpart SET state = 'completed' WHERE unit_id = %s", unit.pk)
    return f"Unit {unit.reference}: assigned cannot lead to completed."


def missing_part(world: World) -> str:
    unit = world.clinic.unit(world.ben)
    sql("DELETE FROM ledger_unitpart WHERE unit_id = %s", unit.pk)
    return f"Unit {unit.reference}: has 0 parts of 1."


def wrong_person(world: World) -> str:
    unit = world.clinic.unit(world.ben)
    sql("UPDATE ledger_unitpart SET person_id = %s WHERE unit_id = %s",
        world.clinic.dana.pk, unit.pk)  # fmt: skip
    return f"Unit {unit.reference}: its part names another person than the unit."


def open_part_of_a_free_unit(world: World) -> str:
    spare = world.clinic.stock("hipaa")[0]
    sql("INSERT INTO ledger_unitpart (unit_id, person_id, kind, choice, state, outcome)"
        " VALUES (%s, %s, 'hipaa', '', 'assigned', '')", spare.pk, world.ben.person_id)  # fmt: skip
    return f"Unit {spare.reference}: a part is open, but the unit is not assigned."


def somebody_elses_year(world: World) -> str:
    sql("UPDATE memberships_term SET person_id = %s WHERE starts_on = %s",
        world.ben.person_id, days(20))  # fmt: skip
    return "is paid by somebody else's unit."


def wrong_membership_date(world: World) -> str:
    sql("UPDATE memberships_membership SET renews_on = %s, lapses_on = %s", days(100), days(130))
    return "but the last paid year ends"


def wrong_copy(world: World) -> str:
    sql("UPDATE practices_rosterlink SET renews_on = %s WHERE id = %s", days(3), world.ada.pk)
    return f"Roster row {world.ada.reference}: copied dates differ from the membership."


def wrong_order(world: World) -> str:
    sql("UPDATE practices_rosterlink SET board_order = %s WHERE id = %s", days(3), world.ben.pk)
    return f"Roster row {world.ben.reference}: sorts by a date that is not its own."


def wrong_counter(world: World) -> str:
    sql("UPDATE practices_practicecounter SET people = people + 1")
    return "the counter says 5 people and 1 invited, the roster 4 and 1."


CORRUPTIONS: list[Callable[[World], str]] = [
    balance, missing_balance, missing_entry, missing_first_entry, no_entries,
    duplicate_assignment, duplicate_year, wrong_payer_of_the_unit, wrong_payer_of_the_term,
    illegal_transition, illegal_target, wrong_person, missing_part, open_part_of_a_free_unit,
    somebody_elses_year, wrong_membership_date, wrong_copy, wrong_order, wrong_counter,
]  # fmt: skip


@pytest.mark.parametrize("plant", CORRUPTIONS, ids=lambda plant: plant.__name__)
def test_a_planted_corruption_is_found_named_and_answered_with_exit_1(
    plant: Callable[[World], str], capsys: pytest.CaptureFixture[str]
) -> None:
    said = plant(World())
    with pytest.raises(SystemExit) as left:
        call_command("verify-ledger")
    assert left.value.code == 1
    assert said in capsys.readouterr().out


def test_a_clean_ledger_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    World()
    call_command("verify-ledger")
    assert capsys.readouterr().out == "The ledger is clean.\n"


def test_as_json_it_prints_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    world = World()
    call_command("verify-ledger", "--json")
    found = json.loads(capsys.readouterr().out)
    assert found["problems"] == []
    assert set(found["checks"].values()) == {0}
    balance(world)
    with pytest.raises(SystemExit):
        call_command("verify-ledger", "--json")
    found = json.loads(capsys.readouterr().out)
    assert found["checks"]["balances"] == len(found["problems"]) == 1
