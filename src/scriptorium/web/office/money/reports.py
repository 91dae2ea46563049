"""Figures of finance with charts, each with its table and its export."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from scriptorium.journeys.money_exports import table_csv
from scriptorium.pages import worklists
from scriptorium.pages.money_reports import REPORTS
from scriptorium.web.office.studies import csv
from scriptorium.web.shared.guards import staff_role
from scriptorium.web.shared.requests import HttpRequest


@require_safe
@staff_role(*worklists.MONEY)
def show(request: HttpRequest) -> HttpResponse:
    """Revenue, renewals and units by month."""
    reports = [report(today=request.today) for report in REPORTS.values()]
    return render(request, "office/money/reports.html", {"reports": reports})


@require_safe
@staff_role(*worklists.MONEY)
def export(request: HttpRequest, name: str) -> HttpResponse:
    """The table of one figure as a file."""
    if name not in REPORTS:
        raise Http404
    report = REPORTS[name](today=request.today)
    rows = [[cell.plain for cell in row.cells] for row in report.rows]
    headers = [column.label for column in report.columns]
    return csv(table_csv(headers=headers, rows=rows), f"{name}-{request.today.isoformat()}")
