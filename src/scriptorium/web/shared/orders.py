"""One order on the pages of a practice and of a person: its papers, and the way to pay it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse

from scriptorium.domains.orders import queries as money
from scriptorium.domains.orders.models import Order
from scriptorium.journeys import money_papers, paying_online
from scriptorium.journeys.ordering import BillTo
from scriptorium.journeys.services import NoPaymentOnline, pays_online
from scriptorium.kernel.payer import Payer
from scriptorium.pages.orders import order_page, orders_page
from scriptorium.web.shared.files import pdf
from scriptorium.web.shared.guards import actor_of
from scriptorium.web.shared.requests import HttpRequest


class CannotPay(Exception):
    """The payer cannot go to the provider's page; the text says why, ``status`` how grave it is."""

    def __init__(self, sentence: str, status: int) -> None:
        self.status = status
        super().__init__(sentence)


def list_context(request: HttpRequest, *, payer: Payer, base: str) -> dict[str, Any]:
    """Return what the list of a payer's orders shows, with the addresses of its pages."""
    asked = request.GET.get("page", "1")
    page = orders_page(
        payer=payer,
        base=base,
        page=int(asked) if asked.isdecimal() and len(asked) < 6 else 1,
        today=request.today,
    )
    return {
        "page": page,
        "prev": f"?page={page.page - 1}" if page.page > 1 else "",
        "next": f"?page={page.page + 1}" if page.page < page.pages else "",
    }


def order_context(request: HttpRequest, *, order: Order, base: str) -> dict[str, Any]:
    """Return what the page of one order shows, and how what is open can be paid.

    Arguments:
        base: address below which the payer's orders stand.
    """
    page = order_page(order=order, base=base, today=request.today)
    returned = request.GET.get("paid", "")
    return {
        "page": page,
        "returned": returned,
        "confirming": returned == "1" and bool(page.open) and not page.on_the_way,
        "here": f"{base}orders/{order.reference}/",
        "by_card": pays_online(),
        "keeps": money.saved_method(payer=Payer.of(order)),
        "remittance": settings.REMITTANCE,
        "body_name": settings.BODY_NAME,
        "body_address": settings.BODY_ADDRESS,
        "body_phone": settings.BODY_PHONE,
        "problem": "",
    }


def payment_address(request: HttpRequest, *, order: Order, to: BillTo, back: str) -> str:
    """Return the address of the provider's page for what is open of an order.

    Raises:
        CannotPay: nothing is open, nobody takes cards here, or the provider does not answer.
    """
    try:
        begun = paying_online.begin(
            actor=actor_of(request),
            order=order,
            to=to,
            save_method=request.POST.get("keep") == "on",
            back=back,
            now=request.now,
            today=request.today,
        )
    except (paying_online.NotPossible, NoPaymentOnline) as error:
        raise CannotPay(str(error), 409) from error
    except (paying_online.ProviderUnavailable, paying_online.ProviderRefused) as error:
        raise CannotPay(
            "The payment page cannot be reached just now, and nothing was charged. Try again in"
            " a few minutes, or pay in another way.",
            503,
        ) from error
    return begun.url


def invoice_file(order: Order) -> HttpResponse:
    """The invoice of an order."""
    found = order.invoice
    return pdf(money_papers.invoice_pdf(invoice=found), found.number)


def receipt_file(order: Order, number: str) -> HttpResponse:
    """The receipt of a payment that paid, or once paid, an order.

    Raises:
        Http404: no such payment did.
    """
    found = order.invoice
    for payment, _, _ in money.paid_on(invoice=found.pk):
        if payment.number == number:
            return pdf(money_papers.receipt_pdf(payment=payment, invoice=found), number)
    raise Http404


def credit_note_file(order: Order, number: str) -> HttpResponse:
    """A credit note on an order.

    Raises:
        Http404: the order has no such note.
    """
    found = order.invoice
    for note in money.credit_notes_of(invoice=found.pk):
        if note.number == number:
            return pdf(money_papers.credit_note_pdf(note=note, invoice=found), number)
    raise Http404
