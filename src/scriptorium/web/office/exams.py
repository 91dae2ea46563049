"""Exams and their parallel forms: approval by a second person, overlap, cut scores."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from scriptorium.domains.accounts.enums import StaffRole
from scriptorium.domains.exams.models import Form
from scriptorium.domains.exams.queries import authoring, form_by_reference, newest_exam
from scriptorium.domains.exams.queries import studies as read
from scriptorium.journeys import author_item, publish_form, set_standard
from scriptorium.pages import worklists
from scriptorium.pages.exam_office import exam_lines, exam_page
from scriptorium.web.office.exam_forms import ProvisionalForm
from scriptorium.web.office.items import conflict
from scriptorium.web.shared.guards import actor_of, person_of, staff_role, staff_roles_of
from scriptorium.web.shared.requests import HttpRequest

SETS = (StaffRole.APPROVER, StaffRole.DIRECTOR)


@require_safe
@staff_role(*worklists.EXAMS)
def index(request: HttpRequest) -> HttpResponse:
    """Every exam with its forms and where its pass mark comes from."""
    return render(request, "office/exams.html", {"lines": exam_lines(today=request.today)})


@require_safe
@staff_role(*worklists.EXAMS)
def show(request: HttpRequest, exam: str) -> HttpResponse:
    """One exam: forms, overlap, cut scores, studies."""
    return _page(request, exam)


def _page(request: HttpRequest, exam: str, *, status: int = 200, **more: Any) -> HttpResponse:
    page = exam_page(exam=exam, today=request.today)
    if page is None:
        raise Http404
    roles = staff_roles_of(request)
    context = {
        "page": page,
        "sets": bool(roles & set(SETS)),
        "begins": bool(roles & set(worklists.ITEMS)),
        "me": person_of(request).reference,
        "provisional_form": ProvisionalForm(),
    } | more
    return render(request, "office/exam.html", context, status=status)


@require_POST
@staff_role(*SETS)
def provisional(request: HttpRequest, exam: str) -> HttpResponse:
    """Record that the pass mark is provisional, with the reason."""
    version = newest_exam(exam=exam)
    if version is None:
        raise Http404
    form = ProvisionalForm(request.POST)
    if not form.is_valid():
        return _page(request, exam, status=422, provisional_form=form)
    set_standard.declare_provisional(
        actor=actor_of(request, staff=True),
        exam_version=version,
        reason=form.cleaned_data["reason"],
        now=request.now,
    )
    messages.success(request, f"The pass mark of {version.title} is recorded as provisional.")
    return redirect("office-exam", exam=exam)


@require_POST
@staff_role(*SETS)
def adopt(request: HttpRequest, ref: str) -> HttpResponse:
    """Adopt a proposed cut, as a second person."""
    cut = read.cut_by_reference(reference=ref)
    if cut is None:
        raise Http404
    try:
        set_standard.adopt_cut(actor=actor_of(request, staff=True), cut=cut, now=request.now)
    except set_standard.CannotSetStandard as error:
        return conflict(request, error)
    said = f"{cut.percent} % holds from {cut.effective_on:%-d %b %Y}."
    messages.success(request, f"{said} The programme’s exams must name the same pass mark.")
    return redirect("office-exam", exam=cut.exam)


def _form(ref: str) -> Form:
    form = form_by_reference(reference=ref)
    if form is None or form.number is None:
        raise Http404
    return form


@require_safe
@staff_role(*worklists.EXAMS)
def form(request: HttpRequest, ref: str) -> HttpResponse:
    """One parallel form: its places by code and topic, without any text."""
    found = _form(ref)
    roles = staff_roles_of(request)
    page = exam_page(exam=found.exam_version.exam, today=request.today)
    assert page is not None
    line = next(one for one in (*page.forms, *page.earlier) if one.form.pk == found.pk)
    context = {
        "page": page,
        "line": line,
        "places": authoring.places_of_form(form=found.pk),
        "approves": StaffRole.APPROVER in roles,
        "reads": bool(roles & set(worklists.ITEMS)),
        "made_it": found.made_by == person_of(request).reference,
    }
    return render(request, "office/form.html", context)


@require_safe
@staff_role(*worklists.ITEMS)
def form_items(request: HttpRequest, ref: str) -> HttpResponse:
    """Every item of a form with its key, for the person who approves it. Logged."""
    found = _form(ref)
    author_item.look_at_form(actor=actor_of(request, staff=True), form=found, now=request.now)
    places = [
        (
            place,
            list(zip("ABCD", place.version.options, strict=False)),
            "" if place.version.key is None else "ABCD"[place.version.key],
        )
        for place in authoring.places_of_form(form=found.pk)
    ]
    return render(request, "office/form_items.html", {"form": found, "places": places})


@require_POST
@staff_role(StaffRole.APPROVER)
def approve(request: HttpRequest, ref: str) -> HttpResponse:
    """Let candidates sit a form."""
    found = _form(ref)
    try:
        publish_form.approve(actor=actor_of(request, staff=True), form=found, now=request.now)
    except publish_form.CannotApprove as error:
        return conflict(request, error)
    messages.success(request, f"Form {found.number} is dealt to candidates from now on.")
    return redirect("office-form", ref=ref)


@require_POST
@staff_role(StaffRole.APPROVER)
def retire(request: HttpRequest, ref: str) -> HttpResponse:
    """Deal a form to nobody any more."""
    found = _form(ref)
    publish_form.retire(actor=actor_of(request, staff=True), form=found, now=request.now)
    messages.success(request, f"Form {found.number} is dealt to nobody any more.")
    return redirect("office-form", ref=ref)
