"""The papers of money: estimates, invoices, receipts, credit notes and statements as PDF."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from scriptorium.domains.catalog.queries import prices
from scriptorium.domains.orders import queries as money
from scriptorium.journeys import money_papers
from scriptorium.kernel.payer import Payer
from scriptorium.pages.statement import statement_page
from scriptorium.web.practice.estimates import estimate_of
from scriptorium.web.practice.orders import order_of
from scriptorium.web.shared import orders
from scriptorium.web.shared.files import pdf
from scriptorium.web.shared.guards import Place, practice_role
from scriptorium.web.shared.requests import HttpRequest


@require_safe
@practice_role("read")
def estimate(request: HttpRequest, place: Place, reference: str) -> HttpResponse:
    """One revision of an estimate."""
    found = estimate_of(place, reference)
    return pdf(money_papers.estimate_pdf(estimate=found), found.number)


@require_safe
@practice_role("read")
def invoice(request: HttpRequest, place: Place, reference: str) -> HttpResponse:
    """The invoice of an order."""
    return orders.invoice_file(order_of(place, reference))


@require_safe
@practice_role("read")
def receipt(request: HttpRequest, place: Place, reference: str, number: str) -> HttpResponse:
    """The receipt of a payment that paid, or once paid, this order."""
    return orders.receipt_file(order_of(place, reference), number)


@require_safe
@practice_role("read")
def credit_note(request: HttpRequest, place: Place, reference: str, number: str) -> HttpResponse:
    """A credit note on this order."""
    return orders.credit_note_file(order_of(place, reference), number)


class PeriodForm(forms.Form):
    """From which day to which day a statement goes."""

    since = forms.DateField(label="From", widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label="To", widget=forms.DateInput(attrs={"type": "date"}))

    def clean(self) -> dict[str, Any]:
        """A period does not end before it begins."""
        data = super().clean() or {}
        if data.get("since") and data.get("until") and data["since"] > data["until"]:
            self.add_error("until", "Choose the first day or a later one.")
        return data


def _period(request: HttpRequest) -> PeriodForm:
    today = request.today
    year = {"since": dt.date(today.year, 1, 1).isoformat(), "until": today.isoformat()}
    return PeriodForm(year | request.GET.dict())


@require_safe
@practice_role("read")
def statement(request: HttpRequest, place: Place) -> HttpResponse:
    """What was charged and what was paid in a period, this year by default."""
    return _statement_page(request, place, _period(request))


def _statement_page(request: HttpRequest, place: Place, form: PeriodForm) -> HttpResponse:
    base = f"/practice/{place.practice.reference}/"
    found = None
    if form.is_valid():
        payer = Payer(practice=place.practice.pk)
        found = money.statement(payer=payer, **form.cleaned_data)
    context = {
        "place": place,
        "form": form,
        "page": statement_page(found=found, currency=prices().currency) if found else None,
        "query": request.GET.urlencode(),
        "base": base,
        "board_url": f"{base}assignments/",
    }
    status = 200 if found else 422
    return render(request, "practice/statement.html", context, status=status)


@require_safe
@practice_role("read")
def statement_file(request: HttpRequest, place: Place) -> HttpResponse:
    """The same as PDF."""
    form = _period(request)
    if not form.is_valid():
        return _statement_page(request, place, form)
    payer = Payer(practice=place.practice.pk)
    found = money.statement(payer=payer, **form.cleaned_data)
    content = money_papers.statement_pdf(
        found=found, payer_name=place.practice.name, currency=prices().currency
    )
    return pdf(content, f"statement-{found.since}-{found.until}")
