"""Statistics of exams, forms and items, with charts, and the report that an accreditor reads."""

from __future__ import annotations

from types import ModuleType

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from scriptorium.domains.exams.models import Form
from scriptorium.domains.exams.queries import form_by_reference
from scriptorium.pages import worklists
from scriptorium.web.office.studies import csv
from scriptorium.web.shared.guards import staff_role, staff_roles_of
from scriptorium.web.shared.requests import HttpRequest


def _pages() -> ModuleType:
    from scriptorium.pages import exam_statistics  # noqa: PLC0415 (arrays are slow to load)

    return exam_statistics


def _reports() -> ModuleType:
    from scriptorium.journeys import form_report  # noqa: PLC0415 (arrays are slow to load)

    return form_report


@require_safe
@staff_role(*worklists.EXAMS)
def index(request: HttpRequest) -> HttpResponse:
    """The pass rate of every exam."""
    return render(request, "office/statistics.html", {"page": _pages().overview()})


@require_safe
@staff_role(*worklists.EXAMS)
def exam(request: HttpRequest, exam: str) -> HttpResponse:
    """One exam: forms, topics, items."""
    page = _pages().exam_statistics(exam=exam)
    if page is None:
        raise Http404
    context = {"page": page, "reads": bool(staff_roles_of(request) & set(worklists.ITEMS))}
    return render(request, "office/statistics_exam.html", context)


@require_safe
@staff_role(*worklists.ITEMS)
def item(request: HttpRequest, exam: str, code: str) -> HttpResponse:
    """One item: who chose what. It names the key, so it is for authors and approvers."""
    page = _pages().item_statistics(exam=exam, code=code)
    if page is None:
        raise Http404
    return render(request, "office/statistics_item.html", {"page": page})


def _form(ref: str) -> Form:
    form = form_by_reference(reference=ref)
    if form is None or form.number is None:
        raise Http404
    return form


@require_safe
@staff_role(*worklists.EXAMS)
def report_csv(request: HttpRequest, ref: str) -> HttpResponse:
    """The report of one form as a list."""
    return csv(_reports().report_csv(form=_form(ref), today=request.today), f"form-{ref}")


@require_safe
@staff_role(*worklists.EXAMS)
def report_pdf(request: HttpRequest, ref: str) -> HttpResponse:
    """The report of one form as a tagged PDF."""
    content = _reports().report_pdf(form=_form(ref), today=request.today)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="form-{ref}.pdf"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
