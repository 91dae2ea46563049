"""The renewal proposal of a practice: tick, untick, add people, renew at once (S14, S15)."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from scriptorium.domains.ledger.operations import NotEnoughUnits
from scriptorium.domains.memberships import queries as dates
from scriptorium.domains.memberships.models import Proposal
from scriptorium.domains.orders.rules.cards import LooksLikeACard
from scriptorium.domains.practices import queries as practices
from scriptorium.journeys import proposing
from scriptorium.kernel.payer import Payer
from scriptorium.kernel.references import new_reference
from scriptorium.pages.renewal_proposal import proposal_page
from scriptorium.web.shared.guards import Place, actor_of, practice_role
from scriptorium.web.shared.requests import HttpRequest

SHOWN = 20


def _proposal(place: Place, reference: str) -> Proposal:
    payer = Payer(practice=place.practice.pk)
    found = dates.proposal_by_reference(payer=payer, reference=reference)
    if found is None:
        raise Http404
    return found


def _keys(request: HttpRequest, name: str) -> set[int]:
    return {int(value) for value in request.POST.getlist(name) if value.isdecimal()}


def _page(
    request: HttpRequest,
    place: Place,
    proposal: Proposal,
    *,
    problem: str = "",
    ticked: set[int] | None = None,
    status: int = 200,
) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:100]
    found = []
    if text and place.standing.manages:
        wanted = practices.RosterFilter(q=text, state="none", sort="name")
        found = list(
            practices.filtered(
                practice=place.practice.pk, wanted=wanted, today=request.today, due_days=0
            )[: SHOWN + 1]
        )
    context = {
        "place": place,
        "page": proposal_page(
            practice=place.practice, proposal=proposal, ticked=ticked, today=request.today
        ),
        "problem": problem,
        "q": text,
        "people": found[:SHOWN],
        "more": len(found) > SHOWN,
        "key": new_reference(),
        "po_number": request.POST.get("po_number", ""),
        "base": f"/practice/{place.practice.reference}/renewals/{proposal.reference}/",
        "board_url": f"/practice/{place.practice.reference}/assignments/",
        "renewals_url": f"/practice/{place.practice.reference}/renewals/",
    }
    return render(request, "practice/renewals/proposal.html", context, status=status)


@require_safe
@practice_role("read")
def show(request: HttpRequest, place: Place, proposal: str) -> HttpResponse:
    """Who is in, what it costs, and what happens on the day."""
    return _page(request, place, _proposal(place, proposal))


@require_POST
@practice_role("manage")
def tick(request: HttpRequest, place: Place, proposal: str) -> HttpResponse:
    """Save who is in; with ``price=1`` only show what the ticks would cost."""
    found = _proposal(place, proposal)
    included = _keys(request, "line")
    if request.POST.get("price"):
        return _page(request, place, found, ticked=included)
    try:
        ticked, unticked = proposing.tick(
            actor=actor_of(request),
            proposal=found,
            included=included,
            removed=_keys(request, "remove"),
            now=request.now,
        )
    except proposing.NotPossible as error:
        return _page(request, place, found, problem=str(error), ticked=included, status=409)
    if ticked or unticked:
        messages.success(request, f"Saved: {ticked} put in, {unticked} taken out.")
    else:
        messages.info(request, "Nothing was changed.")
    return redirect("proposal", ref=place.practice.reference, proposal=found.reference)


@require_POST
@practice_role("manage")
def add(request: HttpRequest, place: Place, proposal: str) -> HttpResponse:
    """Add somebody of the roster who has no membership and starts on the day."""
    found = _proposal(place, proposal)
    reference = request.POST.get("person", "")
    link = practices.link_by_reference(practice=place.practice.pk, reference=reference)
    if link is None:
        return _page(request, place, found, problem="Choose somebody from the list.", status=422)
    try:
        proposing.add(actor=actor_of(request), proposal=found, links=[link], now=request.now)
    except proposing.NotPossible as error:
        return _page(request, place, found, problem=str(error), status=409)
    messages.success(request, f"{link.name} starts on the day of this renewal.")
    return redirect("proposal", ref=place.practice.reference, proposal=found.reference)


@require_POST
@practice_role("manage")
def renew(request: HttpRequest, place: Place, proposal: str) -> HttpResponse:
    """Renew the ticked people now: from free renewals, the rest by an invoice."""
    found = _proposal(place, proposal)
    included = _keys(request, "line")
    po_number = request.POST.get("po_number", "").strip()[:60]
    try:
        invoice = proposing.renew(
            actor=actor_of(request),
            proposal=found,
            lines=included,
            key=request.POST.get("idempotency_key", "")[:40] or new_reference(),
            po_number=po_number,
            now=request.now,
            today=request.today,
        )
    except LooksLikeACard as error:
        return _page(request, place, found, problem=str(error), ticked=included, status=422)
    except (proposing.NotPossible, NotEnoughUnits) as error:
        return _page(request, place, found, problem=str(error), ticked=included, status=409)
    if invoice is None:
        messages.success(request, "Renewed from your free renewals; the certificates are there.")
        return redirect("proposal", ref=place.practice.reference, proposal=found.reference)
    messages.success(
        request, f"Invoice {invoice.number} is ready. Everybody on it is renewed when it is paid."
    )
    return redirect("order", ref=place.practice.reference, reference=invoice.order.reference)
