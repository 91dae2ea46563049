"""Waivers of the retake rule: one further sitting, with a reason."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from scriptorium.domains.accounts import queries as accounts
from scriptorium.domains.catalog.queries import fairness
from scriptorium.journeys import waivers as journey
from scriptorium.pages import worklists
from scriptorium.pages.waivers import waiver_lines
from scriptorium.web.office.fairness_forms import WaiverForm
from scriptorium.web.shared.guards import actor_of, person_of, staff_role, staff_roles_of
from scriptorium.web.shared.requests import HttpRequest


def _may_grant(request: HttpRequest) -> bool:
    return bool(staff_roles_of(request) & set(worklists.WAIVES))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_role(*worklists.WAIVERS)
def show(request: HttpRequest) -> HttpResponse:
    """The newest waivers, and the form to grant one."""
    form = WaiverForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _page(request, form, 200)
    if not _may_grant(request):
        raise PermissionDenied("Decision-makers and the programme director grant waivers.")
    if not form.is_valid():
        return _page(request, form, 422)
    return _grant(request, form)


def _page(request: HttpRequest, form: WaiverForm, status: int) -> HttpResponse:
    context = {
        "form": form,
        "waivers": waiver_lines(today=request.today),
        "may_grant": _may_grant(request),
        "days": fairness().waiver_valid_days,
    }
    return render(request, "office/waivers.html", context, status=status)


def _grant(request: HttpRequest, form: WaiverForm) -> HttpResponse:
    email = form.cleaned_data["email"]
    person = accounts.by_email(emails=[email]).get(email.lower())
    if person is None:
        form.add_error("email", "Nobody has this address here.")
        return _page(request, form, 422)
    try:
        journey.grant(
            actor=actor_of(request, staff=True),
            granter=person_of(request).pk,
            person=person,
            exam=form.cleaned_data["exam"],
            reason=form.cleaned_data["reason"],
            now=request.now,
            today=request.today,
        )
    except journey.CannotWaive as error:
        form.add_error(None, str(error))
        return _page(request, form, 409)
    messages.success(request, f"{person.name} may sit once more, outside the retake rule.")
    return redirect("office-waivers")


@require_POST
@staff_role(*worklists.WAIVES)
def close(request: HttpRequest, reference: str) -> HttpResponse:
    """Take an unused waiver back."""
    waiver = accounts.waiver_by_reference(reference=reference)
    if waiver is None:
        raise Http404
    if not journey.take_back(actor=actor_of(request, staff=True), waiver=waiver, now=request.now):
        reason = "This waiver was used or taken back already. Nothing changed."
        return render(request, "shared/conflict.html", {"reason": reason}, status=409)
    messages.success(request, f"The waiver of {waiver.person.name} was taken back.")
    return redirect("office-waivers")
