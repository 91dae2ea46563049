"""Practices in the office: search, stock, granting and removing units, opening a new one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from scriptorium.domains.accounts.enums import StaffRole
from scriptorium.domains.catalog.enums import counted
from scriptorium.domains.ledger.operations import NotEnoughUnits, fresh_key
from scriptorium.domains.practices import queries as practices
from scriptorium.domains.practices.models import Practice
from scriptorium.journeys import grant_units as journey
from scriptorium.journeys.open_practice import open_practice
from scriptorium.kernel.payer import Payer
from scriptorium.pages import worklists
from scriptorium.pages.money_account import summary
from scriptorium.pages.office_records import practice_page
from scriptorium.web.office.forms import GrantForm, PracticeForm, UnitsForm
from scriptorium.web.shared.guards import actor_of, staff_role, staff_roles_of
from scriptorium.web.shared.requests import HttpRequest

CHANGES = (StaffRole.DESK, StaffRole.DIRECTOR)
SHOWN = 50


def practice_of(ref: str) -> Practice:
    """Return a practice by its reference.

    Raises:
        Http404: there is none.
    """
    practice = practices.by_reference(reference=ref)
    if practice is None:
        raise Http404
    return practice


def _changes(request: HttpRequest) -> bool:
    return bool(staff_roles_of(request) & set(CHANGES))


@require_safe
@staff_role(*worklists.PRACTICES)
def search(request: HttpRequest) -> HttpResponse:
    """Practices whose name holds every word."""
    text = request.GET.get("q", "").strip()[:100]
    found = practices.search(text=text, limit=SHOWN + 1)
    context = {
        "q": text,
        "practices": found[:SHOWN],
        "more": len(found) > SHOWN,
        "can_open": _changes(request),
    }
    return render(request, "office/practices.html", context)


@require_safe
@staff_role(*worklists.PRACTICES)
def show(request: HttpRequest, ref: str) -> HttpResponse:
    """One practice with its stock and newest events."""
    return _page(request, practice_of(ref))


def _page(
    request: HttpRequest, practice: Practice, *, status: int = 200, **forms: Any
) -> HttpResponse:
    context = {
        "page": practice_page(practice=practice),
        "can_change": _changes(request),
        "grant_form": GrantForm(initial={"idempotency_key": fresh_key()}, prefix="grant"),
        "adjust_form": UnitsForm(prefix="adjust"),
        "money": summary(payer=Payer(practice=practice.pk), today=request.today)
        if staff_roles_of(request) & set(worklists.MONEY)
        else None,
    } | forms
    return render(request, "office/practice.html", context, status=status)


@require_POST
@staff_role(*CHANGES)
def grant(request: HttpRequest, ref: str) -> HttpResponse:
    """Put units into the practice's stock; the same form again adds nothing."""
    practice = practice_of(ref)
    form = GrantForm(request.POST, prefix="grant")
    if not form.is_valid():
        return _page(request, practice, status=422, grant_form=form)
    data = form.cleaned_data
    try:
        journey.grant(
            actor=actor_of(request, staff=True),
            practice=practice,
            kind=data["kind"],
            count=data["count"],
            reason=data["reason"],
            idempotency_key=data["idempotency_key"],
            now=request.now,
            today=request.today,
        )
    except journey.AlreadyGranted as error:
        messages.info(request, str(error))
    else:
        said = f"{counted(data['kind'], data['count'])} granted to {practice.name}."
        messages.success(request, said)
    return redirect("office-practice", ref=ref)


@require_POST
@staff_role(*CHANGES)
def adjust(request: HttpRequest, ref: str) -> HttpResponse:
    """Remove free units of the practice."""
    practice = practice_of(ref)
    form = UnitsForm(request.POST, prefix="adjust")
    if not form.is_valid():
        return _page(request, practice, status=422, adjust_form=form)
    data = form.cleaned_data
    try:
        journey.adjust(
            actor=actor_of(request, staff=True),
            practice=practice,
            kind=data["kind"],
            count=data["count"],
            reason=data["reason"],
            now=request.now,
        )
    except NotEnoughUnits as error:
        free = f"only {error.free:,} free" if error.free else "none free"
        form.add_error("count", f"There are {free}; nothing was removed.")
        return _page(request, practice, status=409, adjust_form=form)
    said = f"{counted(data['kind'], data['count'])} removed from {practice.name}."
    messages.success(request, said)
    return redirect("office-practice", ref=ref)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_role(*CHANGES)
def new(request: HttpRequest) -> HttpResponse:
    """Open a practice and invite its primary administrator."""
    form = PracticeForm(request.POST or None)
    if request.method != "POST":
        return render(request, "office/practice_new.html", {"form": form})
    if not form.is_valid():
        return render(request, "office/practice_new.html", {"form": form}, status=422)
    data = form.cleaned_data
    practice = open_practice(
        actor=actor_of(request, staff=True),
        name=data["name"],
        first_name=data["first_name"],
        last_name=data["last_name"],
        email=data["email"],
        now=request.now,
        today=request.today,
    )
    messages.success(request, f"{practice.name} exists, and {data['email']} was invited.")
    return redirect("office-practice", ref=practice.reference)
