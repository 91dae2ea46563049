"""Help: one true article for each page."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from scriptorium.web.public import articles
from scriptorium.web.shared.guards import public
from scriptorium.web.shared.requests import HttpRequest

#: Addresses that hold a secret; a message to us never quotes them.
SECRET = ("/invitation/", "/store/join/", "/member/profile/email/", "/account/")


@require_safe
@public
def show(request: HttpRequest) -> HttpResponse:
    """The article of the page that somebody comes from, else the list of all."""
    page = request.GET.get("page", "")[:300]
    found = articles.article(articles.slug_of(page)) if page else None
    if found is not None:
        return _article(request, found, page)
    context = {"groups": articles.index(), "missing": bool(page), "page": page}
    return render(request, "public/help.html", context)


@require_safe
@public
def show_article(request: HttpRequest, slug: str) -> HttpResponse:
    """One article by its name."""
    found = articles.article(slug)
    if found is None:
        raise Http404
    return _article(request, found, "")


def _article(request: HttpRequest, found: articles.Article, page: str) -> HttpResponse:
    own = page.startswith("/") and url_has_allowed_host_and_scheme(page, allowed_hosts=None)
    back = page if own else ""
    quoted = "" if back.startswith(SECRET) else back
    context = {"article": found, "back": back, "quoted": quoted}
    return render(request, "public/article.html", context)
