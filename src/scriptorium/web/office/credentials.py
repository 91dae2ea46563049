"""Decisions about credentials in the office, and the ones that wait for a second person."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.credentials import queries as kept
from scriptorium.domains.credentials.enums import DecisionKind
from scriptorium.domains.credentials.models import Credential
from scriptorium.journeys import conduct
from scriptorium.pages import worklists
from scriptorium.pages.office_credentials import ACTS, credential_page, waiting_proposals
from scriptorium.web.office.credential_forms import AnswerForm, DecisionForm
from scriptorium.web.office.people import DECIDES, person_by
from scriptorium.web.shared.guards import actor_of, person_of, staff_role, staff_roles_of
from scriptorium.web.shared.requests import HttpRequest


def _credential_of(person: Person, number: str) -> Credential:
    found = kept.credential_by_number(person=person.pk, number=number)
    if found is None:
        raise Http404
    return found


@require_safe
@staff_role(*worklists.PEOPLE)
def show(request: HttpRequest, ref: str, number: str) -> HttpResponse:
    """One credential with its decisions and what can be decided."""
    person = person_by(ref)
    return _page(request, person, _credential_of(person, number))


def _page(
    request: HttpRequest,
    person: Person,
    credential: Credential,
    *,
    status: int = 200,
    **forms: DecisionForm,
) -> HttpResponse:
    page = credential_page(
        person=person,
        credential=credential,
        reader=person_of(request).reference,
        today=request.today,
    )
    context: dict[str, Any] = {
        "page": page,
        "acts": [
            (act, forms.get(act.slug) or DecisionForm(prefix=act.slug, today=request.today))
            for act in page.acts
        ],
        "opened": next(iter(forms), ""),
        "may_decide": bool(staff_roles_of(request) & set(DECIDES)),
        "answer_form": AnswerForm(),
    }
    return render(request, "office/credential.html", context, status=status)


@require_POST
@staff_role(*DECIDES)
def rule(request: HttpRequest, ref: str, number: str, act: str) -> HttpResponse:
    """Suspend, reinstate, record a surrender or a retirement, or propose a revocation."""
    if act not in ACTS:
        raise Http404
    person = person_by(ref)
    credential = _credential_of(person, number)
    form = DecisionForm(request.POST, prefix=act, today=request.today)
    if not form.is_valid():
        return _page(request, person, credential, status=422, **{act: form})
    try:
        words = _decide(request, person, credential, ACTS[act][0], form.cleaned_data)
    except conduct.MayNotDecide as error:
        form.add_error(None, str(error))
        return _page(request, person, credential, status=403, **{act: form})
    except conduct.IllegalDecision as error:
        form.add_error(None, str(error))
        return _page(request, person, credential, status=409, **{act: form})
    messages.success(request, words)
    return redirect("office-credential", ref=ref, number=number)


def _decide(
    request: HttpRequest,
    person: Person,
    credential: Credential,
    kind: DecisionKind,
    data: dict[str, Any],
) -> str:
    """Make the one call, and return what to say afterwards."""
    given = {name: data[name] for name in ("reason", "notice", "effective_on")}
    actor = actor_of(request, staff=True)
    if kind == DecisionKind.REVOKED:
        conduct.propose_revocation(
            actor=actor, person=person, credential=credential, now=request.now, **given
        )
        return f"The revocation of {credential.number} waits for a second person."
    conduct.rule(
        actor=actor,
        person=person,
        credential=credential,
        kind=kind,
        now=request.now,
        today=request.today,
        **given,
    )
    return f"{credential.number}: {kind.label.lower()}. {person.name} is told by mail."


@require_safe
@staff_role(*worklists.DECISIONS)
def waiting(request: HttpRequest) -> HttpResponse:
    """Revocations that wait for a second person, oldest first."""
    return _waiting_page(request, AnswerForm())


def _waiting_page(
    request: HttpRequest, form: AnswerForm, *, status: int = 200, problem: str = ""
) -> HttpResponse:
    context = {
        "proposals": waiting_proposals(reader=person_of(request).reference),
        "may_decide": bool(staff_roles_of(request) & set(DECIDES)),
        "answer_form": form,
        "problem": problem,
    }
    return render(request, "office/decisions.html", context, status=status)


@require_POST
@staff_role(*DECIDES)
def answer(request: HttpRequest, ref: str) -> HttpResponse:
    """Approve a proposal as the second person, decline it, or withdraw one's own."""
    proposal = kept.proposal_by_reference(reference=ref)
    if proposal is None:
        raise Http404
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _waiting_page(request, form, status=422)
    actor, credential = actor_of(request, staff=True), proposal.credential
    try:
        if form.cleaned_data["answer"] == "approve":
            conduct.approve(actor=actor, proposal=proposal, now=request.now, today=request.today)
            words = f"{credential.number} is revoked. {credential.person.name} is told by mail."
        else:
            note = form.cleaned_data["note"]
            conduct.decline(actor=actor, proposal=proposal, note=note, now=request.now)
            words = f"The revocation of {credential.number} is off the list; nothing changed."
    except conduct.MayNotDecide as error:
        return _waiting_page(request, form, status=403, problem=str(error))
    except (conduct.ProposalClosed, conduct.IllegalDecision) as error:
        return _waiting_page(request, form, status=409, problem=str(error))
    messages.success(request, words)
    return redirect("office-decisions")
