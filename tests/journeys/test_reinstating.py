"""After the end: a fee and a new year bring a membership back, for a year, once (DOMAIN §4)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from scriptorium.domains.audit.models import AuditEvent
from scriptorium.domains.credentials.enums import DecisionState
from scriptorium.domains.credentials.models import Certificate, Credential
from scriptorium.domains.memberships.models import Membership, Reinstatement
from scriptorium.domains.notifications.models import OutboxMail
from scriptorium.domains.orders.models import Invoice, Order
from scriptorium.domains.orders.operations import NewPayment
from scriptorium.domains.practices.models import RosterLink
from scriptorium.journeys import crediting, ordering, reinstating, roster_change, taking_payments
from scriptorium.journeys.forgotten_credentials import retire_forgotten
from scriptorium.kernel.actor import Actor
from scriptorium.kernel.money import Money
from scriptorium.kernel.payer import Payer
from tests.support.builders import DESK, NOW, TODAY, Clinic, actor_of, days, noon, problems
from tests.support.credentials import award
from tests.support.money import Till, accounts_sum

pytestmark = pytest.mark.django_db

NIGHT = Actor.system("nightly")


def ended(clinic: Clinic, name: str = "Rena Wald", *, renewed: int = -120) -> RosterLink:
    """Put somebody on the roster whose membership ran out so many days ago and ended."""
    return clinic.member(name, renews_in=renewed)


def by_practice(clinic: Clinic, link: RosterLink, *, key: str = "k1") -> Invoice:
    assert link.person is not None
    return reinstating.reinstate(
        actor=clinic.actor, person=link.person, practice=clinic.practice, key=key, now=NOW,
        today=TODAY,
    )  # fmt: skip


def by_person(link: RosterLink, *, key: str = "k1") -> Invoice:
    assert link.person is not None
    return reinstating.reinstate(
        actor=actor_of(link.person), person=link.person, practice=None, key=key, now=NOW,
        today=TODAY,
    )  # fmt: skip


def pay(invoice: Invoice, *, on: dt.date = TODAY) -> None:
    """Enter a cheque over what is open on an invoice."""
    order = Order.objects.get(pk=invoice.order_id)
    new = NewPayment(
        payer=Payer.of(order), method="cheque", amount_minor=invoice.open_minor, currency="USD",
        received_on=on, idempotency_key=f"cheque:{invoice.number}", paper="1007", note="",
    )  # fmt: skip
    taking_payments.take(
        actor=DESK, to=ordering.bill_to_of(order), new=new, invoices=[invoice], now=noon(on),
        today=on,
    )  # fmt: skip


def test_the_price_is_a_year_and_a_fee_and_no_date_moves_before_the_money() -> None:
    clinic = Clinic()
    link = ended(clinic)
    before = clinic.membership(link).renews_on

    invoice = by_practice(clinic, link)

    lines = [(line.kind, line.unit_minor) for line in invoice.order.lines.all()]
    assert lines == [("membership", 8900), ("fee", 6000)]
    assert Money(invoice.total_minor) == Money.of("149.00")
    assert clinic.membership(link).renews_on == before


def test_the_payment_starts_a_new_year_with_certificate_mail_and_event() -> None:
    clinic = Clinic()
    link = ended(clinic)
    invoice = by_practice(clinic, link)

    pay(invoice, on=days(3))

    membership = clinic.membership(link)
    assert membership.latest_starts_on == days(3)
    assert (membership.anchor_month, membership.anchor_day) == (days(3).month, days(3).day)
    assert clinic.free("membership") == 0
    assert Certificate.objects.filter(person=link.person, starts_on=days(3)).exists()
    assert OutboxMail.objects.filter(template="membership_extended").exists()
    assert AuditEvent.objects.filter(key="membership.reinstated").count() == 1
    row = Reinstatement.objects.get()
    assert row.term is not None
    assert row.term.unit is not None
    assert row.term.unit.kind == "membership"
    assert accounts_sum() == 0
    assert not problems()


def test_a_person_whom_a_practice_paid_for_can_pay_for_herself_now() -> None:
    clinic = Clinic()
    link = ended(clinic)
    pay(by_person(link))

    membership = clinic.membership(link)
    assert membership.payer_person_id == link.person_id
    assert membership.latest_starts_on == TODAY
    assert not problems()


def test_pressed_twice_it_is_one_order() -> None:
    clinic = Clinic()
    link = ended(clinic)
    assert by_practice(clinic, link, key="k1") == by_practice(clinic, link, key="k2")
    assert Order.objects.count() == 1


def test_while_the_invoice_of_one_payer_waits_another_is_refused() -> None:
    clinic = Clinic()
    link = ended(clinic)
    by_practice(clinic, link)
    with pytest.raises(reinstating.NotPossible, match="waits for its payment by somebody else"):
        by_person(link)


def test_after_the_order_was_cancelled_another_can_be_made() -> None:
    clinic = Clinic()
    link = ended(clinic)
    invoice = by_practice(clinic, link)
    crediting.credit(
        actor=DESK, invoice=invoice, to=ordering.bill_to_practice(clinic.practice),
        reason="not wanted", now=NOW, today=TODAY,
        quantities={line.pk: 1 for line in invoice.order.lines.all()},
    )  # fmt: skip

    pay(by_person(link))

    assert clinic.membership(link).payer_person_id == link.person_id
    assert not problems()


def test_a_second_one_that_waits_is_refused_by_the_database() -> None:
    clinic = Clinic()
    link = ended(clinic)
    first = by_practice(clinic, link)
    assert link.person is not None
    other = Till(clinic).buy(ce=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Reinstatement.objects.create(
            order_id=other.order_id, person_id=link.person_id, ordered_on=TODAY
        )
    assert Reinstatement.objects.get().order_id == first.order_id


@pytest.mark.parametrize(
    ("renewed", "says"),
    [
        (20, "has not ended; it can be renewed"),
        (-40, "has not ended; it can be renewed"),
        (-500, "begins anew, with the exam"),
    ],
)
def test_what_cannot_be_reinstated_is_refused_in_words(renewed: int, says: str) -> None:
    clinic = Clinic()
    link = ended(clinic, renewed=renewed)
    with pytest.raises(reinstating.NotPossible, match=says):
        by_practice(clinic, link)
    assert not Order.objects.exists()


def test_somebody_without_a_membership_has_nothing_to_reinstate() -> None:
    clinic = Clinic()
    with pytest.raises(reinstating.NotPossible, match="Has no membership"):
        by_practice(clinic, clinic.join("New Person"))


def test_money_that_comes_after_the_year_still_brings_it_back_since_the_order_was_in_time() -> None:
    clinic = Clinic()
    link = ended(clinic, renewed=-450)
    pay(by_practice(clinic, link), on=days(30))
    assert clinic.membership(link).latest_starts_on == days(30)


def test_for_somebody_who_left_meanwhile_the_unit_stays_free() -> None:
    clinic = Clinic()
    link = ended(clinic)
    invoice = by_practice(clinic, link)
    roster_change.end_link(
        actor=clinic.actor, practice=clinic.practice, link=link, reason="left", note="",
        last_day=TODAY, take_back=False, now=NOW, today=TODAY,
    )  # fmt: skip

    pay(invoice)

    assert clinic.free("membership") == 1
    assert Reinstatement.objects.get().term is None
    assert AuditEvent.objects.filter(key="membership.reinstatement_unused").exists()
    assert not problems()


def test_a_year_after_the_end_the_credential_is_retired_and_no_day_earlier() -> None:
    clinic = Clinic()
    link = ended(clinic, renewed=-90)
    assert link.person is not None
    award(link.person, since=days(-300))
    for day, state in ((365, DecisionState.HELD), (366, DecisionState.RETIRED)):
        while retire_forgotten(NIGHT, days(day), noon(days(day))):
            pass
        assert Credential.objects.get(person=link.person).decision_state == state
    mail = OutboxMail.objects.get(template="credential_decision")
    assert "under the same number" in str(mail.data)


def test_a_membership_in_force_keeps_its_credential() -> None:
    clinic = Clinic()
    link = clinic.member("Ada Park")
    assert link.person is not None
    award(link.person, since=days(-100))
    assert retire_forgotten(NIGHT, TODAY, NOW) == 0


def test_who_comes_back_later_than_a_year_begins_anew_with_a_package() -> None:
    clinic = Clinic()
    link = ended(clinic, renewed=-500)
    clinic.stock("package")
    clinic.assign([link], "package")
    assert Membership.objects.get(person=link.person).latest_starts_on == TODAY
