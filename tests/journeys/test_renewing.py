"""The year that renews itself: told, charged, renewed, or lapsed; nothing twice (DOMAIN §4)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from scriptorium.domains.credentials.models import Certificate
from scriptorium.domains.memberships.enums import LineState
from scriptorium.domains.memberships.models import Consent, Proposal, ProposalLine
from scriptorium.domains.notifications.models import OutboxMail
from scriptorium.domains.orders.enums import AttemptState
from scriptorium.domains.orders.models import Attempt, Invoice, Order
from scriptorium.domains.orders.operations import remember_method, set_auto_pay
from scriptorium.domains.practices import operations as practices
from scriptorium.domains.practices.models import RosterLink
from scriptorium.integrations.payments import Sandbox, TestCard
from scriptorium.journeys import change_mode, services
from scriptorium.journeys.nightly import run_night
from tests.support.builders import DESK, NOW, TODAY, Clinic, days, noon, problems
from tests.support.money import Till, accounts_sum

pytestmark = pytest.mark.django_db

#: The day on which everybody of these tests renews.
DAY = days(60)


@pytest.fixture
def clinic() -> Clinic:
    found = Clinic()
    # The nights of these tests move the day on which the books are read.
    found.checked_on = TODAY
    return found


def member(clinic: Clinic, name: str, *, automatic: bool = True) -> RosterLink:
    """Put somebody on the roster who renews on the day."""
    link = clinic.member(name, renews_in=(DAY - TODAY).days)
    if automatic:
        change_mode.change_mode(
            actor=clinic.actor, practice=clinic.practice, link=link, mode="A",
            address="192.0.2.7", channel="web", now=NOW, today=TODAY,
        )  # fmt: skip
    return clinic.link(link)


def members(clinic: Clinic, count: int, *, automatic: bool = True) -> list[RosterLink]:
    return [
        member(clinic, f"{'Auto' if automatic else 'Manual'} Person{n:02}", automatic=automatic)
        for n in range(count)
    ]


def night(day: dt.date) -> dict[str, int]:
    """Run the night of a day."""
    return run_night(today=day, now=noon(day))


def nights(*offsets: int) -> None:
    """Run the nights that lie so many days from the renewal day."""
    for offset in offsets:
        night(DAY + dt.timedelta(days=offset))


def told() -> list[tuple[str, int]]:
    """Return (template, people) of the renewal mails, oldest first."""
    rows = OutboxMail.objects.filter(template__startswith="renewal_").order_by("id")
    return [(mail.template, mail.data["people"]) for mail in rows]


def renewed(clinic: Clinic, links: list[RosterLink]) -> list[bool]:
    return [clinic.membership(link).renews_on > DAY for link in links]


@pytest.fixture
def card(clinic: Clinic, settings: Any, tmp_path: Path) -> Sandbox:
    """Let the practice pay its renewals by a saved card."""
    settings.PAYMENTS_URL, settings.PAYMENTS_DIR = "sandbox://", tmp_path
    return save_card(clinic, TestCard.SUCCESS)


def save_card(clinic: Clinic, kind: TestCard) -> Sandbox:
    provider = services.sandbox()
    assert provider is not None
    saved = provider.save_method(owner=clinic.practice.reference, card=kind)
    with transaction.atomic():
        remember_method(
            payer=clinic.payer, provider=provider.name, customer=saved.customer,
            method=saved.method, label=saved.label, by="test", now=NOW,
        )  # fmt: skip
        set_auto_pay(practice=clinic.practice.pk, on=True, by="test", now=NOW)
    return provider


def test_the_ladder_tells_each_rung_once_and_says_who_when_and_how_much(clinic: Clinic) -> None:
    members(clinic, 12)
    for offset in range(-50, 0):
        night(DAY + dt.timedelta(days=offset))
    assert told() == [
        ("renewal_notice", 12), ("renewal_notice", 12), ("renewal_proposal", 12),
        ("renewal_reminder", 12),
    ]  # fmt: skip
    mails = OutboxMail.objects.filter(template__startswith="renewal_").order_by("id")
    (entry,) = mails[0].data["entries"]
    # Twelve at the second tier: 89.00 less 15 %.
    assert (entry["price"], entry["when"], entry["automatic"]) == ("$907.80", "in 45 days", 12)
    assert entry["how"].startswith("invoiced on ")
    assert [mail.queued_at.date() for mail in mails] == [
        DAY - dt.timedelta(days=rung) for rung in (45, 30, 14, 3)
    ]


def test_row_45_a_consent_exists_and_a_notice_left_in_time_before_anything_is_charged(
    clinic: Clinic,
) -> None:
    (link,) = members(clinic, 1)
    nights(-45, -30, -14, -3, 0)
    notice = OutboxMail.objects.filter(template="renewal_notice").earliest("id")
    assert 15 <= (DAY - notice.queued_at.date()).days <= 45
    consent = Consent.objects.get(person=link.person)
    assert consent.at < noon(DAY)
    assert Order.objects.get().source == "renewal"


def test_row_45_without_a_notice_in_time_nothing_is_charged_by_itself(clinic: Clinic) -> None:
    members(clinic, 2)
    nights(-10, 0, 1)
    assert not Order.objects.exists()
    assert told()[-1] == ("renewal_overdue", 2)


def test_three_days_down_send_the_newest_rung_and_no_stale_one(clinic: Clinic) -> None:
    members(clinic, 1)
    nights(-45, -2)
    assert [template for template, _ in told()] == ["renewal_notice", "renewal_reminder"]
    assert night(DAY - dt.timedelta(days=2))["renewal notices"] == 0


def test_several_dates_of_one_payer_are_one_mail_a_day(clinic: Clinic) -> None:
    clinic.member("Ada Early", renews_in=(DAY - TODAY).days)
    clinic.member("Ben Later", renews_in=(DAY - TODAY).days + 15)
    nights(-45, -30)
    mails = OutboxMail.objects.filter(template="renewal_notice").order_by("id")
    assert [len(mail.data["entries"]) for mail in mails] == [1, 2]


def test_one_digest_promises_a_free_renewal_to_one_date_only(clinic: Clinic) -> None:
    member(clinic, "Ada Early")
    later = clinic.member("Ben Later", renews_in=(DAY - TODAY).days + 15)
    clinic.stock("renewal", 1, expires=days(300))
    nights(-30)
    entries = OutboxMail.objects.get(template="renewal_notice").data["entries"]
    assert [(entry["from_units"], entry["price"]) for entry in entries] == [(1, ""), (0, "$89.00")]
    assert clinic.membership(later).renews_on > DAY


def test_free_units_are_used_first_and_only_the_rest_is_invoiced(clinic: Clinic) -> None:
    links = members(clinic, 5)
    clinic.stock("renewal", 2, expires=days(300))
    nights(-45, -30, -14, -3, 0)
    order = Order.objects.get()
    (line,) = order.lines.all()
    assert (line.quantity, line.unit_minor) == (3, 8900)
    assert sorted(renewed(clinic, links)) == [False, False, False, True, True]
    assert clinic.free("renewal") == 0
    invoice = Invoice.objects.get()
    assert OutboxMail.objects.filter(template="invoice_issued").count() == 1
    unpaid = [link for link, done in zip(links, renewed(clinic, links), strict=True) if not done]
    for link in unpaid:
        assert clinic.membership(link).lapses_on == max(
            DAY + dt.timedelta(days=30), invoice.due_on + dt.timedelta(days=1)
        )
    Till(clinic).pay(invoice.total_minor)
    assert all(renewed(clinic, links))
    assert clinic.free("renewal") == 0
    assert accounts_sum() == 0


def test_an_unpaid_renewal_never_moves_a_date(clinic: Clinic) -> None:
    links = members(clinic, 2)
    nights(-45, 0, 1, 15, 30)
    assert not any(renewed(clinic, links))
    invoice = Invoice.objects.get()
    Till(clinic).pay(invoice.total_minor - 1)
    assert not any(renewed(clinic, links))


def test_a_saved_card_is_charged_on_the_day_and_everything_is_there_at_once(
    clinic: Clinic, card: Sandbox
) -> None:
    links = members(clinic, 12)
    nights(-45, -30, -14, -3, 0)
    assert all(renewed(clinic, links))
    assert (Order.objects.get().state, clinic.free("renewal")) == ("paid", 0)
    assert Certificate.objects.filter(starts_on=DAY).count() == 12
    assert OutboxMail.objects.filter(template="payment_received").count() == 1
    assert OutboxMail.objects.filter(template="invoice_issued").count() == 0
    counts = night(DAY)
    assert (counts["cards charged"], counts["renewals charged"]) == (0, 0)
    assert Attempt.objects.count() == 1
    nights(1, 15)
    assert "renewal_overdue" not in dict(told())


def test_a_failing_card_is_tried_again_after_1_3_and_7_days_and_then_the_membership_lapses(
    clinic: Clinic, settings: Any, tmp_path: Path
) -> None:
    settings.PAYMENTS_URL, settings.PAYMENTS_DIR = "sandbox://", tmp_path
    provider = save_card(clinic, TestCard.EXPIRES)
    (link,) = members(clinic, 1)
    nights(-45, -30, -14, -3)
    for offset in range(46):
        night(DAY + dt.timedelta(days=offset))
    tried = Attempt.objects.order_by("number")
    assert [(attempt.begun_at.date() - DAY).days for attempt in tried] == [0, 1, 3, 7]
    assert {attempt.state for attempt in tried} == {AttemptState.FAILED}
    assert [template for template, _ in told()].count("renewal_overdue") == 3
    membership = clinic.membership(link)
    assert (membership.renews_on, membership.lapses_on) == (DAY, DAY + dt.timedelta(days=31))
    save_card(clinic, TestCard.SUCCESS)
    # A later year starts afresh; the way back is the practice's own press, not a surprise charge.
    assert night(DAY + dt.timedelta(days=46))["cards charged"] == 0
    assert provider.name == "sandbox"


def test_a_charge_whose_answer_was_never_seen_is_sent_again_and_charges_once(
    clinic: Clinic, card: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    links = members(clinic, 3)
    nights(-45, -30, -14, -3)
    real = Sandbox.charge_saved

    def dies(self: Sandbox, **how: Any) -> Any:
        real(self, **how)
        raise SystemExit("killed after the provider charged")

    monkeypatch.setattr(Sandbox, "charge_saved", dies)
    with pytest.raises(SystemExit):
        night(DAY)
    assert not any(renewed(clinic, links))
    monkeypatch.setattr(Sandbox, "charge_saved", real)
    night(DAY)
    assert all(renewed(clinic, links))
    assert Attempt.objects.count() == 1
    assert len(list(card.list_payments(since=noon(DAY), until=noon(DAY + dt.timedelta(1))))) == 1


def test_manual_people_are_told_and_never_charged(clinic: Clinic, card: Sandbox) -> None:
    links = members(clinic, 2, automatic=False)
    nights(-45, -30, -14, -3, 0, 1)
    assert not Order.objects.exists()
    assert not any(renewed(clinic, links))
    (entry,) = OutboxMail.objects.filter(template="renewal_overdue").get().data["entries"]
    assert (entry["manual"], entry["automatic"], entry["when"]) == (2, 0, "1 day ago")


def test_who_left_or_was_renewed_meanwhile_or_cancelled_is_not_charged(clinic: Clinic) -> None:
    stays, leaves, early = members(clinic, 3)
    nights(-45, -30, -14)
    with transaction.atomic():
        practices.end_link(
            link=leaves, by=DESK.reference, reason="left", note="", ends_before=DAY, now=NOW
        )
    clinic.give(early, "renewal", on=DAY - dt.timedelta(days=5))
    nights(-3, 0)
    (line,) = Order.objects.get().lines.all()
    assert line.quantity == 1
    assert ProposalLine.objects.get(person=stays.person).state == LineState.ORDERED
    dropped = ProposalLine.objects.filter(state=LineState.DROPPED)
    assert {row.person_id for row in dropped} == {leaves.person_id, early.person_id}


def test_the_night_run_twice_does_nothing_twice(clinic: Clinic, card: Sandbox) -> None:
    members(clinic, 4)
    members(clinic, 2, automatic=False)
    for offset in (-45, -30, -14, -3, 0, 1):
        nights(offset, offset)
    assert Proposal.objects.count() == 1
    assert (Order.objects.count(), Invoice.objects.count(), Attempt.objects.count()) == (1, 1, 1)
    assert [template for template, _ in told()] == [
        "renewal_notice", "renewal_notice", "renewal_proposal", "renewal_reminder",
        "renewal_overdue",
    ]  # fmt: skip
    assert problems(DAY + dt.timedelta(days=1)) == ()


def test_after_ninety_days_former_members_are_asked_back_and_the_proposal_closes(
    clinic: Clinic,
) -> None:
    (link,) = members(clinic, 1, automatic=False)
    nights(-45, -30, -14, -3, 0, 1, 15, 30, 60, 90, 91, 92)
    asked = OutboxMail.objects.filter(template="win_back")
    assert [mail.to_address for mail in asked] == [link.email, link.email]
    assert Proposal.objects.get().closed_at is not None
