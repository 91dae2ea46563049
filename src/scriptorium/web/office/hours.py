"""Attested hours of people without an employer here, or whose employer did not answer."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from scriptorium.domains.accounts.enums import StaffRole
from scriptorium.domains.credentials import queries as kept
from scriptorium.domains.credentials import rules
from scriptorium.domains.credentials.models import Affidavit
from scriptorium.journeys import promote
from scriptorium.pages import worklists
from scriptorium.pages.affidavits import affidavit_page, queue_lines
from scriptorium.web.shared.affidavits import AnswerForm
from scriptorium.web.shared.guards import actor_of, person_of, staff_role, staff_roles_of
from scriptorium.web.shared.requests import HttpRequest

SHOWN = 100


@require_safe
@staff_role(*worklists.HOURS)
def show(request: HttpRequest) -> HttpResponse:
    """What waits for staff, oldest first."""
    waiting = kept.queue_of_staff()
    context = {
        "lines": queue_lines(
            affidavits=waiting[:SHOWN],
            reader=person_of(request).pk,
            today=request.today,
            base="/office/hours/",
        ),
        "total": waiting.count(),
    }
    return render(request, "office/hours.html", context)


def _affidavit(reference: str) -> Affidavit:
    found = kept.affidavit_by_reference(reference=reference)
    if found is None or found.practice_id is not None:
        raise Http404
    return found


@require_safe
@staff_role(*worklists.HOURS)
def read(request: HttpRequest, affidavit: str) -> HttpResponse:
    """One affidavit with its log."""
    return _page(request, _affidavit(affidavit), AnswerForm())


def _page(
    request: HttpRequest, affidavit: Affidavit, form: AnswerForm, *, status: int = 200
) -> HttpResponse:
    reason = ""
    try:
        rules.check_can_judge(
            affidavit=affidavit,
            judge=person_of(request).pk,
            staff_roles=staff_roles_of(request),
        )
    except (rules.MayNotJudge, rules.AffidavitClosed) as error:
        reason = str(error)
    context = {
        "page": affidavit_page(affidavit=affidavit, may_judge=not reason, reason=reason),
        "form": form,
        "answer_url": f"/office/hours/{affidavit.reference}/answer/",
    }
    return render(request, "office/hours_affidavit.html", context, status=status)


@require_POST
@staff_role(StaffRole.DECISIONS)
def answer(request: HttpRequest, affidavit: str) -> HttpResponse:
    """Approve, which promotes, or send back with a note."""
    found = _affidavit(affidavit)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form, status=422)
    data = form.cleaned_data
    try:
        promote.answer(
            actor=actor_of(request, staff=True),
            judge=person_of(request),
            affidavit=found,
            standing=None,
            staff_roles=staff_roles_of(request),
            approved=data["answer"] == "approve",
            note=data["note"],
            now=request.now,
            today=request.today,
        )
    except promote.MayNotJudge as error:
        raise PermissionDenied(str(error)) from error
    except (promote.AffidavitClosed, promote.CannotPromote) as error:
        return render(request, "shared/conflict.html", {"reason": str(error)}, status=409)
    messages.success(request, form.said(found.person.name))
    return redirect("office-hours")
