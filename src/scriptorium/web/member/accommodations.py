"""Accommodations at exams: ask, see what counts, take a request back."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from scriptorium.domains.accounts import queries as accounts
from scriptorium.journeys import accommodations as journey
from scriptorium.pages.accommodations import own_accommodations
from scriptorium.web.member.fairness_forms import AccommodationForm
from scriptorium.web.shared.guards import actor_of, person_of, signed_in
from scriptorium.web.shared.requests import HttpRequest


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def show(request: HttpRequest) -> HttpResponse:
    """What counts now, earlier answers, and the form to ask."""
    person = person_of(request)
    form = AccommodationForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        journey.ask(
            actor=actor_of(request),
            person=person,
            kind=form.cleaned_data["kind"],
            words=form.cleaned_data["words"],
            now=request.now,
        )
        messages.success(request, "We have your request. A decision-maker answers it here.")
        return redirect("accommodations")
    context: dict[str, Any] = {
        "page": own_accommodations(person=person, today=request.today),
        "form": form,
        "phone": settings.BODY_PHONE,
        "hours": settings.BODY_HOURS,
    }
    status = 422 if form.errors else 200
    return render(request, "member/accommodations.html", context, status=status)


@require_POST
@signed_in
def withdraw(request: HttpRequest, reference: str) -> HttpResponse:
    """Take an open request back."""
    person = person_of(request)
    found = accounts.accommodation_request(reference=reference)
    if found is None or found.person_id != person.pk:
        raise Http404
    done = journey.withdraw(actor=actor_of(request), person=person, request=found, now=request.now)
    if not done:
        reason = "This request was answered or withdrawn already. Nothing changed."
        return render(request, "shared/conflict.html", {"reason": reason}, status=409)
    messages.success(request, "Your request was taken back.")
    return redirect("accommodations")
