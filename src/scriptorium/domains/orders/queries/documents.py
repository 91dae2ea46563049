"""Reading estimates, orders, invoices and credit notes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Max, QuerySet, Sum
from django.db.models.functions import Coalesce

from scriptorium.database.prepared import OneOrMany, Prepared
from scriptorium.domains.orders.models import (
    CreditNote,
    Estimate,
    EstimateLine,
    Invoice,
    Order,
    OrderLine,
)
from scriptorium.kernel.payer import Payer


def estimates_of(*, practice: int) -> QuerySet[Estimate]:
    """Return every revision of a practice's estimates, newest first."""
    return Estimate.objects.filter(practice_id=practice).order_by("-sequence", "-revision")


def newest_revisions(*, practice: int, limit: int = 100) -> list[Estimate]:
    """Return the newest revision of each of a practice's estimates, newest first."""
    newest = (
        Estimate.objects.filter(practice_id=practice)
        .values("sequence")
        .annotate(newest=Max("id"))
        .values("newest")
    )
    return list(Estimate.objects.filter(pk__in=newest).order_by("-sequence")[:limit])


def revisions_of(*, estimate: Estimate) -> list[Estimate]:
    """Return all revisions of an estimate, oldest first."""
    rows = Estimate.objects.filter(practice_id=estimate.practice_id, sequence=estimate.sequence)
    return list(rows.order_by("revision"))


def lines_of_estimates(*, estimates: Iterable[int]) -> dict[int, list[EstimateLine]]:
    """Return estimate key → its lines."""
    found: dict[int, list[EstimateLine]] = defaultdict(list)
    rows = EstimateLine.objects.filter(estimate_id__in=list(estimates))
    for line in rows.select_related("cost_centre").order_by("position"):
        found[line.estimate_id].append(line)
    return found


def estimate_by_reference(*, practice: int, reference: str) -> Estimate | None:
    """Return one revision of a practice's estimate, or None."""
    rows = Estimate.objects.filter(practice_id=practice, reference=reference)
    return rows.select_related("order").first()


def estimate_shared(*, token: str) -> Estimate | None:
    """Return the estimate behind a shared address, or None."""
    if not token:
        return None
    return Estimate.objects.filter(share_token=token).select_related("practice").first()


def estimate_by_key(*, practice: int, idempotency_key: str) -> Estimate | None:
    """Return the estimate that an earlier press of the same form made, or None."""
    rows = Estimate.objects.filter(practice_id=practice, idempotency_key=idempotency_key)
    return rows.first()


def locked_estimate(*, key: int) -> Estimate:
    """Return an estimate under its row lock."""
    return Estimate.objects.select_for_update().get(pk=key)


def orders_of(*, payer: Payer) -> QuerySet[Order]:
    """Return a payer's orders with their invoices, newest first."""
    rows = Order.objects.filter(**payer.columns).select_related("invoice", "estimate")
    return rows.order_by("-id")


def order_of_payer(*, payer: Payer, reference: str) -> Order | None:
    """Return one order of a payer, or None."""
    rows = Order.objects.filter(reference=reference, **payer.columns)
    return rows.select_related("invoice", "estimate").first()


_locked_order = Prepared(
    lambda key: Order.objects.select_for_update().filter(pk=key), (7_000_001,), (7_000_002,)
)


def locked_order(*, key: int) -> Order:
    """Return an order under its row lock.

    Raises:
        Order.DoesNotExist: no order has the key.
    """
    found = _locked_order.first(key)
    if found is None:
        raise Order.DoesNotExist
    return found


def invoice_of_payer(*, payer: Payer, number: str) -> Invoice | None:
    """Return one invoice of a payer by its number, or None."""
    return Invoice.objects.filter(number=number, **payer.columns).select_related("order").first()


def locked_invoice(*, key: int) -> Invoice:
    """Return an invoice under its row lock, its order's taken first."""
    return locked_invoices(keys=[key])[key]


_orders_of_invoices = OneOrMany(
    lambda *invoices: (
        Order.objects.select_for_update(of=("self",))
        .filter(invoice__pk__in=invoices)
        .select_related("payer_practice", "payer_person")
        .order_by("pk")
    )
)
_locked_invoices = OneOrMany(
    lambda *keys: Invoice.objects.select_for_update().filter(pk__in=keys).order_by("pk")
)


def locked_invoices(*, keys: Iterable[int]) -> dict[int, Invoice]:
    """Return invoices under their row locks, their orders' taken first, in key order.

    Every journey of money locks orders, then invoices, then payments, so none waits in a circle.
    """
    wanted = list(keys)
    by_key = {order.pk: order for order in _orders_of_invoices.rows(wanted)}
    found = {invoice.pk: invoice for invoice in _locked_invoices.rows(wanted)}
    for invoice in found.values():
        invoice.order = by_key[invoice.order_id]
    return found


def invoices_by_keys(*, keys: Iterable[int]) -> dict[int, Invoice]:
    """Return key → invoice."""
    return Invoice.objects.select_related("order").in_bulk(list(keys))


def lines_left(*, order: int) -> list[tuple[OrderLine, int]]:
    """Return an order's lines, each with how many of its pieces no credit note took back yet."""
    lines = OrderLine.objects.filter(order_id=order).annotate(
        taken=Coalesce(Sum("credited__quantity"), 0)
    )
    return [(line, line.quantity - line.taken) for line in lines.order_by("position")]


def credit_notes_of(*, invoice: int) -> list[CreditNote]:
    """Return an invoice's credit notes, oldest first."""
    return list(CreditNote.objects.filter(invoice_id=invoice).order_by("id"))
