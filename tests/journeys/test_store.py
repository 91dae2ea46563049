"""Buying in the store: an order for a practice or a person, used by her once it is paid (S37)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.credentials.models import Certificate
from scriptorium.domains.ledger import operations as ledger
from scriptorium.domains.ledger.enums import PartState
from scriptorium.domains.ledger.models import Unit, UnitPart
from scriptorium.domains.memberships.models import Membership, Term
from scriptorium.domains.notifications.models import OutboxMail
from scriptorium.domains.orders.enums import Method
from scriptorium.domains.orders.models import BillingProfile, Invoice, Order, OrderLine
from scriptorium.domains.orders.operations import NewPayment
from scriptorium.domains.orders.rules.pricing import Wish
from scriptorium.domains.practices.models import RosterLink
from scriptorium.journeys import buy, crediting, ordering, own_units, taking_payments
from scriptorium.journeys.buy import Piece
from scriptorium.kernel import clock
from tests.support.builders import (
    DESK,
    NOW,
    TODAY,
    Clinic,
    actor_of,
    buy_renewal,
    days,
    events,
    grant,
    person,
)
from tests.support.money import accounts_sum, card_like
from tests.support.shopping import Shopper

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop the clock by which pages and the provider's signature are judged."""
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def sola(clinic: Clinic, settings: Any, tmp_path: Path) -> Shopper:
    return Shopper(settings, tmp_path)


def member(renews_in: int, clinic: Clinic) -> Person:
    """Return somebody who pays for herself, whose membership renews in so many days."""
    link = clinic.member("Sola Aune", renews_in=renews_in - 365)
    buy_renewal(link, on=days(min(renews_in - 365, 0) - 1))
    assert link.person is not None
    return link.person


# A person -------------------------------------------------------------------------------------


def test_a_package_that_a_card_paid_is_open_at_once(sola: Shopper) -> None:
    invoice = sola.bring("package")
    assert (invoice.total_minor, invoice.order.state) == (19900, "paid")
    assert sola.parts() == {
        "membership": "started", "manual": "assigned", "hipaa": "assigned", "exam": "assigned",
    }  # fmt: skip
    held = Membership.objects.get(person=sola.person)
    assert (held.renews_on, held.payer_person_id) == (days(365), sola.person.pk)
    assert Term.objects.get().unit_id == Unit.objects.get().pk
    assert Certificate.objects.get(person_id=sola.person.pk).practice_id is None
    assert sola.units() == [("package", "started")]
    assert events(Unit.objects.get()) == ["purchased", "assigned", "started"]
    extended = OutboxMail.objects.get(template="membership_extended")
    assert extended.data["paid_until"] == "22 Nov 2027"
    assert accounts_sum() == 0


def test_nothing_is_used_before_the_money_is_there(sola: Shopper) -> None:
    bought = sola.order("membership")
    assert bought.pay_at
    assert (sola.units(), Membership.objects.filter(person=sola.person).count()) == ([], 0)


def test_events_that_come_again_and_reversed_use_the_unit_once(sola: Shopper) -> None:
    events_of_it = sola.pay(sola.order("package").pay_at)
    for _ in range(3):
        sola.deliver(list(reversed(events_of_it)))
    assert sola.units() == [("package", "started")]
    assert (Term.objects.count(), Certificate.objects.count()) == (1, 1)
    assert OutboxMail.objects.filter(template="membership_extended").count() == 1


def test_the_same_key_is_one_order(sola: Shopper) -> None:
    first = sola.order("manual", key="same")
    second = sola.order("manual", key="same")
    assert first.invoice.pk == second.invoice.pk
    assert Order.objects.count() == 1
    sola.deliver(sola.pay(second.pay_at))
    assert sola.units() == [("manual", "assigned")]
    # Paid meanwhile: the press leads to the order and charges nothing.
    assert sola.order("manual", key="same").pay_at == ""


def test_the_key_of_one_person_is_not_that_of_another(sola: Shopper, settings: Any) -> None:
    other = Shopper(settings, settings.PAYMENTS_DIR, person("Bela Novak"))
    sola.order("manual", key="same")
    other.order("manual", key="same")
    assert Order.objects.count() == 2


def test_a_basket_is_one_invoice_and_each_piece_is_used(sola: Shopper) -> None:
    invoice = sola.bring("membership", "hipaa", "specialty", specialty="oncology")
    assert invoice.total_minor == 8900 + 2900 + 12900
    assert sola.units() == [
        ("membership", "started"), ("hipaa", "assigned"), ("specialty", "assigned"),
    ]  # fmt: skip
    assert UnitPart.objects.get(kind="exam").choice == "oncology"
    line = OrderLine.objects.get(kind="specialty")
    assert line.description == "MSCAT specialty exam: Oncology"


def test_a_mailed_word_names_no_practice_where_nobody_but_herself_paid(sola: Shopper) -> None:
    sola.bring("manual")
    mail = OutboxMail.objects.get(template="unit_assigned")
    assert (mail.to_address, mail.data["practice"]) == (sola.person.email, "")


def test_an_invoice_that_a_cheque_pays_is_used_as_well(sola: Shopper, clinic: Clinic) -> None:
    invoice = sola.order("manual", by_card=False).invoice
    assert OutboxMail.objects.get(template="invoice_issued").to_address == sola.person.email
    taking_payments.take(
        actor=DESK, to=ordering.bill_to_person(sola.person), invoices=[invoice], now=NOW,
        today=TODAY,
        new=NewPayment(
            payer=sola.payer, method=Method.CHEQUE, amount_minor=4900, currency="USD",
            received_on=TODAY, idempotency_key="cheque", paper="1007",
        ),
    )  # fmt: skip
    assert sola.units() == [("manual", "assigned")]


@pytest.mark.parametrize(
    ("renews_in", "kind", "why"),
    [
        (200, "membership", "Already a member until 10 Jun 2027; buy a renewal instead"),
        (200, "renewal", "can be renewed from 13 Mar 2027"),
        (-100, "membership", r"can be reinstated for \$149\.00"),
        (-100, "renewal", r"can be reinstated for \$149\.00"),
        (-40, "membership", "Lapsed on 13 Nov 2026; buy a renewal instead"),
    ],
)
def test_what_could_not_be_used_is_not_sold(
    clinic: Clinic, settings: Any, tmp_path: Path, renews_in: int, kind: str, why: str
) -> None:
    sola = Shopper(settings, tmp_path, member(renews_in, clinic))
    with pytest.raises(buy.NotPossible, match=why):
        sola.order(kind)
    assert Order.objects.count() == 0


def test_without_a_membership_nothing_can_be_renewed(sola: Shopper) -> None:
    with pytest.raises(buy.NotPossible, match="You have no membership to renew; buy a membership"):
        sola.order("renewal")


def test_a_second_manual_is_not_sold_while_one_is_open(sola: Shopper) -> None:
    sola.bring("manual")
    with pytest.raises(buy.NotPossible, match="You already have the MSCAT manual open"):
        sola.order("manual", key="k2")


def test_a_package_says_what_it_waives_and_is_sold(sola: Shopper) -> None:
    sola.bring("manual")
    look = buy.look(person=sola.person, basket=[Piece("package")], today=TODAY)
    assert look.chosen[0].waived == ("MSCAT manual: has one open already",)
    sola.bring("package", key="k2")
    waived = UnitPart.objects.get(unit__kind="package", kind="manual")
    assert waived.state == "waived"


def test_pieces_of_a_basket_that_exclude_each_other_are_refused_together(sola: Shopper) -> None:
    with pytest.raises(buy.NotPossible, match="Already a member until 22 Nov 2027"):
        sola.order("package", "membership")
    assert Order.objects.count() == 0


def test_what_waits_for_payment_is_not_ordered_twice(sola: Shopper) -> None:
    number = sola.order("membership").invoice.number
    with pytest.raises(buy.NotPossible, match=f"Invoice {number} for it waits for payment"):
        sola.order("membership", key="k2")


def test_a_due_membership_is_renewed_from_its_old_end(
    clinic: Clinic, settings: Any, tmp_path: Path
) -> None:
    sola = Shopper(settings, tmp_path, member(60, clinic))
    look = buy.look(person=sola.person, basket=[Piece("renewal")], today=TODAY)
    assert look.chosen[0].detail == "Paid 22 Jan 2027 to 21 Jan 2028"
    sola.bring("renewal")
    held = Membership.objects.get(person=sola.person)
    assert f"{held.renews_on:%Y-%m-%d}" == "2028-01-22"
    assert RosterLink.objects.get(person=sola.person).renews_on == held.renews_on


def test_what_a_practice_gave_meanwhile_leaves_a_free_unit_that_can_be_used_later(
    sola: Shopper, clinic: Clinic
) -> None:
    bought = sola.order("manual", "hipaa")
    link = clinic.join(sola.person)
    clinic.give(link, "manual")
    sola.deliver(sola.pay(bought.pay_at))
    assert (sola.free("manual"), sola.free("hipaa")) == (1, 0)
    use = {"actor": actor_of(sola.person), "person": sola.person, "now": NOW, "today": TODAY}
    with pytest.raises(own_units.CannotApply, match="You already have the MSCAT manual open"):
        own_units.use(kind="manual", choice="", **use)
    read = UnitPart.objects.get(person=sola.person, kind="manual")
    with transaction.atomic():
        ledger.move_parts(actor=clinic.actor, parts=[read], to=PartState.STARTED, now=NOW)
        ledger.move_parts(actor=clinic.actor, parts=[read], to=PartState.COMPLETED, now=NOW)
    own_units.use(kind="manual", choice="", **use)
    assert sola.free("manual") == 0
    with pytest.raises(own_units.CannotApply):
        own_units.use(kind="manual", choice="", **use)
    with pytest.raises(own_units.NotEnoughUnits):
        own_units.use(kind="ce", choice="", **use)


def test_a_specialty_is_named_before_it_is_sold_or_used(sola: Shopper) -> None:
    with pytest.raises(buy.BadChoice, match="Choose the specialty first"):
        sola.order("specialty")
    with pytest.raises(buy.BadChoice, match="cannot be chosen"):
        sola.order("specialty", specialty="astrology")
    grant(sola.payer, "specialty")
    with pytest.raises(own_units.BadChoice):
        own_units.use(
            actor=actor_of(sola.person), person=sola.person, kind="specialty", choice="",
            now=NOW, today=TODAY,
        )  # fmt: skip


def test_an_empty_basket_is_refused(sola: Shopper) -> None:
    with pytest.raises(buy.CannotPrice, match="Tick what you want first"):
        sola.order()


def test_without_a_provider_the_order_is_an_invoice(sola: Shopper, settings: Any) -> None:
    settings.PAYMENTS_URL = ""
    bought = sola.order("manual")
    assert (bought.pay_at, bought.invoice.settled_at) == ("", None)


def test_money_that_was_kept_for_her_pays_and_everything_is_used_at_once(sola: Shopper) -> None:
    first = sola.order("manual")
    sola.deliver(sola.pay(first.pay_at))
    line = first.invoice.order.lines.get()
    crediting.credit(
        actor=DESK, invoice=Invoice.objects.get(), to=ordering.bill_to_person(sola.person),
        quantities={line.pk: 1}, reason="Bought by mistake", now=NOW, today=TODAY,
    )  # fmt: skip
    bought = sola.order("hipaa", key="k2")
    assert bought.pay_at == ""
    assert ("hipaa", "assigned") in sola.units()


def test_a_tax_region_of_her_own_is_taxed(sola: Shopper) -> None:
    sola.person.region = "Cascadia"
    sola.person.save()
    assert sola.order("manual").invoice.total_minor == 4900 + 404


def test_an_unreachable_provider_leaves_the_order_to_be_paid_later(
    sola: Shopper, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*_: Any, **__: Any) -> Any:
        raise buy.ProviderUnavailable("silent")

    monkeypatch.setattr(type(sola.provider), "begin_checkout", silent)
    with pytest.raises(buy.ProviderUnavailable):
        sola.order("manual")
    assert Order.objects.get().state == "open"


# A practice -----------------------------------------------------------------------------------


def order_for(clinic: Clinic, *wishes: Wish, key: str = "k1", po: str = "") -> Invoice:
    return buy.buy_for_practice(
        actor=clinic.actor, practice=clinic.practice, wishes=wishes, po_number=po, key=key,
        now=NOW, today=TODAY,
    )  # fmt: skip


def test_a_practice_orders_25_packages_at_the_price_of_their_tier(clinic: Clinic) -> None:
    invoice = order_for(clinic, Wish("package", 25), po="PO 77")
    line = invoice.order.lines.get()
    assert (line.unit_minor, line.discount_percent, line.rule["tier"]) == (15920, 20, 25)
    assert (invoice.total_minor, invoice.order.source) == (398000, "store")
    assert (invoice.order.po_number, clinic.free("package")) == ("PO 77", 0)
    again = order_for(clinic, Wish("package", 25))
    assert (again.pk, Order.objects.count()) == (invoice.pk, 1)


def test_a_practice_that_may_have_units_first_has_them_and_nobody_is_assigned_any(
    clinic: Clinic,
) -> None:
    order_for(clinic, Wish("ce", 1))
    BillingProfile.objects.update_or_create(
        practice=clinic.practice,
        defaults={"units_first_at": NOW, "units_first_by": "0desk0000000"},
    )
    order_for(clinic, Wish("manual", 3), key="k2")
    assert (clinic.free("manual"), clinic.free("ce")) == (3, 0)


def test_an_order_of_nothing_and_a_card_number_as_purchase_order_are_refused(
    clinic: Clinic,
) -> None:
    with pytest.raises(buy.CannotPrice):
        order_for(clinic, Wish("package", 0))
    with pytest.raises(buy.LooksLikeACard):
        order_for(clinic, Wish("package", 1), po=card_like())
    assert Order.objects.count() == 0
