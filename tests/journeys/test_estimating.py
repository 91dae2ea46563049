"""Estimates: a minute to make, revisions side by side, acceptance is an order (MISSION S2)."""

from __future__ import annotations

import datetime as dt

import pytest

from scriptorium.domains.audit.models import AuditEvent
from scriptorium.domains.ledger import queries as stock
from scriptorium.domains.notifications.models import OutboxMail
from scriptorium.domains.orders import queries as money
from scriptorium.domains.orders.enums import EstimateState
from scriptorium.domains.orders.models import Estimate, Invoice, Order
from scriptorium.domains.orders.operations import add_exemption, answer_exemption, set_units_first
from scriptorium.domains.orders.rules import states
from scriptorium.domains.orders.rules.states import NotPossible
from scriptorium.journeys import estimating
from scriptorium.journeys.estimating import LooksLikeACard
from tests.support.builders import DESK, NOW, TODAY, days
from tests.support.money import Till, card_like

pytestmark = pytest.mark.django_db


@pytest.fixture
def till() -> Till:
    return Till()


def free(till: Till, kind: str = "package") -> int:
    return stock.free_of(payer=till.payer, kind=kind)


def test_an_estimate_for_25_packages_is_open_for_thirty_days(till: Till) -> None:
    made = till.estimate(package=25)
    code = till.practice.reference[:8].upper()
    assert (made.number, made.state) == (f"EST-{code}-1-1", EstimateState.SENT)
    assert (made.net_minor, made.good_until) == (25 * 15920, days(30))
    assert till.estimate(manual=1).number == f"EST-{code}-2-1"


def test_a_revision_takes_the_place_of_the_one_before(till: Till) -> None:
    first = till.estimate(package=25)
    second = till.estimate(package=30, revises=first)
    first.refresh_from_db()
    assert (second.sequence, second.revision, first.state) == (1, 2, EstimateState.REPLACED)
    assert [estimate.pk for estimate in money.revisions_of(estimate=second)] == [
        first.pk, second.pk,
    ]  # fmt: skip
    with pytest.raises(NotPossible, match="newer revision replaced"):
        till.accept(first)
    with pytest.raises(NotPossible, match="revise that one"):
        till.estimate(package=31, revises=first)


def test_accepting_makes_one_order_and_one_invoice_however_often_it_is_pressed(till: Till) -> None:
    made = till.estimate(package=25)
    invoice = till.accept(made, po="PO-77")
    assert till.accept(made, po="PO-77") == invoice
    assert Order.objects.count() == Invoice.objects.count() == 1
    assert (invoice.number, invoice.due_on, invoice.total_minor) == ("INV-000001", days(30), 398000)
    assert invoice.content["po_number"] == "PO-77"
    assert free(till) == 0
    mail = OutboxMail.objects.get(template="invoice_issued")
    assert (mail.to_address, mail.data["total"]) == (till.clinic.dana.email, "$3,980.00")


def test_units_come_on_acceptance_where_staff_approved_it(till: Till) -> None:
    set_units_first(practice=till.practice.pk, on=True, by=DESK.reference, now=NOW)
    till.buy(package=5)
    assert free(till) == 5
    till.pay(5 * 17910)
    assert free(till) == 5
    set_units_first(practice=till.practice.pk, on=False, by=DESK.reference, now=NOW)
    till.buy(package=5)
    assert free(till) == 5


def test_after_its_last_day_an_estimate_is_not_accepted(till: Till) -> None:
    made = till.estimate(package=1)
    assert states.can_accept(estimate=made, today=days(30))
    assert not states.can_accept(estimate=made, today=days(31))
    assert states.state_words(estimate=made, today=days(31)) == "Expired"
    with pytest.raises(NotPossible, match="last day is over"):
        till.accept(made, on=days(31))
    again = till.estimate(on=days(31), revises=made, package=1)
    assert till.accept(again, on=days(31)).due_on == days(61)


def test_a_declined_estimate_is_not_accepted_and_comes_back_as_a_revision(till: Till) -> None:
    made = till.estimate(package=1)
    decline = {"actor": till.actor, "practice": till.practice, "now": NOW}
    estimating.decline(estimate=made, reason="Too early", **decline)
    made.refresh_from_db()
    with pytest.raises(NotPossible, match="was declined"):
        till.accept(made)
    with pytest.raises(NotPossible, match="Only an open estimate"):
        estimating.decline(estimate=made, reason="", **decline)
    assert till.accept(till.estimate(package=1, revises=made)).number == "INV-000001"


def test_an_accepted_estimate_is_not_revised_and_a_draft_not_accepted(till: Till) -> None:
    made = till.estimate(package=1)
    till.accept(made)
    made.refresh_from_db()
    with pytest.raises(NotPossible, match="make a new estimate"):
        till.estimate(package=2, revises=made)
    with pytest.raises(NotPossible, match="accepted already"):
        states.check_can_accept(estimate=made, today=TODAY)
    draft = Estimate(state=EstimateState.DRAFT)
    with pytest.raises(NotPossible, match="still a draft"):
        states.check_can_accept(estimate=draft, today=TODAY)


def test_a_shared_address_follows_the_newest_revision_and_can_be_closed(till: Till) -> None:
    made = till.estimate(package=25)
    how = {"actor": till.actor, "practice": till.practice, "now": NOW}
    token = estimating.share(estimate=made, shared=True, **how)
    assert estimating.share(estimate=made, shared=True, **how) == token
    made.refresh_from_db()
    second = till.estimate(package=26, revises=made)
    assert money.estimate_shared(token=token) == second
    assert estimating.share(estimate=second, shared=False, **how) == ""
    assert money.estimate_shared(token=token) is None
    assert money.estimate_shared(token="") is None


def test_prices_of_an_estimate_stay_when_the_list_changes(till: Till) -> None:
    made = till.estimate(on=dt.date(2025, 12, 20), renewal=10)
    invoice = till.accept(made, on=dt.date(2026, 1, 5))
    assert invoice.total_minor == 10 * 6715


def test_row_44_an_exemption_counts_while_it_is_verified_and_not_expired(till: Till) -> None:
    till.practice.region = "Cascadia"
    till.practice.save()
    assert till.estimate(manual=2).tax_minor == 809
    exemption = add_exemption(
        practice=till.practice.pk, region="Cascadia", number="EX-7", file_sha256="",
        starts_on=TODAY, expires_on=days(10), by=till.actor.reference, now=NOW,
    )  # fmt: skip
    assert till.estimate(manual=2).tax_minor == 809
    answer_exemption(exemption=exemption, accepted=True, by=DESK.reference, now=NOW)
    assert till.estimate(manual=2).tax_minor == 0
    assert till.estimate(on=days(9), manual=2).tax_minor == 0
    assert till.estimate(on=days(10), manual=2).tax_minor == 809


def test_a_card_number_in_a_field_is_refused(till: Till) -> None:
    made = till.estimate(package=1)
    with pytest.raises(LooksLikeACard):
        till.accept(made, po=card_like())
    made.refresh_from_db()
    assert made.state == EstimateState.SENT


def test_every_step_stands_in_the_practices_activity(till: Till) -> None:
    till.accept(till.estimate(package=1))
    keys = AuditEvent.objects.filter(practice=till.practice.reference).values_list("key", flat=True)
    assert {"estimate.made", "estimate.accepted", "invoice.issued"} <= set(keys)
