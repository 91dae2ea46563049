"""The manual and the courses: contents with search, one chapter, marking it as read."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from scriptorium.journeys import study as journey
from scriptorium.pages.study import base_of, chapter_page, courses_page, nouns_of, study_page
from scriptorium.web.shared.guards import actor_of, person_of, signed_in
from scriptorium.web.shared.requests import HttpRequest

_QUERY_LETTERS = 100


@require_safe
@signed_in
def courses(request: HttpRequest) -> HttpResponse:
    """Every course that is taken here."""
    page = courses_page(person=person_of(request))
    return render(request, "member/courses.html", {"courses": page})


@require_safe
@signed_in
def contents(request: HttpRequest, code: str) -> HttpResponse:
    """What a text holds, how far the person is, and where the words of ``q`` stand."""
    return _contents(request, code)


@require_safe
@signed_in
def chapter(request: HttpRequest, code: str, slug: str) -> HttpResponse:
    """One chapter or lesson; opening the first one starts the person's unit."""
    _check_address(request, code)
    if request.method == "GET":
        try:
            journey.open_chapter(
                actor=actor_of(request),
                person=person_of(request),
                code=code,
                slug=slug,
                now=request.now,
            )
        except journey.NoSuchChapter as error:
            raise Http404 from error
        except journey.NotYours:
            return _contents(request, code, status=403)
    return _chapter(request, code, slug)


@require_POST
@signed_in
def read(request: HttpRequest, code: str, slug: str) -> HttpResponse:
    """Mark a chapter as read and go on to the next one."""
    _check_address(request, code)
    try:
        marked = journey.mark_read(
            actor=actor_of(request),
            person=person_of(request),
            code=code,
            slug=slug,
            sha256=request.POST.get("wording", ""),
            now=request.now,
        )
    except journey.NoSuchChapter as error:
        raise Http404 from error
    except journey.NotYours:
        return _contents(request, code, status=403)
    except journey.TextChanged as error:
        return _chapter(request, code, slug, problem=str(error), status=409)
    one, many = nouns_of(code)
    if marked.all_read:
        messages.success(request, f"You have read all {many}.")
        return redirect(base_of(code))
    messages.success(request, f"The {one} is marked as read.")
    return redirect(f"{base_of(code)}{marked.following}/" if marked.following else base_of(code))


@require_POST
@signed_in
def place(request: HttpRequest, code: str, slug: str) -> HttpResponse:
    """Keep the section at which the person is; the reader's script tells it now and then."""
    _check_address(request, code)
    try:
        journey.keep_place(
            person=person_of(request),
            code=code,
            slug=slug,
            anchor=request.POST.get("section", ""),
            now=request.now,
        )
    except journey.NoSuchChapter as error:
        raise Http404 from error
    except journey.NotYours as error:
        raise PermissionDenied("This text is for people who have a unit that opens it.") from error
    return HttpResponse(status=204)


def _check_address(request: HttpRequest, code: str) -> None:
    """Let each text live at one address only: the manual is no course."""
    if not request.path.startswith(base_of(code)):
        raise Http404


def _contents(request: HttpRequest, code: str, *, status: int = 200) -> HttpResponse:
    _check_address(request, code)
    query = request.GET.get("q", "")[:_QUERY_LETTERS]
    page = study_page(person=person_of(request), code=code, query=query)
    if page is None:
        raise Http404
    context = {"page": page, "query": query, "closed": status == 403}
    return render(request, "member/study.html", context, status=status)


def _chapter(
    request: HttpRequest, code: str, slug: str, *, problem: str = "", status: int = 200
) -> HttpResponse:
    page = chapter_page(person=person_of(request), code=code, slug=slug, today=request.today)
    if page is None:
        return _contents(request, code, status=403)
    context = {"page": page, "problem": problem}
    return render(request, "member/chapter.html", context, status=status)
