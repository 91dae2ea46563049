"""What is done on a worklist's rows: deposits, mismatches, exemptions, refunds."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from scriptorium.domains.accounts.enums import StaffRole
from scriptorium.domains.orders import queries as money
from scriptorium.domains.orders.models import Refund
from scriptorium.domains.orders.queries import office
from scriptorium.journeys import crediting, office_money, taking_payments
from scriptorium.journeys.office_money import LooksLikeACard, NotPossible
from scriptorium.journeys.ordering import bill_to_of
from scriptorium.kernel.money import Money
from scriptorium.pages import worklists
from scriptorium.web.office.money.accounts import CHANGES
from scriptorium.web.office.money.forms import DayForm, NoteForm
from scriptorium.web.office.money.home import list_of
from scriptorium.web.shared.guards import actor_of, staff_role
from scriptorium.web.shared.requests import HttpRequest

#: Who may be the second person of a refund.
AGREES = (StaffRole.FINANCE, StaffRole.DIRECTOR)


@require_POST
@staff_role(*CHANGES)
def deposit(request: HttpRequest) -> HttpResponse:
    """The ticked cheques went to the bank together."""
    form = DayForm(request.POST)
    ticked = request.POST.getlist("cheque")[:200]
    if not form.is_valid() or not ticked:
        problem = "" if ticked else "Tick at least one cheque. Nothing changed."
        return list_of(request, "cheques", status=422, day_form=form, problem=problem)
    try:
        count = taking_payments.deposit(
            actor=actor_of(request, staff=True),
            payments=office.cheques_by_reference(references=ticked),
            on=form.cleaned_data["on"],
            now=request.now,
            today=request.today,
        )
    except NotPossible as error:
        return list_of(request, "cheques", status=409, day_form=form, problem=str(error))
    messages.success(request, f"{count} cheque{'s' if count != 1 else ''} deposited.")
    return redirect("office-money-list", name="cheques")


@require_POST
@staff_role(*CHANGES)
def close_mismatch(request: HttpRequest, ref: str) -> HttpResponse:
    """Settle a disagreement by a note."""
    mismatch = office.mismatch_by_reference(reference=ref)
    if mismatch is None:
        raise Http404
    form = NoteForm(request.POST, auto_id=False)
    if not form.is_valid():
        problem = "Write what it was. Nothing changed."
        return list_of(request, "mismatches", status=422, problem=problem)
    try:
        office_money.close_mismatch(
            actor=actor_of(request, staff=True),
            mismatch=mismatch,
            note=form.cleaned_data["note"],
            now=request.now,
        )
    except LooksLikeACard as error:
        return list_of(request, "mismatches", status=422, problem=str(error))
    except NotPossible as error:
        return list_of(request, "mismatches", status=409, problem=str(error))
    messages.success(request, "The disagreement is settled.")
    return redirect("office-money-list", name="mismatches")


@require_safe
@staff_role(*worklists.MONEY)
def exemption_file(request: HttpRequest, ref: str) -> HttpResponse:
    """The PDF that came with a certificate of exemption."""
    exemption = office.exemption_by_reference(reference=ref)
    content = office_money.exemption_file(exemption=exemption) if exemption else None
    if content is None:
        raise Http404
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="exemption-{ref}.pdf"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_POST
@staff_role(*CHANGES)
def answer_exemption(request: HttpRequest, ref: str) -> HttpResponse:
    """Verify a certificate of exemption, or refuse it."""
    exemption = office.exemption_by_reference(reference=ref)
    if exemption is None:
        raise Http404
    answer = request.POST.get("answer", "")
    if answer not in {"verify", "refuse"}:
        problem = "Choose whether to verify or to refuse. Nothing changed."
        return list_of(request, "exemptions", status=422, problem=problem)
    try:
        office_money.answer_exemption(
            actor=actor_of(request, staff=True),
            exemption=exemption,
            accepted=answer == "verify",
            now=request.now,
        )
    except NotPossible as error:
        return list_of(request, "exemptions", status=409, problem=str(error))
    verb = "counts for tax from now on" if answer == "verify" else "was refused"
    messages.success(request, f"{exemption.number} of {exemption.practice.name} {verb}.")
    return redirect("office-money-list", name="exemptions")


@require_POST
@staff_role(*AGREES)
def answer_refund(request: HttpRequest, ref: str) -> HttpResponse:
    """Agree to a refund, refuse it, or send one that is agreed to again."""
    refund = money.refund_by_reference(reference=ref)
    if refund is None:
        raise Http404
    answer = request.POST.get("answer", "")
    if answer not in {"agree", "refuse", "send"}:
        problem = "Choose whether to agree or to refuse. Nothing changed."
        return list_of(request, "refunds", status=422, problem=problem)
    try:
        _answer(request, refund, answer)
    except (NotPossible, crediting.CannotSend) as error:
        return list_of(request, "refunds", status=409, problem=str(error))
    amount = Money(refund.amount_minor, refund.payment.currency)
    said = "was refused. The money stays kept." if answer == "refuse" else "is paid back."
    messages.success(request, f"{amount} of {refund.payment.number} {said}")
    return redirect("office-money-list", name="refunds")


def _answer(request: HttpRequest, refund: Refund, answer: str) -> None:
    actor, to = actor_of(request, staff=True), bill_to_of(refund.payment)
    if answer == "send":
        crediting.pay_refund(
            actor=actor, refund=refund, to=to, now=request.now, today=request.today
        )
        return
    crediting.answer_refund(
        actor=actor,
        refund=refund,
        to=to,
        refused=answer == "refuse",
        now=request.now,
        today=request.today,
    )
