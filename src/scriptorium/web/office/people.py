"""People in the office: search, record, bringing credentials forward, moving the lapse."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from scriptorium.domains.accounts import queries as accounts
from scriptorium.domains.accounts.enums import StaffRole
from scriptorium.domains.accounts.models import Person
from scriptorium.domains.practices import queries as practices
from scriptorium.journeys import bring_forward as bringing
from scriptorium.journeys import change_mode as modes
from scriptorium.journeys.hide_person import set_hidden
from scriptorium.kernel.payer import Payer
from scriptorium.pages import worklists
from scriptorium.pages.money_account import summary
from scriptorium.pages.office_records import person_page
from scriptorium.pages.verification import specialty_words
from scriptorium.web.office.credential_forms import HideForm
from scriptorium.web.office.forms import BringForwardForm, CancelForm, LapseForm
from scriptorium.web.shared.guards import actor_of, staff_role, staff_roles_of
from scriptorium.web.shared.requests import HttpRequest

DECIDES = (StaffRole.DECISIONS, StaffRole.DIRECTOR)
HIDES = (StaffRole.DESK, StaffRole.DIRECTOR)
SHOWN = 50


def person_by(ref: str) -> Person:
    """Return a person by their reference.

    Raises:
        Http404: there is none.
    """
    person = accounts.by_reference(reference=ref)
    if person is None:
        raise Http404
    return person


@require_safe
@staff_role(*worklists.PEOPLE)
def search(request: HttpRequest) -> HttpResponse:
    """People whose name or address holds every word."""
    text = request.GET.get("q", "").strip()[:100]
    found = accounts.search(text=text, limit=SHOWN + 1) if text else []
    context = {"q": text, "people": found[:SHOWN], "more": len(found) > SHOWN}
    return render(request, "office/people.html", context)


@require_safe
@staff_role(*worklists.PEOPLE)
def show(request: HttpRequest, ref: str) -> HttpResponse:
    """One person's record."""
    return record_of(request, person_by(ref))


def record_of(
    request: HttpRequest, person: Person, *, status: int = 200, **forms: Any
) -> HttpResponse:
    """Answer with a person's record; ``forms`` are those that need a change."""
    roles = staff_roles_of(request)
    page = person_page(person=person, today=request.today)
    link = next(iter(page.live_links), None)
    lapse = {"practice": link.practice_reference if link else "", "lapses_on": page.lapses_on}
    context = {
        "page": page,
        "may_open_practices": bool(roles & set(worklists.PRACTICES)),
        "may_decide": bool(roles & set(DECIDES)),
        "may_move": StaffRole.DESK in roles,
        "can_move": link is not None and page.lapses_on is not None,
        "bring_form": BringForwardForm(today=request.today),
        "lapse_form": LapseForm(initial=lapse),
        "may_cancel": bool(roles & set(worklists.CANCELS)),
        "cancel_form": CancelForm(prefix="cancel", initial={"called_at": request.now}),
        "may_hide": bool(roles & set(HIDES)),
        "hide_form": HideForm(prefix="hide"),
        "money": summary(payer=Payer(person=person.pk), today=request.today)
        if roles & set(worklists.MONEY)
        else None,
    } | forms
    return render(request, "office/person.html", context, status=status)


@require_POST
@staff_role(*DECIDES)
def bring_forward(request: HttpRequest, ref: str) -> HttpResponse:
    """Enter a credential earned before, by a decision."""
    person = person_by(ref)
    form = BringForwardForm(request.POST, today=request.today)
    if not form.is_valid():
        return record_of(request, person, status=422, bring_form=form)
    data = form.cleaned_data
    try:
        bringing.bring_credential_forward(
            actor=actor_of(request, staff=True),
            person=person,
            specialty=data["specialty"],
            level=data["level"],
            since=data["since"],
            reason=data["reason"],
            now=request.now,
        )
    except bringing.AlreadyHeld as error:
        form.add_error("specialty", str(error))
        return record_of(request, person, status=409, bring_form=form)
    except bringing.MayNotDecide as error:
        form.add_error(None, str(error))
        return record_of(request, person, status=403, bring_form=form)
    what = f"{data['level']}, {specialty_words(data['specialty'])}"
    messages.success(request, f"{person.name} now holds {what}.")
    return redirect("office-person", ref=ref)


@require_POST
@staff_role(*HIDES)
def hide(request: HttpRequest, ref: str) -> HttpResponse:
    """Hide a person from public pages, or show them again."""
    person = person_by(ref)
    form = HideForm(request.POST, prefix="hide")
    if not form.is_valid():
        return record_of(request, person, status=422, hide_form=form)
    hidden = form.cleaned_data["hidden"] == "yes"
    reason = form.cleaned_data["reason"]
    actor = actor_of(request, staff=True)
    changed = set_hidden(actor=actor, person=person, hidden=hidden, reason=reason, now=request.now)
    state = "hidden from public pages" if hidden else "on public pages"
    messages.success(request, f"{person.name} is {state}{'' if changed else ' already'}.")
    return redirect("office-person", ref=ref)


@require_POST
@staff_role(StaffRole.DESK)
def move_lapse(request: HttpRequest, ref: str) -> HttpResponse:
    """Move the day on which grace ends, for this year only."""
    person = person_by(ref)
    form = LapseForm(request.POST)
    if not form.is_valid():
        return record_of(request, person, status=422, lapse_form=form)
    practice = practices.by_reference(reference=form.cleaned_data["practice"])
    link = practices.live_link_of(practice=practice.pk, person=person.pk) if practice else None
    if practice is None or link is None:
        raise Http404
    try:
        modes.move_lapse(
            actor=actor_of(request, staff=True),
            practice=practice,
            link=link,
            lapses_on=form.cleaned_data["lapses_on"],
            now=request.now,
            today=request.today,
        )
    except modes.CannotChangeMode as error:
        form.add_error("lapses_on", str(error))
        return record_of(request, person, status=409, lapse_form=form)
    messages.success(request, f"{person.name}’s membership now lapses on the new day.")
    return redirect("office-person", ref=ref)
