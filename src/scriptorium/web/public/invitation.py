"""The invitation page: set up an account, or join with the one you have."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.accounts.queries import by_email
from scriptorium.journeys import accept_invitation as journey
from scriptorium.web.public.forms import ActivateForm
from scriptorium.web.public.limits import within_limit
from scriptorium.web.shared.guards import person_of, public
from scriptorium.web.shared.requests import HttpRequest

#: Openings of invitations that one address may make in a minute.
OPENINGS = 30
SPAN = dt.timedelta(minutes=1)
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@public
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """What the invitation is about, and its one answer."""
    if not within_limit(request, what="invitation", times=OPENINGS, span=SPAN):
        return render(request, "shared/too_many.html", status=429)
    try:
        found = journey.find(token=token, now=request.now)
        owner = by_email(emails=[found.email]).get(found.email)
        # Somebody who has an account by now signs in with it: a link is no way around that.
        if found.joins or (owner is not None and owner.user_id is not None):
            return _join(request, token, found, owner)
        return _activate(request, token, found)
    except journey.InvitationClosed as error:
        return render(request, "shared/gone.html", {"reason": str(error)}, status=410)


def _activate(request: HttpRequest, token: str, found: journey.Open) -> HttpResponse:
    if request.method != "POST":
        return _page(request, "public/invitation.html", found, form=ActivateForm())
    form = ActivateForm(request.POST)
    if form.is_valid():
        try:
            person = journey.activate(
                token=token,
                password=form.cleaned_data["password"],
                now=request.now,
                today=request.today,
            )
        except journey.WeakPassword as error:
            form.add_error("password", str(error))
        else:
            login(request, person.user, backend=BACKEND)
            messages.success(request, f"Your account is ready. You joined {found.practice}.")
            return redirect("home")
    return _page(request, "public/invitation.html", found, status=422, form=form)


def _join(
    request: HttpRequest, token: str, found: journey.Open, owner: Person | None
) -> HttpResponse:
    person = person_of(request) if request.user.is_authenticated else None
    context: dict[str, Any] = {
        "token_path": request.path,
        "signed_in": person is not None,
        "right_person": person is not None and owner is not None and person.pk == owner.pk,
        "refusal": "",
    }
    if request.method != "POST" or person is None:
        return _page(request, "public/invitation_join.html", found, **context)
    try:
        journey.join(token=token, person=person, now=request.now, today=request.today)
    except journey.WrongPerson as error:
        context["refusal"] = str(error)
        return _page(request, "public/invitation_join.html", found, status=409, **context)
    messages.success(request, f"You joined {found.practice}.")
    return redirect("home")


def _page(
    request: HttpRequest, template: str, found: journey.Open, *, status: int = 200, **more: Any
) -> HttpResponse:
    context = {"practice": found.practice, "name": found.name, "email": found.email} | more
    return render(request, template, context, status=status)
