"""From a decision to buy to an invoice, and from a paid invoice to units (DOMAIN §10).

Called inside the transaction of a journey: accepting an estimate, the store, a renewal, the office.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.audit.operations import Happening, record
from scriptorium.domains.catalog.enums import MANY, ProductKind
from scriptorium.domains.catalog.queries import prices, programme
from scriptorium.domains.ledger import operations as ledger
from scriptorium.domains.ledger.rules import expiry_of
from scriptorium.domains.memberships import operations as memberships
from scriptorium.domains.memberships.models import Proposal
from scriptorium.domains.memberships.rules import words
from scriptorium.domains.notifications.operations import Mail, enqueue
from scriptorium.domains.orders import operations as orders
from scriptorium.domains.orders import queries as money
from scriptorium.domains.orders.enums import OrderState
from scriptorium.domains.orders.models import Invoice, Order, OrderLine, Payment
from scriptorium.domains.orders.operations import NewOrder
from scriptorium.domains.orders.operations.documents import set_paid
from scriptorium.domains.practices.models import Practice
from scriptorium.journeys.own_units import use_order
from scriptorium.journeys.reinstated_people import bring_back
from scriptorium.journeys.renewed_people import apply_order
from scriptorium.kernel.actor import Actor
from scriptorium.kernel.money import Money
from scriptorium.kernel.payer import Payer


@dataclass(frozen=True, slots=True)
class BillTo:
    """Who pays: name and address as the invoice prints them, and where mail about it goes."""

    payer: Payer
    reference: str
    name: str
    address: str
    region: str
    email: str
    contact: str

    @property
    def practice(self) -> str:
        """The practice whose activity log shows what happens, or ""."""
        return self.reference if self.payer.practice else ""

    @property
    def printed(self) -> dict[str, str]:
        """What an invoice freezes."""
        return {"name": self.name, "address": self.address, "contact": self.contact}

    @property
    def orders_page(self) -> str:
        """The address at which the payer finds orders and invoices."""
        return f"/practice/{self.reference}/orders/" if self.payer.practice else "/member/orders/"


def _address(of: Practice | Person) -> str:
    town = " ".join(filter(None, [of.region, of.postal_code]))
    lines = [of.street, ", ".join(filter(None, [of.city, town])), of.country]
    return "\n".join(filter(None, lines))


def bill_to_practice(practice: Practice) -> BillTo:
    """Return how a practice is billed."""
    profile = money.billing_of(practice=practice.pk)
    return BillTo(
        Payer(practice=practice.pk),
        practice.reference,
        practice.name,
        _address(practice),
        practice.region,
        practice.billing_email or practice.primary.email,
        profile.contact_name or practice.primary.name,
    )


def bill_to_person(person: Person) -> BillTo:
    """Return how a person is billed who pays for herself."""
    return BillTo(
        Payer(person=person.pk),
        person.reference,
        person.name,
        _address(person),
        person.region,
        person.email,
        person.name,
    )


def bill_to_of(row: Order | Invoice | Payment | Proposal) -> BillTo:
    """Return how the payer of an order, invoice, payment or proposal is billed today."""
    if row.payer_practice is not None:
        return bill_to_practice(row.payer_practice)
    assert row.payer_person is not None
    return bill_to_person(row.payer_person)


def place(
    *,
    actor: Actor,
    to: BillTo,
    new: NewOrder,
    now: dt.datetime,
    today: dt.date,
    due_on: dt.date | None = None,
    quietly: bool = False,
    bind: Callable[[Order], None] | None = None,
) -> Invoice:
    """Write an order and its invoice; money that is kept for the payer pays it first.

    Arguments:
        due_on: when it is to be paid; the default is the net terms of the price file.
        quietly: queue no mail about the invoice (a card pays it in the same moment).
        bind: ties to the order what its payment will move, before anything can pay it.
    """
    order = orders.insert_order(actor=actor, new=new, now=now, today=today)
    if bind is not None:
        bind(order)
    invoice = orders.issue_invoice(
        actor=actor,
        order=order,
        due_on=due_on or today + dt.timedelta(days=prices().net_days),
        seller={"name": settings.BODY_NAME, "address": settings.BODY_ADDRESS},
        bill_to=to.printed,
        now=now,
        today=today,
    )
    total = str(Money(invoice.total_minor, invoice.currency))
    record(
        actor=actor,
        happening=Happening(
            "invoice.issued", "invoice", invoice.number, to.practice,
            {"number": invoice.number, "total": total, "due_on": invoice.due_on.isoformat()},
        ),
        now=now,
    )  # fmt: skip
    if order.units_first:
        fulfil(actor=actor, order=order, invoice=invoice, to=to, now=now, today=today)
    use_credit(actor=actor, invoice=invoice, to=to, now=now, today=today)
    if invoice.settled_at is not None:
        settle(actor=actor, invoice=invoice, to=to, now=now, today=today)
    elif not quietly:
        _tell_of_invoice(invoice, to, total, now)
    return invoice


def _tell_of_invoice(invoice: Invoice, to: BillTo, total: str, now: dt.datetime) -> None:
    data = {
        "number": invoice.number, "payer": to.name, "total": total,
        "open": str(Money(invoice.open_minor, invoice.currency)),
        "due_on": words(invoice.due_on), "link": f"{to.orders_page}{invoice.order.reference}/",
    }  # fmt: skip
    mail = Mail(
        "invoice_issued",
        to.email,
        to.contact,
        f"invoice_issued:{invoice.number}",
        data,
        to.practice,
    )
    enqueue(mails=[mail], now=now)


def use_credit(
    *, actor: Actor, invoice: Invoice, to: BillTo, now: dt.datetime, today: dt.date
) -> int:
    """Pay an invoice, locked or new, from what is kept for its payer, oldest payment first.

    Returns:
        The minor units that it took.
    """
    used = 0
    if invoice.open_minor == 0:
        return used
    for payment in money.payments_with_credit(payer=to.payer):
        amount = orders.apply_payment(
            actor=actor, payment=payment, invoice=invoice, now=now, today=today
        )
        if amount:
            used += amount
            record(
                actor=actor,
                happening=Happening(
                    "payment.applied", "payment", payment.number, to.practice,
                    {
                        "amount": str(Money(amount, invoice.currency)),
                        "number": payment.number, "invoice": invoice.number,
                    },
                ),
                now=now,
            )  # fmt: skip
    return used


def fulfil(
    *,
    actor: Actor,
    order: Order,
    invoice: Invoice,
    to: BillTo,
    now: dt.datetime,
    today: dt.date,
) -> None:
    """Put an order's units into the ledger; a second call finds that it was done (row 42).

    Pieces that a credit note took back before were not bought.
    """
    if not orders.mark_granted(order=order, now=now):
        return
    expires_on = expiry_of(today, programme().numbers.unit_valid_months)
    brought: Counter[str] = Counter()
    for line, count in money.lines_left(order=order.pk):
        if line.kind not in ProductKind or not count:
            continue
        brought[line.kind] += count
        ends_before = _ends_before(line, today)
        ledger.grant_units(
            actor=actor,
            payer=to.payer,
            kind=line.kind,
            count=count,
            source="purchase",
            reason=f"Invoice {invoice.number}",
            expires_on=expires_on,
            now=now,
            idempotency_key=f"order:{order.reference}:{line.position}",
            ends_before=ends_before,
        )
        record(
            actor=actor,
            happening=Happening(
                "units.purchased", "order", order.reference, to.practice,
                {"count": count, "kind": _what(line.kind, ends_before), "invoice": invoice.number},
            ),
            now=now,
        )  # fmt: skip
    if order.source == "renewal":
        apply_order(actor=actor, order=order, brought=brought, now=now, today=today)
    elif order.source == "reinstate":
        bring_back(actor=actor, order=order, now=now, today=today)
    elif order.source == "store" and to.payer.person is not None:
        use_order(actor=actor, order=order, now=now, today=today)


def _ends_before(line: OrderLine, today: dt.date) -> dt.date | None:
    """Return by which day the units of a line end that was bought for a part of a year, or None.

    Whoever pays when that day has come gets the days that were paid for from the day of payment.
    """
    last_day = line.rule.get("until")
    if last_day is None:
        return None
    ends_before = dt.date.fromisoformat(last_day) + dt.timedelta(days=1)
    return ends_before if ends_before > today else today + dt.timedelta(days=line.rule["days"])


def _what(kind: str, ends_before: dt.date | None) -> str:
    if ends_before is None:
        return MANY[kind]
    return f"{MANY[kind]} until {words(ends_before - dt.timedelta(days=1))}"


def settle(*, actor: Actor, invoice: Invoice, to: BillTo, now: dt.datetime, today: dt.date) -> None:
    """Keep the order beside its invoice: paid and fulfilled, or open again after a bounce.

    An order that was credited as a whole was not bought: nothing enters the ledger for it, and
    the people whom it was to renew can be renewed in another way.
    """
    order = invoice.order
    if invoice.total_minor and invoice.credited_minor == invoice.total_minor:
        if order.state != OrderState.CANCELLED:
            orders.cancel_order(order=order, now=now)
            memberships.free_lines(order=order.pk)
        return
    paid = invoice.settled_at is not None
    set_paid(order=order, paid=paid)
    if paid:
        fulfil(actor=actor, order=order, invoice=invoice, to=to, now=now, today=today)
