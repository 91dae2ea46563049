"""An apprentice's log of hours, the affidavit over it, and what became of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.catalog.queries import pathways, text_sha256
from scriptorium.domains.credentials import queries as kept
from scriptorium.domains.credentials.models import Affidavit, Credential, HourEntry
from scriptorium.domains.practices import queries as roster
from scriptorium.domains.practices.models import Practice
from scriptorium.journeys import log_hours as logging
from scriptorium.journeys import send_hours as sending
from scriptorium.pages.hours import hours_page
from scriptorium.web.member.hour_forms import ELSEWHERE, AttestForm, DayForm, MoveForm
from scriptorium.web.shared.guards import actor_of, person_of, signed_in
from scriptorium.web.shared.requests import HttpRequest, address_of


def _places(person: Person) -> list[Practice]:
    """Return the practices that somebody is or was on the roster of, those of today first."""
    found = {link.practice_id: link.practice for link in roster.links_of_person(person=person.pk)}
    return list(found.values())


@require_safe
@signed_in
def show(request: HttpRequest) -> HttpResponse:
    """How far one is, the form for a day, and the log."""
    return _page(request)


def _page(request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    person = person_of(request)
    places = _places(person)
    form = DayForm(
        practices=places,
        today=request.today,
        initial={"worked_on": request.today, "employer": places[0].reference if places else ""},
    )
    employers = sending.employers_of(person=person.pk)
    waiting = kept.waiting_affidavits(
        credentials=[c.pk for c in kept.apprenticeships_of(person=person.pk)]
    )
    asked = {affidavit.practice_id for affidavit in waiting.values()}
    context = {
        "page": hours_page(person=person, today=request.today, every="all" in request.GET),
        "form": form,
        "move_form": MoveForm(
            practices=[p for p in employers if p.pk not in asked], auto_id="move_%s"
        ),
        "most": pathways().longest_day_quarters // 4,
    } | more
    return render(request, "member/hours.html", context, status=status)


def _day(form: DayForm) -> logging.Day:
    practice = form.practice
    return logging.Day(
        practice=practice,
        employer="" if practice else form.cleaned_data["elsewhere"],
        worked_on=form.cleaned_data["worked_on"],
        quarters=form.quarters,
        note=form.cleaned_data["note"],
    )


@require_POST
@signed_in
def log(request: HttpRequest) -> HttpResponse:
    """Add a day to the log."""
    person = person_of(request)
    form = DayForm(request.POST, practices=_places(person), today=request.today)
    if not form.is_valid():
        return _page(request, status=422, form=form)
    try:
        entry = logging.log_hours(
            actor=actor_of(request),
            person=person,
            day=_day(form),
            now=request.now,
            today=request.today,
        )
    except logging.CannotLog as error:
        form.add_error(None, str(error))
        return _page(request, status=422, form=form)
    messages.success(
        request,
        f"{form.cleaned_data['hours']:f} hours of {entry.worked_on:%-d %b %Y} are in the log.",
    )
    return redirect("hours")


def _entry(person: Person, reference: str) -> HourEntry:
    entry = kept.entry_by_reference(person=person.pk, reference=reference)
    if entry is None:
        raise Http404
    return entry


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def correct(request: HttpRequest, reference: str) -> HttpResponse:
    """Correct an entry, or strike it out; both are further rows, and the old one stays."""
    person = person_of(request)
    entry = _entry(person, reference)
    if request.method == "POST" and request.POST.get("strike") == "1":
        return _correct(request, person, entry, None)
    form = DayForm(
        request.POST if request.method == "POST" else None,
        practices=_places(person),
        today=request.today,
        initial={
            "worked_on": entry.worked_on,
            "hours": f"{entry.quarters / 4:g}",
            "employer": entry.practice.reference if entry.practice else ELSEWHERE,
            "elsewhere": entry.employer,
            "note": entry.note,
        },
    )
    if request.method == "POST" and form.is_valid():
        return _correct(request, person, entry, form)
    context = {"form": form, "entry": entry}
    return render(request, "member/hours_entry.html", context, status=422 if form.errors else 200)


def _correct(
    request: HttpRequest, person: Person, entry: HourEntry, form: DayForm | None
) -> HttpResponse:
    try:
        logging.correct_hours(
            actor=actor_of(request),
            person=person,
            entry=entry,
            day=_day(form) if form else None,
            now=request.now,
            today=request.today,
        )
    except logging.CannotLog as error:
        if form is None:
            return _conflict(request, str(error))
        form.add_error(None, str(error))
        context = {"form": form, "entry": entry}
        return render(request, "member/hours_entry.html", context, status=422)
    messages.success(
        request, "The entry was corrected." if form else "The entry was struck out of the log."
    )
    return redirect("hours")


def _conflict(request: HttpRequest, reason: str) -> HttpResponse:
    return render(request, "shared/conflict.html", {"reason": reason}, status=409)


# The affidavit ------------------------------------------------------------------------------------


def _credential(person: Person, number: str) -> Credential:
    held = kept.apprenticeships_of(person=person.pk)
    found = next((credential for credential in held if credential.number == number), None)
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def attest(request: HttpRequest, number: str) -> HttpResponse:
    """The text over the log as it is now, and the signature under it."""
    person = person_of(request)
    credential = _credential(person, number)
    ways = pathways().open_to(person.background)
    statement = sending.statement_for(person=person, credential=credential)
    form = AttestForm(
        request.POST if request.method == "POST" else None,
        ways=ways,
        practices=sending.employers_of(person=person.pk),
        initial={"pathway": ways[0].code, "statement": text_sha256(statement)},
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            sent = _send(request, person, credential, form)
            if sent is not None:
                return sent
    ladder = next(
        ladder
        for ladder in hours_page(person=person, today=request.today).ladders
        if ladder.number == number
    )
    context = {
        "form": form,
        "ladder": ladder,
        "lines": statement.splitlines(),
        "version": pathways().statement.version,
        "sha256": text_sha256(statement),
    }
    return render(request, "member/hours_attest.html", context, status=status)


def _send(
    request: HttpRequest, person: Person, credential: Credential, form: AttestForm
) -> HttpResponse | None:
    """Send the affidavit; None when the form says now what is wrong."""
    data = form.cleaned_data
    try:
        affidavit = sending.send_affidavit(
            actor=actor_of(request),
            person=person,
            credential=credential,
            pathway=form.way,
            practice=form.practice,
            evidence=data.get("evidence", ""),
            signature=sending.Signature(data["typed_name"], data["statement"], address_of(request)),
            now=request.now,
        )
    except sending.WrongName as error:
        form.add_error("typed_name", str(error))
        return None
    except sending.CannotSend as error:
        form.add_error(None, str(error))
        return None
    where = affidavit.practice.name if affidavit.practice else "our staff"
    messages.success(request, f"Your hours went to {where}. You get a mail with the answer.")
    return redirect("hours")


def _affidavit(person: Person, reference: str) -> Affidavit:
    affidavit = kept.affidavit_by_reference(reference=reference)
    if affidavit is None or affidavit.person_id != person.pk:
        raise Http404
    return affidavit


@require_POST
@signed_in
def withdraw(request: HttpRequest, reference: str) -> HttpResponse:
    """Take attested hours back before there is an answer."""
    person = person_of(request)
    affidavit = _affidavit(person, reference)
    try:
        sending.withdraw_affidavit(
            actor=actor_of(request), person=person, affidavit=affidavit, now=request.now
        )
    except sending.AffidavitClosed as error:
        return _conflict(request, str(error))
    messages.success(request, "You took the affidavit back. Your log is as it was.")
    return redirect("hours")


@require_POST
@signed_in
def move(request: HttpRequest, reference: str) -> HttpResponse:
    """Send unanswered hours to another employer, or to staff."""
    person = person_of(request)
    affidavit = _affidavit(person, reference)
    form = MoveForm(
        request.POST, practices=sending.employers_of(person=person.pk), auto_id="move_%s"
    )
    if not form.is_valid():
        return _page(request, status=422, move_form=form)
    try:
        moved = sending.move_affidavit(
            actor=actor_of(request),
            person=person,
            affidavit=affidavit,
            practice=form.practice,
            now=request.now,
            today=request.today,
        )
    except (sending.AffidavitClosed, sending.CannotMove) as error:
        return _conflict(request, str(error))
    where = moved.practice.name if moved.practice else "our staff"
    messages.success(request, f"Your hours went to {where}. You get a mail with the answer.")
    return redirect("hours")
