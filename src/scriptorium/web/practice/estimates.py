"""Estimates of a practice: made in a minute, revised, shared, accepted or declined (S2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from scriptorium.domains.catalog.enums import ProductKind
from scriptorium.domains.ledger.operations import fresh_key
from scriptorium.domains.orders import queries as money
from scriptorium.domains.orders.models import Estimate
from scriptorium.domains.orders.rules import states
from scriptorium.journeys import estimating
from scriptorium.pages.estimate import estimate_page
from scriptorium.pages.estimates import estimate_rows
from scriptorium.web.practice.estimate_forms import (
    AcceptForm,
    DeclineForm,
    EstimateForm,
    initial_of,
    is_filled,
)
from scriptorium.web.practice.price_form import UNTIL, bound, price_context, prices_alone
from scriptorium.web.shared.guards import Place, actor_of, practice_role
from scriptorium.web.shared.requests import HttpRequest


def estimate_of(place: Place, reference: str) -> Estimate:
    """Return the practice's estimate of an address.

    Raises:
        Http404: this practice has no such estimate.
    """
    found = money.estimate_by_reference(practice=place.practice.pk, reference=reference)
    if found is None:
        raise Http404
    found.practice = place.practice
    return found


def _base(place: Place) -> str:
    return f"/practice/{place.practice.reference}/"


# The form and the list ------------------------------------------------------------------------


@require_safe
@practice_role("read")
def show(request: HttpRequest, place: Place) -> HttpResponse:
    """The form, with prices where the address says what is wanted, and the list."""
    return _form_page(request, place, _form(place, request.GET))


def _form(place: Place, given: QueryDict, revises: Estimate | None = None) -> EstimateForm:
    """Return the form with what the address says, else with what is revised, else empty."""
    lines = money.lines_of_estimates(estimates=[revises.pk])[revises.pk] if revises else []
    kept = {"title": revises.title, "note": revises.note} if revises else {}
    data = kept | (given.dict() if is_filled(given) else initial_of(lines))
    return bound(EstimateForm, place, data or None)


def _form_page(
    request: HttpRequest,
    place: Place,
    form: EstimateForm,
    *,
    revises: Estimate | None = None,
    status: int = 200,
    problem: str = "",
) -> HttpResponse:
    base = _base(place)
    context = price_context(request, place, form) | {
        "revises": revises,
        "problem": problem,
        "key": request.POST.get("idempotency_key", "") or fresh_key(),
        "base": f"{base}estimates/",
        "price_url": f"{base}estimates/{f'{revises.reference}/revise/' if revises else ''}",
        "board_url": f"{base}assignments/",
    }
    prices = prices_alone(request, form, context)
    if prices is not None:
        return prices
    context["estimates"] = (
        [] if revises else estimate_rows(practice=place.practice.pk, base=base, today=request.today)
    )
    return render(request, "practice/estimates.html", context, status=status)


@require_POST
@practice_role("read")
def price(request: HttpRequest, place: Place) -> HttpResponse:
    """Work out the price without scripts: back to the page, whose address holds the wish."""
    reference = request.POST.get("revises", "")[:16]
    form = bound(EstimateForm, place, request.POST)
    typed = urlencode(form.typed() or {"package": ""})
    if reference:
        estimate = estimate_of(place, reference)
        address = reverse("estimate-revise", args=[place.practice.reference, estimate.reference])
    else:
        address = reverse("estimates", args=[place.practice.reference])
    return redirect(f"{address}?{typed}#price")


@require_POST
@practice_role("manage")
def make(request: HttpRequest, place: Place) -> HttpResponse:
    """Make an estimate."""
    return _make(request, place, None)


@require_http_methods(["GET", "HEAD", "POST"])
@practice_role("manage")
def revise(request: HttpRequest, place: Place, reference: str) -> HttpResponse:
    """The form filled with an estimate; sent, it is the next revision."""
    estimate = estimate_of(place, reference)
    if request.method == "POST":
        return _make(request, place, estimate)
    try:
        states.check_can_revise(estimate=estimate, by_staff=False)
    except estimating.NotPossible as error:
        return _estimate(request, place, estimate, status=409, problem=str(error))
    return _form_page(request, place, _form(place, request.GET, estimate), revises=estimate)


def _make(request: HttpRequest, place: Place, revises: Estimate | None) -> HttpResponse:
    form = bound(EstimateForm, place, request.POST)
    if not form.is_valid():
        return _form_page(request, place, form, revises=revises, status=422)
    if request.POST.get(UNTIL) and any(w.kind == ProductKind.MEMBERSHIP for w in form.wishes()):
        # The store's form, where the price was that of a part of a year.
        return _form_page(
            request, place, form, revises=revises, status=422,
            problem="An estimate is good for weeks, so its memberships are for a whole year; the"
            " prices here say so now. Order those that end together with your people in the store.",
        )  # fmt: skip
    try:
        made = estimating.make(
            actor=actor_of(request),
            practice=place.practice,
            wishes=form.wishes(),
            title=form.cleaned_data["title"],
            note=form.cleaned_data["note"],
            revises=revises,
            idempotency_key=request.POST.get("idempotency_key", ""),
            now=request.now,
            today=request.today,
        )
    except estimating.CannotPrice:
        # The page prices the form again and says it there.
        return _form_page(request, place, form, revises=revises, status=422)
    except estimating.LooksLikeACard as error:
        form.add_error("note", str(error))
        return _form_page(request, place, form, revises=revises, status=422)
    except estimating.NotPossible as error:
        return _form_page(request, place, form, revises=revises, status=409, problem=str(error))
    messages.success(request, f"Estimate {made.number} is ready. Nothing is ordered yet.")
    return redirect("estimate", ref=place.practice.reference, reference=made.reference)


# One estimate ---------------------------------------------------------------------------------


@require_safe
@practice_role("read")
def read(request: HttpRequest, place: Place, reference: str) -> HttpResponse:
    """One revision, with what may be done now."""
    return _estimate(request, place, estimate_of(place, reference))


def _estimate(
    request: HttpRequest, place: Place, estimate: Estimate, *, status: int = 200, **more: Any
) -> HttpResponse:
    base = _base(place)
    page = estimate_page(estimate=estimate, base=base, today=request.today)
    context = {
        "place": place,
        "page": page,
        "accept_form": AcceptForm(),
        "decline_form": DeclineForm(),
        "here": f"{base}estimates/{estimate.reference}/",
        "share_url": f"{settings.BASE_URL}{reverse('shared-estimate', args=[page.share_token])}"
        if page.share_token
        else "",
        "base": f"{base}estimates/",
        "board_url": f"{base}assignments/",
        "contact_url": f"/contact/?topic=change&practice={place.practice.reference}",
        "problem": "",
    } | more
    return render(request, "practice/estimate.html", context, status=status)


def _answer(
    request: HttpRequest,
    place: Place,
    estimate: Estimate,
    change: Callable[[], object],
    form: AcceptForm | DeclineForm,
) -> HttpResponse | None:
    """Carry an answer out; a refusal is the page again with what was typed, else None."""
    kept = {form.kept_as: form}
    try:
        change()
    except estimating.LooksLikeACard as error:
        form.add_error(form.memo, str(error))
        return _estimate(request, place, estimate, status=422, **kept)
    except estimating.NotPossible as error:
        fresh = estimate_of(place, estimate.reference)
        return _estimate(request, place, fresh, status=409, problem=str(error), **kept)
    return None


@require_POST
@practice_role("manage")
def accept(request: HttpRequest, place: Place, reference: str) -> HttpResponse:
    """Accept: an order and its invoice in one step."""
    estimate = estimate_of(place, reference)
    form = AcceptForm(request.POST)
    if not form.is_valid():
        return _estimate(request, place, estimate, status=422, accept_form=form)
    refused = _answer(
        request,
        place,
        estimate,
        lambda: estimating.accept(
            actor=actor_of(request),
            practice=place.practice,
            estimate=estimate,
            name=form.cleaned_data["name"],
            po_number=form.cleaned_data["po_number"],
            now=request.now,
            today=request.today,
        ),
        form,
    )
    if refused is not None:
        return refused
    order = estimate_of(place, reference).order
    messages.success(request, f"Accepted. Invoice {order.invoice.number} is issued.")
    return redirect("order", ref=place.practice.reference, reference=order.reference)


@require_POST
@practice_role("manage")
def decline(request: HttpRequest, place: Place, reference: str) -> HttpResponse:
    """Decline, with a reason."""
    estimate = estimate_of(place, reference)
    form = DeclineForm(request.POST)
    if not form.is_valid():
        return _estimate(request, place, estimate, status=422, decline_form=form)
    refused = _answer(
        request,
        place,
        estimate,
        lambda: estimating.decline(
            actor=actor_of(request),
            practice=place.practice,
            estimate=estimate,
            reason=form.cleaned_data["reason"],
            now=request.now,
        ),
        form,
    )
    if refused is not None:
        return refused
    messages.success(request, f"Estimate {estimate.number} is declined. A revision brings it back.")
    return redirect("estimate", ref=place.practice.reference, reference=reference)


@require_POST
@practice_role("manage")
def share(request: HttpRequest, place: Place, reference: str) -> HttpResponse:
    """Open or close the address at which the estimate can be read without a login."""
    estimate = estimate_of(place, reference)
    shared = request.POST.get("shared") == "on"
    try:
        estimating.share(
            actor=actor_of(request),
            practice=place.practice,
            estimate=estimate,
            shared=shared,
            now=request.now,
        )
    except estimating.NotPossible as error:
        return _estimate(request, place, estimate, status=409, problem=str(error))
    said = (
        "Whoever has the address can read this estimate and its revisions to come."
        if shared
        else "The address is closed. Whoever had it finds nothing there any more."
    )
    messages.success(request, said)
    address = reverse("estimate", args=[place.practice.reference, reference])
    return redirect(f"{address}#share")
