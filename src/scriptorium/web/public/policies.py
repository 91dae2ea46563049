"""The policies of the body as pages (S37)."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from scriptorium.pages.policies import policy_list, policy_page
from scriptorium.web.public.articles import safe_html
from scriptorium.web.shared.guards import public
from scriptorium.web.shared.requests import HttpRequest


@require_safe
@public
def show(request: HttpRequest) -> HttpResponse:
    """Every policy with its version."""
    return render(request, "public/policies.html", {"rows": policy_list(today=request.today)})


@require_safe
@public
def read(request: HttpRequest, slug: str) -> HttpResponse:
    """One policy, with the numbers of the rules that run today."""
    page = policy_page(slug=slug, today=request.today)
    if page is None:
        raise Http404
    return render(request, "public/policy.html", {"page": page, "html": safe_html(page.body)})
