"""The next night before it happens, and what the last ones did."""

from __future__ import annotations

import datetime as dt

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from scriptorium.journeys import tonight_words as say
from scriptorium.journeys.nightly import NIGHT_HOUR
from scriptorium.journeys.tonight import foresee
from scriptorium.kernel import clock
from scriptorium.pages import worklists
from scriptorium.pages.nights import nights_page
from scriptorium.web.shared.guards import staff_role
from scriptorium.web.shared.requests import HttpRequest


@require_safe
@staff_role(*worklists.TONIGHT)
def show(request: HttpRequest) -> HttpResponse:
    """What the next run will do as things stand now, and the last runs."""
    page = nights_page(now=request.now, today=request.today)
    begins = clock.start_of(page.next_on) + dt.timedelta(hours=NIGHT_HOUR)
    night = foresee(today=page.next_on, now=max(begins, request.now))
    context = {
        "page": page,
        "hour": f"{NIGHT_HOUR:02}:00",
        "notices": [say.notice_words(row) for row in night.renewals.notices],
        "renewals": say.renewal_words(night.renewals),
        "steps": [(name, count) for name, count in night.counts.items() if count],
    }
    return render(request, "office/nightly.html", context)
