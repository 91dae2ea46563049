"""Appeals and complaints: worklist, acknowledge, give to an uninvolved decider, decide."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from scriptorium.domains.accounts.queries import staff_with
from scriptorium.domains.support import queries as support
from scriptorium.domains.support.models import Case
from scriptorium.journeys import cases as journey
from scriptorium.pages import worklists
from scriptorium.pages.cases import DECIDERS, case_lines, case_page
from scriptorium.web.office.fairness_forms import AcknowledgeForm, DecideForm
from scriptorium.web.shared.guards import actor_of, person_of, staff_role, staff_roles_of
from scriptorium.web.shared.requests import HttpRequest

SHOWN = 100


@require_safe
@staff_role(*worklists.CASES)
def show(request: HttpRequest) -> HttpResponse:
    """What is open, the soonest deadline first, and what was closed of late."""
    waiting = support.open_cases()
    context = {
        "lines": case_lines(cases=waiting[:SHOWN], today=request.today),
        "total": waiting.count(),
        "closed": case_lines(cases=support.closed_cases(), today=request.today),
    }
    return render(request, "office/cases.html", context)


def _case(reference: str) -> Case:
    case = support.case_by_reference(reference=reference)
    if case is None:
        raise Http404
    return case


@require_safe
@staff_role(*worklists.CASES)
def read(request: HttpRequest, reference: str) -> HttpResponse:
    """One case with its steps, and what can be done now."""
    return _page(request, _case(reference))


def _page(request: HttpRequest, case: Case, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {
        "page": case_page(
            case=case,
            reader=person_of(request),
            involved=journey.who_may_not_decide(case=case, now=request.now),
            today=request.today,
        ),
        "acts": bool(staff_roles_of(request) & set(DECIDERS)),
        "acknowledge_form": AcknowledgeForm(),
        "decide_form": DecideForm(),
    } | more
    return render(request, "office/case.html", context, status=status)


def _conflict(request: HttpRequest, reason: str) -> HttpResponse:
    return render(request, "shared/conflict.html", {"reason": reason}, status=409)


@require_POST
@staff_role(*DECIDERS)
def acknowledge(request: HttpRequest, reference: str) -> HttpResponse:
    """Tell the person that the case was read."""
    case = _case(reference)
    form = AcknowledgeForm(request.POST)
    if not form.is_valid():
        return _page(request, case, status=422, acknowledge_form=form)
    try:
        journey.acknowledge(
            actor=actor_of(request, staff=True),
            case=case,
            note=form.cleaned_data["note"],
            now=request.now,
        )
    except journey.IllegalStep as error:
        return _conflict(request, str(error))
    messages.success(request, f"{case.person.name} gets a mail with the date of the decision.")
    return redirect("office-case", reference=reference)


@require_POST
@staff_role(*DECIDERS)
def assign(request: HttpRequest, reference: str) -> HttpResponse:
    """Give the case to somebody who took no part in what it is about."""
    case = _case(reference)
    wanted = request.POST.get("decider", "")
    decider = next((p for p in staff_with(roles=DECIDERS) if p.reference == wanted), None)
    if decider is None:
        return _page(request, case, status=422, assign_problem="Choose who decides.")
    try:
        journey.assign(
            actor=actor_of(request, staff=True), case=case, decider=decider, now=request.now
        )
    except journey.Involved as error:
        return _page(request, case, status=409, assign_problem=str(error))
    except journey.IllegalStep as error:
        return _conflict(request, str(error))
    messages.success(request, f"{decider.name} decides this case and was told by mail.")
    return redirect("office-case", reference=reference)


@require_POST
@staff_role(*DECIDERS)
def decide(request: HttpRequest, reference: str) -> HttpResponse:
    """Decide the case that one was given; the letter goes out by mail."""
    case = _case(reference)
    form = DecideForm(request.POST)
    if not form.is_valid():
        return _page(request, case, status=422, decide_form=form)
    try:
        journey.decide(
            actor=actor_of(request, staff=True),
            decider=person_of(request),
            case=case,
            outcome=form.cleaned_data["outcome"],
            letter=form.cleaned_data["letter"],
            now=request.now,
        )
    except (journey.NotTheDecider, journey.Involved) as error:
        raise PermissionDenied(str(error)) from error
    except journey.IllegalStep as error:
        return _conflict(request, str(error))
    messages.success(request, f"Decided. The letter to {case.person.name} is on its way.")
    return redirect("office-cases")
