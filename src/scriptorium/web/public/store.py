"""The store as everybody sees it, and the account that somebody without a practice opens (S37)."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from scriptorium.journeys import sign_up
from scriptorium.pages.store import store_page
from scriptorium.web.public.forms import ActivateForm, JoinForm
from scriptorium.web.public.limits import within_limit
from scriptorium.web.shared.guards import public
from scriptorium.web.shared.limits import allowed
from scriptorium.web.shared.requests import HttpRequest

#: Tries that one network address may make in a minute, as at the sign-in.
TRIES = 10
SPAN = dt.timedelta(minutes=1)
#: Mails that one address gets in an hour; more are answered alike and not sent.
MAILS_AN_HOUR = 3
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@require_safe
@public
def show(request: HttpRequest) -> HttpResponse:
    """What is sold, for how much, and the ways to buy it."""
    context = {
        "page": store_page(today=request.today),
        "signed_in": request.user.is_authenticated,
    }
    return render(request, "public/store.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@public
def join(request: HttpRequest) -> HttpResponse:
    """Ask for an account; the answer does not tell whether the address has one."""
    if request.user.is_authenticated:
        return redirect("member-store")
    if request.method != "POST":
        sent = request.GET.get("sent") == "1"
        return _join_page(request, None if sent else JoinForm())
    form = JoinForm(request.POST)
    if not form.is_valid():
        return _join_page(request, form, status=422)
    if not within_limit(request, what="join", times=TRIES, span=SPAN):
        return render(request, "shared/too_many.html", status=429)
    data = form.cleaned_data
    if allowed(f"join:{data['email'].lower()}", limit=MAILS_AN_HOUR, seconds=3600):
        try:
            sign_up.ask(
                first_name=data["first_name"],
                last_name=data["last_name"],
                email=data["email"],
                now=request.now,
            )
        except sign_up.LooksLikeACard as error:
            form.add_error(None, str(error))
            return _join_page(request, form, status=422)
    return redirect(f"{reverse('store-join')}?sent=1")


def _join_page(request: HttpRequest, form: JoinForm | None, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "hours": sign_up.HOURS, "phone": settings.BODY_PHONE}
    return render(request, "public/join.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@public
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Choose a password at the mailed link, and be back in the store."""
    if not within_limit(request, what="join-link", times=TRIES, span=SPAN):
        return render(request, "shared/too_many.html", status=429)
    try:
        wish = sign_up.find(token=token, now=request.now)
        form = ActivateForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            try:
                person = sign_up.finish(
                    token=token, password=form.cleaned_data["password"], now=request.now
                )
            except sign_up.WeakPassword as error:
                form.add_error("password", str(error))
            else:
                login(request, person.user, backend=BACKEND)
                messages.success(request, "Your account is open.")
                return redirect("member-store")
    except sign_up.SignUpClosed as error:
        return render(request, "shared/gone.html", {"reason": str(error)}, status=410)
    context = {"wish": wish, "form": form}
    return render(request, "public/join_confirm.html", context, status=422 if form.errors else 200)
