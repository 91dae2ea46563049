"""A proposal and an order of somebody who pays for herself, for the access matrix."""

from __future__ import annotations

from django.db import transaction

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.catalog.queries import prices
from scriptorium.domains.memberships import operations as memberships
from scriptorium.domains.memberships.models import Membership, Proposal
from scriptorium.domains.orders.models import Order
from scriptorium.domains.orders.operations import NewOrder, NewPayment
from scriptorium.domains.orders.rules.pricing import Wish, quote
from scriptorium.journeys import crediting, ordering, taking_payments
from tests.support.builders import DESK, NOW, TODAY, Clinic, actor_of


def renewals_of_the_matrix(clinic: Clinic, solo: Person) -> dict[str, str]:
    """Return what the addresses of renewals and of a person's orders name."""
    link = clinic.member("Petra Proposal", renews_in=20)
    membership = Membership.objects.get(person__links=link)
    with transaction.atomic():
        memberships.open_proposals(memberships=[membership], now=NOW)
    order = _order(solo)
    number = order.invoice.number
    to = ordering.bill_to_person(solo)
    new = NewPayment(
        payer=to.payer, method="ach", amount_minor=100, currency="USD", received_on=TODAY,
        idempotency_key="matrix:solo",
    )  # fmt: skip
    taken = taking_payments.take(
        actor=DESK, to=to, new=new, invoices=[order.invoice], now=NOW, today=TODAY
    )
    note = crediting.credit(
        actor=DESK, invoice=order.invoice, to=to, quantities={order.lines.get().pk: 1},
        reason="One too many", now=NOW, today=TODAY,
    )  # fmt: skip
    assert number
    return {
        "proposal": Proposal.objects.get(payer_practice=clinic.practice).reference,
        "member-order reference": order.reference,
        "member-order-pay reference": order.reference,
        "member-invoice-pdf reference": order.reference,
        "member-receipt-pdf reference": order.reference,
        "member-receipt-pdf number": taken.payment.number,
        "member-credit-note-pdf reference": order.reference,
        "member-credit-note-pdf number": note.number,
    }


def _order(solo: Person) -> Order:
    to = ordering.bill_to_person(solo)
    priced = quote(wishes=[Wish("ce", 3)], prices=prices(), on=TODAY, region="")
    new = NewOrder(payer=to.payer, source="store", quote=priced, idempotency_key="matrix:solo")
    with transaction.atomic():
        ordering.place(actor=actor_of(solo), to=to, new=new, now=NOW, today=TODAY)
    return Order.objects.get(idempotency_key="matrix:solo")
