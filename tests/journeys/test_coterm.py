"""Memberships that a practice buys to end together with those of its people (DOMAIN §1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import pytest
from django.db import transaction

from scriptorium.domains.audit.models import AuditEvent
from scriptorium.domains.credentials.models import Certificate
from scriptorium.domains.ledger import operations as ledger
from scriptorium.domains.ledger import queries as stock
from scriptorium.domains.ledger.models import Unit
from scriptorium.domains.memberships.models import Membership
from scriptorium.domains.notifications.models import OutboxMail
from scriptorium.domains.orders.enums import Method
from scriptorium.domains.orders.models import Invoice, OrderLine
from scriptorium.domains.orders.operations import NewPayment, set_units_first
from scriptorium.domains.orders.rules.pricing import Wish
from scriptorium.journeys import buy, coterm, taking_payments
from tests.journeys.test_limited_units import previewed, result
from tests.support.builders import DESK, TODAY, Clinic, days, noon
from tests.support.money import Till

pytestmark = pytest.mark.django_db

#: The people renew on this day; the last day of what is bought lies before it.
SHARED = days(158)


@pytest.fixture
def till(clinic: Clinic) -> Till:
    """Return a practice, two of whose people renew on the shared day."""
    for name in ("Ada Park", "Ben Ito"):
        clinic.member(name, renews_in=158)
    return Till(clinic)


def order(
    till: Till, count: int = 3, *, day: dt.date = SHARED, key: str = "k1", on: dt.date = TODAY
) -> Invoice:
    wish = coterm.ending_on(Wish("membership", count), renews_on=day, today=on)
    return buy_wishes(till, [wish], key=key, on=on)


def buy_wishes(
    till: Till, wishes: Sequence[Wish], *, key: str = "k1", on: dt.date = TODAY
) -> Invoice:
    return buy.buy_for_practice(
        actor=till.actor, practice=till.practice, wishes=wishes, po_number="", key=key,
        now=noon(on), today=on,
    )  # fmt: skip


def pay(till: Till, invoice: Invoice, *, on: dt.date = TODAY, key: str = "cheque") -> None:
    new = NewPayment(
        payer=till.payer, method=Method.CHEQUE, amount_minor=invoice.total_minor, currency="USD",
        received_on=on, idempotency_key=key, paper="1007",
    )  # fmt: skip
    taking_payments.take(
        actor=DESK, to=till.to, new=new, invoices=[invoice], now=noon(on), today=on
    )


def bring(till: Till, count: int = 3) -> None:
    pay(till, order(till, count))


def ends(till: Till) -> list[dt.date | None]:
    return stock.limits_in_order(payer=till.payer, kind="membership", count=99)


# Bought and used ------------------------------------------------------------------------------


def test_a_co_termed_membership_goes_from_the_order_to_the_others_day(till: Till) -> None:
    invoice = order(till)
    line = OrderLine.objects.get()
    # 89.00 × 158 ÷ 365 is 38.526.
    assert (line.unit_minor, line.net_minor) == (3853, 11559)
    assert line.description == "Membership, 158 days to 29 Apr 2027"
    assert invoice.content["lines"][0]["description"] == line.description
    assert till.clinic.free("membership") == 0
    pay(till, invoice)
    assert ends(till) == [SHARED] * 3
    assert {unit.expires_on for unit in Unit.objects.filter(ends_before=SHARED)} == {SHARED}
    newcomer = till.clinic.join("Noor Haddad")
    assert previewed(till.clinic, [newcomer]) == ["Paid 23 Nov 2026 to 29 Apr 2027"]
    assert result(till.clinic, [newcomer]) == ["Paid 23 Nov 2026 to 29 Apr 2027"]
    held = till.clinic.membership(newcomer)
    assert (held.renews_on, held.anchor_month, held.anchor_day) == (SHARED, 4, 30)
    (term,) = till.clinic.terms(newcomer)
    assert (term.starts_on, term.ends_before) == (TODAY, SHARED)
    assert till.clinic.link(newcomer).renews_on == SHARED
    mail = OutboxMail.objects.filter(template="membership_extended").latest("pk")
    assert mail.data["paid_until"] == "29 Apr 2027"
    assert Certificate.objects.filter(person_id=newcomer.person_id).count() == 1


def test_the_trail_says_by_which_day_the_units_end(till: Till) -> None:
    bring(till)
    event = AuditEvent.objects.filter(key="units.purchased").latest("pk")
    assert event.data["kind"] == "memberships until 29 Apr 2027"


def test_from_then_on_the_newcomer_renews_with_the_others_for_a_whole_year(till: Till) -> None:
    bring(till, 1)
    newcomer = till.clinic.join("Noor Haddad")
    till.clinic.assign([newcomer], "membership")
    till.clinic.give(newcomer, "renewal", on=SHARED - dt.timedelta(days=5))
    assert till.clinic.membership(newcomer).renews_on == dt.date(2028, 4, 30)
    till.clinic.checked_on = SHARED - dt.timedelta(days=5)


def test_units_that_come_before_the_payment_are_limited_too(till: Till) -> None:
    set_units_first(practice=till.practice.pk, on=True, by=DESK.reference, now=noon(TODAY))
    order(till, 2)
    assert ends(till) == [SHARED, SHARED]


def test_the_same_key_is_one_order_even_when_the_day_is_not_offered_any_more(till: Till) -> None:
    first = order(till, key="once")
    Membership.objects.update(cancelled_on=SHARED)
    assert order(till, key="once").pk == first.pk


def test_the_volume_counts_before_the_share_of_days(till: Till) -> None:
    order(till, 10)
    # 89.00 less 15 % is 75.65; 158 of 365 days of it are 32.747.
    assert OrderLine.objects.get().unit_minor == 3275


# Money that comes late ------------------------------------------------------------------------


@pytest.mark.parametrize("late_by", [0, 12])
def test_who_pays_when_the_day_is_over_gets_the_same_number_of_days(
    till: Till, late_by: int
) -> None:
    invoice = order(till, 1)
    on = SHARED + dt.timedelta(days=late_by)
    pay(till, invoice, on=on)
    assert ends(till) == [on + dt.timedelta(days=158)]
    till.clinic.checked_on = on


def test_who_pays_on_the_last_day_gets_what_was_ordered(till: Till) -> None:
    on = SHARED - dt.timedelta(days=1)
    pay(till, order(till, 1), on=on)
    assert ends(till) == [SHARED]
    newcomer = till.clinic.join("Noor Haddad")
    assert result(till.clinic, [newcomer], on=on) == ["Paid 29 Apr 2027 to 29 Apr 2027"]
    till.clinic.checked_on = on


# Credit notes ---------------------------------------------------------------------------------


def test_what_a_credit_note_took_back_does_not_come(till: Till) -> None:
    invoice = order(till, 3)
    note = till.take_back(invoice, {"membership": 2})
    assert note.net_minor == 2 * 3853
    till.pay(3853)
    assert ends(till) == [SHARED]


def test_a_credit_note_after_the_payment_keeps_the_money_for_the_payer(till: Till) -> None:
    invoice = order(till, 2)
    pay(till, invoice)
    till.take_back(invoice, {"membership": 1})
    assert till.fresh(invoice).credited_minor == 3853
    assert ends(till) == [SHARED, SHARED]
    with transaction.atomic():
        ledger.adjust_units(
            actor=DESK, payer=till.payer, kind="membership", count=1, reason="Credited",
            now=noon(TODAY),
        )  # fmt: skip
    assert ends(till) == [SHARED]


# What is offered ------------------------------------------------------------------------------


def test_offered_are_the_days_that_most_people_share_soonest_first(clinic: Clinic) -> None:
    for away, count in ((59, 4), (60, 2), (100, 1), (150, 3), (364, 2), (365, 5)):
        for number in range(count):
            clinic.member(f"Person {away}x{number}", renews_in=away)
    found = coterm.offers(practice=clinic.practice, today=TODAY)
    assert [(row.renews_on, row.people) for row in found] == [
        (days(60), 2), (days(150), 3), (days(364), 2),
    ]  # fmt: skip


def test_who_cancelled_or_is_paid_for_elsewhere_offers_no_day(clinic: Clinic) -> None:
    clinic.member("Ada Park", renews_in=158)
    Membership.objects.update(cancelled_on=SHARED)
    other = Clinic("Hillside", "Hana Reed")
    other.member("Ivo Brand", renews_in=120)
    assert coterm.offers(practice=clinic.practice, today=TODAY) == []


@pytest.mark.parametrize(
    "day", [days(30), days(59), days(157), days(159), days(365), days(523), days(-5)]
)
def test_a_day_too_near_too_far_or_not_the_practices_is_refused(till: Till, day: dt.date) -> None:
    till.clinic.member("Near Ness", renews_in=30)
    till.clinic.member("Near Er", renews_in=59)
    till.clinic.member("Far Field", renews_in=365)
    Clinic("Hillside", "Hana Reed").member("Ivo Brand", renews_in=159)
    wish = Wish("membership", 1, days=(day - TODAY).days, until=day - dt.timedelta(days=1))
    with pytest.raises(buy.NotOffered, match=r"That day cannot be chosen\. .* at least 60 days"):
        buy_wishes(till, [wish])
    assert not Invoice.objects.exists()


@pytest.mark.parametrize(
    "change",
    [{"days": 1}, {"of_days": 3650}, {"until": None}, {"kind": "renewal"}],
)
def test_a_part_of_a_year_that_does_not_fit_its_day_is_refused(till: Till, change: dict) -> None:
    good = coterm.ending_on(Wish("membership", 1), renews_on=SHARED, today=TODAY)
    with pytest.raises(buy.NotOffered):
        buy_wishes(till, [replace(good, **change)])
