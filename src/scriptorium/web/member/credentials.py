"""A member's credentials, with certificate, badge and the way to show them."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from scriptorium.pages.credentials import own_credentials
from scriptorium.web.shared.guards import person_of, signed_in
from scriptorium.web.shared.requests import HttpRequest


@require_safe
@signed_in
def show(request: HttpRequest) -> HttpResponse:
    """Each credential; somebody without one reads how to earn it."""
    page = own_credentials(person=person_of(request), today=request.today)
    return render(request, "member/credentials.html", {"page": page})
