"""Payments that staff enter, and what may become of them: a bounce, a refund."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from scriptorium.domains.catalog.queries import prices
from scriptorium.domains.ledger.operations import fresh_key
from scriptorium.domains.orders import queries as money
from scriptorium.domains.orders.models import Payment
from scriptorium.domains.orders.operations import NewPayment
from scriptorium.domains.orders.queries import office
from scriptorium.journeys import crediting, money_papers, office_money, taking_payments
from scriptorium.journeys.crediting import LooksLikeACard, NotPossible
from scriptorium.kernel.money import Money
from scriptorium.pages import worklists
from scriptorium.pages.money_payment import payment_page
from scriptorium.web.office.money.accounts import CHANGES, Account, account_of, may_change
from scriptorium.web.office.money.forms import PaymentForm, ReasonForm, RefundForm
from scriptorium.web.shared.files import pdf
from scriptorium.web.shared.guards import actor_of, staff_role
from scriptorium.web.shared.requests import HttpRequest

#: An account with more open invoices than this is paid oldest first.
MOST_INVOICES = 100


def payment_of(account: Account, number: str) -> Payment:
    """Return a payment of an account.

    Raises:
        Http404: the payer has none of this number.
    """
    found = office.payment_by_number(payer=account.payer, number=number)
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@staff_role(*CHANGES)
def new(request: HttpRequest, whose: str, ref: str) -> HttpResponse:
    """Record a payment; the page of the payment then says what it paid."""
    account = account_of(whose, ref)
    invoices = list(money.open_invoices(payer=account.payer)[:MOST_INVOICES])
    initial = {"received_on": request.today, "idempotency_key": fresh_key()}
    form = PaymentForm(request.POST or None, invoices=invoices, initial=initial)
    context = {"form": form, "account": account}
    if request.method != "POST":
        return render(request, "office/money/payment_new.html", context)
    if not form.is_valid():
        return render(request, "office/money/payment_new.html", context, status=422)
    data = form.cleaned_data
    try:
        taken = taking_payments.take(
            actor=actor_of(request, staff=True),
            to=account.to,
            new=NewPayment(
                payer=account.payer,
                method=data["method"],
                amount_minor=data["amount"],
                currency=prices().currency,
                received_on=data["received_on"],
                idempotency_key=f"office:{data['idempotency_key']}",
                paper=data["paper"],
                note=data["note"],
            ),
            invoices=form.chosen,
            now=request.now,
            today=request.today,
        )
    except LooksLikeACard as error:
        form.add_error("paper", str(error))
    except NotPossible as error:
        form.add_error("received_on", str(error))
    else:
        messages.success(request, _said(taken))
        return redirect(f"{account.url}payments/{taken.payment.number}/")
    return render(request, "office/money/payment_new.html", context, status=422)


def _said(taken: taking_payments.Taken) -> str:
    """Return what a payment did, in a sentence."""
    currency = taken.payment.currency
    parts = [f"{Money(minor, currency)} of {number}" for number, minor in taken.paid]
    paid = f"It paid {', '.join(parts)}." if parts else "It paid no invoice."
    kept = f" {Money(taken.kept_minor, currency)} is kept." if taken.kept_minor else ""
    amount = Money(taken.payment.amount_minor, currency)
    return f"Receipt {taken.payment.number}: {amount}. {paid}{kept}"


@require_safe
@staff_role(*worklists.MONEY)
def show(request: HttpRequest, whose: str, ref: str, number: str) -> HttpResponse:
    """One payment with what it paid."""
    account = account_of(whose, ref)
    return _page(request, account, payment_of(account, number))


def _page(
    request: HttpRequest, account: Account, payment: Payment, *, status: int = 200, **more: Any
) -> HttpResponse:
    page = payment_page(payment=payment, account=account.url)
    context = {
        "account": account,
        "page": page,
        "may_change": may_change(request),
        "bounce_form": ReasonForm(prefix="bounce"),
        "lost_form": ReasonForm(prefix="lost"),
        "refund_form": RefundForm(prefix="refund", initial={"amount": page.left_amount}),
        "problem": "",
    } | more
    return render(request, "office/money/payment.html", context, status=status)


def _with_reason[T](
    request: HttpRequest,
    whose: str,
    ref: str,
    number: str,
    *,
    prefix: str,
    change: Callable[..., T],
    say: Callable[[T], str],
) -> HttpResponse:
    """Do to a payment what needs a reason, and say what came of it; or show why it was refused.

    Arguments:
        prefix: of the reason's form on the page.
        change: the journey; it takes actor, payment, to, reason, now and today.
        say: what came of it, in a sentence.
    """
    account = account_of(whose, ref)
    payment = payment_of(account, number)
    form = ReasonForm(request.POST, prefix=prefix)
    again = {f"{prefix}_form": form}
    if not form.is_valid():
        return _page(request, account, payment, status=422, **again)
    try:
        done = change(
            actor=actor_of(request, staff=True),
            payment=payment,
            to=account.to,
            reason=form.cleaned_data["reason"],
            now=request.now,
            today=request.today,
        )
    except LooksLikeACard as error:
        form.add_error("reason", str(error))
        return _page(request, account, payment, status=422, **again)
    except NotPossible as error:
        fresh = payment_of(account, number)
        return _page(request, account, fresh, status=409, problem=str(error))
    messages.warning(request, say(done))
    return redirect(f"{account.url}payments/{number}/")


@require_POST
@staff_role(*CHANGES)
def bounce(request: HttpRequest, whose: str, ref: str, number: str) -> HttpResponse:
    """The bank sent a payment back."""

    def say(opened: tuple[str, ...]) -> str:
        again = f"Open again: {', '.join(opened)}." if opened else "No invoice opens again."
        return f"{number} bounced. {again}"

    return _with_reason(
        request, whose, ref, number, prefix="bounce", change=taking_payments.bounce, say=say
    )


@require_POST
@staff_role(*CHANGES)
def write_off(request: HttpRequest, whose: str, ref: str, number: str) -> HttpResponse:
    """A dispute is lost: what it holds back is written off."""
    return _with_reason(
        request, whose, ref, number, prefix="lost", change=office_money.write_off,
        say=lambda lost: f"{lost} of {number} is written off.",
    )  # fmt: skip


@require_safe
@staff_role(*worklists.MONEY)
def receipt(request: HttpRequest, whose: str, ref: str, number: str) -> HttpResponse:
    """The receipt that the payer has, as a file."""
    account = account_of(whose, ref)
    payment = payment_of(account, number)
    paid = office.invoices_of_payment(payment=payment.pk)
    if not paid:
        raise Http404
    invoice, *_ = paid[0]
    return pdf(money_papers.receipt_pdf(payment=payment, invoice=invoice), number)


@require_POST
@staff_role(*CHANGES)
def refund(request: HttpRequest, whose: str, ref: str, number: str) -> HttpResponse:
    """Pay money back, or ask for it where a second person has to agree."""
    account = account_of(whose, ref)
    payment = payment_of(account, number)
    form = RefundForm(request.POST, prefix="refund")
    if not form.is_valid():
        return _page(request, account, payment, status=422, refund_form=form)
    try:
        found = crediting.ask_refund(
            actor=actor_of(request, staff=True),
            payment=payment,
            to=account.to,
            amount=form.cleaned_data["amount"],
            reason=form.cleaned_data["reason"],
            now=request.now,
            today=request.today,
        )
    except LooksLikeACard as error:
        form.add_error("reason", str(error))
        return _page(request, account, payment, status=422, refund_form=form)
    except NotPossible as error:
        form.add_error("amount", str(error))
        return _page(request, account, payment, status=422, refund_form=form)
    except crediting.CannotSend as error:
        fresh = payment_of(account, number)
        return _page(request, account, fresh, status=409, problem=f"{error} It waits.")
    found.refresh_from_db()
    amount = Money(found.amount_minor, payment.currency)
    if found.paid_at is not None:
        messages.success(request, f"{amount} is paid back.")
    else:
        messages.info(request, f"{amount} waits until a second person agrees.")
    return redirect(f"{account.url}payments/{number}/")
