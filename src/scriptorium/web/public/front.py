"""The front page, and the way to everybody's own home."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from scriptorium.domains.practices.queries import practices_as_physician, practices_of, runs_any
from scriptorium.web.shared.guards import person_of, public, signed_in, staff_roles_of
from scriptorium.web.shared.requests import HttpRequest


@require_safe
@public
def front(request: HttpRequest) -> HttpResponse:
    """Who this site is for, and the three ways on."""
    return render(request, "public/front.html")


@require_safe
@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """The board for those who run a practice, a physician's own page, the office, the member's."""
    person = person_of(request)
    own = practices_of(person=person.pk)
    if own and practices_as_physician(person=person.pk) and not runs_any(person=person.pk):
        return redirect("physician")
    if own:
        return redirect("board", ref=own[0].reference)
    return redirect("office" if staff_roles_of(request) else "member-home")
