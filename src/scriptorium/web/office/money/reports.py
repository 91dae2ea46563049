"""Figures of finance with charts, each with its table and its export."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from scriptorium.domains.practices import queries as practices
from scriptorium.domains.practices.models import Practice
from scriptorium.journeys.money_exports import table_csv
from scriptorium.pages import worklists
from scriptorium.pages.money_reports import REPORTS, revenue
from scriptorium.web.office.practices import practice_of
from scriptorium.web.office.studies import csv
from scriptorium.web.shared.guards import staff_role
from scriptorium.web.shared.requests import HttpRequest

#: Practices that a search offers.
SHOWN = 20


@require_safe
@staff_role(*worklists.MONEY)
def show(request: HttpRequest) -> HttpResponse:
    """Revenue, renewals and units by month; with ``practice`` the revenue of one practice.

    With ``q`` practices of that name are offered to choose from.
    """
    practice = _practice(request)
    text = request.GET.get("q", "").strip()[:100]
    found = practices.search(text=text, limit=SHOWN) if text else []
    if practice is not None:
        reports = [revenue(today=request.today, practice=practice)]
    else:
        reports = [report(today=request.today) for report in REPORTS.values()]
    context = {"reports": reports, "practice": practice, "q": text, "found": found}
    return render(request, "office/money/reports.html", context)


def _practice(request: HttpRequest) -> Practice | None:
    """Return the practice to which the address narrows the figures, if it names one.

    Raises:
        Http404: there is no such practice.
    """
    reference = request.GET.get("practice", "")
    return practice_of(reference) if reference else None


@require_safe
@staff_role(*worklists.MONEY)
def export(request: HttpRequest, name: str) -> HttpResponse:
    """The table of one figure as a file."""
    if name not in REPORTS:
        raise Http404
    practice = _practice(request) if name == "revenue" else None
    if practice is not None:
        report = revenue(today=request.today, practice=practice)
    else:
        report = REPORTS[name](today=request.today)
    rows = [[cell.plain for cell in row.cells] for row in report.rows]
    headers = [column.label for column in report.columns]
    whose = f"-{practice.reference}" if practice is not None else ""
    return csv(table_csv(headers=headers, rows=rows), f"{name}{whose}-{request.today.isoformat()}")
