"""The public directory of people with a credential in good standing."""

from __future__ import annotations

import datetime as dt

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from scriptorium.pages.directory import directory_page, specialties
from scriptorium.web.public.limits import within_limit
from scriptorium.web.shared.guards import public
from scriptorium.web.shared.requests import HttpRequest

#: Pages that one address may read in a minute; nobody reads faster, only copying does.
PAGES = 60
SPAN = dt.timedelta(minutes=1)


@require_safe
@public
def show(request: HttpRequest) -> HttpResponse:
    """A page of the directory, narrowed by name and specialty."""
    if not within_limit(request, what="directory", times=PAGES, span=SPAN):
        reason = "Too many pages of the directory were asked for from here. Wait a minute."
        return render(request, "shared/too_many.html", {"reason": reason}, status=429)
    text = request.GET.get("q", "").strip()[:100]
    choices = specialties()
    wanted = request.GET.get("specialty", "")
    specialty = wanted if wanted in dict(choices) else ""
    number = request.GET.get("page", "1")
    page = directory_page(
        text=text,
        specialty=specialty,
        page=int(number) if number.isascii() and number.isdigit() else 1,
        today=request.today,
    )
    options = [("", "Every specialty", not specialty)]
    options += [(code, name, code == specialty) for code, name in choices]
    context = {"page": page, "q": text, "options": options}
    return render(request, "public/directory.html", context)
