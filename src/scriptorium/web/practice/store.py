"""The store for a practice: how many of each, then an estimate or an order (S37, S35)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from scriptorium.domains.catalog.enums import ProductKind
from scriptorium.domains.memberships.queries import Coming
from scriptorium.domains.orders.rules.pricing import Wish
from scriptorium.journeys import buy, coterm
from scriptorium.journeys.services import pays_online
from scriptorium.kernel.references import new_reference
from scriptorium.pages.store_ends import End, ends_of
from scriptorium.web.practice.estimate_forms import EstimateForm, is_filled
from scriptorium.web.practice.price_form import UNTIL, bound, price_context, prices_alone
from scriptorium.web.shared.guards import Place, actor_of, practice_role
from scriptorium.web.shared.requests import HttpRequest


class StoreForm(EstimateForm):
    """The wish of an estimate, with what an order adds: a number, and when memberships end."""

    po_number = forms.CharField(
        max_length=60,
        required=False,
        label="Purchase order number",
        help_text="If your practice uses one. It is printed on the invoice.",
    )

    def __init__(self, *args: Any, offers: Sequence[Coming], today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offers, self.today = offers, today
        # Without offers too, so that a day that somebody sends is refused, not overlooked.
        self.fields[UNTIL] = forms.ChoiceField(
            required=False,
            label="When memberships end",
            choices=[("", ""), *((row.renews_on.isoformat(), "") for row in offers)],
            error_messages={"invalid_choice": coterm.not_offered_words()},
        )

    def wishes(self) -> list[Wish]:
        """Return what was asked for; memberships end when the buyer chose."""
        found, day = super().wishes(), self.cleaned_data[UNTIL]
        if not day:
            return found
        renews_on = dt.date.fromisoformat(day)
        return [coterm.ending_on(wish, renews_on=renews_on, today=self.today) for wish in found]

    def ends(self) -> list[End]:
        """Return the choices of when memberships end, at the price of what stands in the form."""
        valid = self.is_bound and self.is_valid()
        count = (
            sum(w.quantity for w in self.wishes() if w.kind == ProductKind.MEMBERSHIP)
            if valid
            else 0
        )
        chosen = str(self.data.get(UNTIL, "")) if self.is_bound else ""
        return ends_of(offers=self.offers, count=count, chosen=chosen, today=self.today)


def _form(request: HttpRequest, place: Place, given: Mapping[str, Any] | None) -> StoreForm:
    offers = coterm.offers(practice=place.practice, today=request.today)
    return bound(StoreForm, place, given, offers=offers, today=request.today)


def _page(
    request: HttpRequest, place: Place, form: StoreForm, *, status: int = 200
) -> HttpResponse:
    base = f"/practice/{place.practice.reference}/"
    context = price_context(request, place, form) | {
        "ends": form.ends(),
        "end_field": form[UNTIL],
        "base": base,
        "price_url": f"{base}store/",
        "board_url": f"{base}assignments/",
        "by_card": pays_online(),
        "key": request.POST.get("idempotency_key", "")[:40] or new_reference(),
    }
    prices = prices_alone(request, form, context)
    if prices is not None:
        return prices
    return render(request, "practice/store.html", context, status=status)


@require_safe
@practice_role("read")
def show(request: HttpRequest, place: Place) -> HttpResponse:
    """What is sold, with the price of what the address says is wanted."""
    return _page(
        request, place, _form(request, place, request.GET if is_filled(request.GET) else None)
    )


@require_POST
@practice_role("read")
def price(request: HttpRequest, place: Place) -> HttpResponse:
    """Work out the price without scripts: back to the page, whose address holds the wish."""
    typed = urlencode(_form(request, place, request.POST).typed() or {"package": ""})
    return redirect(f"{reverse('practice-store', args=[place.practice.reference])}?{typed}#price")


@require_POST
@practice_role("manage")
def order(request: HttpRequest, place: Place) -> HttpResponse:
    """Order now: an invoice, which a card or a transfer pays."""
    form = _form(request, place, request.POST)
    if not form.is_valid():
        return _page(request, place, form, status=422)
    try:
        invoice = buy.buy_for_practice(
            actor=actor_of(request),
            practice=place.practice,
            wishes=form.wishes(),
            po_number=form.cleaned_data["po_number"],
            key=request.POST.get("idempotency_key", "")[:40] or new_reference(),
            now=request.now,
            today=request.today,
        )
    except buy.CannotPrice:
        # The page prices the form again and says it there.
        return _page(request, place, form, status=422)
    except buy.NotOffered as error:
        # Somebody was renewed in this moment, say, and the page offered the day before.
        form.add_error(UNTIL, str(error))
        return _page(request, place, form, status=422)
    except buy.LooksLikeACard as error:
        form.add_error("po_number", str(error))
        return _page(request, place, form, status=422)
    messages.success(request, f"Ordered. Invoice {invoice.number} is issued.")
    return redirect("order", ref=place.practice.reference, reference=invoice.order.reference)
