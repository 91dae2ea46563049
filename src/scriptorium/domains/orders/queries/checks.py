"""What ``verify-ledger`` recomputes: every derived amount against the postings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from django.db.models import Count, F, Q, Sum

from scriptorium.domains.orders.enums import Account, PaymentState, Reason, Series
from scriptorium.domains.orders.models import (
    CreditNote,
    Invoice,
    NextNumber,
    Order,
    Payment,
    Posting,
)


def wrong_invoices() -> Iterator[str]:
    """Yield invoices whose totals, payments or credits differ from their postings or order."""
    sums: dict[int, dict[str, int]] = defaultdict(dict)
    rows = Posting.objects.filter(invoice__isnull=False).values_list("invoice_id", "reason")
    for invoice, reason, amount in rows.annotate(n=Sum("amount_minor")).order_by():
        assert invoice is not None
        sums[invoice][reason] = amount
    orders = Invoice.objects.annotate(
        ordered=F("order__net_minor") + F("order__tax_minor"),
    )
    for invoice in orders.order_by("id").iterator():
        found = sums.get(invoice.pk, {})
        posted = found.get(Reason.INVOICED, 0) + found.get(Reason.TAXED, 0)
        applied = found.get(Reason.APPLIED, 0) - found.get(Reason.UNAPPLIED, 0)
        credited = found.get(Reason.CREDITED, 0) + found.get(Reason.TAX_CREDITED, 0)
        if posted != invoice.total_minor or invoice.ordered != invoice.total_minor:
            yield f"Invoice {invoice.number}: total and postings or order differ."
        if applied != invoice.applied_minor:
            yield f"Invoice {invoice.number}: {invoice.applied_minor} applied, postings {applied}."
        if credited != invoice.credited_minor:
            yield f"Invoice {invoice.number}: {invoice.credited_minor} credited, notes {credited}."


def wrong_payments() -> Iterator[str]:
    """Yield payments whose amounts differ from their postings."""
    sums: dict[int, dict[str, int]] = defaultdict(dict)
    rows = Posting.objects.filter(payment__isnull=False).values_list("payment_id", "reason")
    for payment, reason, amount in rows.annotate(n=Sum("amount_minor")).order_by():
        assert payment is not None
        sums[payment][reason] = amount
    for payment in Payment.objects.order_by("id").iterator():
        found = sums.get(payment.pk, {})
        applied = found.get(Reason.APPLIED, 0) - found.get(Reason.UNAPPLIED, 0)
        if found.get(Reason.RECEIVED, 0) != payment.amount_minor:
            yield f"Payment {payment.number}: amount and posting differ."
        if applied != payment.applied_minor:
            yield f"Payment {payment.number}: {payment.applied_minor} applied, postings {applied}."
        if found.get(Reason.REFUNDED, 0) != payment.refunded_minor:
            yield f"Payment {payment.number}: refunds and postings differ."
        # A payment that was paid back as a whole leaves a dispute nothing to hold.
        held = payment.state == PaymentState.RECEIVED or (
            payment.refunded_minor == payment.amount_minor
        )
        gone = found.get(Reason.BOUNCED, 0) + (
            found.get(Reason.DISPUTED, 0) - found.get(Reason.DISPUTE_WON, 0)
        )
        if held == bool(gone):
            yield f"Payment {payment.number}: its state and its postings differ."


def wrong_grants() -> Iterator[str]:
    """Yield orders that are paid without their units, or with units and neither paid nor first."""
    paid = Order.objects.filter(state="paid", granted_at__isnull=True)
    for reference in paid.values_list("reference", flat=True):
        yield f"Order {reference}: paid, and its units were not granted."
    state = Order.objects.filter(
        Q(state="paid", invoice__settled_at__isnull=True)
        | Q(state="open", invoice__settled_at__isnull=False)
    )
    for reference in state.values_list("reference", flat=True):
        yield f"Order {reference}: its state and its invoice differ."


def wrong_numbers() -> Iterator[str]:
    """Yield series of documents that have a gap, and payers' credit that is below zero."""
    found = {
        Series.INVOICE: Invoice.objects.count(),
        Series.CREDIT_NOTE: CreditNote.objects.count(),
        Series.RECEIPT: Payment.objects.count(),
    }
    following = dict(NextNumber.objects.values_list("series", "value"))
    for series, count in found.items():
        if following.get(series, 1) != count + 1:
            yield f"{series.label}s: {count} documents, next number {following.get(series, 1)}."
    credit: dict[tuple[int | None, int | None], int] = defaultdict(int)
    for side, sign in (("credit", 1), ("debit", -1)):
        rows = Posting.objects.filter(**{side: Account.CREDIT})
        sums = rows.values_list("payer_practice", "payer_person").annotate(
            n=Sum("amount_minor"), rows=Count("*")
        )
        for practice, person, amount, _ in sums.order_by():
            credit[practice, person] += sign * amount
    for (practice, person), amount in credit.items():
        if amount < 0:
            yield f"Credit of payer {practice or person} is below zero: {amount}."
