"""The dry run of a night: its figures are those of the run that follows, and it writes nothing."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.audit import queries as audit
from scriptorium.domains.memberships.enums import Channel, LineState
from scriptorium.domains.memberships.models import Membership, Proposal, ProposalLine
from scriptorium.domains.notifications.models import OutboxMail
from scriptorium.domains.orders.models import Attempt, Invoice, Order
from scriptorium.domains.orders.operations import remember_method, set_auto_pay
from scriptorium.domains.practices import operations as practices
from scriptorium.domains.practices.models import RosterLink
from scriptorium.integrations.payments import TestCard
from scriptorium.journeys import change_mode, services
from scriptorium.journeys.nightly import run_night
from scriptorium.journeys.tonight import Tonight, foresee
from tests.support.builders import DESK, NOW, TODAY, Clinic, days, noon
from tests.support.money import Till
from tests.support.shared_rows import undone_afterwards

pytestmark = pytest.mark.django_db

#: The day on which most people of these tests renew.
DAY = days(60)


def everything() -> dict[str, list[Any]]:
    """Return every row of every table."""
    return {
        model._meta.label: list(model._default_manager.order_by("pk").values())
        for model in apps.get_models()
    }


def next_keys() -> list[Any]:
    """Return the numbers that the database gives next, where it keeps them in a table."""
    if connection.vendor != "sqlite":
        return []
    with connection.cursor() as cursor:
        cursor.execute("select name, seq from sqlite_sequence order by name")
        return list(cursor.fetchall())


def foreseen(day: dt.date) -> Tonight:
    """Ask what a night will do, and check that asking changed nothing."""
    rows, keys = everything(), next_keys()
    said = foresee(today=day, now=noon(day))
    assert everything() == rows
    assert next_keys() == keys
    return said


def member(clinic: Clinic, name: str, *, automatic: bool = True, on: dt.date = DAY) -> RosterLink:
    link = clinic.member(name, renews_in=(on - TODAY).days)
    if automatic:
        change_mode.change_mode(
            actor=clinic.actor, practice=clinic.practice, link=link, mode="A",
            address=None, channel=Channel.WEB, now=NOW, today=TODAY,
        )  # fmt: skip
    return clinic.link(link)


def save_card(clinic: Clinic, kind: TestCard = TestCard.SUCCESS) -> None:
    provider = services.sandbox()
    assert provider is not None
    saved = provider.save_method(owner=clinic.practice.reference, card=kind)
    with transaction.atomic():
        remember_method(
            payer=clinic.payer, provider=provider.name, customer=saved.customer,
            method=saved.method, label=saved.label, by="test", now=NOW,
        )  # fmt: skip
        set_auto_pay(practice=clinic.practice.pk, on=True, by="test", now=NOW)


@pytest.fixture
def places(settings: Any, tmp_path: Path) -> list[Clinic]:
    """Return four practices: free units, a card, a card that fails, money that is kept."""
    settings.PAYMENTS_URL, settings.PAYMENTS_DIR = "sandbox://", tmp_path
    names = ("Riverside Dermatology", "Lakeside Health", "Hilltop Care", "Valley Clinic")
    found = [Clinic(name, f"Admin {name}") for name in names]
    units, card, failing, kept = found
    for clinic in found:
        clinic.checked_on = TODAY
        for number in range(3):
            member(clinic, f"Auto {clinic.practice.name} {number}")
        member(clinic, f"Manual {clinic.practice.name}", automatic=False)
    units.stock("renewal", 2, expires=DAY + dt.timedelta(days=1))
    units.stock("renewal", 1, expires=DAY)
    save_card(card)
    save_card(failing, TestCard.EXPIRES)
    Till(kept).pay(3 * 8900)
    return found


def run_and_compare(day: dt.date) -> None:
    """Run a night and find in the database what was said of it."""
    said = foreseen(day)
    told = OutboxMail.objects.count()
    opened, lines = Proposal.objects.count(), ProposalLine.objects.count()
    placed, tried = Order.objects.count(), Attempt.objects.count()
    open_before = Proposal.objects.filter(closed_at__isnull=True).count()
    done = run_night(today=day, now=noon(day))
    assert {name: done[name] for name in said.counts} == said.counts
    renewals = said.renewals
    assert renewals.opened == Proposal.objects.count() - opened
    assert renewals.opened_people == ProposalLine.objects.count() - lines
    now_open = Proposal.objects.filter(closed_at__isnull=True).count()
    assert renewals.closings == open_before + renewals.opened - now_open
    orders = Order.objects.filter(source="renewal").order_by("id")[placed:]
    totals = Invoice.objects.filter(order__in=[order.pk for order in orders])
    assert renewals.by_card.orders + renewals.by_invoice.orders == len(orders)
    assert renewals.by_card.minor + renewals.by_invoice.minor == sum(
        invoice.total_minor for invoice in totals
    )
    assert renewals.to_pay == sum(line.quantity for order in orders for line in order.lines.all())
    charged = Attempt.objects.count() - tried
    assert charged == done["cards charged"]
    mails = Counter(
        mail.template for mail in OutboxMail.objects.order_by("id")[told:]
        if mail.template.startswith("renewal_") or mail.template == "win_back"
    )  # fmt: skip
    people = Counter[str]()
    for mail in OutboxMail.objects.filter(template__startswith="renewal_").order_by("id"):
        if mail.queued_at == noon(day):
            people[mail.template] += mail.data["people"]
    assert {row.template for row in renewals.notices} == set(mails)
    for template in set(mails) - {"win_back"}:
        rows = [row for row in renewals.notices if row.template == template]
        assert sum(row.people for row in rows) == people[template]
    assert renewals.win_backs == mails["win_back"]
    lapsed = Membership.objects.filter(lapses_on=day, renews_on__lt=day)
    assert renewals.lapses == lapsed.filter(cancelled_on__isnull=True).count()


@pytest.mark.parametrize("last", [-45, -30, -14, -3, 0, 1, 3, 7, 15, 30, 31, 60, 90, 91])
def test_what_is_said_of_a_night_is_what_it_does(places: list[Clinic], last: int) -> None:
    assert places
    ladder = (-45, -30, -14, -3, 0, 1, 3, 7, 15, 30, 31, 60, 90, 91)
    for offset in ladder:
        day = DAY + dt.timedelta(days=offset)
        if offset == last:
            run_and_compare(day)
            return
        run_night(today=day, now=noon(day))


def test_free_units_of_tonight_are_those_that_do_not_expire_tonight(places: list[Clinic]) -> None:
    units, *_ = places
    for offset in (-45, -30, -14, -3):
        run_night(today=DAY + dt.timedelta(days=offset), now=noon(DAY + dt.timedelta(days=offset)))
    said = foreseen(DAY).renewals
    # Riverside has three free renewals, of which one ends with this night.
    assert (said.from_units, said.people, said.proposals) == (2, 12, 4)
    assert (said.by_card.orders, said.by_invoice.orders) == (2, 2)
    assert said.kept_minor == 3 * 8900
    run_night(today=DAY, now=noon(DAY))
    assert units.free("renewal") == 0


def test_who_left_is_said_to_be_gone_and_a_proposal_of_nobody_closes(clinic: Clinic) -> None:
    clinic.checked_on = TODAY
    stays, leaves = member(clinic, "Sam Stays"), member(clinic, "Lea Leaves")
    for offset in (-45, -30, -14):
        run_night(today=DAY + dt.timedelta(days=offset), now=noon(DAY + dt.timedelta(days=offset)))
    clinic.stock("renewal", 1, expires=days(300))
    with transaction.atomic():
        practices.end_link(
            link=leaves, by=DESK.reference, reason="left", note="", ends_before=DAY, now=NOW
        )
    said = foreseen(DAY)
    assert (said.renewals.people, said.renewals.from_units, said.renewals.closings) == (1, 1, 1)
    done = run_night(today=DAY, now=noon(DAY))
    assert done["proposals closed"] == 1
    assert ProposalLine.objects.get(person=stays.person).state == LineState.RENEWED


def test_a_renewal_that_was_found_too_late_is_told_and_not_charged(clinic: Clinic) -> None:
    clinic.checked_on = TODAY
    member(clinic, "Ada Late", on=days(1))
    day = days(1)
    said = foreseen(day)
    assert (said.renewals.opened, said.renewals.people) == (1, 0)
    assert said.counts["renewals charged"] == 1
    done = run_night(today=day, now=noon(day))
    assert {name: done[name] for name in said.counts} == said.counts
    assert not Order.objects.exists()


def test_an_expired_invitation_gives_its_membership_back_for_tonights_new_people(
    clinic: Clinic,
) -> None:
    clinic.checked_on = TODAY
    member(clinic, "Ada Park")
    for offset in (-45, -30, -14):
        run_night(today=DAY + dt.timedelta(days=offset), now=noon(DAY + dt.timedelta(days=offset)))
    newcomer = clinic.join("Nora New")
    proposal = Proposal.objects.get()
    ProposalLine.objects.create(
        proposal=proposal, link=newcomer, person=newcomer.person, extra=True
    )
    clinic.stock("membership", 1, expires=days(300))
    clinic.add("Rosa Lima", kind="membership", on=DAY - dt.timedelta(days=14))
    assert clinic.numbers("membership")[:2] == (0, 1)
    said = foreseen(DAY)
    assert said.counts["invitations expired"] == 1
    assert (said.renewals.people, said.renewals.from_units) == (2, 1)
    run_night(today=DAY, now=noon(DAY))
    (line,) = Order.objects.get().lines.all()
    assert (line.kind, line.quantity) == ("renewal", 1)


def test_two_runs_of_a_day_tell_who_came_in_between_too(clinic: Clinic) -> None:
    clinic.checked_on = TODAY
    clinic.member("Ada Early", renews_in=20)
    run_night(today=TODAY, now=NOW)
    clinic.member("Ben Later", renews_in=30)
    run_night(today=TODAY, now=NOW)
    mails = OutboxMail.objects.filter(template="renewal_notice").order_by("id")
    assert [mail.data["entries"][0]["names"] for mail in mails] == [["Ada Early"], ["Ben Later"]]


def test_each_step_of_a_run_is_kept_with_how_many_and_how_long(clinic: Clinic) -> None:
    clinic.member("Ada Park", renews_in=20)
    moments = iter(range(10_000))

    def clock() -> dt.datetime:
        return NOW + dt.timedelta(seconds=next(moments))

    counts = run_night(today=TODAY, now=NOW, clock=clock)
    (night,) = audit.nights(limit=5)
    assert night.ended_at is not None
    assert {step.step: step.count for step in night.done} == counts
    assert all(step.ended_at > step.started_at for step in night.done)
    assert audit.night_ended(on=TODAY)
    assert not audit.night_ended(on=days(1))


def test_a_night_that_is_killed_keeps_the_steps_that_ended(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    from scriptorium.journeys import nightly

    def dies(*_: object) -> int:
        raise SystemExit("killed")

    with monkeypatch.context() as patch:
        patch.setitem(nightly.STEPS, "units expired", dies)
        with pytest.raises(SystemExit):
            run_night(today=TODAY, now=NOW)
    (night,) = audit.nights(limit=5)
    assert ([step.step for step in night.done], night.ended_at) == (
        ["years started", "years completed"], None,
    )  # fmt: skip
    assert not audit.night_ended(on=TODAY)
    assert Person.objects.exists()
    with undone_afterwards():
        run_night(today=TODAY, now=NOW)
        assert audit.night_ended(on=TODAY)
