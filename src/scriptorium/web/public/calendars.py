"""The private address of a calendar of renewals; its secret is the key."""

from __future__ import annotations

import datetime as dt

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from scriptorium.journeys import calendar_feed
from scriptorium.web.public.limits import within_limit
from scriptorium.web.shared.guards import public
from scriptorium.web.shared.requests import HttpRequest

READS = 60
SPAN = dt.timedelta(minutes=1)


@require_safe
@public
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar, as long as its owner runs the practice."""
    if not within_limit(request, what="calendar", times=READS, span=SPAN):
        return render(request, "shared/too_many.html", status=429)
    try:
        file = calendar_feed.read(token=token, now=request.now, today=request.today)
    except calendar_feed.NoCalendar as error:
        raise Http404 from error
    response = HttpResponse(file.content, content_type=f"{file.media_type}; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="renewals.ics"'
    response["Cache-Control"] = "private, no-store"
    return response
