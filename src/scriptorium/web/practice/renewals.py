"""The renewal proposal of a practice: tick, untick, add people, renew at once (S14, S15)."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_POST, require_safe

from scriptorium.domains.memberships import queries as dates
from scriptorium.kernel.payer import Payer
from scriptorium.web.shared import proposals
from scriptorium.web.shared.guards import Place, practice_role
from scriptorium.web.shared.proposals import Editor
from scriptorium.web.shared.requests import HttpRequest


def _editor(place: Place, reference: str) -> Editor:
    """Return a proposal of this practice with the rights of the reader.

    Raises:
        Http404: the practice has no such proposal.
    """
    payer = Payer(practice=place.practice.pk)
    found = dates.proposal_by_reference(payer=payer, reference=reference)
    if found is None:
        raise Http404
    found.payer_practice = place.practice
    home = f"/practice/{place.practice.reference}/"
    return Editor(
        proposal=found,
        template="practice/renewals/proposal.html",
        base=f"{home}renewals/{found.reference}/",
        may_change=place.standing.manages,
        why_not=f"You are {place.standing.one} here; administrators can change this.",
        orders=f"{home}orders/",
        more={
            "place": place,
            "board_url": f"{home}assignments/",
            "renewals_url": f"{home}renewals/",
        },
    )


@require_safe
@practice_role("read")
def show(request: HttpRequest, place: Place, proposal: str) -> HttpResponse:
    """Who is in, what it costs, and what happens on the day."""
    return proposals.show(request, _editor(place, proposal))


@require_POST
@practice_role("manage")
def tick(request: HttpRequest, place: Place, proposal: str) -> HttpResponse:
    """Save who is in, or show what the ticks would cost."""
    return proposals.tick(request, _editor(place, proposal))


@require_POST
@practice_role("manage")
def add(request: HttpRequest, place: Place, proposal: str) -> HttpResponse:
    """Add somebody of the roster who has no membership and starts on the day."""
    return proposals.add(request, _editor(place, proposal))


@require_POST
@practice_role("manage")
def renew(request: HttpRequest, place: Place, proposal: str) -> HttpResponse:
    """Renew the ticked people now: from free renewals, the rest by an invoice."""
    return proposals.renew(request, _editor(place, proposal))
