"""A member's profile: contact data, e-mail, name on certificates, security."""

from __future__ import annotations

from typing import Any

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.accounts.operations import PROFILE_FIELDS, token_hash
from scriptorium.domains.accounts.queries import name_request_of, open_email_change
from scriptorium.domains.notifications.enums import SuppressionReason
from scriptorium.domains.notifications.queries import reasons_for
from scriptorium.journeys import profile as journey
from scriptorium.journeys import suppression
from scriptorium.web.member.forms import EmailForm, NameForm, ProfileForm
from scriptorium.web.shared.guards import actor_of, person_of, signed_in
from scriptorium.web.shared.requests import HttpRequest


@require_safe
@signed_in
def show(request: HttpRequest) -> HttpResponse:
    """The whole profile."""
    return _page(request)


def _page(request: HttpRequest, *, status: int = 200, **forms: Any) -> HttpResponse:
    person = person_of(request)
    context = {
        "person": person,
        "form": ProfileForm(initial=_initial(person)),
        "name_form": NameForm(current=person.certificate_name),
        "name_request": name_request_of(person=person.pk),
        "mail": _mail(person),
    } | forms
    return render(request, "member/profile.html", context, status=status)


def _initial(person: Person) -> dict[str, object]:
    return {name: getattr(person, name) for name in PROFILE_FIELDS}


def _mail(person: Person) -> dict[str, object]:
    """Return what of the mail to a person is on, and whether it came back."""
    reasons = reasons_for(address=person.email)
    switched: dict[str, object] = {
        what: reason not in reasons for what, reason in suppression.SWITCHES.items()
    }
    return switched | {"came_back": SuppressionReason.HARD_BOUNCE in reasons}


@require_POST
@signed_in
def switch_mail(request: HttpRequest) -> HttpResponse:
    """Switch reminders or offers on or off."""
    what, on = request.POST.get("what", ""), request.POST.get("on") == "yes"
    if what not in suppression.SWITCHES:
        reason = "Choose what to switch. Nothing changed."
        return render(request, "shared/unprocessable.html", {"reason": reason}, status=422)
    suppression.switch(
        actor=actor_of(request), person=person_of(request), what=what, on=on, now=request.now
    )
    messages.success(request, f"{what.capitalize()} are {'on' if on else 'off'}.")
    return redirect(f"{reverse('profile')}#mail")


@require_POST
@signed_in
def change(request: HttpRequest) -> HttpResponse:
    """Save contact data, background and the keyboard switch."""
    form = ProfileForm(request.POST)
    if not form.is_valid():
        return _page(request, status=422, form=form)
    changed = journey.change_profile(
        actor=actor_of(request),
        person=person_of(request),
        values=form.cleaned_data,
        now=request.now,
    )
    messages.success(request, "Your profile was saved." if changed else "Nothing was different.")
    return redirect("profile")


@require_POST
@signed_in
def change_listing(request: HttpRequest) -> HttpResponse:
    """Join or leave the public directory; verification stays as it is (STANDARDS row 11)."""
    listed = request.POST.get("listed", "") == "yes"
    journey.change_profile(
        actor=actor_of(request),
        person=person_of(request),
        values={"listed": listed},
        now=request.now,
    )
    words = "You are listed in the directory." if listed else "You are not listed any more."
    messages.success(request, words)
    return redirect(f"{reverse('profile')}#directory")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@reauthentication_required  # type: ignore[untyped-decorator]
def change_email(request: HttpRequest) -> HttpResponse:
    """Ask for another address; the person confirms first that it is them."""
    person = person_of(request)
    form = EmailForm(request.POST or None, current=person.email)
    if request.method == "POST" and form.is_valid():
        new_email = form.cleaned_data["new_email"]
        journey.ask_email_change(
            actor=actor_of(request), person=person, new_email=new_email, now=request.now
        )
        messages.success(
            request, f"Open the mail that we sent to {new_email} to confirm the address."
        )
        return redirect("profile")
    context = {"form": form, "person": person}
    status = 422 if form.errors else 200
    return render(request, "member/email.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def confirm_email(request: HttpRequest, token: str) -> HttpResponse:
    """The link of the mail: shows the new address and takes the yes."""
    person = person_of(request)
    found = open_email_change(person=person.pk, token_hash=token_hash(token), now=request.now)
    if request.method == "POST":
        try:
            journey.confirm_email_change(person=person, token=token, now=request.now)
        except journey.CannotChangeEmail as error:
            return render(request, "shared/gone.html", {"reason": str(error)}, status=410)
        messages.success(request, "Your new address counts from now on, also for signing in.")
        return redirect("profile")
    if found is None:
        reason = (
            "This link was used already, is too old, or belongs to another account. Ask for the"
            " change again in your profile."
        )
        return render(request, "shared/gone.html", {"reason": reason}, status=410)
    context = {"old": person.email, "new": found.new_email}
    return render(request, "member/email_confirm.html", context)


@require_POST
@signed_in
def ask_name(request: HttpRequest) -> HttpResponse:
    """Ask staff for another name on certificates."""
    person = person_of(request)
    form = NameForm(request.POST, current=person.certificate_name)
    if not form.is_valid():
        return _page(request, status=422, name_form=form)
    journey.ask_certificate_name(
        actor=actor_of(request),
        person=person,
        wanted=form.cleaned_data["wanted"],
        reason=form.cleaned_data["reason"],
        now=request.now,
    )
    messages.success(request, "Staff will look at the name. Until then the present one counts.")
    return redirect("profile")
