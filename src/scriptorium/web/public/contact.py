"""The contact page: phone and hours, and a message that staff answer."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.catalog.enums import MANY
from scriptorium.domains.practices import queries as practices
from scriptorium.domains.practices.models import Practice
from scriptorium.domains.support.models import Topic
from scriptorium.journeys.profile import send_message
from scriptorium.kernel.actor import Actor, ActorKind
from scriptorium.web.public.forms import ContactForm
from scriptorium.web.public.limits import within_limit
from scriptorium.web.shared.guards import actor_of, person_of, public
from scriptorium.web.shared.requests import HttpRequest

MESSAGES = 5
SPAN = dt.timedelta(hours=1)


@require_http_methods(["GET", "HEAD", "POST"])
@public
def contact(request: HttpRequest) -> HttpResponse:
    """The form; sent, it says what happens next."""
    person = person_of(request) if request.user.is_authenticated else None
    if request.method != "POST":
        if request.GET.get("sent") == "1":
            return _page(request, None)
        return _page(request, ContactForm(initial=_initial(request, person)))
    form = ContactForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    if not within_limit(request, what="contact", times=MESSAGES, span=SPAN):
        form.add_error(
            None,
            f"You sent {MESSAGES} messages within an hour, which is the limit. Your text is still"
            " here: send it later, or call us.",
        )
        return _page(request, form, status=429)
    data = form.cleaned_data
    practice = _own_practice(data["practice"], person)
    send_message(
        actor=actor_of(request) if person else _visitor(request),
        topic=data["topic"],
        name=data["name"],
        email=data["email"],
        text=data["text"],
        practice=practice.reference if practice else "",
        person=person.reference if person else "",
        page=data["page"],
        now=request.now,
    )
    return redirect(f"{reverse('contact')}?sent=1")


def _visitor(request: HttpRequest) -> Actor:
    return Actor(ActorKind.PERSON, "", "A visitor", request.request_id)


def _own_practice(reference: str, person: Person | None) -> Practice | None:
    """Return the practice if the person belongs to it; anybody else's stays unnamed."""
    practice = practices.by_reference(reference=reference) if reference and person else None
    if practice is None or person is None:
        return None
    standing = practices.standing_of(practice=practice, person=person.pk)
    return practice if standing.primary or standing.member else None


def _initial(request: HttpRequest, person: Person | None) -> dict[str, str]:
    asked = request.GET
    topic = asked.get("topic", "")
    practice = _own_practice(asked.get("practice", "")[:16], person)
    return {
        "topic": topic if topic in Topic.values else Topic.QUESTION,
        "name": person.name if person else "",
        "email": person.email if person else "",
        "text": _wish(asked.get("kind", ""), practice) if topic == Topic.MORE else "",
        "practice": practice.reference if practice else "",
        "page": asked.get("page", "")[:300],
    }


def _wish(kind: str, practice: Practice | None) -> str:
    what = MANY.get(kind, "units")
    where = f" for {practice.name}" if practice else ""
    return f"Please send me an estimate for … {what}{where}."


def _page(request: HttpRequest, form: ContactForm | None, *, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "body_name": settings.BODY_NAME,
        "phone": settings.BODY_PHONE,
        "hours": settings.BODY_HOURS,
        "email": settings.BODY_EMAIL,
    }
    return render(request, "public/contact.html", context, status=status)
