"""Memberships that a practice buys to end together with those of its people (DOMAIN §1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from scriptorium.domains.audit.models import AuditEvent
from scriptorium.domains.credentials.models import Certificate
from scriptorium.domains.ledger import operations as ledger
from scriptorium.domains.ledger import queries as stock
from scriptorium.domains.ledger.models import Unit, UnitPart
from scriptorium.domains.memberships.models import Membership
from scriptorium.domains.notifications.models import OutboxMail
from scriptorium.domains.orders.enums import Method
from scriptorium.domains.orders.models import Invoice, OrderLine
from scriptorium.domains.orders.operations import NewPayment, set_units_first
from scriptorium.domains.orders.rules.pricing import Wish
from scriptorium.domains.practices.models import RosterLink
from scriptorium.journeys import assign as assigning
from scriptorium.journeys import buy, coterm, invite, taking_payments
from scriptorium.journeys.nightly import run_night
from scriptorium.kernel.payer import Payer
from scriptorium.pages.ledger_report import ledger_report
from tests.support.builders import DESK, TODAY, Clinic, days, events, grant, noon, problems
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


def previewed(clinic: Clinic, links: Sequence[RosterLink], *, on: dt.date = TODAY) -> list[str]:
    found = assigning.preview(
        practice=clinic.practice, links=links, kind="membership", choice="", today=on
    )
    return [line.reason or line.detail for line in found.lines]


def result(clinic: Clinic, links: Sequence[RosterLink], *, on: dt.date = TODAY) -> list[str]:
    return [line.reason for line in clinic.assign(links, "membership", on=on).lines]


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


# Several in one assignment --------------------------------------------------------------------


def test_limited_and_whole_years_go_out_in_the_order_of_their_expiry(clinic: Clinic) -> None:
    member = clinic.member("Mel Archer", renews_in=200)
    clinic.stock("membership", 1, expires=days(100))
    clinic.stock("membership", 1, expires=days(300))
    clinic.stock("membership", 2, ends_before=days(158))
    clinic.stock("membership", 1, ends_before=days(90))
    links = [*clinic.people(4), member]
    said = previewed(clinic, links[::-1])
    assert said == [
        "Already a member until 10 Jun 2027; assign a renewal instead",
        "Paid 23 Nov 2026 to 20 Feb 2027",
        "Paid 23 Nov 2026 to 22 Nov 2027",
        "Paid 23 Nov 2026 to 29 Apr 2027",
        "Paid 23 Nov 2026 to 29 Apr 2027",
    ]
    assert result(clinic, links[::-1]) == said
    found = [clinic.membership(link).renews_on for link in links]
    assert found == [days(90), days(365), days(158), days(158), days(200)]


def test_a_limit_of_more_than_a_year_gives_no_more_than_a_year(clinic: Clinic) -> None:
    clinic.stock("membership", expires=days(500), ends_before=days(500))
    link = clinic.join("Noor Haddad")
    assert result(clinic, [link]) == ["Paid 23 Nov 2026 to 22 Nov 2027"]


def test_the_preview_counts_the_limited_ones_apart(clinic: Clinic) -> None:
    clinic.stock("membership", 2)
    clinic.stock("membership", 3, ends_before=SHARED)
    found = assigning.preview(
        practice=clinic.practice, links=clinic.people(1), kind="membership", choice="", today=TODAY
    )
    assert (found.free, found.limited) == (5, ((SHARED, 3),))


def test_other_kinds_ask_nothing_about_limits(clinic: Clinic) -> None:
    clinic.stock("manual", 1)
    (link,) = clinic.people(1)
    with CaptureQueriesContext(connection) as queries:
        assigning.preview(
            practice=clinic.practice, links=[link], kind="manual", choice="", today=TODAY
        )
    assert not any('"ledger_unit"."ends_before"' in query["sql"] for query in queries)


def test_a_unit_whose_day_has_come_is_refused_with_a_sentence(clinic: Clinic) -> None:
    clinic.stock("membership", ends_before=TODAY)
    reason = (
        "The membership that is next in line ended on 22 Nov 2026; it leaves your stock tonight,"
        " so try again tomorrow"
    )
    links = [clinic.join("Noor Haddad"), clinic.add("Rosa Lima")]
    assert previewed(clinic, links) == [reason] * 2
    assert result(clinic, links) == [reason] * 2
    assert clinic.numbers("membership") == (1, 0, 0)


def test_a_unit_taken_in_between_leaves_nothing_half_done(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic.stock("membership", 1, ends_before=SHARED)
    clinic.stock("membership", 1)
    links = clinic.people(1)
    honest = assigning.plan_assignment

    def planned_before(**arguments: object) -> object:
        plan = honest(**arguments)
        # Another process takes the limited one between the plan and the units.
        plan.eligible[0].ends_before = None
        return plan

    monkeypatch.setattr(assigning, "plan_assignment", planned_before)
    with pytest.raises(assigning.Collision, match="Nothing was assigned"):
        clinic.assign(links, "membership")
    assert clinic.numbers("membership") == (2, 0, 0)
    assert clinic.terms(links[0]) == []
    assert not UnitPart.objects.exists()


# Invitations ----------------------------------------------------------------------------------


def test_an_invited_person_gets_the_units_day_when_she_accepts_later(clinic: Clinic) -> None:
    clinic.stock("membership", ends_before=SHARED)
    link = clinic.add(kind="membership")
    clinic.accept(link, on=days(9))
    (term,) = clinic.terms(link)
    assert (term.starts_on, term.ends_before) == (days(9), SHARED)
    assert clinic.membership(link).anchor_day == 30
    clinic.checked_on = days(9)


def test_the_preview_says_to_whom_a_limited_unit_is_reserved(clinic: Clinic) -> None:
    clinic.stock("membership", ends_before=SHARED)
    link = clinic.add()
    said = ["Starts when the invitation is accepted, paid to 29 Apr 2027"]
    assert previewed(clinic, [link]) == said
    assert result(clinic, [link]) == said
    clinic.accept(link, on=days(2))
    assert clinic.membership(link).renews_on == SHARED
    clinic.checked_on = days(2)


def test_who_accepts_when_the_day_has_come_gets_no_membership(clinic: Clinic) -> None:
    (unit,) = clinic.stock("membership", ends_before=days(5))
    link = clinic.add(kind="membership")
    clinic.accept(link, on=days(5))
    assert clinic.terms(link) == []
    unit.refresh_from_db()
    assert (unit.state, unit.expires_on) == ("free", days(5))
    assert unit.entries.latest("pk").reason == "The day it ends by came before this"
    clinic.checked_on = days(5)


def test_nobody_is_invited_with_a_unit_whose_day_has_come(clinic: Clinic) -> None:
    clinic.stock("membership", ends_before=TODAY)
    with pytest.raises(invite.NotEnoughUnits):
        clinic.add(kind="membership")
    assert clinic.practice.links.count() == 1
    payer = clinic.payer
    assert stock.free_to_reserve(payer=payer, kind="membership", today=TODAY) == 0
    assert stock.free_to_reserve(payer=payer, kind="membership", today=days(-1)) == 1
    assert stock.free_to_reserve(payer=payer, kind="renewal", today=TODAY) == 0


# Taken back, expired --------------------------------------------------------------------------


def test_an_undone_assignment_leaves_the_unit_as_limited_as_before(clinic: Clinic) -> None:
    (unit,) = clinic.stock("membership", ends_before=SHARED)
    link = clinic.join("Noor Haddad")
    clinic.undo(clinic.assign([link], "membership"))
    unit.refresh_from_db()
    assert (unit.state, unit.expires_on, unit.ends_before) == ("free", SHARED, SHARED)
    assert clinic.terms(link) == []
    again = clinic.join("Mel Archer")
    assert result(clinic, [again]) == ["Paid 23 Nov 2026 to 29 Apr 2027"]


def test_a_release_never_gives_a_limited_unit_more_days(clinic: Clinic) -> None:
    (unit,) = clinic.stock("membership", ends_before=days(10), expires=days(4))
    link = clinic.add(kind="membership", on=days(3))
    run_night(today=days(18), now=noon(days(18)))
    unit.refresh_from_db()
    assert clinic.invitation(link).closed_at is not None
    # The invitation ran out a day later than the unit's own day: there is nothing left of it.
    assert (unit.state, unit.expires_on) in {("free", days(10)), ("expired", days(10))}
    run_night(today=days(19), now=noon(days(19)))
    unit.refresh_from_db()
    assert events(unit)[-2:] == ["released", "expired"]
    assert unit.entries.latest("pk").reason == "The day it ends by came"
    clinic.checked_on = days(19)


def test_a_release_after_expiry_gives_days_up_to_the_units_own_day(clinic: Clinic) -> None:
    (unit,) = clinic.stock("membership", ends_before=days(20), expires=days(2))
    link = clinic.join("Noor Haddad")
    done = clinic.assign([link], "membership", on=days(2))
    clinic.undo(done, today=days(2))
    unit.refresh_from_db()
    assert (unit.state, unit.expires_on) == ("free", days(20))


# Whoever was promised a whole year ------------------------------------------------------------


def test_a_whole_year_is_not_paid_for_by_a_limited_unit(clinic: Clinic) -> None:
    clinic.stock("membership", 2, ends_before=SHARED)
    payer = clinic.payer
    assert stock.whole_free_of(payer=payer, kind="membership") == 0
    link = clinic.join("Noor Haddad")

    def carry_out() -> None:
        with transaction.atomic():
            assigning.carry_out(
                clinic.actor, clinic.practice, [link.pk], "membership", "", "whole", noon(TODAY),
                TODAY, whole=True,
            )  # fmt: skip

    with pytest.raises(assigning.NotEnoughUnits, match="1 membership needed, none free"):
        carry_out()
    clinic.stock("membership", 1)
    assert stock.whole_free_of(payer=payer, kind="membership") == 1
    carry_out()
    assert clinic.membership(link).renews_on == days(365)
    assert clinic.numbers("membership") == (2, 0, 1)


# The database ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["renewal", "package", "manual"])
def test_the_database_limits_memberships_alone(clinic: Clinic, kind: str) -> None:
    with pytest.raises(IntegrityError):
        clinic.stock(kind, ends_before=SHARED)


def test_the_database_limits_no_unit_of_a_person(clinic: Clinic) -> None:
    with pytest.raises(IntegrityError):
        grant(Payer(person=clinic.dana.pk), "membership", ends_before=SHARED)


def test_the_database_lets_no_limited_unit_outlive_its_day(clinic: Clinic) -> None:
    clinic.stock("membership", ends_before=SHARED)
    with pytest.raises(IntegrityError), transaction.atomic():
        Unit.objects.update(expires_on=SHARED + dt.timedelta(days=1))


def test_verify_ledger_finds_a_year_that_goes_on_after_its_units_day(db: None) -> None:
    clinic = Clinic()
    clinic.stock("membership", ends_before=SHARED)
    link = clinic.join("Noor Haddad")
    clinic.assign([link], "membership")
    assert problems() == ()
    UnitPart.objects.update(term_ends_before=SHARED + dt.timedelta(days=1))
    assert ledger_report(today=TODAY).checks["limits"] == 1
