"""Physician-scribe teams: who works with whom, from when to when."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from scriptorium.domains.practices import queries as practices
from scriptorium.journeys import roster_change
from scriptorium.pages.teams import teams_page
from scriptorium.web.practice.forms import SuperviseForm
from scriptorium.web.practice.record import link_of
from scriptorium.web.shared.guards import Place, actor_of, practice_role
from scriptorium.web.shared.requests import HttpRequest

SHOWN = 20


class EndTeamForm(forms.Form):
    """The last day on which two people worked together."""

    last_day = forms.DateField(
        label="Last day together", widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_last_day(self) -> dt.date:
        """What is to come is entered when it is over."""
        day: dt.date = self.cleaned_data["last_day"]
        if day > self.today:
            raise forms.ValidationError("Choose today or an earlier day.")
        return day


@require_safe
@practice_role("read")
def show(request: HttpRequest, place: Place) -> HttpResponse:
    """Every team, and the search for somebody to add to one."""
    return _page(request, place)


def _page(request: HttpRequest, place: Place, *, status: int = 200, **more: Any) -> HttpResponse:
    text = (request.GET.get("q") or request.POST.get("q") or "").strip()[:100]
    doctors = practices.physicians_of(practice=place.practice.pk)
    found = []
    if text and place.standing.manages:
        wanted = practices.RosterFilter(q=text, sort="name")
        found = list(
            practices.filtered(
                practice=place.practice.pk, wanted=wanted, today=request.today, due_days=0
            ).filter(person__isnull=False)[: SHOWN + 1]
        )
    base = f"/practice/{place.practice.reference}/"
    context = {
        "place": place,
        "page": teams_page(practice=place.practice, today=request.today),
        "q": text,
        "people": [
            (link, _form(doctors, link.pk, request.today, auto_id=f"{link.reference}_%s"))
            for link in found[:SHOWN]
        ],
        "more": len(found) > SHOWN,
        "physicians": doctors,
        "today": request.today,
        "base": f"{base}teams/",
        "roles_url": f"{base}roles/",
        "board_url": f"{base}assignments/",
    } | more
    return render(request, "practice/teams.html", context, status=status)


def _form(
    doctors: list[Any], but: int, today: dt.date, data: Any = None, **more: Any
) -> SuperviseForm:
    return SuperviseForm(
        data,
        physicians=[(p.reference, p.name) for p in doctors if p.pk != but],
        initial={"starts_on": today},
        **more,
    )


def _refused(request: HttpRequest, place: Place, sentence: str, status: int) -> HttpResponse:
    context = {
        "sentence": sentence,
        "back_url": f"/practice/{place.practice.reference}/teams/",
        "place": place,
    }
    return render(request, "practice/refused.html", context, status=status)


@require_POST
@practice_role("manage")
def add(request: HttpRequest, place: Place) -> HttpResponse:
    """Put a scribe and a physician together from a day on."""
    reference = request.POST.get("scribe", "")[:16]
    if not reference:
        return _page(request, place, status=422, problem="Search for a scribe first.")
    scribe = link_of(place, reference)
    doctors = practices.physicians_of(practice=place.practice.pk)
    form = _form(doctors, scribe.pk, request.today, request.POST)
    if not form.is_valid():
        return _page(request, place, status=422, people=[(scribe, form)])
    physician = link_of(place, form.cleaned_data["physician"])
    try:
        roster_change.supervise(
            actor=actor_of(request),
            practice=place.practice,
            physician=physician,
            scribe=scribe,
            starts_on=form.cleaned_data["starts_on"],
            now=request.now,
        )
    except roster_change.CannotChange as error:
        return _refused(request, place, str(error), 409)
    messages.success(request, f"{scribe.name} works with {physician.name}.")
    return redirect("teams", ref=place.practice.reference)


@require_POST
@practice_role("manage")
def end(request: HttpRequest, place: Place) -> HttpResponse:
    """End a team on a day."""
    found = practices.supervision_by_reference(
        practice=place.practice.pk, reference=request.POST.get("team", "")[:16]
    )
    if found is None:
        return _refused(request, place, "This team has ended already.", 409)
    form = EndTeamForm(request.POST, today=request.today)
    if not form.is_valid():
        sentence = " ".join(str(error) for error in form.errors["last_day"])
        return _refused(request, place, f"Last day together: {sentence}", 422)
    last_day = form.cleaned_data["last_day"]
    if last_day < found.starts_on:
        began = f"{found.starts_on:%-d %b %Y}"
        return _refused(request, place, f"They began on {began}; choose that day or later.", 422)
    roster_change.end_supervision(
        actor=actor_of(request),
        practice=place.practice,
        supervision=found,
        ends_before=last_day + dt.timedelta(days=1),
        now=request.now,
    )
    messages.success(
        request, f"{found.scribe.name} and {found.physician.name} no longer work together."
    )
    return redirect("teams", ref=place.practice.reference)
