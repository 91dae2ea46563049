"""The member record, and what an administrator does there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from scriptorium.domains.memberships.enums import Channel
from scriptorium.domains.practices import queries as practices
from scriptorium.domains.practices.models import RosterLink
from scriptorium.journeys import change_mode as modes
from scriptorium.journeys import invite, reinstating, roster_change
from scriptorium.kernel.references import new_reference
from scriptorium.pages.member_record import member_record
from scriptorium.web.practice.forms import DetailsForm, EndLinkForm, ModeForm, SuperviseForm
from scriptorium.web.shared.guards import Place, actor_of, practice_role
from scriptorium.web.shared.requests import HttpRequest, address_of


def link_of(place: Place, person: str) -> RosterLink:
    """Return the practice's roster link of an address.

    Raises:
        Http404: this practice has no such link.
    """
    link = practices.link_by_reference(practice=place.practice.pk, reference=person)
    if link is None:
        raise Http404
    return link


@require_GET
@practice_role("read")
def show(request: HttpRequest, place: Place, person: str) -> HttpResponse:
    """The record as a page; with htmx its inside alone, for the drawer."""
    return _page(request, place, link_of(place, person))


def _page(
    request: HttpRequest, place: Place, link: RosterLink, *, status: int = 200, **forms: Any
) -> HttpResponse:
    record = member_record(
        practice=place.practice,
        link=link,
        can_manage=place.standing.manages,
        now=request.now,
        today=request.today,
    )
    physicians = practices.physicians_of(practice=place.practice.pk)
    context = {
        "record": record,
        "place": place,
        "board_url": f"/practice/{place.practice.reference}/assignments/",
        "consent_text": modes.CONSENT_TEXT,
        "key": new_reference(),
        "mode_form": ModeForm(initial={"mode": record.mode if record.mode != "N" else "M"}),
        "end_form": EndLinkForm(today=request.today, initial={"last_day": request.today}),
        "details_form": DetailsForm(initial=_details(link)),
        "supervise_form": SuperviseForm(
            physicians=[(p.reference, p.name) for p in physicians if p.pk != link.pk],
            initial={"starts_on": request.today},
        ),
    } | forms
    template = "practice/record.html"
    if request.htmx and not request.htmx.boosted:
        template += "#record"
    return render(request, template, context, status=status)


def _details(link: RosterLink) -> dict[str, str]:
    return {
        "first_name": link.first_name,
        "last_name": link.last_name,
        "email": link.email,
        "phone": link.phone,
    }


def _back(place: Place, link: RosterLink) -> HttpResponse:
    return redirect("record", ref=place.practice.reference, person=link.reference)


def _try(
    request: HttpRequest, place: Place, link: RosterLink, change: Callable[[], object], said: str
) -> HttpResponse:
    """Carry one change out and return to the record, with the refusal or what was done."""
    try:
        change()
    except (
        roster_change.CannotChange,
        modes.CannotChangeMode,
        invite.AlreadyOnRoster,
    ) as error:
        messages.error(request, str(error))
        return _page(request, place, link, status=409)
    messages.success(request, said)
    return _back(place, link)


@require_POST
@practice_role("manage")
def change_mode(request: HttpRequest, place: Place, person: str) -> HttpResponse:
    """Set manual or automatic renewal."""
    link = link_of(place, person)
    form = ModeForm(request.POST)
    if not form.is_valid():
        return _page(request, place, link, status=422, mode_form=form)
    mode = form.cleaned_data["mode"]
    return _try(
        request,
        place,
        link,
        lambda: modes.change_mode(
            actor=actor_of(request),
            practice=place.practice,
            link=link,
            mode=mode,
            address=address_of(request),
            channel=Channel.WEB,
            now=request.now,
            today=request.today,
        ),
        f"{link.name} now renews {'automatically' if mode == 'A' else 'manually'}.",
    )


@require_POST
@practice_role("manage")
def reinstate(request: HttpRequest, place: Place, person: str) -> HttpResponse:
    """Order the way back for somebody whose membership ended; the payment brings it."""
    link = link_of(place, person)
    if link.person is None or link.ended_at is not None:
        raise Http404
    try:
        invoice = reinstating.reinstate(
            actor=actor_of(request),
            person=link.person,
            practice=place.practice,
            key=request.POST.get("idempotency_key", "")[:40] or new_reference(),
            now=request.now,
            today=request.today,
        )
    except reinstating.NotPossible as error:
        messages.error(request, str(error))
        return _page(request, place, link, status=409)
    return redirect("order", ref=place.practice.reference, reference=invoice.order.reference)


@require_POST
@practice_role("manage")
def end(request: HttpRequest, place: Place, person: str) -> HttpResponse:
    """End the person's link with the practice."""
    link = link_of(place, person)
    form = EndLinkForm(request.POST, today=request.today)
    if not form.is_valid():
        return _page(request, place, link, status=422, end_form=form)
    data = form.cleaned_data
    return _try(
        request,
        place,
        link,
        lambda: roster_change.end_link(
            actor=actor_of(request),
            practice=place.practice,
            link=link,
            reason=data["reason"],
            note=data["note"],
            last_day=data["last_day"],
            take_back=data["units"] == "release",
            now=request.now,
            today=request.today,
        ),
        f"{link.name} is no longer on the board. The record and its evidence stay.",
    )


@require_POST
@practice_role("manage")
def release(request: HttpRequest, place: Place, person: str) -> HttpResponse:
    """Take one unit back."""
    link = link_of(place, person)
    return _try(
        request,
        place,
        link,
        lambda: roster_change.release_unit(
            actor=actor_of(request),
            practice=place.practice,
            link=link,
            reference=request.POST.get("unit", "")[:16],
            reason=request.POST.get("reason", "").strip()[:300],
            now=request.now,
            today=request.today,
        ),
        "The unit is free again.",
    )


@require_POST
@practice_role("manage")
def invite_again(request: HttpRequest, place: Place, person: str) -> HttpResponse:
    """Send the invitation again."""
    link = link_of(place, person)
    return _try(
        request,
        place,
        link,
        lambda: invite.invite_again(
            actor=actor_of(request), practice=place.practice, link=link, now=request.now
        ),
        f"A new invitation is on its way to {link.email}.",
    )


@require_POST
@practice_role("manage")
def details(request: HttpRequest, place: Place, person: str) -> HttpResponse:
    """Change the typed name, address and phone."""
    link = link_of(place, person)
    form = DetailsForm(request.POST)
    if not form.is_valid():
        return _page(request, place, link, status=422, details_form=form)
    return _try(
        request,
        place,
        link,
        lambda: roster_change.change_details(
            actor=actor_of(request),
            practice=place.practice,
            link=link,
            values=form.cleaned_data,
            now=request.now,
        ),
        "The details were changed.",
    )


@require_POST
@practice_role("manage")
def supervise(request: HttpRequest, place: Place, person: str) -> HttpResponse:
    """Add a supervising physician, or end a supervision."""
    link = link_of(place, person)
    ending = request.POST.get("end", "")
    if ending:
        found = practices.supervision_by_reference(
            practice=place.practice.pk, reference=ending[:16]
        )
        if found is None:
            raise Http404
        return _try(
            request,
            place,
            link,
            lambda: roster_change.end_supervision(
                actor=actor_of(request),
                practice=place.practice,
                supervision=found,
                ends_before=request.today,
                now=request.now,
            ),
            f"{found.physician.name} no longer supervises {link.name}.",
        )
    physicians = practices.physicians_of(practice=place.practice.pk)
    form = SuperviseForm(
        request.POST, physicians=[(p.reference, p.name) for p in physicians if p.pk != link.pk]
    )
    if not form.is_valid():
        return _page(request, place, link, status=422, supervise_form=form)
    physician = link_of(place, form.cleaned_data["physician"])
    return _try(
        request,
        place,
        link,
        lambda: roster_change.supervise(
            actor=actor_of(request),
            practice=place.practice,
            physician=physician,
            scribe=link,
            starts_on=form.cleaned_data["starts_on"],
            now=request.now,
        ),
        f"{physician.name} supervises {link.name}.",
    )
