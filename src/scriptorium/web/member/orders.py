"""Orders of somebody who pays for herself: the list, one order, its papers, paying by card."""

from __future__ import annotations

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from scriptorium.domains.orders import queries as money
from scriptorium.domains.orders.models import Order
from scriptorium.journeys import ordering
from scriptorium.kernel.payer import Payer
from scriptorium.pages.store import own_free_units
from scriptorium.web.shared import orders
from scriptorium.web.shared.guards import person_of, signed_in
from scriptorium.web.shared.requests import HttpRequest

BASE = "/member/"


def _order(request: HttpRequest, reference: str) -> Order:
    payer = Payer(person=person_of(request).pk)
    found = money.order_of_payer(payer=payer, reference=reference)
    if found is None:
        raise Http404
    return found


@require_safe
@signed_in
def show(request: HttpRequest) -> HttpResponse:
    """Every order of one's own, newest first."""
    payer = Payer(person=person_of(request).pk)
    context = orders.list_context(request, payer=payer, base=BASE)
    return render(request, "member/orders.html", context)


def _page(
    request: HttpRequest, order: Order, *, problem: str = "", status: int = 200
) -> HttpResponse:
    context = orders.order_context(request, order=order, base=BASE) | {
        "problem": problem,
        "free": own_free_units(person=person_of(request)),
        "may_pay": True,
        "billing_url": "",
    }
    return render(request, "member/order.html", context, status=status)


@require_safe
@signed_in
def read(request: HttpRequest, reference: str) -> HttpResponse:
    """One order: what it holds, what paid it, and how to pay the rest."""
    return _page(request, _order(request, reference))


@require_POST
@signed_in
def pay(request: HttpRequest, reference: str) -> HttpResponse:
    """Go to the provider's page to pay what is open by card."""
    order = _order(request, reference)
    to = ordering.bill_to_person(person_of(request))
    back = reverse("member-order", args=[order.reference])
    try:
        url = orders.payment_address(request, order=order, to=to, back=back)
    except orders.CannotPay as error:
        # Read anew: it may have been paid meanwhile.
        fresh = _order(request, reference)
        return _page(request, fresh, problem=str(error), status=error.status)
    return HttpResponseRedirect(url)


@require_safe
@signed_in
def invoice(request: HttpRequest, reference: str) -> HttpResponse:
    """The invoice of an order."""
    return orders.invoice_file(_order(request, reference))


@require_safe
@signed_in
def receipt(request: HttpRequest, reference: str, number: str) -> HttpResponse:
    """The receipt of a payment that paid, or once paid, this order."""
    return orders.receipt_file(_order(request, reference), number)


@require_safe
@signed_in
def credit_note(request: HttpRequest, reference: str, number: str) -> HttpResponse:
    """A credit note on this order."""
    return orders.credit_note_file(_order(request, reference), number)
