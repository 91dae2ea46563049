"""Renewals due, settings and the activity log of a practice."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from scriptorium.domains.audit import queries as audit
from scriptorium.domains.practices.operations import SETTINGS_FIELDS
from scriptorium.journeys import roster_change
from scriptorium.pages.renewal_proposal import timeline
from scriptorium.pages.renewals import renewals
from scriptorium.web.practice.calendars import own_calendar
from scriptorium.web.practice.forms import SettingsForm
from scriptorium.web.shared.guards import Place, actor_of, practice_role
from scriptorium.web.shared.requests import HttpRequest


@require_GET
@practice_role("read")
def show_renewals(request: HttpRequest, place: Place) -> HttpResponse:
    """Who renews when, month by month."""
    page = renewals(practice=place.practice, now=request.now, today=request.today)
    context = {
        "place": place,
        "page": page,
        "timeline": timeline(practice=place.practice, free=page.free, today=request.today),
        "board_url": f"/practice/{place.practice.reference}/assignments/",
    }
    return render(request, "practice/renewals.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@practice_role("read")
def settings(request: HttpRequest, place: Place) -> HttpResponse:
    """Name, address and phone; administrators change them, others read."""
    practice = place.practice
    initial = {name: getattr(practice, name) for name in SETTINGS_FIELDS}
    form = SettingsForm(request.POST or None, initial=initial)
    status = 200
    if request.method == "POST":
        if not place.standing.manages:
            return render(
                request, "403.html", {"reason": "Only administrators change settings."}, status=403
            )
        if form.is_valid():
            roster_change.change_settings(
                actor=actor_of(request),
                practice=practice,
                values=form.cleaned_data,
                now=request.now,
            )
            messages.success(request, "The settings were saved.")
            return redirect("settings", ref=practice.reference)
        status = 422
    context = {
        "place": place,
        "form": form,
        "calendar": own_calendar(place) if place.standing.manages else None,
        "base": f"/practice/{practice.reference}/",
        "board_url": f"/practice/{practice.reference}/assignments/",
    }
    return render(request, "practice/settings.html", context, status=status)


@require_GET
@practice_role("read")
def activity(request: HttpRequest, place: Place) -> HttpResponse:
    """Everything that happened in the practice, newest first."""
    before = request.GET.get("before", "")
    lines = audit.of_practice(
        practice=place.practice.reference,
        limit=101,
        before=int(before) if before.isdecimal() else None,
    )
    context = {
        "place": place,
        "lines": lines[:100],
        "older": lines[99].key_number if len(lines) > 100 else None,
        "board_url": f"/practice/{place.practice.reference}/assignments/",
    }
    return render(request, "practice/activity.html", context)
