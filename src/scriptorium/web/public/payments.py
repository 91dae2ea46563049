"""Where the payment provider sends its events, and the sandbox's page that plays a provider."""

from __future__ import annotations

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from scriptorium.journeys import paying_online, sandbox_page
from scriptorium.journeys.services import pays_online
from scriptorium.web.shared.guards import public
from scriptorium.web.shared.requests import HttpRequest


@csrf_exempt
@require_POST
@public
def events(request: HttpRequest) -> HttpResponse:
    """Take an event in: its signature is the key, and it is kept as it came."""
    if not pays_online():
        raise Http404
    try:
        paying_online.receive_event(
            body=request.body,
            signature=request.headers.get(paying_online.SIGNATURE_HEADER, ""),
            now=request.now,
            today=request.today,
        )
    except paying_online.BadSignature as error:
        return HttpResponse(f"{error}\n", status=400, content_type="text/plain; charset=utf-8")
    return HttpResponse("Received.\n", content_type="text/plain; charset=utf-8")


@require_http_methods(["GET", "HEAD", "POST"])
@public
def sandbox(request: HttpRequest, checkout: str) -> HttpResponse:
    """The sandbox's page: choose a card by its story, confirm, or turn back."""
    try:
        if request.method == "POST":
            return _step(request, checkout)
        return _page(request, checkout)
    except sandbox_page.NoSuchPage as error:
        raise Http404 from error


def _step(request: HttpRequest, checkout: str) -> HttpResponse:
    step = request.POST.get("step", "")
    if step == "cancel":
        return HttpResponseRedirect(sandbox_page.cancel(checkout=checkout))
    if step == "pay" and not request.POST.get("story"):
        return _page(request, checkout, status=422, problem="Choose a card first.")
    try:
        if step == "pay":
            back = sandbox_page.pay(
                checkout=checkout,
                card=request.POST["story"],
                now=request.now,
                today=request.today,
            )
        else:
            back = sandbox_page.answer(
                checkout=checkout, agreed=step == "agree", now=request.now, today=request.today
            )
    except sandbox_page.CheckoutClosed as error:
        return _page(request, checkout, status=409, problem=str(error))
    return HttpResponseRedirect(back or request.path)


def _page(
    request: HttpRequest, checkout: str, *, status: int = 200, problem: str = ""
) -> HttpResponse:
    page = sandbox_page.show(checkout=checkout)
    context = {"page": page, "problem": problem or page.sentence}
    response = render(request, "public/sandbox.html", context, status=status)
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
