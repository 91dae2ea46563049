"""The journal: what was posted between two days, and the balances."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from scriptorium.journeys.money_exports import table_csv
from scriptorium.pages import worklists
from scriptorium.pages.money_journal import HEADERS, journal_page, journal_values
from scriptorium.web.office.money.forms import JournalForm
from scriptorium.web.office.studies import csv
from scriptorium.web.shared.guards import staff_role
from scriptorium.web.shared.requests import HttpRequest


def _form(request: HttpRequest) -> JournalForm:
    """Return the days of the address; a day that it lacks is that of this month."""
    days = {
        "from": request.GET.get("from") or request.today.replace(day=1).isoformat(),
        "to": request.GET.get("to") or request.today.isoformat(),
    }
    return JournalForm(days)


@require_safe
@staff_role(*worklists.MONEY)
def show(request: HttpRequest) -> HttpResponse:
    """A window of the journal, with the balances of the last day."""
    form = _form(request)
    if not form.is_valid():
        return render(
            request, "office/money/journal.html", {"form": form, "page": None}, status=422
        )
    number = request.GET.get("page", "1")
    page = journal_page(
        since=form.cleaned_data["from"],
        until=form.cleaned_data["to"],
        page=int(number) if number.isdecimal() else 1,
    )
    return render(request, "office/money/journal.html", {"form": form, "page": page})


@require_safe
@staff_role(*worklists.MONEY)
def export(request: HttpRequest) -> HttpResponse:
    """The whole journal between two days as a file."""
    form = _form(request)
    if not form.is_valid():
        return render(
            request, "office/money/journal.html", {"form": form, "page": None}, status=422
        )
    since, until = form.cleaned_data["from"], form.cleaned_data["to"]
    rows = journal_values(since=since, until=until)
    name = f"journal-{since.isoformat()}-{until.isoformat()}"
    return csv(table_csv(headers=HEADERS, rows=rows), name)
