"""One renewal proposal on the pages of a practice and of the office: shown and edited."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from scriptorium.domains.ledger.operations import NotEnoughUnits
from scriptorium.domains.memberships.models import Proposal
from scriptorium.domains.practices import queries as practices
from scriptorium.domains.practices.models import RosterLink
from scriptorium.journeys import proposing
from scriptorium.journeys.proposing import Call, LooksLikeACard, NotPossible
from scriptorium.kernel.references import new_reference
from scriptorium.pages.renewal_proposal import proposal_page
from scriptorium.web.shared.guards import actor_of
from scriptorium.web.shared.requests import HttpRequest

#: People whom a search for somebody new shows.
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Editor:
    """Where a proposal is edited, and by whom.

    Arguments:
        base: address of the page.
        may_change: the reader may do more than read; ``why_not`` says who may.
        staff: the reader acts for a payer that calls, and has to say what was asked.
        money: staff who may open finance's pages.
        orders: address under which the payer's order opens after renewing; "" to stay here.
        more: what the template around the editor needs.
    """

    proposal: Proposal
    template: str
    base: str
    may_change: bool
    why_not: str = ""
    staff: bool = False
    orders: str = ""
    money: bool = False
    more: dict[str, Any] = field(default_factory=dict)


class _NoReason(Exception):
    """Staff did not say who called."""


def _keys(request: HttpRequest, name: str) -> set[int]:
    return {int(value) for value in request.POST.getlist(name) if value.isdecimal()}


def _call(request: HttpRequest, editor: Editor) -> Call | None:
    """Return the call for which staff act; None where the payer itself does.

    Raises:
        _NoReason: nothing was written about it.
        LooksLikeACard: what was written holds a card number.
    """
    if not editor.staff:
        return None
    reason = " ".join(request.POST.get("reason", "").split())[:300]
    if not reason:
        raise _NoReason("Write who called and what they asked for. Nothing changed.")
    return proposing.call_of(proposal=editor.proposal, reason=reason)


def _newcomers(request: HttpRequest, editor: Editor, text: str) -> list[RosterLink]:
    """Return people of the roster without a membership who match a search."""
    practice = editor.proposal.payer_practice_id
    if not text or not editor.may_change or practice is None:
        return []
    wanted = practices.RosterFilter(q=text, state="none", sort="name")
    found = practices.filtered(practice=practice, wanted=wanted, today=request.today, due_days=0)
    return list(found[: SHOWN + 1])


def show(
    request: HttpRequest,
    editor: Editor,
    *,
    problem: str = "",
    ticked: set[int] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Answer with the proposal; with ``ticked`` as it would be after a change not saved yet."""
    text = request.GET.get("q", "").strip()[:100]
    found = _newcomers(request, editor, text)
    context = {
        "editor": editor,
        "page": proposal_page(
            proposal=editor.proposal,
            ticked=ticked,
            today=request.today,
            staff=editor.staff,
            money=editor.money,
        ),
        "adds": editor.may_change and editor.proposal.payer_practice_id is not None,
        "problem": problem,
        "q": text,
        "people": found[:SHOWN],
        "more": len(found) > SHOWN,
        "key": new_reference(),
        "po_number": request.POST.get("po_number", ""),
        "reason": request.POST.get("reason", ""),
    } | editor.more
    return render(request, editor.template, context, status=status)


def tick(request: HttpRequest, editor: Editor) -> HttpResponse:
    """Save who is in; with ``price=1`` only show what the ticks would cost."""
    included = _keys(request, "line")
    if request.POST.get("price"):
        return show(request, editor, ticked=included)
    try:
        ticked, unticked = proposing.tick(
            actor=actor_of(request, staff=editor.staff),
            proposal=editor.proposal,
            included=included,
            removed=_keys(request, "remove"),
            now=request.now,
            call=_call(request, editor),
        )
    except (_NoReason, LooksLikeACard) as error:
        return show(request, editor, problem=str(error), ticked=included, status=422)
    except NotPossible as error:
        return show(request, editor, problem=str(error), ticked=included, status=409)
    if ticked or unticked:
        messages.success(request, f"Saved: {ticked} put in, {unticked} taken out.")
    else:
        messages.info(request, "Nothing was changed.")
    return redirect(editor.base)


def add(request: HttpRequest, editor: Editor) -> HttpResponse:
    """Add somebody of the roster who has no membership and starts on the day."""
    practice = editor.proposal.payer_practice_id
    link = None
    if practice is not None:
        reference = request.POST.get("person", "")
        link = practices.link_by_reference(practice=practice, reference=reference)
    if link is None:
        return show(request, editor, problem="Choose somebody from the list.", status=422)
    try:
        proposing.add(
            actor=actor_of(request, staff=editor.staff),
            proposal=editor.proposal,
            links=[link],
            now=request.now,
            call=_call(request, editor),
        )
    except (_NoReason, LooksLikeACard) as error:
        return show(request, editor, problem=str(error), status=422)
    except NotPossible as error:
        return show(request, editor, problem=str(error), status=409)
    messages.success(request, f"{link.name} starts on the day of this renewal.")
    return redirect(editor.base)


def renew(request: HttpRequest, editor: Editor) -> HttpResponse:
    """Renew the ticked people now: from free renewals, the rest by an invoice."""
    included = _keys(request, "line")
    try:
        invoice = proposing.renew(
            actor=actor_of(request, staff=editor.staff),
            proposal=editor.proposal,
            lines=included,
            key=request.POST.get("idempotency_key", "")[:40] or new_reference(),
            po_number=request.POST.get("po_number", "").strip()[:60],
            now=request.now,
            today=request.today,
            call=_call(request, editor),
        )
    except (_NoReason, LooksLikeACard) as error:
        return show(request, editor, problem=str(error), ticked=included, status=422)
    except (NotPossible, NotEnoughUnits) as error:
        return show(request, editor, problem=str(error), ticked=included, status=409)
    if invoice is None:
        whose = "their" if editor.staff else "your"
        said = f"Renewed from {whose} free renewals; the certificates are there."
        messages.success(request, said)
        return redirect(editor.base)
    messages.success(
        request, f"Invoice {invoice.number} is ready. Everybody on it is renewed when it is paid."
    )
    after = f"{editor.orders}{invoice.order.reference}/" if editor.orders else editor.base
    return redirect(after)
