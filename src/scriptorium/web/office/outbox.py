"""The outbox: every mail, whether it left, and in a demonstration what it says."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from scriptorium.domains.notifications import queries as mails
from scriptorium.domains.notifications.enums import MailState, MailTemplate
from scriptorium.domains.notifications.models import OutboxMail
from scriptorium.domains.notifications.operations import render as rendered
from scriptorium.journeys import suppression as journey
from scriptorium.pages import worklists
from scriptorium.web.office.component_samples import samples
from scriptorium.web.shared.guards import actor_of, public, staff_role, staff_roles_of
from scriptorium.web.shared.requests import HttpRequest

LABELS = dict(MailTemplate.choices)
#: What did not arrive, each a tab of its own.
TROUBLE = (MailState.FAILED, MailState.BOUNCED, MailState.HELD)
#: Mails on a page; the search finds older ones.
SHOWN = 50
TONES = {"queued": "soon", "sent": "good", "failed": "now", "bounced": "now", "held": ""}


def _check_may_read(request: HttpRequest) -> None:
    """In a demonstration every staff role reads the outbox.

    Raises:
        PermissionDenied: the person's roles do not allow it.
    """
    if not settings.DEMO and not staff_roles_of(request) & set(worklists.OUTBOX):
        raise PermissionDenied("This page is for staff with the role support, director or system.")


def _line(mail: OutboxMail) -> dict[str, object]:
    return {
        "key": mail.pk,
        "to": f"{mail.to_name} <{mail.to_address}>" if mail.to_name else mail.to_address,
        "subject": mail.subject or LABELS.get(mail.template, mail.template),
        "state": mail.state_words,
        "tone": TONES[mail.state],
        "queued_at": mail.queued_at,
        "sent_at": mail.sent_at,
        "attempts": mail.attempts,
        "last_error": mail.last_error,
        "attachments": [file["name"] for file in mail.attachments],
    }


def _tab(state: MailState, current: str) -> dict[str, object]:
    return {
        "words": state.label,
        "url": f"/office/outbox/?state={state}",
        "current": state == current,
        "count": mails.count_in(state=state),
    }


@require_safe
@staff_role()
def show(request: HttpRequest) -> HttpResponse:
    """The newest mails, or those that did not arrive, to everybody or to one address."""
    _check_may_read(request)
    wanted = request.GET.get("state", "")
    state = wanted if wanted in TROUBLE else ""
    text = request.GET.get("q", "").strip()[:100]
    found = mails.search(text=text, state=state, limit=SHOWN)
    newest = {"words": "Newest", "url": "/office/outbox/", "current": not state, "count": 0}
    context = {
        "q": text,
        "state": state,
        "mails": [_line(mail) for mail in found],
        "tabs": [newest, *(_tab(one, state) for one in TROUBLE)],
    }
    return render(request, "office/outbox.html", context)


@require_safe
@staff_role()
def show_mail(request: HttpRequest, key: int) -> HttpResponse:
    """One mail. Outside a demonstration its text stays closed: it holds personal links."""
    _check_may_read(request)
    return _mail_page(request, _mail(key))


def _mail(key: int) -> OutboxMail:
    """Return one mail.

    Raises:
        Http404: there is no such mail.
    """
    mail = mails.by_key(key=key)
    if mail is None:
        raise Http404
    return mail


@require_POST
@staff_role(*worklists.OUTBOX)
def send_again(request: HttpRequest, key: int) -> HttpResponse:
    """Send a mail that was held back, once its address gets mail again."""
    mail = _mail(key)
    try:
        journey.send_again(actor=actor_of(request, staff=True), mail=mail, now=request.now)
    except journey.StillHeld as error:
        context = {"reason": str(error)}
        return render(request, "shared/conflict.html", context, status=409)
    messages.success(request, f"It goes to {mail.to_address} now.")
    return redirect("outbox-mail", key=key)


def _mail_page(request: HttpRequest, mail: OutboxMail) -> HttpResponse:
    text = rendered(mail=mail) if settings.DEMO else None
    context = {
        "mail": _line(mail),
        "address": mail.to_address,
        "subject": text.subject if text else "",
        "text": text.text if text else "",
        "open": text is not None,
        "bounces": mails.bounces_of(mail=mail.pk),
        "held": mail.state == MailState.HELD,
        "why_held": journey.why_held(mail) if mail.state == MailState.HELD else "",
        "may_send": bool(staff_roles_of(request) & set(worklists.OUTBOX)),
    }
    return render(request, "office/mail.html", context)


@require_safe
@public
def components(request: HttpRequest) -> HttpResponse:
    """Every component in every state; for those who build, in a demonstration only."""
    if not settings.DEMO:
        raise Http404
    return render(request, "office/components.html", {"samples": samples()})
