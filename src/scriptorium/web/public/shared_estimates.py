"""An estimate that a practice shares: read without a login, accepted only with one (S2)."""

from __future__ import annotations

import datetime as dt

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from scriptorium.domains.orders import queries as money
from scriptorium.domains.orders.models import Estimate
from scriptorium.journeys import money_papers
from scriptorium.pages.estimate import estimate_page
from scriptorium.web.public.limits import within_limit
from scriptorium.web.shared.files import pdf, picture
from scriptorium.web.shared.guards import public
from scriptorium.web.shared.requests import HttpRequest

READS = 60
SPAN = dt.timedelta(minutes=1)


def _shared(token: str) -> Estimate:
    found = money.estimate_shared(token=token)
    if found is None:
        raise Http404
    return found


def _kept_out(response: HttpResponse) -> HttpResponse:
    """Keep a shared page out of search engines and caches."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
@public
def show(request: HttpRequest, token: str) -> HttpResponse:
    """The estimate, read-only, with who can accept it."""
    if not within_limit(request, what="shared-estimate", times=READS, span=SPAN):
        return render(request, "shared/too_many.html", status=429)
    estimate = _shared(token)
    own = reverse("estimate", args=[estimate.practice.reference, estimate.reference])
    context = {
        "page": estimate_page(estimate=estimate, base="", today=request.today),
        "here": reverse("shared-estimate", args=[token]),
        "has_logo": bool(money.billing_of(practice=estimate.practice_id).logo_sha256),
        "signed_in": request.user.is_authenticated,
        "own_url": own if request.user.is_authenticated else f"/sign-in/?next={own}",
    }
    return _kept_out(render(request, "public/shared_estimate.html", context))


@require_safe
@public
def download(request: HttpRequest, token: str) -> HttpResponse:
    """The same as PDF."""
    if not within_limit(request, what="shared-estimate", times=READS, span=SPAN):
        return render(request, "shared/too_many.html", status=429)
    estimate = _shared(token)
    return _kept_out(pdf(money_papers.estimate_pdf(estimate=estimate), estimate.number))


@require_safe
@public
def logo(request: HttpRequest, token: str) -> HttpResponse:
    """The practice's logo on a shared estimate."""
    content = money_papers.logo_of(practice=_shared(token).practice_id)
    if not content:
        raise Http404
    return _kept_out(picture(content))
