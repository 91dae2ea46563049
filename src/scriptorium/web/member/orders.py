"""Orders of somebody who pays for herself: the list, one order, its papers, paying by card."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from scriptorium.domains.orders import queries as money
from scriptorium.domains.orders.models import Order
from scriptorium.journeys import money_papers, ordering, paying_online
from scriptorium.journeys.services import NoPaymentOnline, pays_online
from scriptorium.kernel.payer import Payer
from scriptorium.pages.orders import order_page, orders_page
from scriptorium.web.shared.files import pdf
from scriptorium.web.shared.guards import actor_of, person_of, signed_in
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
    asked = request.GET.get("page", "1")
    page = orders_page(
        payer=Payer(person=person_of(request).pk),
        base=BASE,
        page=int(asked) if asked.isdecimal() and len(asked) < 6 else 1,
        today=request.today,
    )
    context = {
        "page": page,
        "prev": f"?page={page.page - 1}" if page.page > 1 else "",
        "next": f"?page={page.page + 1}" if page.page < page.pages else "",
    }
    return render(request, "member/orders.html", context)


def _page(
    request: HttpRequest, order: Order, *, problem: str = "", status: int = 200
) -> HttpResponse:
    page = order_page(order=order, base=BASE, today=request.today)
    returned = request.GET.get("paid", "")
    context = {
        "page": page,
        "returned": returned,
        "confirming": returned == "1" and bool(page.open) and not page.on_the_way,
        "here": f"{BASE}orders/{order.reference}/",
        "by_card": pays_online(),
        "keeps": money.saved_method(payer=Payer(person=person_of(request).pk)),
        "remittance": settings.REMITTANCE,
        "body_name": settings.BODY_NAME,
        "body_address": settings.BODY_ADDRESS,
        "body_phone": settings.BODY_PHONE,
        "problem": problem,
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
    person = person_of(request)
    try:
        begun = paying_online.begin(
            actor=actor_of(request),
            order=order,
            to=ordering.bill_to_person(person),
            save_method=request.POST.get("keep") == "on",
            back=reverse("member-order", args=[order.reference]),
            now=request.now,
            today=request.today,
        )
    except (paying_online.NotPossible, NoPaymentOnline) as error:
        return _page(request, _order(request, reference), problem=str(error), status=409)
    except (paying_online.ProviderUnavailable, paying_online.ProviderRefused):
        problem = (
            "The payment page cannot be reached just now, and nothing was charged. Try again in"
            " a few minutes, or pay in another way."
        )
        return _page(request, order, problem=problem, status=503)
    return HttpResponseRedirect(begun.url)


@require_safe
@signed_in
def invoice(request: HttpRequest, reference: str) -> HttpResponse:
    """The invoice of an order."""
    found = _order(request, reference).invoice
    return pdf(money_papers.invoice_pdf(invoice=found), found.number)


@require_safe
@signed_in
def receipt(request: HttpRequest, reference: str, number: str) -> HttpResponse:
    """The receipt of a payment that paid, or once paid, this order."""
    found = _order(request, reference).invoice
    for payment, _, _ in money.paid_on(invoice=found.pk):
        if payment.number == number:
            return pdf(money_papers.receipt_pdf(payment=payment, invoice=found), number)
    raise Http404


@require_safe
@signed_in
def credit_note(request: HttpRequest, reference: str, number: str) -> HttpResponse:
    """A credit note on this order."""
    found = _order(request, reference).invoice
    for note in money.credit_notes_of(invoice=found.pk):
        if note.number == number:
            return pdf(money_papers.credit_note_pdf(note=note, invoice=found), number)
    raise Http404
