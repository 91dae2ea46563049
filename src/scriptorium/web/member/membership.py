"""One's own membership: dates, how it renews, renewing now, and cancelling in two clicks."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from scriptorium.domains.ledger.operations import NotEnoughUnits
from scriptorium.domains.memberships.enums import Mode
from scriptorium.domains.memberships.rules import words
from scriptorium.journeys import own_membership, reinstating
from scriptorium.journeys.change_mode import CONSENT_TEXT
from scriptorium.kernel.references import new_reference
from scriptorium.pages.membership import membership_page
from scriptorium.pages.own_renewal import own_renewal
from scriptorium.pages.store import own_free_units
from scriptorium.web.shared.guards import actor_of, person_of, signed_in
from scriptorium.web.shared.requests import HttpRequest, address_of


def _page(request: HttpRequest, *, problem: str = "", status: int = 200) -> HttpResponse:
    person = person_of(request)
    context: dict[str, Any] = {
        "page": membership_page(person=person, today=request.today),
        "own": own_renewal(person=person, today=request.today),
        "free": own_free_units(person=person),
        "consent": CONSENT_TEXT,
        "key": new_reference(),
        "problem": problem,
    }
    return render(request, "member/membership.html", context, status=status)


@require_safe
@signed_in
def show(request: HttpRequest) -> HttpResponse:
    """Dates, payer, mode, every year; for who pays for herself also the renewal."""
    return _page(request)


@require_POST
@signed_in
def mode(request: HttpRequest) -> HttpResponse:
    """Switch automatic renewal on, with consent, or off."""
    wanted = Mode.AUTOMATIC if request.POST.get("mode") == "A" else Mode.MANUAL
    if wanted == Mode.AUTOMATIC and request.POST.get("agree") != "on":
        return _page(request, problem="Tick that you agree first.", status=422)
    try:
        own_membership.set_mode(
            actor=actor_of(request),
            person=person_of(request),
            mode=wanted,
            address=address_of(request),
            now=request.now,
            today=request.today,
        )
    except own_membership.NotPossible as error:
        return _page(request, problem=str(error), status=409)
    automatic = wanted == Mode.AUTOMATIC
    text = "It renews automatically now." if automatic else "Automatic renewal is off."
    messages.success(request, text)
    return redirect("membership")


@require_POST
@signed_in
def renew(request: HttpRequest) -> HttpResponse:
    """Renew now: from a free renewal, or by an invoice that a card pays on the next page."""
    try:
        invoice = own_membership.renew(
            actor=actor_of(request),
            person=person_of(request),
            key=request.POST.get("idempotency_key", "")[:40] or new_reference(),
            now=request.now,
            today=request.today,
        )
    except (own_membership.NotPossible, NotEnoughUnits) as error:
        return _page(request, problem=str(error), status=409)
    if invoice is None:
        messages.success(request, "Renewed. The new certificate is on your home page.")
        return redirect("membership")
    return redirect("member-order", reference=invoice.order.reference)


@require_POST
@signed_in
def reinstate(request: HttpRequest) -> HttpResponse:
    """Order the way back after the membership ended; a card pays it on the next page."""
    try:
        invoice = reinstating.reinstate(
            actor=actor_of(request),
            person=person_of(request),
            practice=None,
            key=request.POST.get("idempotency_key", "")[:40] or new_reference(),
            now=request.now,
            today=request.today,
        )
    except reinstating.NotPossible as error:
        return _page(request, problem=str(error), status=409)
    return redirect("member-order", reference=invoice.order.reference)


@require_POST
@signed_in
def cancel(request: HttpRequest) -> HttpResponse:
    """End the membership with the year that is paid."""
    try:
        ends = own_membership.cancel(
            actor=actor_of(request),
            person=person_of(request),
            now=request.now,
            today=request.today,
        )
    except own_membership.NotPossible as error:
        return _page(request, problem=str(error), status=409)
    messages.success(request, f"Cancelled. Your membership ends on {words(ends)}; we wrote to you.")
    return redirect("membership")


@require_POST
@signed_in
def keep(request: HttpRequest) -> HttpResponse:
    """Take a cancellation back."""
    try:
        own_membership.keep(
            actor=actor_of(request),
            person=person_of(request),
            now=request.now,
            today=request.today,
        )
    except own_membership.NotPossible as error:
        return _page(request, problem=str(error), status=409)
    messages.success(request, "The cancellation is taken back.")
    return redirect("membership")


@require_POST
@signed_in
def forget_card(request: HttpRequest) -> HttpResponse:
    """Remove the saved card."""
    removed = own_membership.forget_card(
        actor=actor_of(request), person=person_of(request), now=request.now
    )
    messages.success(request, "The card was removed." if removed else "No card was saved.")
    return redirect("membership")
