"""The first page of finance, and its worklists with their exports."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from scriptorium.journeys.money_exports import table_csv
from scriptorium.pages import worklists
from scriptorium.pages.money_lists import KINDS, list_page, list_values
from scriptorium.pages.money_office import money_home
from scriptorium.web.office.money.accounts import may_change
from scriptorium.web.office.money.forms import DayForm, NoteForm
from scriptorium.web.office.studies import csv
from scriptorium.web.shared.guards import person_of, staff_role
from scriptorium.web.shared.requests import HttpRequest


@require_safe
@staff_role(*worklists.MONEY)
def home(request: HttpRequest) -> HttpResponse:
    """The next thing to do, and how much waits where."""
    return render(request, "office/money/home.html", {"page": money_home(today=request.today)})


@require_safe
@staff_role(*worklists.MONEY)
def show(request: HttpRequest, name: str) -> HttpResponse:
    """One worklist."""
    return list_of(request, name)


def list_of(request: HttpRequest, name: str, *, status: int = 200, **more: Any) -> HttpResponse:
    """Answer with a worklist as its address narrows it.

    Raises:
        Http404: there is no such list.
    """
    text, choice = _wanted(request, name)
    number = request.GET.get("page", "1")
    context = {
        "page": list_page(
            name=name,
            q=text,
            choice=choice,
            page=int(number) if number.isdecimal() else 1,
            today=request.today,
        ),
        "act": f"office/money/_act_{name}.html" if name in ACTS else "",
        "may_change": may_change(request),
        "me": person_of(request).reference,
        "day_form": DayForm(initial={"on": request.today}),
        "note_form": NoteForm(auto_id=False),
        "problem": "",
    } | more
    return render(request, "office/money/list.html", context, status=status)


#: Lists whose rows carry a form.
ACTS = frozenset({"cheques", "mismatches", "refunds", "exemptions"})


def _wanted(request: HttpRequest, name: str) -> tuple[str, str]:
    if name not in KINDS:
        raise Http404
    filters = KINDS[name].filters
    choice = request.GET.get(filters[0], "") if filters else ""
    return request.GET.get("q", "").strip()[:100], choice


@require_safe
@staff_role(*worklists.MONEY)
def export(request: HttpRequest, name: str) -> HttpResponse:
    """A worklist as a file: every row that the search and the filter leave."""
    text, choice = _wanted(request, name)
    headers, rows = list_values(name=name, q=text, choice=choice, today=request.today)
    return csv(table_csv(headers=headers, rows=rows), f"{name}-{request.today.isoformat()}")
