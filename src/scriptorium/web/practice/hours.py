"""Attested hours that wait for this practice: read the log, approve, or send back with a note."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from scriptorium.domains.credentials import queries as kept
from scriptorium.domains.credentials import rules
from scriptorium.domains.credentials.models import Affidavit
from scriptorium.journeys import promote
from scriptorium.pages.affidavits import affidavit_page, answered_lines, queue_lines
from scriptorium.web.shared.affidavits import AnswerForm
from scriptorium.web.shared.guards import Place, actor_of, practice_role
from scriptorium.web.shared.requests import HttpRequest

SHOWN = 100


@require_safe
@practice_role("attest")
def show(request: HttpRequest, place: Place) -> HttpResponse:
    """What waits, oldest first, and what was answered of late."""
    waiting = kept.queue_of_practices(practices=[place.practice.pk])
    context = {
        "place": place,
        "board_url": f"/practice/{place.practice.reference}/assignments/",
        "lines": queue_lines(
            affidavits=waiting[:SHOWN], reader=place.person.pk, today=request.today
        ),
        "total": waiting.count(),
        "answered": answered_lines(affidavits=kept.closed_of_practice(practice=place.practice.pk)),
    }
    return render(request, "practice/hours.html", context)


def _affidavit(place: Place, reference: str) -> Affidavit:
    found = kept.affidavit_by_reference(reference=reference)
    if found is None or found.practice_id != place.practice.pk:
        raise Http404
    return found


@require_safe
@practice_role("attest")
def read(request: HttpRequest, place: Place, affidavit: str) -> HttpResponse:
    """One affidavit with its log."""
    return _page(request, place, _affidavit(place, affidavit), AnswerForm())


def _page(
    request: HttpRequest,
    place: Place,
    affidavit: Affidavit,
    form: AnswerForm,
    *,
    status: int = 200,
) -> HttpResponse:
    reason = ""
    try:
        rules.check_can_judge(affidavit=affidavit, judge=place.person.pk, standing=place.standing)
    except (rules.MayNotJudge, rules.AffidavitClosed) as error:
        reason = str(error)
    base = f"/practice/{place.practice.reference}/"
    context: dict[str, Any] = {
        "place": place,
        "page": affidavit_page(affidavit=affidavit, may_judge=not reason, reason=reason),
        "form": form,
        "board_url": f"{base}assignments/",
        "hours_url": f"{base}hours/",
        "answer_url": f"{base}hours/{affidavit.reference}/answer/",
    }
    return render(request, "practice/hours_affidavit.html", context, status=status)


@require_POST
@practice_role("attest")
def answer(request: HttpRequest, place: Place, affidavit: str) -> HttpResponse:
    """Approve, which promotes, or send back with a note."""
    found = _affidavit(place, affidavit)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _page(request, place, found, form, status=422)
    data = form.cleaned_data
    try:
        promote.answer(
            actor=actor_of(request),
            judge=place.person,
            affidavit=found,
            standing=place.standing,
            staff_roles=(),
            approved=data["answer"] == "approve",
            note=data["note"],
            now=request.now,
            today=request.today,
        )
    except promote.MayNotJudge as error:
        raise PermissionDenied(str(error)) from error
    except (promote.AffidavitClosed, promote.CannotPromote) as error:
        context = {
            "sentence": str(error),
            "back_url": f"/practice/{place.practice.reference}/hours/",
            "place": place,
        }
        return render(request, "practice/refused.html", context, status=409)
    messages.success(request, form.said(found.person.name))
    return redirect("practice-hours", ref=place.practice.reference)
