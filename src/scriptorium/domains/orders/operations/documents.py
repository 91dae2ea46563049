"""Writing orders, invoices and credit notes; their numbers have no gap."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scriptorium.database.prepared import Prepared
from scriptorium.domains.orders.enums import Account, OrderState, Reason, Series
from scriptorium.domains.orders.models import (
    CreditNote,
    CreditNoteLine,
    Estimate,
    Invoice,
    NextNumber,
    Order,
    OrderLine,
)
from scriptorium.domains.orders.operations.lines import lines_of
from scriptorium.domains.orders.operations.postings import Book, move_invoice
from scriptorium.domains.orders.rules.pricing import Quote, half_up
from scriptorium.domains.orders.rules.states import NotPossible
from scriptorium.kernel.actor import Actor
from scriptorium.kernel.payer import Payer


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrder:
    """What is ordered.

    Arguments:
        source: "estimate", "store", "renewal", "reinstate" or "office".
        quote: priced lines, for an order without an estimate.
        estimate: whose lines are taken over as they stand.
        idempotency_key: the same key is one order.
    """

    payer: Payer
    source: str
    idempotency_key: str
    quote: Quote | None = None
    estimate: Estimate | None = None
    po_number: str = ""
    units_first: bool = False


_next_number = Prepared(
    lambda series: NextNumber.objects.select_for_update().filter(series=series), ("A",), ("B",)
)


def take_number(series: Series) -> str:
    """Return the next number of a series; no other document gets one before this one commits."""
    row = _next_number.first(series.value)
    if row is None:
        NextNumber.objects.get_or_create(series=series)
        row = NextNumber.objects.select_for_update().get(series=series)
    number = row.value
    row.value = number + 1
    row.save(update_fields=["value"])
    return f"{series}-{number:06}"


def insert_order(*, actor: Actor, new: NewOrder, now: dt.datetime, today: dt.date) -> Order:
    """Insert an order with its lines; they are frozen from here on."""
    priced = new.quote or new.estimate
    assert priced is not None
    order = Order.objects.create(
        source=new.source,
        estimate=new.estimate,
        po_number=new.po_number,
        currency=priced.currency,
        net_minor=priced.net_minor,
        tax_minor=priced.tax_minor,
        units_first=new.units_first,
        placed_at=now,
        placed_by=actor.reference,
        placed_by_name=actor.name,
        placed_on=today,
        idempotency_key=new.idempotency_key,
        **new.payer.columns,
    )
    if new.quote is not None:
        lines = lines_of(new.quote.lines, OrderLine, order=order)
    else:
        assert new.estimate is not None
        lines = [line.copied_to(OrderLine, order=order) for line in new.estimate.lines.all()]
    OrderLine.objects.bulk_create(lines)
    return order


def issue_invoice(
    *,
    actor: Actor,
    order: Order,
    due_on: dt.date,
    seller: Mapping[str, str],
    bill_to: Mapping[str, str],
    now: dt.datetime,
    today: dt.date,
) -> Invoice:
    """Issue an order's invoice: number, frozen words with their hash, and its postings."""
    lines = list(order.lines.all())
    content: dict[str, Any] = {
        "seller": dict(seller),
        "bill_to": dict(bill_to),
        "po_number": order.po_number,
        "lines": [
            {
                "description": line.description, "quantity": line.quantity,
                "list_minor": line.list_minor, "discount_percent": line.discount_percent,
                "unit_minor": line.unit_minor, "net_minor": line.net_minor,
                "tax_rate": line.tax_rate, "tax_minor": line.tax_minor,
            }
            for line in lines
        ],
    }  # fmt: skip
    frozen = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    total = order.net_minor + order.tax_minor
    invoice = Invoice.objects.create(
        number=take_number(Series.INVOICE),
        order=order,
        payer_practice_id=order.payer_practice_id,
        payer_person_id=order.payer_person_id,
        issued_at=now,
        issued_on=today,
        due_on=due_on,
        currency=order.currency,
        total_minor=total,
        # What costs nothing is settled at once.
        settled_at=None if total else now,
        content=content,
        content_sha256=hashlib.sha256(frozen.encode()).hexdigest(),
    )
    book = Book(actor, Payer.of(order), order.currency, now, today)
    book.post(
        Account.RECEIVABLE, Account.REVENUE, order.net_minor, Reason.INVOICED, invoice=invoice
    )
    book.post(Account.RECEIVABLE, Account.TAX, order.tax_minor, Reason.TAXED, invoice=invoice)
    return invoice


def mark_granted(*, order: Order, now: dt.datetime) -> bool:
    """Write down that an order's units are in the ledger; False when they were before."""
    changed = Order.objects.filter(pk=order.pk, granted_at__isnull=True).update(granted_at=now)
    order.granted_at = order.granted_at or now
    return bool(changed)


def set_paid(*, order: Order, paid: bool) -> None:
    """Keep an order's state beside what its invoice says."""
    state = OrderState.PAID if paid else OrderState.OPEN
    if order.state not in (OrderState.CANCELLED, state):
        order.state = state
        order.save(update_fields=["state"])


def cancel_order(*, order: Order, now: dt.datetime) -> None:
    """Close an order that will not be paid."""
    order.state, order.cancelled_at = OrderState.CANCELLED, now
    order.save(update_fields=["state", "cancelled_at"])


def _credited(line: OrderLine, wanted: int) -> CreditNoteLine:
    """Return the unsaved row that takes so many pieces of a line back.

    Raises:
        NotPossible: fewer are left.
    """
    taken = list(CreditNoteLine.objects.filter(line=line))
    left = line.quantity - sum(row.quantity for row in taken)
    if wanted > left:
        raise NotPossible(f"Only {left} of “{line.description}” are left to credit.")
    # The last piece takes what is left of the tax, so that cents never stay behind; rounding up
    # piece by piece never takes more than there was.
    tax = line.tax_minor - sum(row.tax_minor for row in taken)
    if wanted < left:
        tax = min(tax, half_up(line.tax_minor * wanted, line.quantity))
    return CreditNoteLine(
        line=line, quantity=wanted, net_minor=line.unit_minor * wanted, tax_minor=tax
    )


def issue_credit_note(
    *,
    actor: Actor,
    invoice: Invoice,
    quantities: Mapping[int, int],
    reason: str,
    now: dt.datetime,
    today: dt.date,
) -> tuple[CreditNote, int]:
    """Take back some pieces of an invoice's lines; the invoice is locked by the caller.

    Arguments:
        quantities: key of an order line → how many pieces are taken back.

    Returns:
        The note, and how many minor units of it exceed what was open: that part was paid, so it
        comes off the invoice's payments and is kept for the payer (the caller unapplies it).

    Raises:
        NotPossible: more than was ordered and not credited yet, or nothing.
    """
    rows = [
        _credited(line, quantities[line.pk])
        for line in invoice.order.lines.all()
        if quantities.get(line.pk, 0) > 0
    ]
    net, tax = sum(row.net_minor for row in rows), sum(row.tax_minor for row in rows)
    if net <= 0:
        raise NotPossible("Say which pieces are taken back.")
    note = CreditNote.objects.create(
        number=take_number(Series.CREDIT_NOTE),
        invoice=invoice,
        issued_at=now,
        issued_on=today,
        net_minor=net,
        tax_minor=tax,
        reason=reason,
        by=actor.reference,
        by_name=actor.name,
    )
    for row in rows:
        row.note = note
    CreditNoteLine.objects.bulk_create(rows)
    book = Book(actor, Payer.of(invoice), invoice.currency, now, today)
    for account, amount, because in (
        (Account.REVENUE, net, Reason.CREDITED),
        (Account.TAX, tax, Reason.TAX_CREDITED),
    ):
        book.post(account, Account.RECEIVABLE, amount, because, invoice=invoice, note=note)
    return note, max(0, net + tax - invoice.open_minor)


def credit_invoice(*, invoice: Invoice, amount: int, now: dt.datetime) -> bool:
    """Lower what is open by a credit note; returns whether nothing is open any more."""
    return move_invoice(invoice=invoice, credited=amount, now=now)
