"""The physician's home."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from scriptorium.domains.practices.queries import practices_as_physician
from scriptorium.pages.physician_home import physician_home
from scriptorium.web.shared.guards import person_of, signed_in
from scriptorium.web.shared.requests import HttpRequest


@require_safe
@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """My scribes, hours to answer, their certificates, documents; for physicians alone."""
    person = person_of(request)
    here = practices_as_physician(person=person.pk)
    if not here:
        raise PermissionDenied(
            "This page is for people who are a physician at a practice. An administrator gives"
            " that role under Roles."
        )
    page = physician_home(person=person, practices_here=here, today=request.today)
    return render(request, "member/physician.html", {"page": page})
