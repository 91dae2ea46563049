"""Orders and invoices of a practice, and paying one by card (DOMAIN §10)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from scriptorium.domains.orders import queries as money
from scriptorium.domains.orders.models import Order
from scriptorium.journeys import ordering, paying_online
from scriptorium.journeys.services import NoPaymentOnline, pays_online
from scriptorium.kernel.payer import Payer
from scriptorium.pages.orders import order_page, orders_page
from scriptorium.web.shared.guards import Place, actor_of, practice_role
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
    asked = request.GET.get("page", "1")
    page = orders_page(
        payer=Payer(practice=place.practice.pk),
        base=base,
        page=int(asked) if asked.isdecimal() and len(asked) < 6 else 1,
        today=request.today,
    )
    context = {
        "place": place,
        "page": page,
        "prev": f"?page={page.page - 1}" if page.page > 1 else "",
        "next": f"?page={page.page + 1}" if page.page < page.pages else "",
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
    request: HttpRequest, place: Place, order: Order, *, status: int = 200, **more: Any
) -> HttpResponse:
    base = f"/practice/{place.practice.reference}/"
    page = order_page(order=order, base=base, today=request.today)
    returned = request.GET.get("paid", "")
    context = {
        "place": place,
        "page": page,
        "returned": returned,
        "confirming": returned == "1" and bool(page.open) and not page.on_the_way,
        "here": f"{base}orders/{order.reference}/",
        "base": base,
        "by_card": pays_online(),
        "keeps": money.saved_method(payer=Payer(practice=place.practice.pk)),
        "remittance": settings.REMITTANCE,
        "body_name": settings.BODY_NAME,
        "body_address": settings.BODY_ADDRESS,
        "body_phone": settings.BODY_PHONE,
        "board_url": f"{base}assignments/",
        "problem": "",
    } | more
    partial = request.htmx and not request.htmx.boosted
    template = "practice/order.html#money" if partial else "practice/order.html"
    return render(request, template, context, status=status)


@require_POST
@practice_role("manage")
def pay(request: HttpRequest, place: Place, reference: str) -> HttpResponse:
    """Go to the provider's page to pay what is open by card."""
    order = order_of(place, reference)
    try:
        begun = paying_online.begin(
            actor=actor_of(request),
            order=order,
            to=ordering.bill_to_practice(place.practice),
            save_method=request.POST.get("keep") == "on",
            back=reverse("order", args=[place.practice.reference, order.reference]),
            now=request.now,
            today=request.today,
        )
    except (paying_online.NotPossible, NoPaymentOnline) as error:
        order.refresh_from_db()
        return _page(request, place, order_of(place, reference), status=409, problem=str(error))
    except (paying_online.ProviderUnavailable, paying_online.ProviderRefused):
        problem = (
            "The payment page cannot be reached just now, and nothing was charged. Try again in"
            " a few minutes, or pay in another way."
        )
        return _page(request, place, order, status=503, problem=problem)
    return HttpResponseRedirect(begun.url)
