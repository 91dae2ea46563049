"""Verifying a credential or a certificate by its number: the page behind the QR code.

Pages for strangers are cut once and filled, so that a look-up costs one query and little else.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from scriptorium.domains.memberships.rules import words
from scriptorium.pages.verification import (
    CREDENTIAL,
    VerifiedCertificate,
    VerifiedCredential,
    verified_certificate,
    verified_credential,
)
from scriptorium.web.public.cut import CutPage, Texts, is_stranger
from scriptorium.web.public.forms import VerifyForm
from scriptorium.web.public.limits import within_limit
from scriptorium.web.shared.guards import public
from scriptorium.web.shared.requests import HttpRequest

SPAN = dt.timedelta(minutes=1)
TOO_MANY = "Too many credentials were looked up from here. Wait a minute, then go on."
#: A suspension shows within a minute (STANDARDS row 8).
KEPT = "public, max-age=20"

_NUMBER = re.compile(r"[0-9A-Z-]{3,40}")


@require_safe
@public
def ask(request: HttpRequest) -> HttpResponse:
    """The form; a number in it leads to that number's own address."""
    if "number" not in request.GET:
        return _form_page(request, VerifyForm())
    form = VerifyForm(request.GET)
    if not form.is_valid():
        return _form_page(request, form, status=422)
    number = form.cleaned_data["number"].upper().replace(" ", "")
    if "/" in number:
        return _answer(request, None, number, "", request.today)
    on = form.cleaned_data["on"]
    address = reverse("verify-number", args=[number])
    return redirect(f"{address}?on={on.isoformat()}" if on else address)


@require_safe
@public
def show(request: HttpRequest, number: str) -> HttpResponse:
    """What is on record under a number; an unknown one and a hidden person look alike."""
    if too_many(request):
        return refuse(request)
    asked = number.strip().upper()
    given = request.GET.get("on", "")
    on = request.today
    if given or not _NUMBER.fullmatch(asked):
        form = VerifyForm({"number": number, "on": given})
        on = form.cleaned_data["on"] or on if form.is_valid() else on
        if form.is_valid() and on > request.today:
            form.add_error("on", "Choose today or an earlier day; the days to come are open.")
        if form.errors:
            return _form_page(request, form, status=422)
    found: VerifiedCredential | VerifiedCertificate | None
    if asked.startswith(CREDENTIAL):
        found = verified_credential(number=asked, on=on)
    else:
        found = verified_certificate(number=asked, on=on)
    return _answer(request, found, asked, given, on)


def too_many(request: HttpRequest) -> bool:
    """Count a look-up and return whether this address made too many in a minute."""
    return not within_limit(request, what="verify", times=settings.VERIFY_LIMIT, span=SPAN)


def refuse(request: HttpRequest) -> HttpResponse:
    """Answer that these were too many look-ups."""
    return render(request, "shared/too_many.html", {"reason": TOO_MANY}, status=429)


def _form_page(request: HttpRequest, form: VerifyForm, *, status: int = 200) -> HttpResponse:
    return render(request, "public/verify.html", {"form": form}, status=status)


def _answer(
    request: HttpRequest,
    found: VerifiedCredential | VerifiedCertificate | None,
    asked: str,
    given: str,
    on: dt.date,
) -> HttpResponse:
    shape, texts = _drawn(found)
    shape["is_today"] = on == request.today
    texts |= {"asked": asked, "given": given, "on": words(on)}
    status = 200 if found else 404
    if not is_stranger(request):
        context = _page.context(shape, texts)
        return render(request, _page.template, context, status=status)
    response = HttpResponse(_page.fill(shape, texts), status=status)
    response["Cache-Control"] = KEPT
    response["Vary"] = "Cookie"
    return response


def _drawn(
    found: VerifiedCredential | VerifiedCertificate | None,
) -> tuple[dict[str, str | bool], dict[str, str]]:
    """Return what the page looks like, and the texts in it."""
    if found is None:
        return {"what": "unknown"}, {}
    texts = {name: str(value) for name, value in asdict(found).items() if name != "good"}
    shape: dict[str, str | bool] = {"good": found.good}
    if isinstance(found, VerifiedCredential):
        flags = {"has_level": bool(found.level), "has_valid": bool(found.valid_through)}
        return shape | {"what": "credential"} | flags, texts
    flags = {"has_credential": bool(found.credential), "has_period": bool(found.period)}
    return shape | {"what": "certificate"} | flags, texts


def _form(texts: Texts) -> dict[str, Any]:
    return {"form": VerifyForm(initial={"number": texts["asked"], "on": texts["given"]})}


_page = CutPage("public/verified.html", path="/verify/", more=_form)
