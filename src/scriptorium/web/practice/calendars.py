"""The section of the practice record that gives an administrator a calendar of renewals."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from scriptorium.domains.notifications import queries, rules
from scriptorium.journeys import calendar_feed
from scriptorium.web.shared.guards import Place, actor_of, practice_role
from scriptorium.web.shared.requests import HttpRequest


def own_calendar(place: Place) -> dict[str, object] | None:
    """Return the reader's own calendar of the practice, or None."""
    feed = queries.live_feed(practice=place.practice.reference, person=place.person.reference)
    if feed is None:
        return None
    token = rules.calendar_token(reference=feed.reference)
    return {
        "url": f"{settings.BASE_URL}/calendar/{token}.ics",
        "with_names": feed.with_names,
        "made_at": feed.made_at,
    }


@require_POST
@practice_role("manage")
def make(request: HttpRequest, place: Place) -> HttpResponse:
    """Make a private address, or another one in place of the one there was."""
    calendar_feed.make(
        actor=actor_of(request),
        practice=place.practice,
        person=place.person,
        with_names=request.POST.get("without_names") != "on",
        now=request.now,
    )
    messages.success(request, "The address is ready: give it to your calendar program.")
    return redirect(_section(place))


@require_POST
@practice_role("manage")
def stop(request: HttpRequest, place: Place) -> HttpResponse:
    """Let the address open nothing from now on."""
    done = calendar_feed.stop(
        actor=actor_of(request), practice=place.practice, person=place.person, now=request.now
    )
    if not done:
        reason = "You have no calendar address here. Nothing changed."
        return render(request, "shared/conflict.html", {"reason": reason}, status=409)
    messages.success(request, "The address opens nothing any more.")
    return redirect(_section(place))


def _section(place: Place) -> str:
    return f"/practice/{place.practice.reference}/settings/#calendar"
