"""How a practice is billed: contact, logo, departments, automatic payment, freedom from tax."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from scriptorium.domains.orders import queries as money
from scriptorium.journeys import billing_settings as journey
from scriptorium.journeys import money_papers
from scriptorium.journeys.services import pays_online
from scriptorium.pages.billing import billing_page
from scriptorium.web.practice.billing_forms import (
    AutoPayForm,
    CentreForm,
    ContactForm,
    ExemptionForm,
)
from scriptorium.web.shared.files import pdf, picture
from scriptorium.web.shared.guards import Place, actor_of, practice_role
from scriptorium.web.shared.requests import HttpRequest


@require_safe
@practice_role("read")
def show(request: HttpRequest, place: Place) -> HttpResponse:
    """Everything about billing."""
    return _page(request, place)


def _page(request: HttpRequest, place: Place, *, status: int = 200, **more: Any) -> HttpResponse:
    practice = place.practice
    here = f"/practice/{practice.reference}/settings/billing/"
    page = billing_page(practice=practice, base=here, today=request.today)
    initial = {"contact_name": page.contact_name, "billing_email": practice.billing_email}
    context = {
        "place": place,
        "page": page,
        "here": here,
        "base": f"/practice/{practice.reference}/",
        "board_url": f"/practice/{practice.reference}/assignments/",
        "contact_form": ContactForm(initial=initial, use_required_attribute=False),
        "centre_form": CentreForm(use_required_attribute=False),
        "auto_pay_form": AutoPayForm(),
        "auto_pay_words": journey.AUTO_PAY_WORDS,
        "exemption_form": ExemptionForm(
            today=request.today,
            initial={"region": practice.region, "starts_on": request.today},
            use_required_attribute=False,
        ),
        "by_card": pays_online(),
        "body_email": settings.BODY_EMAIL,
        "problem": "",
    } | more
    return render(request, "practice/billing.html", context, status=status)


def _back(request: HttpRequest, place: Place, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect("billing", ref=place.practice.reference)


@require_POST
@practice_role("manage")
def contact(request: HttpRequest, place: Place) -> HttpResponse:
    """Change the contact, the address for invoices, and the logo."""
    form = ContactForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, place, status=422, contact_form=form)
    try:
        changed = journey.change(
            actor=actor_of(request),
            practice=place.practice,
            contact_name=form.cleaned_data["contact_name"],
            billing_email=form.cleaned_data["billing_email"],
            logo=form.logo_bytes(),
            now=request.now,
        )
    except journey.WrongContent as error:
        form.add_error("logo", str(error))
        return _page(request, place, status=422, contact_form=form)
    except journey.LooksLikeACard as error:
        form.add_error("contact_name", str(error))
        return _page(request, place, status=422, contact_form=form)
    said = f"Changed: {', '.join(changed)}." if changed else "Nothing was different."
    return _back(request, place, said)


@require_safe
@practice_role("read")
def logo(request: HttpRequest, place: Place) -> HttpResponse:
    """The practice's logo."""
    content = money_papers.logo_of(practice=place.practice.pk)
    if not content:
        raise Http404
    return picture(content)


@require_POST
@practice_role("manage")
def add_centre(request: HttpRequest, place: Place) -> HttpResponse:
    """Add a department."""
    form = CentreForm(request.POST)
    if not form.is_valid():
        return _page(request, place, status=422, centre_form=form)
    try:
        journey.add_centre(
            actor=actor_of(request), practice=place.practice, now=request.now, **form.cleaned_data
        )
    except (journey.CannotChangeBilling, journey.LooksLikeACard) as error:
        form.add_error("name", str(error))
        return _page(request, place, status=422, centre_form=form)
    return _back(request, place, f"{form.cleaned_data['name']} can be chosen on estimates now.")


@require_POST
@practice_role("manage")
def close_centre(request: HttpRequest, place: Place, reference: str) -> HttpResponse:
    """Close a department."""
    centre = money.centre_by_reference(practice=place.practice.pk, reference=reference)
    if centre is None:
        raise Http404
    journey.close_centre(
        actor=actor_of(request), practice=place.practice, centre=centre, now=request.now
    )
    return _back(request, place, f"{centre.name} is closed. Earlier lines keep its name.")


@require_POST
@practice_role("manage")
def auto_pay(request: HttpRequest, place: Place) -> HttpResponse:
    """Switch automatic payment on or off."""
    form = AutoPayForm(request.POST)
    if not form.is_valid():
        return _page(request, place, status=422, auto_pay_form=form)
    on = form.cleaned_data["on"] == "on"
    try:
        journey.set_auto_pay(
            actor=actor_of(request), practice=place.practice, on=on, now=request.now
        )
    except journey.CannotChangeBilling as error:
        return _page(request, place, status=409, problem=str(error))
    said = "Renewals are paid by themselves from now on." if on else "Automatic payment is off."
    return _back(request, place, said)


@require_POST
@practice_role("manage")
def remove_method(request: HttpRequest, place: Place) -> HttpResponse:
    """Forget the saved means of payment."""
    removed = journey.remove_method(
        actor=actor_of(request), practice=place.practice, now=request.now
    )
    if not removed:
        return _page(request, place, status=409, problem="It was removed already.")
    return _back(request, place, "Removed. Nothing can be charged by itself any more.")


@require_POST
@practice_role("manage")
def add_exemption(request: HttpRequest, place: Place) -> HttpResponse:
    """Hand in a certificate of freedom from tax."""
    form = ExemptionForm(request.POST, request.FILES, today=request.today)
    if not form.is_valid():
        return _page(request, place, status=422, exemption_form=form)
    data = form.cleaned_data
    new = journey.NewExemption(
        region=data["region"],
        number=data["number"],
        starts_on=data["starts_on"],
        expires_on=data["expires_on"],
        file=data["file"].read() if data["file"] else b"",
    )
    try:
        journey.add_exemption(
            actor=actor_of(request), practice=place.practice, new=new, now=request.now
        )
    except journey.WrongContent as error:
        form.add_error("file", str(error))
        return _page(request, place, status=422, exemption_form=form)
    except journey.LooksLikeACard as error:
        form.add_error("number", str(error))
        return _page(request, place, status=422, exemption_form=form)
    return _back(request, place, "Handed in. It counts as soon as our staff have verified it.")


@require_safe
@practice_role("read")
def exemption_file(request: HttpRequest, place: Place, reference: str) -> HttpResponse:
    """The PDF of a certificate."""
    found = money.exemption_by_reference(practice=place.practice.pk, reference=reference)
    if found is None or not found.file_sha256:
        raise Http404
    content = journey.exemption_file(exemption=found)
    return pdf(content, f"exemption-{found.reference}")
