"""Real threads on a real database: nothing is assigned twice, nothing is lost (ASVS 2.3.4)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from django.db import connections

from scriptorium.domains.ledger.models import Action, Entry, UnitPart
from scriptorium.domains.memberships.models import Term
from scriptorium.domains.orders.models import Payment
from scriptorium.domains.practices.models import PracticeCounter
from scriptorium.journeys import invite, roster_change
from scriptorium.journeys.assign import Collision, NotEnoughUnits, Result
from scriptorium.journeys.nightly import run_night
from scriptorium.journeys.taking_payments import Taken
from scriptorium.journeys.undo import CannotUndo
from tests.support.builders import NOW, TODAY, Clinic, actor_of, days, person, problems
from tests.support.money import Till

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(jobs: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run all jobs at the same moment, each with a connection of its own."""
    gate = threading.Barrier(len(jobs))

    def run(job: Callable[[], Any]) -> Any:
        try:
            gate.wait(timeout=30)
            return job()
        except Exception as error:  # noqa: BLE001 (the test judges it)
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def won(answers: Sequence[object]) -> list[Result]:
    """Return the answers of those who assigned something."""
    return [a for a in answers if isinstance(a, Result) and a.assigned]


def test_two_who_give_one_role_at_the_same_moment_give_it_once() -> None:
    clinic = Clinic()
    (link,) = clinic.people(1)
    actor = actor_of(clinic.dana)

    def give() -> None:
        roster_change.change_role(
            actor=actor, practice=clinic.practice, link=link, role="auditor", give=True, now=NOW
        )

    assert at_once([give] * 4) == [None] * 4
    assert link.roles.filter(ended_at__isnull=True).count() == 1


def test_row_35_fifty_parallel_assignments_on_ten_units_give_exactly_ten() -> None:
    clinic = Clinic()
    people = clinic.people(50)
    clinic.stock("membership", 10)
    answers = at_once([partial(clinic.assign, [link], "membership") for link in people])
    assert len(won(answers)) == 10
    refused = [a for a in answers if isinstance(a, Exception)]
    assert len(refused) == 40
    assert {type(a) for a in refused} == {NotEnoughUnits}
    assert clinic.numbers("membership") == (0, 0, 10)
    assert Term.objects.count() == Action.objects.count() == 10
    assert Entry.objects.filter(event="assigned").count() == 10
    assert problems() == ()


@pytest.mark.parametrize("kind", ["membership", "manual"])
def test_two_administrators_and_one_last_unit_one_wins_the_other_reads_a_plain_sentence(
    kind: str,
) -> None:
    clinic = Clinic()
    ada, ben = clinic.people(2)
    drew = actor_of(person("Drew Castellano"))
    clinic.stock(kind)
    answers = at_once(
        [
            lambda: clinic.assign([ada], kind),
            lambda: clinic.assign([ben], kind, actor=drew),
        ]
    )
    assert len(won(answers)) == 1
    (loser,) = [a for a in answers if not isinstance(a, Result)]
    assert isinstance(loser, NotEnoughUnits)
    assert str(loser).endswith("needed, none free; nothing was assigned. Get more first.")
    assert problems() == ()


def test_two_administrators_choose_the_same_person_and_one_unit_is_used() -> None:
    clinic = Clinic()
    ada = clinic.join("Ada Park")
    drew = actor_of(person("Drew Castellano"))
    clinic.stock("membership", 2)
    answers = at_once(
        [
            lambda: clinic.assign([ada], "membership"),
            lambda: clinic.assign([ada], "membership", actor=drew),
        ]
    )
    assert len(won(answers)) == 1
    (other,) = [a for a in answers if a not in won(answers)]
    assert isinstance(other, Collision) or (
        isinstance(other, Result) and other.lines[0].reason.startswith("Already a member until")
    )
    assert clinic.numbers("membership") == (1, 0, 1)
    assert problems() == ()


def test_the_same_key_from_eight_threads_assigns_once_and_answers_eight_times() -> None:
    clinic = Clinic()
    people = clinic.people(3)
    clinic.stock("membership", 24)
    answers = at_once([lambda: clinic.assign(people, "membership", key="click")] * 8)
    assert len(won(answers)) == 8
    assert len({answer.action for answer in won(answers)}) == 1
    assert clinic.numbers("membership") == (21, 0, 3)
    assert problems() == ()


@pytest.mark.parametrize("kind", ["membership", "package", "manual"])
def test_two_practices_assign_the_same_thing_to_the_same_person(kind: str) -> None:
    """Each pays with its own unit; the person gets it once, and nobody's unit is lost."""
    one, two = Clinic(), Clinic("Lakeside Health", "Omar Haddad")
    ada = one.join("Ada Park")
    assert ada.person is not None
    there = two.join(ada.person)
    one.stock(kind)
    two.stock(kind)
    answers = at_once([lambda: one.assign([ada], kind), lambda: two.assign([there], kind)])
    assert len(won(answers)) == 1
    (loser,) = [a for a in answers if a not in won(answers)]
    assert isinstance(loser, Collision | Result)
    assert one.numbers(kind)[0] + two.numbers(kind)[0] == 1
    part = "membership" if kind == "package" else kind
    assert UnitPart.objects.filter(kind=part).exclude(state="released").count() == 1
    assert problems() == ()


def test_two_practices_renew_the_same_person_and_one_year_is_added() -> None:
    one, two = Clinic(), Clinic("Lakeside Health", "Omar Haddad")
    ada = one.member("Ada Park", renews_in=10)
    assert ada.person is not None
    there = two.join(ada.person)
    one.stock("renewal")
    two.stock("renewal")
    answers = at_once(
        [lambda: one.assign([ada], "renewal"), lambda: two.assign([there], "renewal")]
    )
    assert len(won(answers)) == 1
    assert len(one.terms(ada)) == 2
    assert one.link(ada).renews_on == two.link(there).renews_on
    assert one.free("renewal") + two.free("renewal") == 1
    assert problems() == ()


def test_large_overlapping_selections_never_wait_for_each_other_for_ever() -> None:
    clinic = Clinic()
    people = clinic.people(20)
    clinic.stock("manual", 40)
    answers = at_once(
        [
            lambda: clinic.assign(people, "manual"),
            lambda: clinic.assign(people[::-1], "manual"),
            lambda: clinic.assign(people[5:], "manual"),
            lambda: clinic.assign(people[:15], "manual"),
        ]
    )
    assert all(isinstance(a, Result | Collision) for a in answers)
    assert clinic.numbers("manual") == (20, 0, 20) or not won(answers)
    assert won(answers)
    assert problems() == ()


def test_undo_and_release_of_the_same_unit_free_it_once() -> None:
    clinic = Clinic()
    ada = clinic.join("Ada Park")
    for _ in range(4):
        result = clinic.give(ada, "manual")
        unit = clinic.unit(ada)
        free = clinic.free("manual")
        at_once(
            [
                lambda result=result: clinic.undo(result),  # type: ignore[misc]
                lambda unit=unit: roster_change.release_unit(  # type: ignore[misc]
                    actor=clinic.actor, practice=clinic.practice, link=ada,
                    reference=unit.reference, reason="", now=NOW, today=TODAY,
                ),
                lambda result=result: clinic.undo(result),  # type: ignore[misc]
            ]
        )  # fmt: skip
        assert clinic.free("manual") == free + 1
        assert problems() == ()


def test_a_double_click_on_undo_frees_each_unit_once() -> None:
    clinic = Clinic()
    people = clinic.people(5)
    clinic.stock("membership", 5)
    result = clinic.assign(people, "membership")
    answers = at_once([lambda: clinic.undo(result)] * 4)
    assert sum(1 for answer in answers if isinstance(answer, list)) == 1
    assert sum(1 for answer in answers if isinstance(answer, CannotUndo)) == 3
    assert clinic.numbers("membership") == (5, 0, 0)
    assert problems() == ()


def test_the_night_and_assignments_take_the_last_units_side_by_side() -> None:
    clinic = Clinic()
    people = clinic.people(6)
    clinic.stock("manual", 12, expires=days(-1))
    answers = at_once(
        [
            *(partial(clinic.assign, [link], "manual") for link in people),
            partial(run_night, today=TODAY, now=NOW),
            partial(run_night, today=TODAY, now=NOW),
        ]
    )
    assert all(isinstance(a, Result | NotEnoughUnits | dict) for a in answers), answers
    assert clinic.numbers("manual") == (0, 0, len(won(answers)))
    assert problems() == ()


def test_the_add_form_sent_twice_adds_one_person() -> None:
    clinic = Clinic()
    answers = at_once([lambda: clinic.add("Rosa Lima", email="rosa@new.example")] * 3)
    assert sum(1 for a in answers if isinstance(a, invite.AlreadyOnRoster)) == 2
    assert PracticeCounter.objects.get(practice=clinic.practice).people == 2
    assert problems() == ()


def test_an_invitation_opened_in_two_tabs_is_accepted_once() -> None:
    clinic = Clinic()
    clinic.stock("package")
    link = clinic.add("Rosa Lima", kind="package")
    token = clinic.token(link)
    from scriptorium.journeys.accept_invitation import InvitationClosed, activate
    from tests.support.builders import PASSWORD

    answers = at_once([lambda: activate(token=token, password=PASSWORD, now=NOW, today=TODAY)] * 3)
    accepted = [a for a in answers if not isinstance(a, Exception)]
    assert len(accepted) == 1, answers
    assert all(isinstance(a, InvitationClosed) for a in answers if isinstance(a, Exception))
    assert clinic.numbers("package") == (0, 0, 1)
    assert problems() == ()


def test_a_link_ended_twice_at_the_same_moment_is_counted_once() -> None:
    clinic = Clinic()
    ada = clinic.join("Ada Park")

    def end() -> None:
        roster_change.end_link(
            actor=clinic.actor, practice=clinic.practice, link=clinic.link(ada), reason="left",
            note="", last_day=TODAY, take_back=False, now=NOW, today=TODAY,
        )  # fmt: skip

    at_once([end] * 3)
    assert PracticeCounter.objects.get(practice=clinic.practice).people == 1
    assert problems() == ()


def test_a_payment_entered_twice_with_one_key_at_the_same_moment_is_kept_once() -> None:
    till = Till()
    invoice = till.buy(ce=2)
    answers = at_once([partial(till.pay, invoice.total_minor, key="office:same")] * 4)
    assert [type(answer) for answer in answers] == [Taken] * 4
    assert len({answer.payment.pk for answer in answers}) == 1
    assert (Payment.objects.count(), till.credit) == (1, 0)
    assert problems() == ()
