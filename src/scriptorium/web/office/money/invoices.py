"""Invoices in the office: credit notes, kept money, cancelling what nobody paid."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from scriptorium.domains.orders import queries as money
from scriptorium.domains.orders.models import Invoice
from scriptorium.journeys import crediting, office_money
from scriptorium.journeys.crediting import LooksLikeACard, NotPossible
from scriptorium.kernel.money import Money
from scriptorium.pages import worklists
from scriptorium.pages.money_invoice import invoice_page, left_lines
from scriptorium.web.office.money.accounts import CHANGES, Account, account_of, may_change
from scriptorium.web.office.money.forms import CreditForm, ReasonForm
from scriptorium.web.shared.guards import actor_of, staff_role
from scriptorium.web.shared.requests import HttpRequest


def invoice_of(account: Account, number: str) -> Invoice:
    """Return an invoice of an account.

    Raises:
        Http404: the payer has none of this number.
    """
    found = money.invoice_of_payer(payer=account.payer, number=number)
    if found is None:
        raise Http404
    return found


@require_safe
@staff_role(*worklists.MONEY)
def show(request: HttpRequest, whose: str, ref: str, number: str) -> HttpResponse:
    """One invoice with everything that paid it or took it back."""
    account = account_of(whose, ref)
    return _page(request, account, invoice_of(account, number))


def _page(
    request: HttpRequest, account: Account, invoice: Invoice, *, status: int = 200, **more: Any
) -> HttpResponse:
    page = invoice_page(invoice=invoice, account=account.url, today=request.today)
    context = {
        "account": account,
        "page": page,
        "may_change": may_change(request),
        "credit_form": CreditForm(lines=page.left, prefix="credit"),
        "cancel_form": ReasonForm(prefix="cancel"),
        "problem": "",
    } | more
    return render(request, "office/money/invoice.html", context, status=status)


@require_POST
@staff_role(*CHANGES)
def credit(request: HttpRequest, whose: str, ref: str, number: str) -> HttpResponse:
    """Take pieces back by a credit note."""
    account = account_of(whose, ref)
    invoice = invoice_of(account, number)
    form = CreditForm(request.POST, lines=left_lines(invoice=invoice), prefix="credit")
    if not form.is_valid():
        return _page(request, account, invoice, status=422, credit_form=form)
    try:
        note = crediting.credit(
            actor=actor_of(request, staff=True),
            invoice=invoice,
            to=account.to,
            quantities=form.quantities,
            reason=form.cleaned_data["reason"],
            now=request.now,
            today=request.today,
        )
    except LooksLikeACard as error:
        form.add_error("reason", str(error))
        return _page(request, account, invoice, status=422, credit_form=form)
    except NotPossible as error:
        form.add_error(None, str(error))
        return _page(request, account, invoice, status=422, credit_form=form)
    amount = Money(note.total_minor, invoice.currency)
    messages.success(request, f"Credit note {note.number} over {amount} is issued.")
    return redirect(f"{account.url}invoices/{number}/")


@require_POST
@staff_role(*CHANGES)
def cancel(request: HttpRequest, whose: str, ref: str, number: str) -> HttpResponse:
    """Cancel an order that nobody paid, by a credit note over everything."""
    account = account_of(whose, ref)
    invoice = invoice_of(account, number)
    form = ReasonForm(request.POST, prefix="cancel")
    if not form.is_valid():
        return _page(request, account, invoice, status=422, cancel_form=form)
    try:
        note = office_money.cancel(
            actor=actor_of(request, staff=True),
            invoice=invoice,
            to=account.to,
            reason=form.cleaned_data["reason"],
            now=request.now,
            today=request.today,
        )
    except LooksLikeACard as error:
        form.add_error("reason", str(error))
        return _page(request, account, invoice, status=422, cancel_form=form)
    except NotPossible as error:
        return _page(request, account, invoice, status=409, problem=str(error))
    messages.success(request, f"The order is cancelled by credit note {note.number}.")
    return redirect(f"{account.url}invoices/{number}/")


@require_POST
@staff_role(*CHANGES)
def use_kept(request: HttpRequest, whose: str, ref: str, number: str) -> HttpResponse:
    """Pay an invoice from what is kept for its payer."""
    account = account_of(whose, ref)
    invoice = invoice_of(account, number)
    try:
        used = office_money.use_kept(
            actor=actor_of(request, staff=True),
            invoice=invoice,
            to=account.to,
            now=request.now,
            today=request.today,
        )
    except NotPossible as error:
        return _page(request, account, invoice, status=409, problem=str(error))
    messages.success(request, f"{Money(used, invoice.currency)} of what is kept paid {number}.")
    return redirect(f"{account.url}invoices/{number}/")
