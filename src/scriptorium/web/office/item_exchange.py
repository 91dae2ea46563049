"""Items out and in as packages, and corrections of keys."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from scriptorium.domains.accounts.enums import StaffRole
from scriptorium.domains.exams.queries import authoring as read
from scriptorium.domains.exams.queries import corrections
from scriptorium.journeys import author_item, rescore
from scriptorium.journeys import exchange_items as journey
from scriptorium.pages import worklists
from scriptorium.pages.corrections import correction_page
from scriptorium.pages.item_bank import item_page
from scriptorium.web.office.item_forms import CorrectionForm, DecideForm, ImportForm
from scriptorium.web.office.items import conflict, item_of
from scriptorium.web.shared.guards import actor_of, person_of, staff_role
from scriptorium.web.shared.requests import HttpRequest


@require_http_methods(["GET", "HEAD", "POST"])
@staff_role(StaffRole.EXAMS)
def packages(request: HttpRequest) -> HttpResponse:
    """Upload a package of items; the download stands beside it."""
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method != "POST":
        return _packages(request, form)
    if not form.is_valid():
        return _packages(request, form, status=422)
    bank, _, topic = form.cleaned_data["place"].partition("/")
    try:
        found = journey.import_items(
            actor=actor_of(request, staff=True),
            content=form.cleaned_data["package"].read(settings.UPLOAD_MAX_BYTES + 1),
            bank=bank,
            topic=topic,
            max_bytes=settings.UPLOAD_MAX_BYTES,
            now=request.now,
        )
    except journey.PackageError as error:
        for problem in str(error).splitlines():
            form.add_error("package", problem)
        return _packages(request, form, status=422)
    return _packages(request, ImportForm(), found=found)


def _packages(
    request: HttpRequest, form: ImportForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    context = {"form": form, "banks": list(read.banks()), "found": None} | more
    return render(request, "office/items_packages.html", context, status=status)


@require_POST
@staff_role(StaffRole.EXAMS)
def export(request: HttpRequest) -> HttpResponse:
    """The items of a bank, or of all, as a package."""
    bank = request.POST.get("bank", "")
    if bank and bank not in read.banks():
        reason = "Choose one of the banks, or all of them."
        return render(request, "shared/unprocessable.html", {"reason": reason}, status=422)
    actor = actor_of(request, staff=True)
    package = journey.export_items(actor=actor, bank=bank, now=request.now)
    response = HttpResponse(package.content, content_type="application/zip")
    name = f"items-{bank or 'all'}-{request.today:%Y-%m-%d}.zip"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@staff_role(*worklists.ITEMS)
def correct(request: HttpRequest, code: str) -> HttpResponse:
    """Propose another key for the version in use."""
    item = item_of(code)
    page = item_page(item=item)
    version = next((v for v in page.versions if v.state == "approved"), None)
    if version is None:
        return conflict(request, "This item was never in use. Write another version instead.")
    form = CorrectionForm(request.POST or None, options=version.shown)
    context = {"page": page, "version": version, "form": form}
    actor = actor_of(request, staff=True)
    if request.method != "POST":
        author_item.look_at(actor=actor, item=item, version=version.number, now=request.now)
        return render(request, "office/item_correct.html", context)
    if not form.is_valid():
        return render(request, "office/item_correct.html", context, status=422)
    key, accept = form.answer
    try:
        correction = rescore.propose(
            actor=actor,
            item=item,
            number=version.number,
            key=key,
            accept=accept,
            rationale=form.cleaned_data["rationale"],
            reason=form.cleaned_data["reason"],
            now=request.now,
        )
    except rescore.CannotAuthor as error:
        form.add_error(None, str(error))
        return render(request, "office/item_correct.html", context, status=409)
    messages.success(request, "The correction waits for a second person.")
    return redirect("office-correction", ref=correction.reference)


@require_safe
@staff_role(*worklists.ITEMS)
def correction_list(request: HttpRequest) -> HttpResponse:
    """Corrections of keys, those that wait first."""
    context = {"corrections": corrections.corrections(limit=100)}
    return render(request, "office/corrections.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_role(*worklists.ITEMS)
def correction(request: HttpRequest, ref: str) -> HttpResponse:
    """What a correction would do, or did; a second person decides it here."""
    found = corrections.correction_by_reference(reference=ref)
    if found is None:
        raise Http404
    actor = actor_of(request, staff=True)
    form = DecideForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        approved = form.cleaned_data["answer"] == "approve"
        try:
            outcome = rescore.decide(
                actor=actor,
                correction=found,
                approved=approved,
                note=form.cleaned_data["note"],
                now=request.now,
                today=request.today,
            )
        except rescore.CannotAuthor as error:
            return conflict(request, error)
        said = "The correction was declined."
        if approved:
            changed = outcome.now_passed + outcome.no_longer_passed
            said = f"{outcome.sittings} sittings were scored again; {changed} results changed."
        messages.success(request, said)
        return redirect("office-correction", ref=ref)
    author_item.look_at(
        actor=actor, item=found.wrong.item, version=found.right.number, now=request.now
    )
    context = {
        "page": correction_page(correction=found),
        "own": found.proposed_by == person_of(request).reference,
        "form": form,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "office/correction.html", context, status=status)
