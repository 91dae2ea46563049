"""Mail as staff see it: templates, suppressed addresses, notices that did not arrive."""

from __future__ import annotations

from typing import cast

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.csp import CSP
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_POST, require_safe

from scriptorium.domains.notifications import queries as mails
from scriptorium.domains.notifications.enums import MailTemplate
from scriptorium.domains.notifications.models import OutboxMail
from scriptorium.domains.notifications.operations import Rendered
from scriptorium.domains.notifications.operations import render as rendered
from scriptorium.journeys import suppression as journey
from scriptorium.journeys import undelivered
from scriptorium.pages import office_mail as page
from scriptorium.pages import worklists
from scriptorium.pages.mail_samples import sample_of
from scriptorium.web.office.forms import LiftForm, TelephonedForm
from scriptorium.web.shared.guards import actor_of, staff_role, staff_roles_of
from scriptorium.web.shared.requests import HttpRequest

#: The page of a preview may hold one frame, of our own.
_FRAMING = cast("dict[str, list[str]]", settings.SECURE_CSP) | {"frame-src": [CSP.SELF]}
#: What is in the frame may do nothing but be shown, and only there.
_FRAMED = {"default-src": [CSP.NONE], "sandbox": "", "frame-ancestors": [CSP.SELF]}


@require_safe
@staff_role()
def templates(request: HttpRequest) -> HttpResponse:
    """Every mail: what it is called, its category, when it is sent."""
    return render(request, "office/mail_templates.html", {"lines": page.template_lines()})


def _sample(key: str) -> Rendered:
    if key not in MailTemplate.values or key == MailTemplate.ACCOUNT:
        raise Http404
    mail = OutboxMail(
        template=key, to_name="Rosa Lima", to_address="rosa@home.example", data=sample_of(key)
    )
    return rendered(mail=mail)


@require_safe
@csp_override(_FRAMING)
@staff_role()
def template(request: HttpRequest, key: str) -> HttpResponse:
    """One mail with sample values: subject, text, and the HTML in a frame."""
    context = {"mail": _sample(key), "line": page.template_line(key)}
    return render(request, "office/mail_template.html", context)


@require_safe
@csp_override(_FRAMED)
@xframe_options_sameorigin
@staff_role()
def template_html(request: HttpRequest, key: str) -> HttpResponse:
    """The HTML of one mail by itself, for the frame."""
    return HttpResponse(_sample(key).html)


@require_safe
@staff_role(*worklists.SUPPRESSED)
def suppressed(request: HttpRequest) -> HttpResponse:
    """Addresses that get less mail, and why."""
    return _suppressed(request, {}, 200)


def _suppressed(request: HttpRequest, sent: dict[str, LiftForm], status: int) -> HttpResponse:
    """Show the list; ``sent`` holds the form of one line that needs a change."""
    text = request.GET.get("q", "").strip()[:100]
    lines = page.suppressed_lines(text=text)
    context = {
        "q": text,
        "rows": [
            (line, sent.get(line.reference) or LiftForm(auto_id=f"{line.reference}_%s"))
            for line in lines
        ],
        "may_lift": bool(staff_roles_of(request) & set(worklists.LIFTS)),
    }
    return render(request, "office/suppressed.html", context, status=status)


@require_POST
@staff_role(*worklists.LIFTS)
def lift(request: HttpRequest, reference: str) -> HttpResponse:
    """Let an address get its mail again, with a reason."""
    found = mails.suppression_by_reference(reference=reference)
    if found is None:
        raise Http404
    form = LiftForm(request.POST, auto_id=f"{reference}_%s")
    if not form.is_valid():
        return _suppressed(request, {reference: form}, 422)
    done = journey.lift(
        actor=actor_of(request, staff=True),
        suppression=found,
        reason=form.cleaned_data["reason"],
        now=request.now,
    )
    if not done:
        reason = "Somebody lifted this already. Nothing changed."
        return render(request, "shared/conflict.html", {"reason": reason}, status=409)
    messages.success(request, f"{found.address} gets this mail again.")
    return redirect("office-suppressed")


@require_safe
@staff_role(*worklists.UNDELIVERED)
def bounced(request: HttpRequest) -> HttpResponse:
    """Legal notices that did not arrive, to be given by telephone."""
    return _bounced(request, {}, 200)


def _bounced(request: HttpRequest, sent: dict[str, TelephonedForm], status: int) -> HttpResponse:
    """Show the worklist; ``sent`` holds the form of one line that needs a change."""
    lines = page.undelivered_lines(closed=False)
    context = {
        "rows": [
            (line, sent.get(line.reference) or TelephonedForm(auto_id=f"{line.reference}_%s"))
            for line in lines
        ],
        "closed": page.undelivered_lines(closed=True),
        "may_close": bool(staff_roles_of(request) & set(worklists.TELEPHONES)),
    }
    return render(request, "office/undelivered.html", context, status=status)


@require_POST
@staff_role(*worklists.TELEPHONES)
def close(request: HttpRequest, reference: str) -> HttpResponse:
    """Record how the notices were given."""
    row = mails.undelivered_by_reference(reference=reference)
    if row is None:
        raise Http404
    form = TelephonedForm(request.POST, auto_id=f"{reference}_%s")
    if not form.is_valid():
        return _bounced(request, {reference: form}, 422)
    done = undelivered.close(
        actor=actor_of(request, staff=True),
        row=row,
        note=form.cleaned_data["note"],
        now=request.now,
    )
    if not done:
        reason = "Somebody closed this already. Nothing changed."
        return render(request, "shared/conflict.html", {"reason": reason}, status=409)
    messages.success(request, f"The notices to {row.address} are off the list.")
    return redirect("office-bounced")
