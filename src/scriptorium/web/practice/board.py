"""The assignments board and what happens on it."""

from __future__ import annotations

import datetime as dt
from functools import cache

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET, require_POST

from scriptorium.domains.catalog.enums import MANY, ProductKind, counted
from scriptorium.domains.catalog.queries import programme
from scriptorium.domains.ledger.operations import fresh_key
from scriptorium.domains.memberships.rules import words
from scriptorium.domains.practices import queries as practices
from scriptorium.domains.practices.models import RosterLink
from scriptorium.domains.practices.queries import RosterFilter
from scriptorium.journeys import assign as journey
from scriptorium.journeys import undo as undoing
from scriptorium.journeys.invite import AlreadyOnRoster, Newcomer, add_person
from scriptorium.pages.board import board
from scriptorium.web.practice.forms import AddPersonForm
from scriptorium.web.shared.guards import Place, actor_of, practice_role
from scriptorium.web.shared.requests import HttpRequest
from scriptorium.web.shared.stencil import Stencil, constant

#: More than the largest practice we measure; a request that names more is a mistake.
MOST_PEOPLE = 20_000


#: A row and a tile of the board; the page prints fifty of the one and eight of the other.
ROWS = Stencil(
    "practice/board/_person.html",
    name="person",
    filled=(
        "reference", "mode", "renewal", "renews_iso", "name", "marks", "tone", "renewal_words",
        "renews_words", "mode_circle", "url", "email", "note",
    ),
)  # fmt: skip
TILES = Stencil(
    "components/tile.html",
    name="tile",
    filled=("free", "reserved", "in_use", "next_event", "assign_disabled_reason", "get_more_url"),
    fixed=("kind", "title", "choices"),
)


@cache
def _blank_fields() -> SafeString:
    return render_to_string("practice/board/_add_fields.html", {"add_form": AddPersonForm()})


def filters_of(source: dict[str, str]) -> RosterFilter:
    """Return the board's filters from an address or form; unknown values read as none."""
    state, role = source.get("state", ""), source.get("role", "")
    return RosterFilter(
        q=source.get("q", "").strip()[:100],
        state=state if state in {"now", "due", "ok", "invited", "none"} else "",
        role=role if role in {"member", "deputy", "physician", "auditor"} else "",
        sort="name" if source.get("sort") == "name" else "renewal",
    )


@require_GET
@practice_role("read")
def show(request: HttpRequest, place: Place) -> HttpResponse:
    """The page, or with htmx its list of people alone."""
    return _page(request, place, AddPersonForm(), status=200)


def _page(request: HttpRequest, place: Place, form: AddPersonForm, *, status: int) -> HttpResponse:
    number = request.GET.get("page", "1")
    shown = board(
        practice=place.practice,
        standing=place.standing,
        wanted=filters_of(request.GET.dict()),
        page=int(number) if number.isdecimal() else 1,
        idempotency_key=fresh_key(),
        single_keys=place.person.single_keys,
        now=request.now,
        today=request.today,
    )
    fragment = request.htmx and request.htmx.target == "people"
    context = {"board": shown, "rows": ROWS.fill(shown.people)}
    if not fragment:
        context |= {
            "tiles": TILES.fill(
                shown.tiles,
                form="assign-form",
                locked_by="" if shown.can_manage else "manage-reason",
            ),
            "legend": constant("practice/board/_legend.html"),
            "add_form": form,
            "blank_fields": _blank_fields(),
            "asked": getattr(place.practice, "asked", None) == place.person.pk,
        }
    template = "practice/board/_people.html" if fragment else "practice/board.html"
    return render(request, template, context, status=status)


def _chosen(request: HttpRequest, place: Place) -> list[RosterLink]:
    """Return the links that a form names: each by reference, or all that match its filters."""
    live = practices.live_links(practice=place.practice.pk)
    if request.POST.get("all") == "1":
        found = practices.filtered(
            practice=place.practice.pk,
            wanted=filters_of(request.POST.dict()),
            today=request.today,
            due_days=programme().numbers.due_days,
        )
        return list(found[:MOST_PEOPLE])
    wanted = set(request.POST.getlist("people")[:MOST_PEOPLE])
    return list(live.filter(reference__in=wanted).order_by("board_order", "sort_name", "id"))


@require_POST
@practice_role("manage")
def assign(request: HttpRequest, place: Place) -> HttpResponse:
    """Preview an assignment, or with ``confirm=1`` carry it out (CONTRACT, the board)."""
    kind = request.POST.get("kind", "")
    choice = request.POST.get("choice", "") or request.POST.get(f"choice_{kind}", "")
    key = request.POST.get("idempotency_key", "").strip()[:80]
    try:
        journey.check_choice(kind=kind, choice=choice)
    except journey.BadChoice as error:
        return _refused(request, place, str(error), 422)
    links = _chosen(request, place)
    if not links:
        return _refused(request, place, "Choose at least one person first.", 422)
    if request.POST.get("confirm") != "1":
        return _preview(request, place, links, kind, choice, key or fresh_key())
    if not key:
        return _refused(request, place, "The form is incomplete: its key is missing.", 422)
    try:
        result = journey.assign(
            actor=actor_of(request),
            practice=place.practice,
            links=[link.pk for link in links],
            kind=kind,
            choice=choice,
            idempotency_key=key,
            now=request.now,
            today=request.today,
        )
    except journey.BadChoice as error:
        return _refused(request, place, str(error), 422)
    except (journey.NotEnoughUnits, journey.Collision) as error:
        return _refused(request, place, str(error), 409)
    return _result(request, place, result)


def _preview(
    request: HttpRequest,
    place: Place,
    links: list[RosterLink],
    kind: str,
    choice: str,
    key: str,
) -> HttpResponse:
    plan = journey.preview(
        practice=place.practice, links=links, kind=kind, choice=choice, today=request.today
    )
    hidden = [("kind", kind), ("choice", choice), ("idempotency_key", key), ("confirm", "1")]
    if request.POST.get("all") == "1":
        hidden.append(("all", "1"))
        hidden += [
            (n, request.POST[n]) for n in ("q", "state", "role", "sort") if request.POST.get(n)
        ]
    else:
        hidden += [("people", link.reference) for link in links]
    context = {
        "preview": {
            "kind": kind,
            "kind_title": ProductKind(kind).label,
            "kind_words": MANY[kind],
            "use_words": counted(kind, plan.will_use),
            "choice_words": programme().choices_of(kind).get(choice, ""),
            "lines": plan.lines,
            "will_use": plan.will_use,
            "skipped": len(plan.lines) - plan.will_use,
            "free": plan.free,
            "limited": [
                f"{count:,} of them until {words(day - dt.timedelta(days=1))}"
                for day, count in plan.limited
            ],
            "left": plan.left,
            "short_by": plan.short_by,
            "waived": [f"{line.name}: {w}" for line in plan.lines for w in line.waived],
            "hidden": hidden,
            "confirm_url": request.path,
            "board_url": f"/practice/{place.practice.reference}/assignments/",
            "get_more_url": f"/practice/{place.practice.reference}/estimates/"
            f"?{kind}={plan.short_by}",
        },
        "place": place,
    }
    return render(request, "practice/assign_preview.html", context)


def _refused(request: HttpRequest, place: Place, sentence: str, status: int) -> HttpResponse:
    context = {
        "sentence": sentence,
        "back_url": f"/practice/{place.practice.reference}/assignments/",
        "place": place,
    }
    return render(request, "practice/refused.html", context, status=status)


def _result(request: HttpRequest, place: Place, result: journey.Result) -> HttpResponse:
    base = f"/practice/{place.practice.reference}/"
    lines = [
        {
            "reference": line.reference,
            "name": line.name,
            "outcome": line.outcome,
            "reason": line.reason,
            "certificate_number": line.certificate_number,
            "certificate_url": f"{base}certificates/{line.certificate_number}.pdf"
            if line.certificate_number
            else "",
        }
        for line in result.lines
    ]
    skipped = len(lines) - result.assigned
    summary = f"{counted(result.kind, result.assigned)} assigned"
    if skipped:
        summary += f", {skipped} {'person' if skipped == 1 else 'people'} skipped"
    context = {
        "result": {
            "kind": result.kind,
            "summary": summary + ".",
            "lines": lines,
            "assigned": result.assigned,
            "certificates": sum(1 for line in lines if line["certificate_number"]),
            "year": request.today.year,
            "undo_url": f"{base}assignments/undo/",
            "action": result.action,
            "undo_possible": bool(result.assigned) and not result.undone,
            "undo_until_words": f"for {programme().numbers.undo_minutes} minutes",
            "board_url": f"{base}assignments/",
        },
        "place": place,
    }
    return render(request, "practice/assign_result.html", context)


@require_POST
@practice_role("manage")
def undo(request: HttpRequest, place: Place) -> HttpResponse:
    """Take an assignment back within ten minutes."""
    try:
        lines = undoing.undo(
            actor=actor_of(request),
            practice=place.practice.pk,
            reference=request.POST.get("action", "")[:16],
            now=request.now,
            today=request.today,
        )
    except undoing.CannotUndo as error:
        return _refused(request, place, str(error), 409)
    undone = sum(1 for line in lines if line.outcome == "undone")
    context = {
        "result": {
            "summary": f"{undone} undone, {len(lines) - undone} kept.",
            "lines": lines,
            "board_url": f"/practice/{place.practice.reference}/assignments/",
        },
        "place": place,
    }
    return render(request, "practice/undo_result.html", context)


@require_POST
@practice_role("manage")
def add(request: HttpRequest, place: Place) -> HttpResponse:
    """Add one person to the roster and invite them."""
    form = AddPersonForm(request.POST)
    if not form.is_valid():
        return _page(request, place, form, status=422)
    data = form.cleaned_data
    try:
        add_person(
            actor=actor_of(request),
            practice=place.practice,
            newcomer=Newcomer(data["first_name"], data["last_name"], data["email"]),
            kind=data["kind"],
            now=request.now,
            today=request.today,
        )
    except AlreadyOnRoster as error:
        form.add_error("email", str(error))
        return _page(request, place, form, status=422)
    except journey.NotEnoughUnits as error:
        form.add_error("kind", str(error))
        return _page(request, place, form, status=409)
    messages.success(
        request, f"{data['first_name']} {data['last_name']} was added and invited by mail."
    )
    return redirect("board", ref=place.practice.reference)
