"""Certificates of a practice: by year, one by one, or all as one PDF."""

from __future__ import annotations

import datetime as dt

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from scriptorium.domains.credentials import queries as credentials
from scriptorium.domains.credentials.enums import PrintState
from scriptorium.journeys import certificate_files as journey
from scriptorium.journeys.completion_records import completions_csv
from scriptorium.web.shared.files import pdf
from scriptorium.web.shared.guards import Place, actor_of, practice_role
from scriptorium.web.shared.requests import HttpRequest

SHOWN = 200


@require_GET
@practice_role("read")
def show(request: HttpRequest, place: Place) -> HttpResponse:
    """The certificates of a year."""
    years = credentials.years_of(practice=place.practice.pk) or [request.today.year]
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdecimal() and int(asked) in years else None
    if year is None:
        year = request.today.year if request.today.year in years else years[0]
    found = credentials.of_practice_year(practice=place.practice.pk, year=year)
    total = found.count()
    base = f"/practice/{place.practice.reference}/certificates/"
    context = {
        "place": place,
        "year": year,
        "years": years,
        "total": total,
        "certificates": [
            {
                "number": c.number,
                "name": c.content["name"],
                "kind": c.get_kind_display(),
                "starts_on": c.starts_on,
                "last_day": c.ends_before - dt.timedelta(days=1) if c.ends_before else None,
                "url": f"{base}{c.number}.pdf",
            }
            for c in found[:SHOWN]
        ],
        "more": max(0, total - SHOWN),
        "prints": credentials.prints_of(practice=place.practice.pk),
        "base": base,
        "board_url": f"/practice/{place.practice.reference}/assignments/",
    }
    return render(request, "practice/certificates.html", context)


@require_GET
@practice_role("read")
def download(request: HttpRequest, place: Place, number: str) -> HttpResponse:
    """One certificate as PDF; a voided one answers 410."""
    certificate = credentials.by_number(number=number)
    if certificate is None or certificate.practice_id != place.practice.pk:
        raise Http404
    if hasattr(certificate, "void"):
        context = {
            "sentence": f"Certificate {number} was voided and is no longer served.",
            "back_url": f"/practice/{place.practice.reference}/certificates/",
            "place": place,
        }
        return render(request, "practice/refused.html", context, status=410)
    content = journey.pdf_of(certificate=certificate, now=request.now)
    journey.log_download(certificate=certificate, by=place.person.reference, now=request.now)
    response = pdf(content, f"certificate-{number}")
    response["X-Certificate-Number"] = number
    return response


@require_POST
@practice_role("read")
def ask_print(request: HttpRequest, place: Place) -> HttpResponse:
    """Ask for all certificates of a year as one PDF; the worker makes it."""
    year = request.POST.get("year", "")
    if not year.isdecimal() or int(year) not in credentials.years_of(practice=place.practice.pk):
        context = {
            "sentence": "Choose a year in which this practice has certificates.",
            "back_url": f"/practice/{place.practice.reference}/certificates/",
            "place": place,
        }
        return render(request, "practice/refused.html", context, status=422)
    wish = journey.ask_for_print(
        actor=actor_of(request), practice=place.practice, year=int(year), now=request.now
    )
    return redirect("print", ref=place.practice.reference, wish=wish.reference)


@require_GET
@practice_role("read")
def show_print(request: HttpRequest, place: Place, wish: str) -> HttpResponse:
    """How far a print is; the page asks again by itself while it runs."""
    found = credentials.print_by_reference(practice=place.practice.pk, reference=wish)
    if found is None:
        raise Http404
    running = found.state in {PrintState.WAITING, PrintState.RUNNING}
    context = {
        "place": place,
        "wish": found,
        "running": running,
        "ready": found.state == PrintState.DONE,
        "back_url": f"/practice/{place.practice.reference}/certificates/?year={found.year}",
    }
    template = "practice/print.html#progress" if request.htmx else "practice/print.html"
    return render(request, template, context)


@require_GET
@practice_role("read")
def download_print(request: HttpRequest, place: Place, wish: str) -> HttpResponse:
    """The finished file of a print."""
    found = credentials.print_by_reference(practice=place.practice.pk, reference=wish)
    if found is None or found.state != PrintState.DONE:
        raise Http404
    return pdf(journey.print_file(wish=found), f"certificates-{found.year}")


@require_GET
@practice_role("read")
def hipaa_records(request: HttpRequest, place: Place) -> HttpResponse:
    """Who completed HIPAA for Scribes here, with content version and score, as CSV."""
    response = HttpResponse(
        completions_csv(practice=place.practice), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = 'attachment; filename="hipaa-completions.csv"'
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
