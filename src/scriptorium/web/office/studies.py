"""Standard setting: a study with its panel, rounds by sheet, report, and the cut to adopt."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from scriptorium.domains.exams.models import AngoffStudy
from scriptorium.domains.exams.queries import form_by_reference
from scriptorium.domains.exams.queries import studies as read
from scriptorium.journeys import set_standard as journey
from scriptorium.pages import worklists
from scriptorium.pages.exam_office import study_page
from scriptorium.web.office.exam_forms import ProposeForm, RoundForm, StudyForm
from scriptorium.web.office.exams import SETS
from scriptorium.web.shared.guards import actor_of, person_of, staff_role, staff_roles_of
from scriptorium.web.shared.requests import HttpRequest


def csv(content: bytes, name: str) -> HttpResponse:
    """Return a list that the browser keeps as a file."""
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _study(ref: str) -> AngoffStudy:
    study = read.study_by_reference(reference=ref)
    if study is None:
        raise Http404
    return study


@require_http_methods(["GET", "HEAD", "POST"])
@staff_role(*worklists.ITEMS)
def new(request: HttpRequest, ref: str) -> HttpResponse:
    """Begin a study of a parallel form."""
    found = form_by_reference(reference=ref)
    if found is None or found.number is None:
        raise Http404
    form = StudyForm(request.POST or None)
    context = {"form": form, "of": found}
    if request.method != "POST":
        return render(request, "office/study_new.html", context)
    if form.is_valid():
        try:
            study = journey.open_study(
                actor=actor_of(request, staff=True),
                form=found,
                title=form.cleaned_data["title"],
                procedure=form.cleaned_data["procedure"],
                panel=form.cleaned_data["panel"],
                now=request.now,
            )
        except journey.CannotSetStandard as error:
            form.add_error("panel", str(error))
        else:
            messages.success(request, "The study is open. Download the sheet for the first round.")
            return redirect("office-study", ref=study.reference)
    return render(request, "office/study_new.html", context, status=422)


@require_safe
@staff_role(*worklists.EXAMS)
def show(request: HttpRequest, ref: str) -> HttpResponse:
    """A study with the figures of each round: cut, standard error, interval, agreement."""
    return _page(request, _study(ref))


def _page(
    request: HttpRequest, study: AngoffStudy, *, status: int = 200, **more: Any
) -> HttpResponse:
    roles = staff_roles_of(request)
    context = {
        "page": study_page(study=study),
        "keeps": bool(roles & set(worklists.ITEMS)),
        "sets": bool(roles & set(SETS)),
        "me": person_of(request).reference,
        "round_form": RoundForm(),
        "propose_form": ProposeForm(),
    } | more
    return render(request, "office/study.html", context, status=status)


@require_safe
@staff_role(*worklists.ITEMS)
def sheet(request: HttpRequest, ref: str) -> HttpResponse:
    """An empty sheet for one round."""
    return csv(journey.rating_sheet(study=_study(ref)), f"ratings-{ref}")


@require_safe
@staff_role(*worklists.EXAMS)
def report(request: HttpRequest, ref: str) -> HttpResponse:
    """The whole study as a list."""
    return csv(journey.study_csv(study=_study(ref)), f"study-{ref}")


@require_POST
@staff_role(*worklists.ITEMS)
def keep_round(request: HttpRequest, ref: str) -> HttpResponse:
    """Take in a filled sheet as the next round."""
    study = _study(ref)
    form = RoundForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, study, status=422, round_form=form)
    try:
        number = journey.keep_round(
            actor=actor_of(request, staff=True),
            study=study,
            sheet=form.cleaned_data["sheet"].read(journey.LARGEST_SHEET + 1),
            now=request.now,
        )
    except journey.CannotSetStandard as error:
        form.add_error("sheet", str(error))
        return _page(request, study, status=422, round_form=form)
    messages.success(request, f"Round {number} is kept.")
    return redirect("office-study", ref=ref)


@require_POST
@staff_role(*worklists.ITEMS)
def propose(request: HttpRequest, ref: str) -> HttpResponse:
    """Propose the study's cut for adoption."""
    study = _study(ref)
    form = ProposeForm(request.POST)
    if not form.is_valid():
        return _page(request, study, status=422, propose_form=form)
    data = form.cleaned_data
    try:
        cut = journey.propose_cut(
            actor=actor_of(request, staff=True),
            study=study,
            lowered_by_sems=data["lowered_by_sems"] or Decimal(0),
            sem=data["sem"],
            reason=data["reason"],
            effective_on=data["effective_on"],
            now=request.now,
        )
    except journey.CannotSetStandard as error:
        form.add_error(None, str(error))
        return _page(request, study, status=409, propose_form=form)
    messages.success(request, f"{cut.percent} % waits for adoption by a second person.")
    return redirect("office-study", ref=ref)
