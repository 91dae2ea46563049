"""Estimates that staff write, with lines of their own, and answers that came by telephone."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from scriptorium.domains.ledger.operations import fresh_key
from scriptorium.domains.orders import queries as money
from scriptorium.domains.orders.models import Estimate
from scriptorium.domains.orders.queries import office
from scriptorium.domains.orders.rules import states
from scriptorium.domains.orders.rules.pricing import Quote
from scriptorium.journeys import estimating
from scriptorium.journeys.estimating import CannotPrice, LooksLikeACard, NotPossible
from scriptorium.pages import worklists
from scriptorium.pages.estimate import estimate_page
from scriptorium.pages.estimates import sums_of
from scriptorium.web.office.money.accounts import CHANGES, Account, account_of, may_change
from scriptorium.web.office.money.forms import (
    OWN_LINES,
    CallerForm,
    ReasonForm,
    StaffEstimateForm,
    initial_of,
)
from scriptorium.web.shared.guards import actor_of, staff_role
from scriptorium.web.shared.requests import HttpRequest


def estimate_of(account: Account, number: str) -> Estimate:
    """Return a revision of a practice's estimate.

    Raises:
        Http404: the payer is a person, or has none of this number.
    """
    found = office.estimate_by_number(practice=account.practice.pk, number=number)
    if found is None:
        raise Http404
    return found


# The form -------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@staff_role(*CHANGES)
def new(request: HttpRequest, whose: str, ref: str) -> HttpResponse:
    """Write an estimate, or with ``?revises=`` the next revision of one."""
    account = account_of(whose, ref)
    practice = account.practice
    wanted = request.GET.get("revises", "")
    revises = estimate_of(account, wanted) if wanted else None
    lines = money.lines_of_estimates(estimates=[revises.pk])[revises.pk] if revises else []
    initial, own = initial_of(lines)
    if revises is not None:
        initial |= {"title": revises.title, "note": revises.note}
    form = StaffEstimateForm(
        request.POST or None, initial=initial, own_lines=max(OWN_LINES, own + 1)
    )
    if request.method != "POST":
        return _form_page(request, account, form, revises)
    quote = _priced(request, account, form)
    if quote is None or "price" in request.POST:
        return _form_page(request, account, form, revises, quote, 200 if quote else 422)
    try:
        made = estimating.make(
            actor=actor_of(request, staff=True),
            practice=practice,
            wishes=form.wishes(),
            title=form.cleaned_data["title"],
            note=form.cleaned_data["note"],
            revises=revises,
            by_staff=True,
            idempotency_key=request.POST.get("idempotency_key", ""),
            now=request.now,
            today=request.today,
        )
    except LooksLikeACard as error:
        form.add_error(None, str(error))
        return _form_page(request, account, form, revises, quote, 422)
    except NotPossible as error:
        form.add_error(None, str(error))
        return _form_page(request, account, form, revises, quote, 409)
    messages.success(request, f"Estimate {made.number} is open. The practice can accept it.")
    return redirect(f"{account.url}estimates/{made.number}/")


def _priced(request: HttpRequest, account: Account, form: StaffEstimateForm) -> Quote | None:
    """Return the price of what was typed; what is wrong is said in the form."""
    if not form.is_valid():
        return None
    try:
        return estimating.priced(
            practice=account.practice, wishes=form.wishes(), today=request.today
        )
    except CannotPrice as error:
        form.add_error(None, str(error))
        return None


def _form_page(
    request: HttpRequest,
    account: Account,
    form: StaffEstimateForm,
    revises: Estimate | None,
    quote: Quote | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "account": account,
        "form": form,
        "products": [form[kind] for kind in form.kinds],
        "own": [
            [form[f"{name}-{part}"] for part in ("what", "words", "count", "price")]
            for name in form.own
        ],
        "revises": revises,
        "key": request.POST.get("idempotency_key", "") or fresh_key(),
        "sums": sums_of(
            net=quote.net_minor,
            tax=quote.tax_minor,
            saved=quote.saved_minor,
            currency=quote.currency,
        )
        if quote
        else None,
    }
    return render(request, "office/money/estimate_new.html", context, status=status)


# One estimate ---------------------------------------------------------------------------------


@require_safe
@staff_role(*worklists.MONEY)
def show(request: HttpRequest, whose: str, ref: str, number: str) -> HttpResponse:
    """One revision of an estimate."""
    account = account_of(whose, ref)
    return _page(request, account, estimate_of(account, number))


def _page(
    request: HttpRequest, account: Account, estimate: Estimate, *, status: int = 200, **more: Any
) -> HttpResponse:
    page = estimate_page(estimate=estimate, base=account.url, today=request.today)
    order = getattr(estimate, "order", None)
    context = {
        "account": account,
        "page": page,
        "url": f"{account.url}estimates/{estimate.number}/",
        "revisions": money.revisions_of(estimate=estimate),
        "invoice": order.invoice.number if order else "",
        "may_change": may_change(request),
        "why_not_revised": _why_not_revised(estimate),
        "caller_form": CallerForm(prefix="call"),
        "decline_form": ReasonForm(prefix="decline"),
        "problem": "",
    } | more
    return render(request, "office/money/estimate.html", context, status=status)


def _why_not_revised(estimate: Estimate) -> str:
    try:
        states.check_can_revise(estimate=estimate, by_staff=True)
    except NotPossible as error:
        return str(error)
    return ""


@require_POST
@staff_role(*CHANGES)
def accept(request: HttpRequest, whose: str, ref: str, number: str) -> HttpResponse:
    """Accept for a practice whose word came by telephone."""
    account = account_of(whose, ref)
    estimate = estimate_of(account, number)
    form = CallerForm(request.POST, prefix="call")
    if not form.is_valid():
        return _page(request, account, estimate, status=422, caller_form=form)
    try:
        invoice = estimating.accept(
            actor=actor_of(request, staff=True),
            practice=account.practice,
            estimate=estimate,
            name=form.cleaned_data["name"],
            po_number=form.cleaned_data["po_number"],
            now=request.now,
            today=request.today,
        )
    except LooksLikeACard as error:
        form.add_error("po_number", str(error))
        return _page(request, account, estimate, status=422, caller_form=form)
    except NotPossible as error:
        return _page(request, account, estimate, status=409, problem=str(error))
    messages.success(request, f"Accepted by {form.cleaned_data['name']}: {invoice.number}.")
    return redirect(f"{account.url}invoices/{invoice.number}/")


@require_POST
@staff_role(*CHANGES)
def decline(request: HttpRequest, whose: str, ref: str, number: str) -> HttpResponse:
    """Decline for a practice whose word came by telephone."""
    account = account_of(whose, ref)
    estimate = estimate_of(account, number)
    form = ReasonForm(request.POST, prefix="decline")
    if not form.is_valid():
        return _page(request, account, estimate, status=422, decline_form=form)
    try:
        estimating.decline(
            actor=actor_of(request, staff=True),
            practice=account.practice,
            estimate=estimate,
            reason=form.cleaned_data["reason"],
            now=request.now,
        )
    except LooksLikeACard as error:
        form.add_error("reason", str(error))
        return _page(request, account, estimate, status=422, decline_form=form)
    except NotPossible as error:
        return _page(request, account, estimate, status=409, problem=str(error))
    messages.success(request, f"Estimate {number} is declined.")
    return redirect(f"{account.url}estimates/{number}/")
