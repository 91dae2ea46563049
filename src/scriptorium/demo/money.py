"""Money in the demonstration: an open estimate, an invoice that waits, a cheque to deposit."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from scriptorium.demo.past import noon
from scriptorium.domains.accounts import queries as accounts
from scriptorium.domains.orders import operations as orders
from scriptorium.domains.orders.enums import CONSULTING, Method
from scriptorium.domains.orders.operations import NewPayment
from scriptorium.domains.orders.rules.pricing import Wish
from scriptorium.domains.practices.models import Practice
from scriptorium.journeys import estimating, ordering, taking_payments
from scriptorium.kernel.actor import Actor, ActorKind

FINANCE = "finance@body.example"


def build_money(*, practice: Practice, day: dt.date) -> None:
    """Give a practice a past with money; nothing of it brings units before it is paid."""
    dana = Actor(ActorKind.PERSON, practice.primary.reference, practice.primary.name)
    staff = accounts.by_email(emails=[FINANCE])[FINANCE]
    finance = Actor(ActorKind.STAFF, staff.reference, staff.name)
    with transaction.atomic():
        orders.change_billing(practice=practice.pk, contact_name="Billing office", logo_sha256=None)
        orders.add_cost_centre(practice=practice.pk, name="Clinic", code="100")
        orders.add_cost_centre(practice=practice.pk, name="Front desk", code="200")
    _visit(practice, dana, finance, day - dt.timedelta(days=300))
    _packages(practice, dana, finance, day - dt.timedelta(days=35))
    _estimate(practice, dana, day - dt.timedelta(days=3))


def _visit(practice: Practice, dana: Actor, finance: Actor, on: dt.date) -> None:
    """Staff estimated a visit; the practice accepted it and paid by a cheque that was deposited."""
    made = estimating.make(
        actor=finance, practice=practice, now=noon(on), today=on, by_staff=True,
        title="Workflow visit", note="Half a day with the scribes of the clinic.",
        wishes=[Wish(CONSULTING, 1, "Workflow visit, half a day", 45_000)],
    )  # fmt: skip
    later = on + dt.timedelta(days=4)
    invoice = estimating.accept(
        actor=dana, practice=practice, estimate=made, name=dana.name, po_number="PO-2041",
        now=noon(later), today=later,
    )  # fmt: skip
    paid = later + dt.timedelta(days=20)
    taken = _cheque(practice, finance, invoice.total_minor, "1182", "demo:visit", paid)
    taking_payments.deposit(
        actor=finance, payments=[taken.payment], on=paid, now=noon(paid, 18), today=paid
    )


def _packages(practice: Practice, dana: Actor, finance: Actor, on: dt.date) -> None:
    """Six packages were invoiced; the first cheque is in the drawer, the rest is overdue."""
    made = estimating.make(
        actor=dana, practice=practice, now=noon(on), today=on, title="New scribes this winter",
        wishes=[Wish("package", 6)],
    )  # fmt: skip
    estimating.accept(
        actor=dana, practice=practice, estimate=made, name=dana.name, po_number="PO-2107",
        now=noon(on, 18), today=on,
    )  # fmt: skip
    paid = on + dt.timedelta(days=33)
    _cheque(practice, finance, 50_000, "1209", "demo:packages", paid)


def _estimate(practice: Practice, dana: Actor, on: dt.date) -> None:
    """An estimate waits for an answer, in its second revision."""
    first = estimating.make(
        actor=dana, practice=practice, now=noon(on), today=on, title="The whole practice",
        wishes=[Wish("package", 20), Wish("ce", 10)],
    )  # fmt: skip
    estimating.make(
        actor=dana, practice=practice, now=noon(on, 18), today=on, title="The whole practice",
        wishes=[Wish("package", 25), Wish("ce", 10)], revises=first,
    )  # fmt: skip


def _cheque(
    practice: Practice, finance: Actor, minor: int, paper: str, key: str, on: dt.date
) -> taking_payments.Taken:
    to = ordering.bill_to_practice(practice)
    new = NewPayment(
        payer=to.payer, method=Method.CHEQUE, amount_minor=minor, currency="USD", received_on=on,
        idempotency_key=key, paper=paper,
    )  # fmt: skip
    return taking_payments.take(actor=finance, to=to, new=new, invoices=[], now=noon(on), today=on)
