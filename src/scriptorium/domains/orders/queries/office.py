"""What finance looks at: figures of what waits, and the rows of each worklist."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Case, Count, F, Min, Model, Q, QuerySet, Sum, When

from scriptorium.domains.orders.enums import EstimateState, OrderState, PaymentState, Reason
from scriptorium.domains.orders.models import (
    CreditNote,
    Estimate,
    Exemption,
    Invoice,
    Mismatch,
    Order,
    Payment,
    Posting,
    Refund,
)
from scriptorium.kernel.payer import Payer

#: Columns in which the name of a payer stands.
PAYER = ("payer_practice__name", "payer_person__first_name", "payer_person__last_name")
PRACTICE = ("practice__name",)
#: An estimate whose last day is so near is soon over.
SOON_DAYS = 7


@dataclass(frozen=True, slots=True)
class Age:
    """A group of unpaid invoices by how long they are overdue; None is without an end."""

    slug: str
    words: str
    least: int | None
    most: int | None

    def due(self, today: dt.date) -> Q:
        """Return the condition on an invoice's due day."""
        found = Q()
        if self.least is not None:
            found &= Q(due_on__lte=today - dt.timedelta(days=self.least))
        if self.most is not None:
            found &= Q(due_on__gte=today - dt.timedelta(days=self.most))
        return found


AGES = (
    Age("not-due", "Not due yet", None, 0),
    Age("1-30", "Overdue 1–30 days", 1, 30),
    Age("31-60", "Overdue 31–60 days", 31, 60),
    Age("over-60", "Overdue over 60 days", 61, None),
)


@dataclass(frozen=True, slots=True)
class Figure:
    """How many, and how much they are together in minor units."""

    count: int
    minor: int = 0


def _open() -> Any:
    return F("total_minor") - F("applied_minor") - F("credited_minor")


def _left(via: str = "") -> Any:
    return F(f"{via}amount_minor") - F(f"{via}applied_minor") - F(f"{via}refunded_minor")


def searched[Rows: QuerySet[Any, Any]](rows: Rows, text: str, *columns: str) -> Rows:
    """Keep the rows of which every word of a text stands in some column."""
    for word in text.split()[:5]:
        rows = rows.filter(reduce(or_, (Q(**{f"{one}__icontains": word}) for one in columns)))
    return rows


def figure_of[M: Model](rows: QuerySet[M], amount: Any = None) -> Figure:
    """Return how many rows there are, and the sum of an amount over them."""
    wanted = {"count": Count("pk")} | ({"minor": Sum(amount)} if amount is not None else {})
    found = rows.order_by().aggregate(**wanted)
    return Figure(found["count"], found.get("minor") or 0)


def ages_of_unpaid(*, today: dt.date) -> list[tuple[Age, Figure]]:
    """Return the unpaid invoices by how long they are overdue, by one query."""
    wanted: dict[str, Any] = {}
    for number, age in enumerate(AGES):
        wanted[f"count{number}"] = Count("pk", filter=age.due(today))
        wanted[f"minor{number}"] = Sum(_open(), filter=age.due(today))
    found = Invoice.objects.filter(settled_at__isnull=True).aggregate(**wanted)
    return [
        (age, Figure(found[f"count{number}"], found[f"minor{number}"] or 0))
        for number, age in enumerate(AGES)
    ]


def unpaid(rows: QuerySet[Invoice], *, age: str, today: dt.date) -> QuerySet[Invoice]:
    """Keep the open invoices of one age; an unknown one keeps all."""
    found = next((one for one in AGES if one.slug == age), None)
    return rows.filter(found.due(today)) if found else rows


def open_figure(rows: QuerySet[Invoice]) -> Figure:
    """Return how many invoices there are and what is open on them."""
    return figure_of(rows, _open())


def payers_with_credit() -> QuerySet[Any, Any]:
    """Return payers for whom money is kept, the most first.

    Returns:
        rows of the payer's columns with ``kept`` minor units and the day of the oldest payment.
    """
    rows = Payment.objects.filter(
        state=PaymentState.RECEIVED, amount_minor__gt=F("applied_minor") + F("refunded_minor")
    ).values(
        "payer_practice_id", "payer_practice__name", "payer_practice__reference",
        "payer_person_id", "payer_person__first_name", "payer_person__last_name",
        "payer_person__reference",
    )  # fmt: skip
    return rows.annotate(kept=Sum(_left()), since=Min("received_on")).order_by(
        "-kept", "payer_practice_id", "payer_person_id"
    )


def promised_of(*, payer: Payer) -> int:
    """Return the minor units of what is kept for a payer that refunds wait to pay back."""
    columns = {f"payment__{name}": key for name, key in payer.columns.items()}
    rows = Refund.objects.filter(paid_at__isnull=True, refused=False, **columns)
    return rows.aggregate(n=Sum("amount_minor"))["n"] or 0


def credit_figure() -> Figure:
    """Return for how many payers money is kept, and how much."""
    rows = payers_with_credit().order_by()
    found = rows.aggregate(payers=Count("*"), minor=Sum("kept"))
    return Figure(found["payers"], found["minor"] or 0)


def open_estimates(*, today: dt.date, ending: str = "") -> QuerySet[Estimate]:
    """Return estimates that wait for an answer, soonest to end first.

    Arguments:
        ending: "soon" for those of the next days, "over" for those whose last day has passed.
    """
    rows = Estimate.objects.filter(state=EstimateState.SENT).select_related("practice")
    if ending == "over":
        rows = rows.filter(good_until__lt=today)
    else:
        rows = rows.filter(good_until__gte=today)
        if ending == "soon":
            rows = rows.filter(good_until__lte=today + dt.timedelta(days=SOON_DAYS))
    return rows.order_by("good_until", "id")


def estimate_figure(*, today: dt.date) -> Figure:
    """Return how many estimates wait for an answer, and how much they are together."""
    return figure_of(open_estimates(today=today), F("net_minor") + F("tax_minor"))


def mismatch_by_reference(*, reference: str) -> Mismatch | None:
    """Return one disagreement, open or closed, or None."""
    return Mismatch.objects.filter(reference=reference).first()


def exemption_by_reference(*, reference: str) -> Exemption | None:
    """Return one certificate of exemption with its practice, or None."""
    return Exemption.objects.filter(reference=reference).select_related("practice").first()


def estimate_by_number(*, practice: int, number: str) -> Estimate | None:
    """Return one revision of a practice's estimate by its number, or None."""
    rows = Estimate.objects.filter(practice_id=practice, number=number)
    return rows.select_related("practice", "order__invoice").first()


def payment_by_number(*, payer: Payer, number: str) -> Payment | None:
    """Return one payment of a payer by its receipt's number, or None."""
    return Payment.objects.filter(number=number, **payer.columns).first()


def cheques_by_reference(*, references: list[str]) -> list[Payment]:
    """Return payments by their references, with their practices."""
    rows = Payment.objects.filter(reference__in=references).select_related("payer_practice")
    return list(rows.order_by("id"))


def orders_open_first(*, payer: Payer, limit: int) -> list[Order]:
    """Return a payer's orders with their invoices: what is to be paid, then the newest."""
    rows = Order.objects.filter(**payer.columns).select_related("invoice", "estimate")
    is_open = Case(When(state=OrderState.OPEN, then=0), default=1)
    return list(rows.order_by(is_open, "-id")[:limit])


def credit_notes_of_payer(*, payer: Payer, limit: int) -> list[CreditNote]:
    """Return a payer's newest credit notes with their invoices."""
    columns = {f"invoice__{name}": key for name, key in payer.columns.items()}
    return list(
        CreditNote.objects.filter(**columns).select_related("invoice").order_by("-id")[:limit]
    )


def refunds_of(*, payment: int) -> list[Refund]:
    """Return a payment's refunds, oldest first."""
    return list(Refund.objects.filter(payment_id=payment).order_by("id"))


def invoices_of_payment(*, payment: int) -> list[tuple[Invoice, int, int]]:
    """Return the invoices that a payment pays or once paid, in the order in which it did.

    Returns:
        (invoice, what it pays of it now, what it paid once).
    """
    now: dict[int, int] = defaultdict(int)
    once: dict[int, int] = defaultdict(int)
    found: dict[int, Invoice] = {}
    rows = Posting.objects.filter(
        payment_id=payment, invoice__isnull=False, reason__in=(Reason.APPLIED, Reason.UNAPPLIED)
    )
    for row in rows.select_related("invoice__order").order_by("id"):
        assert row.invoice is not None
        applied = row.reason == Reason.APPLIED
        found[row.invoice.pk] = row.invoice
        now[row.invoice.pk] += row.amount_minor if applied else -row.amount_minor
        once[row.invoice.pk] += row.amount_minor if applied else 0
    return [(invoice, now[key], once[key]) for key, invoice in found.items()]
