"""Requests for accommodations: read, granted and declined by decision-makers alone."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from scriptorium.domains.accounts import queries as accounts
from scriptorium.domains.accounts.models import AccommodationRequest
from scriptorium.journeys import accommodations as journey
from scriptorium.pages import worklists
from scriptorium.pages.accommodations import live_grants, open_requests
from scriptorium.web.office.fairness_forms import GrantForm, RefuseForm
from scriptorium.web.shared.guards import actor_of, person_of, staff_role
from scriptorium.web.shared.requests import HttpRequest


@require_safe
@staff_role(*worklists.ACCOMMODATIONS)
def show(request: HttpRequest) -> HttpResponse:
    """What waits, oldest first, and what counts today."""
    return _page(request)


def _page(
    request: HttpRequest,
    *,
    status: int = 200,
    of: str = "",
    form: GrantForm | RefuseForm | None = None,
) -> HttpResponse:
    rows = []
    for line in open_requests(reader=person_of(request).pk, today=request.today):
        ids = f"{line.reference}_%s"
        grant: GrantForm | RefuseForm = GrantForm(initial={"last_day": line.until}, auto_id=ids)
        refuse: GrantForm | RefuseForm = RefuseForm(auto_id=f"no_{ids}")
        if form is not None and line.reference == of:
            grant, refuse = (form, refuse) if isinstance(form, GrantForm) else (grant, form)
        rows.append((line, grant, refuse))
    context = {"requests": rows, "grants": live_grants(today=request.today)}
    return render(request, "office/accommodations.html", context, status=status)


def _conflict(request: HttpRequest, reason: str) -> HttpResponse:
    return render(request, "shared/conflict.html", {"reason": reason}, status=409)


@require_POST
@staff_role(*worklists.ACCOMMODATIONS)
def answer(request: HttpRequest, reference: str) -> HttpResponse:
    """Grant or decline one request."""
    found = accounts.accommodation_request(reference=reference)
    if found is None:
        return _conflict(request, "There is no such request any more. Nothing changed.")
    if request.POST.get("granted") == "1":
        return _grant(request, found)
    return _refuse(request, found)


def _grant(request: HttpRequest, found: AccommodationRequest) -> HttpResponse:
    form = GrantForm(request.POST, auto_id=f"{found.reference}_%s")
    if not form.is_valid():
        return _page(request, status=422, of=found.reference, form=form)
    data = form.cleaned_data
    try:
        journey.grant(
            actor=actor_of(request, staff=True),
            decider=person_of(request).pk,
            request=found,
            terms=journey.Terms(data["percent"], data["break_minutes"], data["last_day"]),
            answer=data["answer"],
            now=request.now,
            today=request.today,
        )
    except journey.CannotDecide as error:
        form.add_error(None, str(error))
        return _page(request, status=409, of=found.reference, form=form)
    messages.success(request, f"Granted. {found.person.name} is told that there is an answer.")
    return redirect("office-accommodations")


def _refuse(request: HttpRequest, found: AccommodationRequest) -> HttpResponse:
    form = RefuseForm(request.POST, auto_id=f"no_{found.reference}_%s")
    if not form.is_valid():
        return _page(request, status=422, of=found.reference, form=form)
    try:
        journey.refuse(
            actor=actor_of(request, staff=True),
            decider=person_of(request).pk,
            request=found,
            answer=form.cleaned_data["answer"],
            now=request.now,
        )
    except journey.CannotDecide as error:
        form.add_error(None, str(error))
        return _page(request, status=409, of=found.reference, form=form)
    messages.success(request, f"Declined. {found.person.name} is told that there is an answer.")
    return redirect("office-accommodations")


@require_POST
@staff_role(*worklists.ACCOMMODATIONS)
def end(request: HttpRequest, reference: str) -> HttpResponse:
    """End a grant before its day."""
    grant = accounts.grant_by_reference(reference=reference)
    reason = request.POST.get("reason", "").strip()[:300]
    if grant is None:
        return _conflict(request, "There is no such accommodation. Nothing changed.")
    if not reason:
        context = {"reason": "Give the reason: it is kept, and the person reads it."}
        return render(request, "shared/unprocessable.html", context, status=422)
    done = journey.end(
        actor=actor_of(request, staff=True), grant=grant, reason=reason, now=request.now
    )
    if not done:
        return _conflict(request, "This accommodation was ended already. Nothing changed.")
    messages.success(request, f"Ended for {grant.person.name}, from the next sitting on.")
    return redirect("office-accommodations")
