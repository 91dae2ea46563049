"""What happens by itself each night: once, in order, and again after a kill (DOMAIN §2)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from scriptorium.domains.audit.models import AuditEvent
from scriptorium.domains.ledger.models import Entry, Unit, UnitPart
from scriptorium.domains.notifications.models import OutboxMail
from scriptorium.domains.notifications.operations import render
from scriptorium.domains.practices.models import Invitation, RosterLink
from scriptorium.journeys import accommodations, change_mode, nightly, renewing, tonight
from scriptorium.kernel.actor import Actor
from tests.support.builders import NOW, TODAY, Clinic, days, events, grant, noon
from tests.support.credentials import holder, rule
from tests.support.price_lists import another_list

NEXT = days(30)


class Killed(BaseException):
    """The process ended here."""


def night(clinic: Clinic, day: dt.date = TODAY) -> dict[str, int]:
    clinic.checked_on = day
    return nightly.run_night(today=day, now=noon(day))


def crowded(clinic: Clinic) -> None:
    """Leave something to do for every step of a night on ``NEXT``."""
    for number in range(3):
        renewed = clinic.member(f"Person {number}", renews_in=5 + number)
        clinic.give(renewed, "renewal")
        clinic.add(f"Guest {number}")
        clinic.member(f"Former {number}", renews_in=-65)
    clinic.stock("manual", 4, expires=days(10))
    clinic.stock("package", 2)
    for number in range(2):
        clinic.add(f"Waiting {number}", kind="package", on=days(12))
    asked = {"actor": clinic.actor, "person": clinic.dana, "now": noon(days(-90))}
    accommodations.ask(**asked, kind="time", words="More time")
    request = clinic.dana.accommodation_requests.get()
    accommodations.withdraw(**asked, request=request)
    rule(holder(clinic, "Retiring Reed"), "retired", on=NEXT)
    ahead = (NEXT - TODAY).days
    early = clinic.member("Dora Early", renews_in=ahead - 3)
    renewing.open_coming(Actor.system("test"), TODAY, NOW)
    clinic.give(early, "renewal")
    clinic.member("Cora Coming", renews_in=ahead + 40)
    holder(clinic, "Long Gone", renews_in=-480)
    automatic = clinic.member("Otto Auto", renews_in=ahead + 60)
    change_mode.change_mode(
        actor=clinic.actor, practice=clinic.practice, link=automatic, mode="A", address=None,
        channel="phone", now=NOW, today=TODAY,
    )  # fmt: skip


def state() -> tuple[object, ...]:
    """Return everything that a night writes, without keys and references."""
    return (
        sorted(Unit.objects.values_list("kind", "state", "expires_on")),
        sorted(UnitPart.objects.values_list("kind", "state")),
        sorted(Entry.objects.values_list("event", "to_state")),
        sorted(Invitation.objects.values_list("closed_because", flat=True)),
        sorted(OutboxMail.objects.values_list("template", "to_name")),
        sorted(RosterLink.objects.values_list("last_name", "board_order", "mode")),
    )


def test_a_year_starts_on_its_first_day_and_completes_at_its_end(clinic: Clinic) -> None:
    ada = clinic.member(renews_in=20)
    clinic.give(ada, "renewal")
    unit = clinic.unit(ada)
    night(clinic, days(19))
    assert events(unit) == ["purchased", "assigned"]
    counts = night(clinic, days(20))
    assert counts["years started"] == counts["years completed"] == 1
    night(clinic, clinic.membership(ada).renews_on)
    assert events(unit) == ["purchased", "assigned", "started", "completed"]


def test_after_a_long_outage_a_year_is_started_and_completed_in_one_night(clinic: Clinic) -> None:
    ada = clinic.member(renews_in=20)
    clinic.give(ada, "renewal")
    night(clinic, days(500))
    assert events(clinic.unit(ada))[-2:] == ["started", "completed"]


def test_free_units_expire_on_their_day_and_used_ones_never(clinic: Clinic) -> None:
    ada = clinic.join("Ada Park")
    clinic.stock("manual", 3, expires=days(10))
    clinic.assign([ada], "manual")
    night(clinic, days(9))
    assert clinic.numbers("manual") == (2, 0, 1)
    assert night(clinic, days(10))["units expired"] == 2
    assert clinic.numbers("manual") == (0, 0, 1)
    event = AuditEvent.objects.get(key="units.expired")
    assert (event.practice, event.data["count"]) == (clinic.practice.reference, 2)


def test_a_persons_own_units_expire_too(clinic: Clinic) -> None:
    from scriptorium.kernel.payer import Payer

    grant(Payer(person=clinic.dana.pk), "manual", expires=days(1))
    assert night(clinic, days(2))["units expired"] == 1


def test_a_membership_that_ended_sorts_last_from_that_night(clinic: Clinic) -> None:
    ada = clinic.member(renews_in=-90)
    assert clinic.link(ada).board_order != dt.date(9999, 12, 31)
    assert night(clinic)["ended memberships sorted"] == 1
    row = clinic.link(ada)
    assert (row.board_order, row.mode, row.renews_on) == (dt.date(9999, 12, 31), "N", days(-90))


def test_a_second_run_of_the_same_night_changes_nothing(
    clinic: Clinic, settings: Any, tmp_path: Path
) -> None:
    another_list(settings, tmp_path, starts=NEXT + dt.timedelta(days=20))
    crowded(clinic)
    first = night(clinic, NEXT)
    assert all(first[name] for name in nightly.STEPS)
    after = state()
    second = night(clinic, NEXT)
    assert set(second.values()) == {0}
    assert state() == after


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the night work in transactions of one item."""
    monkeypatch.setattr(nightly, "CHUNK", 1)


@pytest.mark.parametrize("after", [1, 3, 6, 9, 12, 15])
def test_a_killed_night_goes_on_where_it_stopped(
    clinic: Clinic, small_chunks: None, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    """Killed after so many transactions; the next run ends where an undisturbed one would."""
    crowded(clinic)
    left = [after]

    def until_killed(step):
        def run(*arguments):
            if not left[0]:
                raise Killed
            left[0] -= 1
            return step(*arguments)

        return run

    steps = dict(nightly.STEPS)
    with monkeypatch.context() as patch:
        patch.setattr(nightly, "STEPS", {n: until_killed(s) for n, s in steps.items()})
        with pytest.raises(Killed):
            night(clinic, NEXT)
    night(clinic, NEXT)
    killed = state()
    assert not Unit.objects.filter(state="free", expires_on__lte=NEXT).exists()
    assert night(clinic, NEXT)["years started"] == 0
    assert state() == killed
    assert Entry.objects.filter(event="expired").count() == 4
    assert Entry.objects.filter(event="released").count() == 2
    # Three renewed and three former people, one who renewed before her proposal's day, and the
    # last year of one who is gone for long.
    assert Entry.objects.filter(event="completed").count() == 8
    assert OutboxMail.objects.filter(template="invitation_expired").count() == 5


def test_the_dry_run_says_what_the_run_then_does_and_writes_nothing(clinic: Clinic) -> None:
    crowded(clinic)
    before = state()
    said = tonight.foresee(today=NEXT, now=noon(NEXT)).counts
    assert state() == before
    done = night(clinic, NEXT)
    assert {name: done[name] for name in said} == said


def test_nothing_to_do_is_quickly_done(clinic: Clinic) -> None:
    assert set(nightly.run_night(today=TODAY, now=NOW).values()) == {0}


def test_free_units_are_announced_sixty_and_fourteen_days_before_they_expire(
    clinic: Clinic,
) -> None:
    clinic.stock("manual", 2, expires=days(100))

    def told() -> list[str]:
        mails = OutboxMail.objects.filter(template="units_expiring").order_by("id")
        return [mail.data["units"] for mail in mails]

    night(clinic, days(39))
    assert told() == []
    for day in (40, 41, 60):
        night(clinic, days(day))
        assert told() == ["2 MSCAT manuals"]
    for day in (86, 87, 99):
        night(clinic, days(day))
        assert told() == ["2 MSCAT manuals"] * 2
    mail = OutboxMail.objects.filter(template="units_expiring").latest("id")
    assert mail.to_address == clinic.practice.primary.email
    assert f"/practice/{clinic.practice.reference}/assignments/" in render(mail=mail).text


def test_after_an_outage_only_the_notice_that_is_due_now_is_sent(clinic: Clinic) -> None:
    clinic.stock("manual", 1, expires=days(100))
    night(clinic, days(90))
    assert OutboxMail.objects.filter(template="units_expiring").count() == 1
