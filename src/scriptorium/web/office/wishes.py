"""Wishes that staff answer: names on certificates, and messages."""

from __future__ import annotations

from django.contrib import messages as notes
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from scriptorium.domains.accounts import queries as accounts
from scriptorium.domains.accounts.enums import StaffRole
from scriptorium.domains.support import queries as support
from scriptorium.journeys.answer_message import mark_answered
from scriptorium.journeys.profile import decide_certificate_name
from scriptorium.pages import worklists
from scriptorium.web.shared.guards import actor_of, staff_role, staff_roles_of
from scriptorium.web.shared.requests import HttpRequest

ANSWERS = (StaffRole.DESK, StaffRole.FINANCE, StaffRole.SUPPORT, StaffRole.DIRECTOR)
SHOWN = 100


@require_safe
@staff_role(*worklists.NAMES)
def names(request: HttpRequest) -> HttpResponse:
    """Wishes for another name on certificates, oldest first."""
    context = {
        "wishes": accounts.open_name_requests(),
        "can_decide": StaffRole.DESK in staff_roles_of(request),
    }
    return render(request, "office/names.html", context)


@require_POST
@staff_role(StaffRole.DESK)
def decide_name(request: HttpRequest, ref: str) -> HttpResponse:
    """Approve or decline one wish."""
    wish = accounts.open_name_request(reference=ref)
    answer = request.POST.get("answer", "")
    if wish is None:
        return _conflict(request, "This wish was decided or withdrawn already. Nothing changed.")
    if answer not in {"approve", "decline"}:
        reason = "Choose whether to approve or decline. Nothing changed."
        return render(request, "shared/unprocessable.html", {"reason": reason}, status=422)
    approved = answer == "approve"
    decide_certificate_name(
        actor=actor_of(request, staff=True), request=wish, approved=approved, now=request.now
    )
    verb = "approved" if approved else "declined"
    notes.success(request, f"“{wish.wanted}” was {verb} for {wish.person.name}.")
    return redirect("office-names")


@require_safe
@staff_role(*worklists.MESSAGES)
def messages(request: HttpRequest) -> HttpResponse:
    """Messages that wait for an answer, oldest first."""
    waiting = support.open_messages()
    context = {
        "waiting": waiting[:SHOWN],
        "total": waiting.count(),
        "can_answer": bool(staff_roles_of(request) & set(ANSWERS)),
    }
    return render(request, "office/messages.html", context)


@require_POST
@staff_role(*ANSWERS)
def answer_message(request: HttpRequest, ref: str) -> HttpResponse:
    """Remember that a message was answered."""
    message = support.by_reference(reference=ref)
    if message is None or message.answered_at is not None:
        return _conflict(request, "This message was marked as answered already.")
    mark_answered(actor=actor_of(request, staff=True), message=message, now=request.now)
    notes.success(request, f"The message of {message.name} is off the list.")
    return redirect("office-messages")


def _conflict(request: HttpRequest, reason: str) -> HttpResponse:
    return render(request, "shared/conflict.html", {"reason": reason}, status=409)
