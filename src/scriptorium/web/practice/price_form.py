"""The form of how many of each, with live prices: for an estimate and for the store (S2, S37)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render

from scriptorium.domains.orders import queries as money
from scriptorium.domains.orders.rules.pricing import Quote
from scriptorium.journeys import estimating
from scriptorium.pages.estimates import estimate_form
from scriptorium.web.practice.estimate_forms import EstimateForm, splits_in
from scriptorium.web.shared.guards import Place
from scriptorium.web.shared.requests import HttpRequest

#: The field in which the store's form says when memberships end; an estimate has none.
UNTIL = "membership-until"


def bound[F: EstimateForm](
    form: type[F], place: Place, given: Mapping[str, Any] | None, **more: Any
) -> F:
    """Return a form of the practice's departments with what was typed, or an empty one.

    Arguments:
        more: what this form alone is made with.
    """
    return form(
        given,
        centres=money.cost_centres(practice=place.practice.pk),
        extra=splits_in(given or {}),
        use_required_attribute=False,
        **more,
    )


def _price(request: HttpRequest, place: Place, form: EstimateForm) -> Quote | None:
    """Return the price of what stands in the form; what is wrong is said at its field."""
    if not form.is_valid():
        return None
    try:
        return estimating.priced(practice=place.practice, wishes=form.wishes(), today=request.today)
    except estimating.CannotPrice as error:
        form.add_error(None, str(error))
        return None


def price_context(request: HttpRequest, place: Place, form: EstimateForm) -> dict[str, Any]:
    """Return what the templates show of the form: its rows and splits, and the price."""
    quote = _price(request, place, form) if form.is_bound else None
    page = estimate_form(quote=quote, today=request.today)
    return {
        "place": place,
        "page": page,
        "form": form,
        "rows": [
            (product, form[product.kind], _for(form, product.kind)) for product in page.products
        ],
        "ends": [],
        "splits": [(form[f"{name}-kind"], form[name], _for(form, name)) for name in form.extra],
    }


def _for(form: EstimateForm, name: str) -> Any:
    return form[f"{name}-for"] if form.centres else None


def prices_alone(
    request: HttpRequest, form: EstimateForm, context: Mapping[str, Any]
) -> HttpResponse | None:
    """Return the prices as a fragment where a script asked for them, else None."""
    if not request.htmx or request.htmx.boosted or request.method != "GET":
        return None
    response = render(request, "practice/estimates/_prices.html", dict(context))
    response["HX-Replace-Url"] = f"{request.path}?{urlencode(form.typed())}".rstrip("?")
    return response
