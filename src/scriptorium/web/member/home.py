"""A member's home, membership and certificates."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from scriptorium.domains.credentials import queries as credentials
from scriptorium.journeys import certificate_files as journey
from scriptorium.pages.member_home import member_home
from scriptorium.web.shared.guards import person_of, signed_in
from scriptorium.web.shared.requests import HttpRequest


@require_safe
@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """One next step, then what the person has."""
    page = member_home(person=person_of(request), now=request.now, today=request.today)
    return render(request, "member/home.html", {"page": page})


@require_safe
@signed_in
def certificate(request: HttpRequest, number: str) -> HttpResponse:
    """One's own certificate as PDF; a voided one answers 410."""
    person = person_of(request)
    found = credentials.by_number(number=number)
    if found is None or found.person_id != person.pk:
        raise Http404
    if hasattr(found, "void"):
        reason = f"Certificate {number} was voided and is no longer served."
        return render(request, "shared/gone.html", {"reason": reason}, status=410)
    content = journey.pdf_of(certificate=found, now=request.now)
    if request.method == "GET":
        journey.log_download(certificate=found, by=person.reference, now=request.now)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="certificate-{number}.pdf"'
    response["X-Certificate-Number"] = number
    return response
