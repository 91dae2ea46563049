"""Importing a list of people: upload or paste, dry run, mend in place, go ahead, rejects."""

from __future__ import annotations

import re

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from scriptorium.domains.practices import queries as practices
from scriptorium.domains.practices.enums import ImportState, RowClass
from scriptorium.domains.practices.models import RosterImport
from scriptorium.journeys import import_roster as journey
from scriptorium.web.practice.forms import ImportForm
from scriptorium.web.shared.guards import Place, actor_of, practice_role
from scriptorium.web.shared.limits import allowed
from scriptorium.web.shared.requests import HttpRequest

SHOWN = 100
#: Addresses that a practice may have looked up in a day: three full lists (issue 2, point 9).
LOOKUPS_A_DAY = 60_000
_FIX = re.compile(r"row-(\d+)-(first_name|last_name|email|background|role|phone)")
_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def _found(place: Place, reference: str) -> RosterImport:
    found = practices.import_by_reference(practice=place.practice.pk, reference=reference)
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@practice_role("manage")
def start(request: HttpRequest, place: Place) -> HttpResponse:
    """Take a list and show its dry run; nothing is imported yet."""
    form = ImportForm(request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            upload = form.cleaned_data["file"]
            try:
                found = journey.check_list(
                    actor=actor_of(request),
                    practice=place.practice,
                    filename=upload.name if upload else "",
                    content=upload.read() if upload else b"",
                    pasted=form.cleaned_data["pasted"],
                    kind=form.cleaned_data["kind"],
                    now=request.now,
                    max_bytes=settings.UPLOAD_MAX_BYTES,
                )
            except journey.TableError as error:
                form.add_error("file" if upload else "pasted", str(error))
            else:
                key = f"lookups:{place.practice.reference}:{request.today}"
                if not allowed(key, limit=LOOKUPS_A_DAY, seconds=86_400, cost=found.total):
                    return _refused(
                        request,
                        place,
                        "Too many addresses were looked up today. Go on tomorrow.",
                        429,
                    )
                return redirect(
                    "import", ref=place.practice.reference, roster_import=found.reference
                )
    context = {
        "place": place,
        "form": form,
        "imports": practices.imports_of(practice=place.practice.pk),
        "base": f"/practice/{place.practice.reference}/import/",
        "board_url": f"/practice/{place.practice.reference}/assignments/",
    }
    return render(request, "practice/import.html", context, status=status)


def _refused(request: HttpRequest, place: Place, sentence: str, status: int) -> HttpResponse:
    context = {
        "sentence": sentence,
        "back_url": f"/practice/{place.practice.reference}/import/",
        "place": place,
    }
    return render(request, "practice/refused.html", context, status=status)


@require_GET
@practice_role("manage")
def show(request: HttpRequest, place: Place, roster_import: str) -> HttpResponse:
    """The dry run, the progress, or the outcome, whichever it is at."""
    found = _found(place, roster_import)
    wanted = request.GET.get("class", "")
    if wanted not in RowClass.values:
        wanted = RowClass.INVALID if found.counts.get(RowClass.INVALID) else ""
    rows = practices.rows_of_class(roster_import=found.pk, row_class=wanted)
    context = {
        "place": place,
        "found": found,
        "classes": [
            (c.value, c.label, found.counts[c], c == wanted)
            for c in RowClass
            if found.counts.get(c)
        ],
        "wanted": wanted,
        "rows": [_shown(row) for row in rows[:SHOWN]],
        "more": max(0, rows.count() - SHOWN),
        "checked": found.state == ImportState.CHECKED,
        "running": found.state == ImportState.RUNNING,
        "done": found.state == ImportState.DONE,
        "adds": sum(found.counts.get(c, 0) for c in ("new", "elsewhere", "no_unit")),
        "changes": found.counts.get("change", 0),
        "rejects": found.counts.get("invalid", 0) + found.counts.get("duplicate", 0),
        "outcome": practices.import_outcome(roster_import=found.pk)
        if found.state == ImportState.DONE
        else {},
        "base": f"/practice/{place.practice.reference}/import/",
        "own": f"/practice/{place.practice.reference}/import/{found.reference}/",
        "board_url": f"/practice/{place.practice.reference}/assignments/",
    }
    template = "practice/import_list.html#progress" if request.htmx else "practice/import_list.html"
    return render(request, template, context)


def _shown(row: object) -> dict[str, object]:
    values = row.values  # type: ignore[attr-defined]
    shown = {
        name: values.get(name, "").replace("\x00", "")
        for name in ("first_name", "last_name", "email", "role", "background", "phone")
    }
    return shown | {
        "line": row.line,  # type: ignore[attr-defined]
        "class_words": row.get_row_class_display(),  # type: ignore[attr-defined]
        "reason": row.reason,  # type: ignore[attr-defined]
        "invalid": row.row_class == RowClass.INVALID,  # type: ignore[attr-defined]
        "state": row.get_state_display(),  # type: ignore[attr-defined]
    }


@require_POST
@practice_role("manage")
def fix(request: HttpRequest, place: Place, roster_import: str) -> HttpResponse:
    """Mend invalid rows in place and judge the list again."""
    found = _found(place, roster_import)
    fixes: dict[int, dict[str, str]] = {}
    for name, text in request.POST.items():
        match = _FIX.fullmatch(name)
        if match:
            fixes.setdefault(int(match[1]), {})[match[2]] = str(text)[:300]
    try:
        journey.fix_rows(practice=place.practice, found=found, fixes=fixes)
    except journey.CannotImport as error:
        return _refused(request, place, str(error), 409)
    return redirect("import", ref=place.practice.reference, roster_import=found.reference)


@require_POST
@practice_role("manage")
def go(request: HttpRequest, place: Place, roster_import: str) -> HttpResponse:
    """Give the go-ahead; the worker does the rest, also with the tab closed."""
    found = _found(place, roster_import)
    journey.confirm(found=found, now=request.now)
    return redirect("import", ref=place.practice.reference, roster_import=found.reference)


@require_GET
@practice_role("manage")
def rejects(request: HttpRequest, place: Place, roster_import: str) -> HttpResponse:
    """The rows that were not imported, with reasons, as CSV."""
    found = _found(place, roster_import)
    return _file(journey.rejects_csv(found=found), "csv", "rejected-rows")


@require_GET
@practice_role("read")
def export(request: HttpRequest, place: Place, form: str) -> HttpResponse:
    """The whole roster as a list that can be imported again."""
    return _file(journey.export(practice=place.practice, form=form), form, "roster")


def _file(content: bytes, form: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=_TYPES[form])
    response["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
