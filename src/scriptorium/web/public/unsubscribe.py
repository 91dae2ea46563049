"""Unsubscribing from marketing mail: a page with a button, and one click from a mail program.

RFC 8058: looking at the address changes nothing, since scanners open every link of a mail; a POST
unsubscribes at once, without a login or a cookie.
"""

from __future__ import annotations

import datetime as dt

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from scriptorium.domains.notifications.rules import address_of
from scriptorium.journeys import suppression as journey
from scriptorium.kernel.actor import Actor, ActorKind
from scriptorium.web.public.limits import within_limit
from scriptorium.web.shared.guards import public
from scriptorium.web.shared.requests import HttpRequest

#: Tries that one address may make in a minute; mail providers click for many of their people.
TRIES = 300
SPAN = dt.timedelta(minutes=1)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@csrf_exempt
@public
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """The button; a POST, from it or from a mail program, takes the address off."""
    if not within_limit(request, what="unsubscribe", times=TRIES, span=SPAN):
        return render(request, "shared/too_many.html", status=429)
    address = address_of(token=token)
    if not address:
        reason = "This link is not complete. Copy all of it from the mail, or write to us."
        return render(request, "shared/gone.html", {"reason": reason}, status=410)
    done = request.method == "POST"
    if done:
        actor = Actor(ActorKind.PERSON, "", "The receiver of a mail", request.request_id)
        journey.unsubscribe(actor=actor, address=address, now=request.now)
    return render(request, "public/unsubscribe.html", {"address": address, "done": done})
