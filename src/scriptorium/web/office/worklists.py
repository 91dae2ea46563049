"""The office's home: what waits, and where things are; and the newest changes."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from scriptorium.domains.audit import queries as audit
from scriptorium.pages import worklists as page
from scriptorium.web.shared.guards import staff_role, staff_roles_of
from scriptorium.web.shared.requests import HttpRequest

SHOWN = 200


@require_safe
@staff_role()
def home(request: HttpRequest) -> HttpResponse:
    """Worklists with counts, as the person's roles allow."""
    desk = page.desk(roles=staff_roles_of(request), demo=settings.DEMO, now=request.now)
    return render(request, "office/home.html", {"desk": desk})


@require_safe
@staff_role(*page.ACTIVITY)
def activity(request: HttpRequest) -> HttpResponse:
    """The newest audit events of the whole installation."""
    return render(request, "office/activity.html", {"lines": audit.newest(limit=SHOWN)})
