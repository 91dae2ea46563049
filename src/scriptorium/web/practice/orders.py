"""Orders and invoices of a practice, and paying one by card (DOMAIN §10)."""

from __future__ import annotations

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from scriptorium.domains.orders import queries as money
from scriptorium.domains.orders.models import Order
from scriptorium.journeys import ordering
from scriptorium.kernel.payer import Payer
from scriptorium.web.shared import orders
from scriptorium.web.shared.guards import Place, practice_role
from scriptorium.web.shared.requests import HttpRequest


def order_of(place: Place, reference: str) -> Order:
    """Return the practice's order of an address.

    Raises:
        Http404: this practice has no such order.
    """
    found = money.order_of_payer(payer=Payer(practice=place.practice.pk), reference=reference)
    if found is None:
        raise Http404
    return found


@require_safe
@practice_role("read")
def show(request: HttpRequest, place: Place) -> HttpResponse:
    """Every order, newest first, with what is owed and what is kept."""
    base = f"/practice/{place.practice.reference}/"
    payer = Payer(practice=place.practice.pk)
    context = orders.list_context(request, payer=payer, base=base) | {
        "place": place,
        "base": base,
        "board_url": f"{base}assignments/",
    }
    return render(request, "practice/orders.html", context)


@require_safe
@practice_role("read")
def read(request: HttpRequest, place: Place, reference: str) -> HttpResponse:
    """One order: what it holds, what paid it, and how to pay the rest."""
    return _page(request, place, order_of(place, reference))


def _page(
    request: HttpRequest, place: Place, order: Order, *, problem: str = "", status: int = 200
) -> HttpResponse:
    base = f"/practice/{place.practice.reference}/"
    context = orders.order_context(request, order=order, base=base) | {
        "place": place,
        "base": base,
        "board_url": f"{base}assignments/",
        "problem": problem,
        "may_pay": place.standing.manages,
        "billing_url": f"{base}settings/billing/",
    }
    partial = request.htmx and not request.htmx.boosted
    template = "practice/order.html#money" if partial else "practice/order.html"
    return render(request, template, context, status=status)


@require_POST
@practice_role("manage")
def pay(request: HttpRequest, place: Place, reference: str) -> HttpResponse:
    """Go to the provider's page to pay what is open by card."""
    order = order_of(place, reference)
    to = ordering.bill_to_practice(place.practice)
    back = reverse("order", args=[place.practice.reference, order.reference])
    try:
        url = orders.payment_address(request, order=order, to=to, back=back)
    except orders.CannotPay as error:
        # Read anew: it may have been paid meanwhile.
        fresh = order_of(place, reference)
        return _page(request, place, fresh, problem=str(error), status=error.status)
    return HttpResponseRedirect(url)
