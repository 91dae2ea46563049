"""Appeals and complaints: open one, see where it stands, take it back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from scriptorium.domains.catalog.queries import fairness
from scriptorium.domains.support import queries as support
from scriptorium.journeys import cases as journey
from scriptorium.journeys.appealable import Appealable, appealable
from scriptorium.pages.cases import own_cases
from scriptorium.web.member.fairness_forms import AppealForm, ComplaintForm
from scriptorium.web.shared.guards import actor_of, person_of, signed_in
from scriptorium.web.shared.requests import HttpRequest

#: Both forms of the page ask for words, and each field has an id of its own.
_COMPLAINT = "complaint_%s"


@require_safe
@signed_in
def show(request: HttpRequest) -> HttpResponse:
    """One's cases, what can be appealed, and the two forms."""
    return _page(request)


def _open_to_appeal(request: HttpRequest) -> list[Appealable]:
    person = person_of(request)
    done = support.appealed(person=person.pk)
    found = appealable(person=person, now=request.now, today=request.today)
    return [one for one in found if (one.kind, one.key) not in done]


def _page(request: HttpRequest, *, status: int = 200, **forms: Any) -> HttpResponse:
    found = _open_to_appeal(request)
    numbers = fairness()
    context = {
        "cases": own_cases(person=person_of(request)),
        "found": found,
        "appeal_form": AppealForm(found=found),
        "complaint_form": ComplaintForm(auto_id=_COMPLAINT),
        "numbers": numbers,
    } | forms
    return render(request, "member/appeals.html", context, status=status)


@require_POST
@signed_in
def appeal(request: HttpRequest) -> HttpResponse:
    """Open an appeal against one decision."""
    form = AppealForm(request.POST, found=_open_to_appeal(request))
    if not form.is_valid():
        return _page(request, status=422, appeal_form=form)
    try:
        journey.open_appeal(
            actor=actor_of(request),
            person=person_of(request),
            about=form.chosen,
            words=form.cleaned_data["words"],
            now=request.now,
            today=request.today,
        )
    except journey.AlreadyOpen as error:
        return render(request, "shared/conflict.html", {"reason": str(error)}, status=409)
    messages.success(request, "We have your appeal. You get a mail with the dates.")
    return redirect("appeals")


@require_POST
@signed_in
def complain(request: HttpRequest) -> HttpResponse:
    """Open a complaint."""
    form = ComplaintForm(request.POST, auto_id=_COMPLAINT)
    if not form.is_valid():
        return _page(request, status=422, complaint_form=form)
    journey.open_complaint(
        actor=actor_of(request),
        person=person_of(request),
        words=form.cleaned_data["words"],
        now=request.now,
        today=request.today,
    )
    messages.success(request, "We have your complaint. You get a mail with the dates.")
    return redirect("appeals")


@require_POST
@signed_in
def withdraw(request: HttpRequest, reference: str) -> HttpResponse:
    """Take one's own case back."""
    case = support.case_of(person=person_of(request).pk, reference=reference)
    if case is None:
        raise Http404
    try:
        journey.withdraw(actor=actor_of(request), case=case, now=request.now)
    except journey.IllegalStep as error:
        return render(request, "shared/conflict.html", {"reason": str(error)}, status=409)
    messages.success(request, "You took the case back.")
    return redirect("appeals")
