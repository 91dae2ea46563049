"""Verifying a certificate by its number: the page behind the QR code."""

from __future__ import annotations

import datetime as dt

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from scriptorium.domains.memberships.rules import words
from scriptorium.pages.verification import Verified, verified
from scriptorium.web.public.forms import VerifyForm
from scriptorium.web.public.limits import within_limit
from scriptorium.web.shared.guards import public
from scriptorium.web.shared.requests import HttpRequest

#: Look-ups that one address may make in a minute.
LOOKUPS = 30
SPAN = dt.timedelta(minutes=1)


@require_safe
@public
def ask(request: HttpRequest) -> HttpResponse:
    """The form; a number in it leads to that number's own address."""
    if "number" not in request.GET:
        return _page(request, VerifyForm())
    form = VerifyForm(request.GET)
    if not form.is_valid():
        return _page(request, form, status=422)
    number = form.cleaned_data["number"].upper().replace(" ", "")
    if "/" in number:
        return _page(request, form, number=number, status=404)
    on = form.cleaned_data["on"]
    address = reverse("verify-number", args=[number])
    return redirect(f"{address}?on={on.isoformat()}" if on else address)


@require_safe
@public
def show(request: HttpRequest, number: str) -> HttpResponse:
    """What is on record under a number; an unknown one looks the same and answers 404."""
    if not within_limit(request, what="verify", times=LOOKUPS, span=SPAN):
        reason = "Too many certificates were looked up from here. Wait a minute, then go on."
        return render(request, "shared/too_many.html", {"reason": reason}, status=429)
    form = VerifyForm({"number": number, "on": request.GET.get("on", "")})
    if not form.is_valid():
        return _page(request, form, number=number, status=422)
    on = form.cleaned_data["on"] or request.today
    if on > request.today:
        form.add_error("on", "Choose today or an earlier day; the days to come are not decided.")
        return _page(request, form, number=number, status=422)
    found = verified(number=number, on=on)
    return _page(request, form, number=number, found=found, on=on, status=200 if found else 404)


def _page(
    request: HttpRequest,
    form: VerifyForm,
    *,
    number: str = "",
    found: Verified | None = None,
    on: dt.date | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": form,
        "asked": number,
        "found": found,
        "unknown": status == 404,
        "on": words(on) if on else "",
        "is_today": on == request.today,
    }
    return render(request, "public/verify.html", context, status=status)
