"""Reading payments, attempts, worklists of finance and the ledger itself."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum

from scriptorium.database.prepared import Prepared
from scriptorium.domains.orders.enums import Account, AttemptState, PaymentState
from scriptorium.domains.orders.models import (
    Attempt,
    BillingProfile,
    Invoice,
    Mismatch,
    Order,
    Payment,
    Posting,
    ProviderEvent,
    Refund,
)
from scriptorium.kernel.payer import Payer


def payments_of(*, payer: Payer) -> QuerySet[Payment]:
    """Return a payer's payments, newest first."""
    return Payment.objects.filter(**payer.columns).order_by("-id")


def payment_by_key(*, idempotency_key: str) -> Payment | None:
    """Return the payment that a repeated press made before, or None."""
    return Payment.objects.filter(idempotency_key=idempotency_key).first()


def locked_payment(*, key: int) -> Payment:
    """Return a payment under its row lock; lock the invoices that it pays before."""
    return Payment.objects.select_for_update().get(pk=key)


def payments_with_credit(*, payer: Payer) -> list[Payment]:
    """Return received payments of which something is left, oldest first, under their locks."""
    rows = Payment.objects.select_for_update().filter(
        state=PaymentState.RECEIVED,
        amount_minor__gt=F("applied_minor") + F("refunded_minor"),
        **payer.columns,
    )
    return list(rows.order_by("pk"))


def credit_of(*, payer: Payer) -> int:
    """Return the minor units that are kept for a payer."""
    rows = Payment.objects.filter(state=PaymentState.RECEIVED, **payer.columns)
    left = F("amount_minor") - F("applied_minor") - F("refunded_minor")
    return rows.aggregate(left=Sum(left))["left"] or 0


def open_invoices(*, payer: Payer | None = None) -> QuerySet[Invoice]:
    """Return what is not paid, longest due first; of one payer or of all."""
    rows = Invoice.objects.filter(settled_at__isnull=True)
    if payer is not None:
        rows = rows.filter(**payer.columns)
    return rows.select_related("order", "payer_practice", "payer_person").order_by("due_on", "id")


def cheques_in_hand() -> QuerySet[Payment]:
    """Return the cheques that wait to be deposited, oldest first."""
    rows = Payment.objects.filter(
        method="cheque", state=PaymentState.RECEIVED, deposited_on__isnull=True
    )
    return rows.select_related("payer_practice", "payer_person").order_by("received_on", "id")


def failing_attempts() -> QuerySet[Attempt]:
    """Return orders' newest attempts that failed while the order is still open, newest first."""
    newest = Attempt.objects.filter(order=OuterRef("order")).order_by("-number").values("pk")[:1]
    rows = Attempt.objects.filter(
        state=AttemptState.FAILED, order__state="open", pk=Subquery(newest)
    )
    return rows.select_related("order__payer_practice", "order__payer_person").order_by("-id")


_locked_order = Prepared(
    lambda reference: (
        Order.objects.select_for_update(of=("self",))
        .filter(reference=reference)
        .select_related("payer_practice__primary", "payer_person", "invoice")
    ),
    ("one",),
    ("other",),
)
_attempt = Prepared(
    lambda order, number: Attempt.objects.filter(order_id=order, number=number),
    (7_000_001, 7_001),
    (7_000_002, 7_002),
)


def locked_attempt(*, attempt_key: str) -> Attempt | None:
    """Return the attempt of a key, "<order's reference>:<number>", under its order's lock, or None.

    The order knows its payer and which invoice is its own; the invoice is not locked.
    """
    reference, _, number = attempt_key.rpartition(":")
    if not number.isdecimal():
        return None
    order = _locked_order.first(reference)
    if order is None:
        return None
    # Read after the lock, so that it says what the one before left.
    found = _attempt.first(order.pk, int(number))
    if found is not None:
        found.order = order
    return found


def open_attempts(*, order: int) -> list[Attempt]:
    """Return an order's attempts whose page at the provider may still be open."""
    states = (AttemptState.OPEN, AttemptState.PENDING)
    rows = Attempt.objects.filter(order_id=order, state__in=states, off_session=False)
    return list(rows.filter(external_id__isnull=False).order_by("number"))


_tries = Prepared(
    lambda order: (
        Attempt.objects.filter(order_id=order).order_by("number").values_list("state", "charged_on")
    ),
    (7_000_001,),
    (7_000_002,),
    many=True,
)


def tries_of(*, order: int) -> list[tuple[str, dt.date | None]]:
    """Return an order's attempts: the state of each, and the day of a charge to a saved card."""
    return _tries.all(order)


def payments_on(*, invoice: int) -> list[Payment]:
    """Return the payments that paid an invoice, newest first, under their row locks."""
    rows = Payment.objects.select_for_update().filter(
        pk__in=Posting.objects.filter(invoice_id=invoice, payment__isnull=False).values("payment")
    )
    return list(rows.order_by("-pk"))


_by_external = Prepared(
    lambda external_id: Payment.objects.filter(external_id=external_id), ("one",), ("other",)
)


def payment_by_external(*, external_id: str) -> Payment | None:
    """Return the payment that the provider names, or None."""
    return _by_external.first(external_id)


def mismatches() -> QuerySet[Mismatch]:
    """Return what the books and the provider disagree about and nobody settled, oldest first."""
    return Mismatch.objects.filter(closed_at__isnull=True).order_by("id")


def attempts_to_check(*, provider: str, since: dt.datetime) -> list[Attempt]:
    """Return attempts begun since a moment that the provider has a name for."""
    rows = Attempt.objects.filter(provider=provider, begun_at__gte=since, external_id__isnull=False)
    return list(rows.select_related("order", "payment").order_by("id"))


def open_refunds() -> QuerySet[Refund]:
    """Return refunds that wait for a decision or for being paid, oldest first."""
    rows = Refund.objects.filter(paid_at__isnull=True, refused=False)
    return rows.select_related("payment__payer_practice", "payment__payer_person").order_by("id")


def refund_by_reference(*, reference: str) -> Refund | None:
    """Return a refund with its payment, or None."""
    return Refund.objects.filter(reference=reference).select_related("payment").first()


def waiting_events(*, limit: int = 100) -> list[ProviderEvent]:
    """Return events that nobody handled yet, oldest first."""
    return list(ProviderEvent.objects.filter(handled_at__isnull=True).order_by("id")[:limit])


def statement_rows(*, payer: Payer, since: dt.date, until: dt.date) -> list[Posting]:
    """Return the postings of a payer's account from a day up to and including another."""
    rows = Posting.objects.filter(on__gte=since, on__lte=until, **payer.columns)
    return list(rows.select_related("invoice", "payment", "note").order_by("id"))


def journal(*, since: dt.date, until: dt.date) -> QuerySet[Posting]:
    """Return the journal from a day up to and including another, in the order of posting."""
    rows = Posting.objects.filter(on__gte=since, on__lte=until)
    return rows.select_related(
        "invoice", "payment", "note", "payer_practice", "payer_person"
    ).order_by("on", "id")


def balances(*, until: dt.date | None = None) -> dict[str, int]:
    """Return account → debit minus credit in minor units; they always sum to zero."""
    rows = Posting.objects.all() if until is None else Posting.objects.filter(on__lte=until)
    found: Counter[str] = Counter(dict.fromkeys(Account.values, 0))
    _add(found, rows.values_list("debit").annotate(n=Sum("amount_minor")).order_by(), 1)
    _add(found, rows.values_list("credit").annotate(n=Sum("amount_minor")).order_by(), -1)
    return dict(found)


def _add(found: Counter[str], sums: Iterable[tuple[str, int]], sign: int) -> None:
    for account, amount in sums:
        found[account] += sign * amount


def auto_pay_of(*, payer: Payer) -> bool:
    """Return whether a payer's renewals are charged to the saved method.

    A practice has a switch of its own; somebody who pays for herself switched it on by saving the
    card for it.
    """
    if payer.practice is None:
        return True
    return BillingProfile.objects.filter(practice_id=payer.practice, auto_pay=True).exists()


def renewals_to_charge(
    *, today: dt.date, retries: Iterable[int], unsent: bool | None = None
) -> list[Order]:
    """Return open renewal orders whose next charge is due.

    The first charge is due on the day of the order, each next one so many days after it; an order
    whose last charge was sent and not answered is due too. An order that a card paid once and that
    is open again is not: its payer disputed that payment.

    Arguments:
        retries: days after the order on which a declined card is tried again.
        unsent: only orders whose last charge was not answered, or only the others.
    """
    waits = [0, *retries]
    rows = (
        Order.objects.filter(source="renewal", state="open", placed_by="nightly")
        .annotate(
            tried=Count("attempts", filter=Q(attempts__off_session=True)),
            unsent=Count(
                "attempts",
                filter=Q(attempts__off_session=True, attempts__state=AttemptState.OPEN),
            ),
            on_way=Count("attempts", filter=Q(attempts__state=AttemptState.PENDING)),
            paid=Count("attempts", filter=Q(attempts__state=AttemptState.SUCCEEDED)),
        )
        .filter(placed_on__gte=today - dt.timedelta(days=waits[-1] + 60), on_way=0, paid=0)
        .select_related("payer_practice__primary", "payer_person", "invoice")
    )
    if unsent is not None:
        rows = rows.filter(unsent__gt=0) if unsent else rows.filter(unsent=0)
    return [
        order
        for order in rows.order_by("id")
        if order.unsent
        or (
            order.tried < len(waits)
            and today >= order.placed_on + dt.timedelta(days=waits[order.tried])
        )
    ]


def charged_on(*, order: int, day: dt.date) -> bool:
    """Return whether an order's charge of a day was written already."""
    return Attempt.objects.filter(order_id=order, charged_on=day).exists()


def unsent_charge(*, order: int) -> Attempt | None:
    """Return an order's charge that was written and whose answer was never seen, or None."""
    rows = Attempt.objects.filter(order_id=order, off_session=True, state=AttemptState.OPEN)
    return rows.select_related("order__invoice").order_by("number").first()
