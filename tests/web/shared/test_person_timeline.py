"""The timeline of one person: on her own page and on the practice's record, by the run's rules."""

from __future__ import annotations

import datetime as dt

import pytest

from scriptorium.domains.memberships.enums import Channel, Mode
from scriptorium.domains.memberships.models import Membership
from scriptorium.domains.notifications.models import OutboxMail
from scriptorium.domains.practices.models import RosterLink
from scriptorium.journeys import change_mode, own_membership
from scriptorium.journeys.nightly import run_night
from scriptorium.kernel.payer import Payer
from scriptorium.pages.person_timeline import Step, person_timeline
from tests.support.builders import (
    NOW,
    TODAY,
    Clinic,
    actor_of,
    browser,
    buy_renewal,
    days,
    noon,
)
from tests.support.markup import text_of

pytestmark = pytest.mark.django_db

DAY = days(60)


def timeline(
    clinic: Clinic, link: RosterLink, *, on: dt.date = TODAY, reader: Payer | None = None
) -> list[Step]:
    return person_timeline(
        membership=clinic.membership(link), reader=reader or clinic.payer, today=on
    )


def said(steps: list[Step]) -> str:
    return " ".join(step.what for step in steps)


def automatic(clinic: Clinic, link: RosterLink) -> None:
    change_mode.change_mode(
        actor=clinic.actor, practice=clinic.practice, link=link, mode="A", address=None,
        channel=Channel.WEB, now=NOW, today=TODAY,
    )  # fmt: skip


def test_it_names_each_notice_the_day_the_lapse_asking_back_and_the_end(clinic: Clinic) -> None:
    link = clinic.member("Ada Park", renews_in=60)
    steps = timeline(clinic, link)
    offsets = [(step.on - DAY).days for step in steps]
    assert offsets == [-45, -30, -14, -3, 0, 1, 15, 30, 30, 60, 90, 90]
    assert [step.unpaid for step in steps] == [False] * 5 + [True] * 7
    assert "renews it by hand by this day" in steps[4].what
    assert "reinstatement" in said(steps[-2:])


def test_the_notices_come_on_the_days_that_it_names_and_those_that_came_are_left_out(
    clinic: Clinic,
) -> None:
    clinic.checked_on = TODAY
    link = clinic.member("Ada Park", renews_in=60)
    named = [step.on for step in timeline(clinic, link) if "We " in step.what]
    for offset in range(-50, 95):
        day = DAY + dt.timedelta(days=offset)
        run_night(today=day, now=noon(day))
        if offset == -30:
            left = timeline(clinic, link, on=day)
            assert (left[0].on - DAY).days == -14
    sent = OutboxMail.objects.filter(template__startswith="renewal_")
    back = OutboxMail.objects.filter(template="win_back")
    assert named == sorted(mail.queued_at.date() for mail in [*sent, *back])


def test_what_the_day_brings_to_an_automatic_membership_depends_on_units_and_notice(
    clinic: Clinic,
) -> None:
    link = clinic.member("Ada Park", renews_in=60)
    automatic(clinic, link)
    assert "It renews automatically: we send an invoice; change" in said(timeline(clinic, link))
    late = clinic.member("Ben Late", renews_in=10)
    automatic(clinic, late)
    assert "no notice in time" in said(timeline(clinic, late))
    clinic.stock("renewal", 1)
    assert "from your free renewals" in said(timeline(clinic, link))


def test_another_reader_than_the_payer_learns_no_way_of_paying(clinic: Clinic) -> None:
    link = clinic.member("Ada Park", renews_in=60)
    automatic(clinic, link)
    other = said(timeline(clinic, link, reader=Payer(person=link.person_id)))
    assert "It renews automatically." in other
    assert "invoice" not in other
    assert "We tell whoever pays of the renewal" in other


def test_a_cancelled_membership_only_ends_and_an_ended_one_only_comes_back(clinic: Clinic) -> None:
    link = clinic.member("Solveig Aune", renews_in=20)
    buy_renewal(link)
    person = link.person
    assert person is not None
    own_membership.cancel(actor=actor_of(person), person=person, now=NOW, today=TODAY)
    (step,) = timeline(clinic, link)
    assert (step.on, "as it was cancelled" in step.what) == (
        clinic.membership(link).renews_on, True,
    )  # fmt: skip
    gone = clinic.member("Ada Former", renews_in=-100)
    (step,) = timeline(clinic, gone)
    assert "Last day of reinstatement, for $149.00" in step.what


def test_without_a_membership_there_is_no_timeline(clinic: Clinic) -> None:
    assert person_timeline(membership=None, reader=clinic.payer, today=TODAY) == []
    page = browser(clinic.dana).get("/member/membership/").text
    assert "What happens when" not in page


def test_it_stands_on_the_members_own_page_and_on_the_practices_record(clinic: Clinic) -> None:
    link = clinic.member("Ada Park", renews_in=60)
    assert link.person is not None
    own = text_of(browser(link.person).get("/member/membership/").text)
    assert "We tell whoever pays of the renewal, 45 days before." in own
    address = f"/practice/{clinic.practice.reference}/people/{link.reference}/"
    record = text_of(browser(clinic.dana).get(address).text)
    assert "We tell you of the renewal, 45 days before." in record
    assert "If nothing is paid before: Grace ends and the membership lapses" in record
    assert Membership.objects.get(person=link.person).mode == Mode.MANUAL
