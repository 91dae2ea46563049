"""In which browser exams are sat: configurations of Safe Exam Browser, and waivers."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from scriptorium.domains.accounts import queries as accounts
from scriptorium.domains.catalog.queries import fairness
from scriptorium.domains.exams.queries import browsers as read
from scriptorium.journeys import require_browser
from scriptorium.pages import worklists
from scriptorium.pages.exam_browsers import browsers_page
from scriptorium.web.office.browser_forms import BrowserForm, BrowserWaiverForm
from scriptorium.web.office.items import conflict
from scriptorium.web.shared.guards import actor_of, person_of, staff_role, staff_roles_of
from scriptorium.web.shared.requests import HttpRequest


def _may(request: HttpRequest, roles: tuple[str, ...]) -> bool:
    return bool(staff_roles_of(request) & set(roles))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_role(*worklists.BROWSERS)
def show(request: HttpRequest) -> HttpResponse:
    """Every configuration and waiver, and the form that adds a configuration."""
    if request.method != "POST":
        return _page(request)
    if not _may(request, worklists.REQUIRES):
        raise PermissionDenied("Exam authors and the programme director say in which browser.")
    form = BrowserForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, status=422, form=form)
    data = form.cleaned_data
    try:
        key, origin = _key_of(data)
        require_browser.allow(
            actor=actor_of(request, staff=True),
            exam=data["exam"],
            configuration=require_browser.Configuration(key, data["name"], data["address"], origin),
            now=request.now,
        )
    except require_browser.SettingsError as error:
        form.add_error("settings_file", str(error))
    except require_browser.BadKey as error:
        form.add_error("config_key", str(error))
    except require_browser.CannotRequire as error:
        form.add_error(None, str(error))
        return _page(request, status=409, form=form)
    else:
        title = dict(form.fields["exam"].choices)[data["exam"]]  # type: ignore[attr-defined]
        messages.success(request, f"{title} is sat in Safe Exam Browser only, from now on.")
        return redirect("office-browsers")
    return _page(request, status=422, form=form)


def _key_of(data: dict[str, Any]) -> tuple[str, str]:
    """Return the Config Key and where it is from."""
    uploaded = data["settings_file"]
    if not uploaded:
        return data["config_key"], "pasted"
    return require_browser.read_file(
        filename=uploaded.name,
        content=uploaded.read(settings.UPLOAD_MAX_BYTES + 1),
        max_bytes=settings.UPLOAD_MAX_BYTES,
    )


def _page(request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {
        "page": browsers_page(now=request.now),
        "requires": _may(request, worklists.REQUIRES),
        "waives": _may(request, worklists.WAIVES),
        "days": fairness().waiver_valid_days,
        "form": BrowserForm(),
        "waiver_form": BrowserWaiverForm(),
    } | more
    return render(request, "office/browsers.html", context, status=status)


@require_POST
@staff_role(*worklists.REQUIRES)
def retire(request: HttpRequest, ref: str) -> HttpResponse:
    """Let a configuration count no more."""
    key = read.browser_key_by_reference(reference=ref)
    if key is None:
        raise Http404
    if not require_browser.retire(actor=actor_of(request, staff=True), key=key, now=request.now):
        return conflict(request, "This configuration was retired already. Nothing changed.")
    messages.success(request, f"“{key.name}” counts no more.")
    return redirect("office-browsers")


@require_POST
@staff_role(*worklists.WAIVES)
def waive(request: HttpRequest) -> HttpResponse:
    """Let one sitting of a person go on in any browser."""
    form = BrowserWaiverForm(request.POST)
    if not form.is_valid():
        return _page(request, status=422, waiver_form=form)
    email = form.cleaned_data["email"]
    person = accounts.by_email(emails=[email]).get(email.lower())
    if person is None:
        form.add_error("email", "Nobody has this address here.")
        return _page(request, status=422, waiver_form=form)
    try:
        require_browser.grant_waiver(
            actor=actor_of(request, staff=True),
            granter=person_of(request).pk,
            person=person,
            exam=form.cleaned_data["exam"],
            reason=form.cleaned_data["reason"],
            now=request.now,
        )
    except require_browser.CannotRequire as error:
        form.add_error(None, str(error))
        return _page(request, status=409, waiver_form=form)
    messages.success(request, f"{person.name} may sit once in any browser.")
    return redirect("office-browsers")


@require_POST
@staff_role(*worklists.WAIVES)
def close(request: HttpRequest, ref: str) -> HttpResponse:
    """Take an unused waiver back."""
    waiver = read.browser_waiver_by_reference(reference=ref)
    if waiver is None:
        raise Http404
    if not require_browser.take_back(
        actor=actor_of(request, staff=True), waiver=waiver, now=request.now
    ):
        return conflict(request, "This waiver was used or taken back already. Nothing changed.")
    messages.success(request, f"The waiver of {waiver.person.name} was taken back.")
    return redirect("office-browsers")
