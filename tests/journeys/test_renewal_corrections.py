"""What is taken back around a renewal: nobody is forgotten, charged again or for somebody gone."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from scriptorium.domains.memberships.enums import LineState
from scriptorium.domains.memberships.models import Proposal, ProposalLine
from scriptorium.domains.notifications.models import OutboxMail
from scriptorium.domains.orders.models import Attempt, Invoice, Order, Payment
from scriptorium.domains.practices import operations as practices
from scriptorium.integrations.payments import Sandbox, TestCard
from scriptorium.journeys import learning_payments, proposing, renewal_notices
from tests.journeys.test_renewing import DAY, member, members, night, nights, renewed, save_card
from tests.support.builders import DESK, NOW, TODAY, Clinic, noon
from tests.support.money import Till

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic(db: None) -> Clinic:
    return Clinic()


def states(clinic: Clinic) -> list[str]:
    rows = ProposalLine.objects.filter(proposal__payer_practice=clinic.practice)
    return sorted(rows.values_list("state", flat=True))


def press_renew(clinic: Clinic, key: str, on: dt.date) -> Invoice | None:
    """Press Renew for everybody who is in."""
    proposal = Proposal.objects.get(payer_practice=clinic.practice)
    return proposing.renew(
        actor=clinic.actor, proposal=proposal, lines=proposal.lines.values_list("pk", flat=True),
        key=key, po_number="", now=noon(on), today=on,
    )  # fmt: skip


def test_an_order_taken_back_as_a_whole_lets_its_people_be_renewed_in_another_way(
    clinic: Clinic,
) -> None:
    links = members(clinic, 2)
    nights(-45, -30, -14, -3, 0)
    Till(clinic).take_back(Invoice.objects.get(), {"renewal": 2})
    assert Order.objects.get().state == "cancelled"
    assert states(clinic) == [LineState.WAITING] * 2
    again = press_renew(clinic, "again", DAY)
    assert again is not None
    Till(clinic).pay(again.total_minor)
    assert all(renewed(clinic, links))


def test_where_a_part_is_taken_back_as_many_are_renewed_as_were_bought(clinic: Clinic) -> None:
    links = members(clinic, 3)
    nights(-45, -30, -14, -3, 0)
    till, invoice = Till(clinic), Invoice.objects.get()
    till.take_back(invoice, {"renewal": 1})
    till.pay(till.fresh(invoice).open_minor)
    assert sorted(renewed(clinic, links)) == [False, True, True]
    assert states(clinic) == [LineState.RENEWED, LineState.RENEWED, LineState.WAITING]
    assert clinic.free("renewal") == 0


@pytest.fixture
def card(clinic: Clinic, settings: Any, tmp_path: Path) -> Sandbox:
    settings.PAYMENTS_URL, settings.PAYMENTS_DIR = "sandbox://", tmp_path
    return save_card(clinic, TestCard.SUCCESS)


def test_a_charge_that_its_payer_disputes_is_not_charged_again_by_itself(
    clinic: Clinic, card: Sandbox
) -> None:
    members(clinic, 1)
    nights(-45, -30, -14, -3, 0)
    name = str(Payment.objects.get().external_id)
    card.open_dispute(payment=name, now=noon(DAY))
    facts = card.fetch(external_id=name)
    learning_payments.learn(facts=facts, now=noon(DAY), today=DAY)
    assert Order.objects.get().state == "open"
    nights(1, 3, 7)
    assert Attempt.objects.count() == 1


def test_a_charge_that_the_provider_refuses_does_not_stop_the_night_of_the_others(
    clinic: Clinic, card: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    members(clinic, 1)
    nights(-45, -30, -14, -3)
    real = Sandbox.charge_saved

    def dies(self: Sandbox, **how: Any) -> Any:
        real(self, **how)
        raise SystemExit("killed after the provider charged")

    monkeypatch.setattr(Sandbox, "charge_saved", dies)
    with pytest.raises(SystemExit):
        night(DAY)
    monkeypatch.setattr(Sandbox, "charge_saved", real)
    # The attempt's key belongs to the card before; the provider refuses it for this one.
    save_card(clinic, TestCard.EXPIRES)
    assert night(DAY)["cards charged"] == 0


def test_who_was_renewed_on_the_board_and_not_after_all_waits_again(clinic: Clinic) -> None:
    (link,) = members(clinic, 1)
    nights(-45, -30, -14)
    day = DAY - dt.timedelta(days=10)
    given = clinic.give(link, "renewal", on=day)
    nights(-10, -3, 0)
    assert Proposal.objects.get().closed_at is not None
    clinic.undo(given, today=day)
    nights(0, 1)
    assert states(clinic) == [LineState.WAITING]
    assert OutboxMail.objects.filter(template="renewal_overdue").count() == 1


def test_who_left_or_is_a_member_by_now_does_not_start_with_the_proposal(clinic: Clinic) -> None:
    members(clinic, 1)
    leaves, joins = clinic.join("Lea Verne"), clinic.join("Joy Noor")
    nights(-45, -30, -14)
    proposing.add(
        actor=clinic.actor, proposal=Proposal.objects.get(), links=[leaves, joins], now=NOW
    )
    with transaction.atomic():
        practices.end_link(
            link=leaves, by=DESK.reference, reason="left", note="", ends_before=DAY, now=NOW
        )
    clinic.give(joins, "membership", on=TODAY)
    nights(-3, 0)
    assert [(line.kind, line.quantity) for line in Order.objects.get().lines.all()] == [
        ("renewal", 1)
    ]


def test_all_days_of_a_payer_are_in_one_mail_however_many_payers_are_told(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    member(clinic, "Ada Early")
    clinic.member("Ben Later", renews_in=(DAY - TODAY).days + 15)
    monkeypatch.setattr(renewal_notices, "CHUNK", 1)
    nights(-45, -30)
    mails = OutboxMail.objects.filter(template="renewal_notice").order_by("id")
    assert [len(mail.data["entries"]) for mail in mails] == [1, 2]
