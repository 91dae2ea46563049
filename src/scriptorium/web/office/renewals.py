"""Renewals in the office: found, and edited for a practice or person that calls (DOMAIN §4)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from scriptorium.domains.memberships import queries as dates
from scriptorium.domains.memberships.rules import words
from scriptorium.journeys import own_membership
from scriptorium.pages import worklists
from scriptorium.pages.office_renewals import renewals_page
from scriptorium.web.office.forms import CancelForm
from scriptorium.web.office.people import person_by, record_of
from scriptorium.web.shared import proposals
from scriptorium.web.shared.guards import actor_of, staff_role, staff_roles_of
from scriptorium.web.shared.proposals import Editor
from scriptorium.web.shared.requests import HttpRequest


@require_safe
@staff_role(*worklists.RENEWALS)
def search(request: HttpRequest) -> HttpResponse:
    """Open renewals by day; a search finds the payer or the person."""
    number = request.GET.get("page", "1")
    page = renewals_page(
        text=request.GET.get("q", "").strip()[:100],
        page=int(number) if number.isdecimal() and len(number) < 6 else 1,
        today=request.today,
    )
    return render(request, "office/renewals.html", {"page": page})


def _editor(request: HttpRequest, reference: str) -> Editor:
    """Return anybody's proposal with the rights of the reader.

    Raises:
        Http404: there is no such proposal.
    """
    found = dates.proposal_for_staff(reference=reference)
    if found is None:
        raise Http404
    roles = staff_roles_of(request)
    more: dict[str, Any] = {"practice": found.payer_practice, "person": found.payer_person}
    return Editor(
        proposal=found,
        template="office/renewal.html",
        base=f"/office/renewals/{found.reference}/",
        may_change=bool(roles & set(worklists.RENEWS)),
        why_not="Membership desk, finance and director change this for a payer that calls.",
        staff=True,
        money=bool(roles & set(worklists.MONEY)),
        more=more,
    )


@require_safe
@staff_role(*worklists.RENEWALS)
def show(request: HttpRequest, proposal: str) -> HttpResponse:
    """Who is in, what it costs, and what happens on the day."""
    return proposals.show(request, _editor(request, proposal))


@require_POST
@staff_role(*worklists.RENEWS)
def tick(request: HttpRequest, proposal: str) -> HttpResponse:
    """Save who is in as the payer asked, or show what it would cost."""
    return proposals.tick(request, _editor(request, proposal))


@require_POST
@staff_role(*worklists.RENEWS)
def add(request: HttpRequest, proposal: str) -> HttpResponse:
    """Add somebody of the practice's roster who starts on the day."""
    return proposals.add(request, _editor(request, proposal))


@require_POST
@staff_role(*worklists.RENEWS)
def renew(request: HttpRequest, proposal: str) -> HttpResponse:
    """Renew the ticked people now; the rest is invoiced to the payer."""
    return proposals.renew(request, _editor(request, proposal))


@require_POST
@staff_role(*worklists.CANCELS)
def cancel(request: HttpRequest, ref: str) -> HttpResponse:
    """Enter that somebody who pays for herself cancelled by phone (STANDARDS §7)."""
    person = person_by(ref)
    form = CancelForm(request.POST, prefix="cancel")
    if not form.is_valid():
        return record_of(request, person, status=422, cancel_form=form)
    call = own_membership.PhoneCall(form.cleaned_data["called_at"], form.cleaned_data["reason"])
    try:
        ends = own_membership.cancel(
            actor=actor_of(request, staff=True),
            person=person,
            call=call,
            now=request.now,
            today=request.today,
        )
    except own_membership.LooksLikeACard as error:
        form.add_error("reason", str(error))
        return record_of(request, person, status=422, cancel_form=form)
    except own_membership.NotPossible as error:
        form.add_error(None, str(error))
        return record_of(request, person, status=409, cancel_form=form)
    messages.success(
        request, f"{person.name}’s membership ends on {words(ends)}. A mail confirms it."
    )
    return redirect("office-person", ref=ref)
