"""The item bank for authors and approvers; every look at a text is written down (row 24)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from scriptorium.domains.accounts.enums import StaffRole
from scriptorium.domains.exams.enums import ItemState
from scriptorium.domains.exams.models import Item
from scriptorium.domains.exams.queries import authoring as read
from scriptorium.journeys import author_item as journey
from scriptorium.pages import worklists
from scriptorium.pages.item_bank import ItemPage, VersionView, item_page, lines
from scriptorium.web.office.item_forms import (
    EnemyForm,
    NewItemForm,
    RetireForm,
    ReviewForm,
    VersionForm,
)
from scriptorium.web.shared.guards import actor_of, person_of, staff_role, staff_roles_of
from scriptorium.web.shared.requests import HttpRequest

SHOWN = 100


def item_of(code: str) -> Item:
    """Return an item by its code.

    Raises:
        Http404: there is none.
    """
    item = read.item_by_code(code=code)
    if item is None:
        raise Http404
    return item


def conflict(request: HttpRequest, reason: object) -> HttpResponse:
    """Answer 409: what was asked for is not possible any more, or not for this person."""
    return render(request, "shared/conflict.html", {"reason": str(reason)}, status=409)


@require_safe
@staff_role(*worklists.ITEMS)
def index(request: HttpRequest) -> HttpResponse:
    """Items by bank, topic, state and code; what they say is on their own pages only."""
    asked = {
        name: request.GET.get(name, "").strip()[:60] for name in ("bank", "topic", "state", "q")
    }
    banks = read.banks()
    found = read.find_items(
        bank=asked["bank"], topic=asked["topic"], state=asked["state"], code=asked["q"]
    )
    total = found.count()
    page = _number(request.GET.get("page", ""), most=max(1, -(-total // SHOWN)))
    topics = banks.get(asked["bank"]) or sorted({t for own in banks.values() for t in own})

    def address(number: int) -> str:
        kept = {name: value for name, value in asked.items() if value}
        return f"/office/items/?{urlencode(kept | {'page': number})}"

    context = {
        "asked": asked,
        "banks": [("", "Any bank", not asked["bank"]), *_options(banks, asked["bank"])],
        "topics": [("", "Any topic", not asked["topic"]), *_options(topics, asked["topic"])],
        "states": [
            ("", "Any state", not asked["state"]),
            *((value, label, value == asked["state"]) for value, label in ItemState.choices),
        ],
        "lines": lines(found[(page - 1) * SHOWN : page * SHOWN]),
        "total": total,
        "page": page,
        "pages": -(-total // SHOWN),
        "prev": address(page - 1) if page > 1 else "",
        "next": address(page + 1) if page * SHOWN < total else "",
        "may_write": StaffRole.EXAMS in staff_roles_of(request),
    }
    return render(request, "office/items.html", context)


def _number(text: str, *, most: int) -> int:
    return min(most, max(1, int(text))) if text.isdecimal() and len(text) < 6 else 1


def _options(values: Any, chosen: str) -> list[tuple[str, str, bool]]:
    return [(value, value, value == chosen) for value in values]


@require_safe
@staff_role(*worklists.ITEMS)
def show(request: HttpRequest, code: str) -> HttpResponse:
    """One item with its versions, reviews, enemies and use."""
    return _page(request, item_of(code))


def _page(request: HttpRequest, item: Item, *, status: int = 200, **more: Any) -> HttpResponse:
    page = item_page(item=item)
    journey.look_at(
        actor=actor_of(request, staff=True), item=item, version=page.newest.number, now=request.now
    )
    own = page.newest.author == person_of(request).reference
    context = {
        "page": page,
        "writes": StaffRole.EXAMS in staff_roles_of(request),
        "own": own,
        "approves": StaffRole.APPROVER in staff_roles_of(request),
        "waits": page.newest.state == "waiting",
        "review_form": ReviewForm(initial={"number": page.newest.number}),
        "retire_form": RetireForm(),
        "enemy_form": EnemyForm(),
    } | more
    return render(request, "office/item.html", context, status=status)


@require_safe
@staff_role(*worklists.ITEMS)
def preview(request: HttpRequest, code: str) -> HttpResponse:
    """A version exactly as the candidate sees it, without key and rationale."""
    item = item_of(code)
    page = item_page(item=item)
    version = _version(page, request.GET.get("version", ""))
    journey.look_at(
        actor=actor_of(request, staff=True), item=item, version=version.number, now=request.now
    )
    context = {
        "code": code,
        "version": version,
        "stem": version.stem,
        "options": version.shown,
        "kept": {"choice": "", "text": ""},
    }
    return render(request, "office/item_preview.html", context)


def _version(page: ItemPage, number: str) -> VersionView:
    if not number:
        return page.newest
    found = next((v for v in page.versions if str(v.number) == number), None)
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@staff_role(StaffRole.EXAMS)
def new(request: HttpRequest) -> HttpResponse:
    """Write a new item."""
    form = NewItemForm(request.POST or None)
    if request.method != "POST":
        return render(request, "office/item_write.html", {"form": form, "code": ""})
    if form.is_valid():
        bank, _, topic = form.cleaned_data["place"].partition("/")
        code = read.next_code(bank=bank, topic=topic)
        try:
            item = journey.draft(
                actor=actor_of(request, staff=True),
                code=code,
                bank=bank,
                topic=topic,
                text=form.text(code=code),
                ai_assisted=form.cleaned_data["ai_assisted"],
                now=request.now,
            )
        except journey.CannotAuthor as error:
            form.refuse(error)
        else:
            messages.success(request, f"{item.code} is kept as a draft. Hand it in for review.")
            return redirect("office-item", code=item.code)
    return render(request, "office/item_write.html", {"form": form, "code": ""}, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_role(StaffRole.EXAMS)
def write(request: HttpRequest, code: str) -> HttpResponse:
    """Write another version; what is in use stays in use until this one is approved."""
    item = item_of(code)
    if request.method != "POST":
        newest = item_page(item=item).newest
        journey.look_at(
            actor=actor_of(request, staff=True), item=item, version=newest.number, now=request.now
        )
        form = VersionForm(initial=_initial(newest))
        return render(request, "office/item_write.html", {"form": form, "code": code})
    form = VersionForm(request.POST)
    if form.is_valid():
        try:
            version = journey.revise(
                actor=actor_of(request, staff=True),
                item=item,
                text=form.text(code=code),
                ai_assisted=form.cleaned_data["ai_assisted"],
                now=request.now,
            )
        except journey.CannotAuthor as error:
            form.refuse(error)
        else:
            messages.success(request, f"Version {version.number} of {code} is kept as a draft.")
            return redirect("office-item", code=code)
    return render(request, "office/item_write.html", {"form": form, "code": code}, status=422)


def _initial(version: VersionView) -> dict[str, Any]:
    wrong = [text for _, text, right in version.options if not right]
    return {
        "kind": "typed" if version.accept else "choice",
        "stem": version.stem,
        "right": next((text for _, text, right in version.options if right), ""),
        "accept": "\n".join(version.accept),
        "rationale": version.rationale,
        "source": version.source,
        "url": version.url,
        "vignette": version.vignette,
        "ai_assisted": version.ai_assisted,
    } | {f"wrong_{number}": text for number, text in enumerate(wrong, start=1)}


@require_POST
@staff_role(StaffRole.EXAMS)
def submit(request: HttpRequest, code: str) -> HttpResponse:
    """Hand the newest version in for review."""
    item = item_of(code)
    try:
        version = journey.submit(actor=actor_of(request, staff=True), item=item, now=request.now)
    except journey.CannotAuthor as error:
        return conflict(request, error)
    messages.success(request, f"Version {version.number} of {code} waits for a second person.")
    return redirect("office-item", code=code)


@require_POST
@staff_role(*worklists.ITEMS)
def review(request: HttpRequest, code: str) -> HttpResponse:
    """Approve the version that waits, or send it back with a note."""
    item = item_of(code)
    form = ReviewForm(request.POST)
    if not form.is_valid():
        return _page(request, item, status=422, review_form=form)
    approved = form.cleaned_data["answer"] == "approve"
    if not approved and not form.cleaned_data["note"].strip():
        form.add_error("note", "Say what the author should change.")
        return _page(request, item, status=422, review_form=form)
    try:
        journey.review(
            actor=actor_of(request, staff=True),
            item=item,
            number=form.cleaned_data["number"],
            approved=approved,
            note=form.cleaned_data["note"],
            now=request.now,
        )
    except journey.CannotAuthor as error:
        return conflict(request, error)
    done = "is in use from now on" if approved else "went back to its author"
    messages.success(request, f"Version {form.cleaned_data['number']} of {code} {done}.")
    return redirect("office-item", code=code)


@require_POST
@staff_role(*worklists.ITEMS)
def retire(request: HttpRequest, code: str) -> HttpResponse:
    """Take an item out of use; forms that hold it stay as they are."""
    item = item_of(code)
    form = RetireForm(request.POST)
    if not form.is_valid():
        return _page(request, item, status=422, retire_form=form)
    try:
        journey.retire(
            actor=actor_of(request, staff=True),
            item=item,
            reason=form.cleaned_data["reason"],
            now=request.now,
        )
    except journey.CannotAuthor as error:
        return conflict(request, error)
    messages.success(request, f"{code} is retired. No new form gets it.")
    return redirect("office-item", code=code)


@require_POST
@staff_role(*worklists.ITEMS)
def pilot(request: HttpRequest, code: str) -> HttpResponse:
    """Try an item out on new forms, or, as an approver, let it count."""
    item = item_of(code)
    count = request.POST.get("count") == "1"
    if count and StaffRole.APPROVER not in staff_roles_of(request):
        return render(request, "403.html", {"reason": "Exam approvers let it count."}, status=403)
    change = journey.let_count if count else journey.try_out
    try:
        change(actor=actor_of(request, staff=True), item=item, now=request.now)
    except journey.CannotAuthor as error:
        return conflict(request, error)
    done = "counts on new forms" if count else "is tried out on new forms and does not count there"
    messages.success(request, f"{code} {done}. Forms that hold it stay as they are.")
    return redirect("office-item", code=code)


@require_POST
@staff_role(StaffRole.EXAMS)
def enemy(request: HttpRequest, code: str) -> HttpResponse:
    """Keep another item off the forms of this one, or let them meet again."""
    item = item_of(code)
    form = EnemyForm(request.POST)
    other = None
    if form.is_valid():
        other = read.item_by_code(code=form.cleaned_data["code"].strip().lower())
        if other is None:
            form.add_error("code", "No item has this code.")
    if other is None:
        return _page(request, item, status=422, enemy_form=form)
    change = journey.let_meet if request.POST.get("meet") else journey.keep_apart
    try:
        change(actor=actor_of(request, staff=True), one=item, other=other, now=request.now)
    except journey.CannotAuthor as error:
        form.add_error("code", str(error))
        return _page(request, item, status=409, enemy_form=form)
    messages.success(request, f"Kept for {code} and {other.code}.")
    return redirect("office-item", code=code)
