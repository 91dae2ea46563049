"""Who runs the practice: the pencil's panel, hand-over, deputies, physicians, auditors."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from scriptorium.domains.practices import queries as practices
from scriptorium.domains.practices.enums import PracticeRole
from scriptorium.journeys import hand_over as journey
from scriptorium.journeys import roster_change
from scriptorium.web.practice.record import link_of
from scriptorium.web.shared.guards import Place, actor_of, practice_role
from scriptorium.web.shared.requests import HttpRequest

SHOWN = 20


@require_GET
@practice_role("member")
def show(request: HttpRequest, place: Place) -> HttpResponse:
    """The panel; somebody asked to take over finds the answer buttons here."""
    proposal = practices.open_hand_over(practice=place.practice.pk)
    asked = proposal is not None and proposal.to_person_id == place.person.pk
    if not (place.standing.reads or asked):
        raise PermissionDenied(
            "This page is for administrators, physicians and auditors of this practice."
            f" You are {place.standing.one} here."
        )
    wanted = practices.RosterFilter(q=request.GET.get("q", "").strip()[:100], sort="name")
    found = practices.filtered(
        practice=place.practice.pk, wanted=wanted, today=request.today, due_days=0
    ).filter(person__user__isnull=False)
    people = (
        list(found.exclude(person_id=place.practice.primary_id)[:SHOWN])
        if place.standing.reads
        else []
    )
    context = {
        "place": place,
        "proposal": proposal if proposal and proposal.expires_at > request.now else None,
        "asked": asked,
        "q": wanted.q,
        "people": people,
        "more": len(people) == SHOWN,
        "holders": practices.role_holders(practice=place.practice.pk),
        "roles": PracticeRole.choices,
        "base": f"/practice/{place.practice.reference}/roles/",
        "board_url": f"/practice/{place.practice.reference}/assignments/",
    }
    return render(request, "practice/roles.html", context)


def _refused(
    request: HttpRequest, place: Place, sentence: object, *, status: int = 409
) -> HttpResponse:
    context = {
        "sentence": str(sentence),
        "back_url": f"/practice/{place.practice.reference}/roles/",
        "place": place,
    }
    return render(request, "practice/refused.html", context, status=status)


@require_POST
@practice_role("hand_over")
def propose(request: HttpRequest, place: Place) -> HttpResponse:
    """Ask somebody to become primary administrator."""
    to = request.POST.get("to", "")[:16]
    if not to:
        return _refused(request, place, "Choose who should take over.", status=422)
    link = link_of(place, to)
    try:
        journey.propose(
            actor=actor_of(request),
            practice=place.practice,
            to=link,
            stays_deputy=request.POST.get("stays_deputy") == "on",
            now=request.now,
        )
    except journey.CannotHandOver as error:
        return _refused(request, place, error)
    messages.success(
        request,
        f"{link.name} was asked by mail. You stay primary administrator until they accept.",
    )
    return redirect("roles", ref=place.practice.reference)


@require_POST
@practice_role("member")
def answer(request: HttpRequest, place: Place) -> HttpResponse:
    """Accept, decline or withdraw the open hand-over."""
    proposal = practices.open_hand_over(practice=place.practice.pk)
    wish = request.POST.get("answer", "")
    if proposal is None:
        return _refused(
            request, place, journey.CannotHandOver("This hand-over was withdrawn or is over.")
        )
    asked = proposal.to_person_id == place.person.pk
    actor = actor_of(request)
    if wish == "withdraw" and place.standing.primary:
        journey.close(actor=actor, proposal=proposal, declined=False, now=request.now)
        messages.success(request, "The hand-over was withdrawn.")
        return redirect("roles", ref=place.practice.reference)
    if not asked:
        raise PermissionDenied("Only the person who was asked can answer a hand-over.")
    if wish == "decline":
        journey.close(actor=actor, proposal=proposal, declined=True, now=request.now)
        messages.success(request, "You declined. Nothing changed.")
        return redirect("home")
    try:
        journey.accept(actor=actor, proposal=proposal, person=place.person.pk, now=request.now)
    except journey.CannotHandOver as error:
        return _refused(request, place, error)
    messages.success(request, f"You are now primary administrator of {place.practice.name}.")
    return redirect("board", ref=place.practice.reference)


@require_POST
@practice_role("manage")
def change(request: HttpRequest, place: Place) -> HttpResponse:
    """Give or end a role; only the primary administrator names deputies."""
    role = request.POST.get("role", "")
    if role == PracticeRole.DEPUTY and not place.standing.primary:
        raise PermissionDenied("Only the primary administrator names deputies.")
    person = request.POST.get("person", "")[:16]
    if not person or role not in PracticeRole.values:
        sentence = "Choose a role." if person else "Choose whose role to change."
        return _refused(request, place, sentence, status=422)
    link = link_of(place, person)
    if link.ended_at is not None:
        raise Http404
    give = request.POST.get("give") == "1"
    try:
        roster_change.change_role(
            actor=actor_of(request),
            practice=place.practice,
            link=link,
            role=role,
            give=give,
            now=request.now,
        )
    except roster_change.CannotChange as error:
        return _refused(request, place, error)
    words = PracticeRole(role).label.lower()
    messages.success(
        request, f"{link.name} is {'now' if give else 'no longer'} {words}, from the next click on."
    )
    return redirect("roles", ref=place.practice.reference)
