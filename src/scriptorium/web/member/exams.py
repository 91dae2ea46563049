"""The exams of a member: what can be sat, the start, the room, the review, the result."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from scriptorium.domains.exams import queries as exams
from scriptorium.domains.exams.models import Sitting
from scriptorium.domains.exams.rules.sitting import BadAnswer, given
from scriptorium.journeys import finish_exam, save_answers, sit_exam
from scriptorium.pages import exam_room
from scriptorium.web.member.browsers import claim_of, refused, start_claim
from scriptorium.web.member.forms import StartExamForm
from scriptorium.web.shared.guards import actor_of, person_of, signed_in
from scriptorium.web.shared.requests import HttpRequest

#: The item of the device check; it belongs to no exam.
SAMPLE = (("A", "A minute"), ("B", "A mile"), ("C", "A gram"), ("D", "A degree"))


def holder_of(request: HttpRequest) -> str:
    """Return how sittings name this browser's session."""
    return sit_exam.holder_of(request.session.session_key or "")


def wants_json(request: HttpRequest) -> bool:
    """Return whether the sender reads JSON rather than pages."""
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def sitting_of(request: HttpRequest, reference: str) -> Sitting:
    """Return the signed-in person's own sitting; one whose time is over is closed on the way.

    Raises:
        Http404: there is none, or it is somebody else's.
    """
    user = request.user.pk
    sitting = exams.sitting_of_user(user=user, reference=reference) if user else None
    if sitting is None:
        raise Http404
    if finish_exam.is_over(sitting=sitting, now=request.now):
        finish_exam.close_if_over(key=sitting.pk, now=request.now, today=request.today)
        return sitting_of(request, reference)
    return sitting


@require_GET
@signed_in
def show(request: HttpRequest) -> HttpResponse:
    """What can be sat; with ``?exam=`` the affidavit before it."""
    person = person_of(request)
    code = request.GET.get("exam", "")
    if code:
        page = exam_room.start_page(person=person, exam=code, now=request.now, today=request.today)
        if page is not None:
            return _signing(request, page, StartExamForm(), 200)
    page_of_all = exam_room.exam_list(person=person, now=request.now, today=request.today)
    return render(request, "member/exam/list.html", {"page": page_of_all})


@require_POST
@signed_in
def start(request: HttpRequest) -> HttpResponse:
    """Sign the affidavit and open the sitting (CONTRACT, the exam room)."""
    person = person_of(request)
    code = request.POST.get("exam", "")[:30]
    form = StartExamForm(request.POST)
    status = 422
    if form.is_valid():
        data = form.cleaned_data
        try:
            sitting = sit_exam.start(
                actor=actor_of(request),
                person=person,
                exam=code,
                affidavit_name=data["affidavit_name"],
                affidavit_email=data["affidavit_email"],
                holder=holder_of(request),
                now=request.now,
                today=request.today,
                claim=start_claim(request, code),
            )
        except sit_exam.NotThisBrowser as error:
            if wants_json(request):
                return JsonResponse({"detail": str(error), "reason": "browser"}, status=403)
            form.add_error(None, str(error))
            status = 403
        except sit_exam.NotSigned as error:
            form.add_error(error.field, str(error))
        except sit_exam.CannotStart as error:
            form.add_error(None, str(error))
            status = 409
        else:
            if wants_json(request):
                return JsonResponse({"sitting": sitting.reference}, status=201)
            return redirect("sitting", reference=sitting.reference)
    page = exam_room.start_page(person=person, exam=code, now=request.now, today=request.today)
    if page is None:
        context = {
            "page": exam_room.exam_list(person=person, now=request.now, today=request.today),
            "problem": next(iter(form.non_field_errors()), "Choose one of the exams below."),
        }
        return render(request, "member/exam/list.html", context, status=status)
    return _signing(request, page, form, status)


def _signing(
    request: HttpRequest, page: exam_room.StartPage, form: StartExamForm, status: int
) -> HttpResponse:
    browsers = exams.allowed_browsers(exam=page.code)
    context = {"page": page, "form": form, "sample": SAMPLE, "browsers": browsers}
    return render(request, "member/exam/start.html", context, status=status)


@require_GET
@signed_in
def room(request: HttpRequest, reference: str) -> HttpResponse:
    """Where a sitting stands: its next open item, the way back into it, or its result."""
    sitting = sitting_of(request, reference)
    if sitting.finished_at is not None:
        return _result(request, sitting)
    if sitting.holder != holder_of(request):
        return render(request, "member/exam/elsewhere.html", {"sitting": sitting}, status=200)
    answers = exams.answers_of(sitting=sitting.pk)
    palette = exam_room.palette_of(sitting=sitting, current=0, answers=answers)
    first = next(iter(palette.open_numbers), 1)
    return redirect("sitting-item", reference=reference, number=first)


def _result(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    page = exam_room.result_of(sitting=sitting)
    if wants_json(request):
        return JsonResponse({"passed": page.passed, "finished_at": page.finished.isoformat()})
    return render(request, "member/exam/result.html", {"page": page, "sitting": sitting})


@require_http_methods(["GET", "POST"])
@signed_in
def item(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """One item; without scripts its form saves and goes on."""
    if request.method == "POST":
        return _save_form(request, reference, number)
    if wants_json(request):
        found = sit_exam.glance(
            user=request.user.pk or 0,
            reference=reference,
            position=number,
            holder=holder_of(request),
            now=request.now,
        )
        if found is not None:
            seen, left = found
            return _item_as_json(number, seen.stem, seen.options, seen.answer, left)
    sitting = sitting_of(request, reference)
    if sitting.finished_at is not None:
        if wants_json(request):
            return JsonResponse({"detail": "This sitting is over."}, status=410)
        return redirect("sitting", reference=reference)
    return _show_item(request, sitting, number, "", 200)


def _show_item(
    request: HttpRequest, sitting: Sitting, number: int, problem: str, status: int
) -> HttpResponse:
    try:
        shown = sit_exam.show(
            actor=actor_of(request),
            sitting=sitting,
            position=number,
            holder=holder_of(request),
            now=request.now,
            claim=claim_of(request),
        )
    except sit_exam.NotThisBrowser as error:
        return refused(request, sitting, str(error), as_json=wants_json(request))
    except sit_exam.Elsewhere:
        if wants_json(request):
            return JsonResponse({"detail": "This sitting goes on elsewhere."}, status=409)
        return render(request, "member/exam/elsewhere.html", {"sitting": sitting}, status=409)
    if shown is None:
        raise Http404
    version, kept = shown.item.version, shown.kept
    if wants_json(request):
        given = asdict(kept) if kept else None
        return _item_as_json(number, version.stem, version.options, given, shown.seconds_left)
    answers = exams.answers_of(sitting=sitting.pk)
    palette = exam_room.palette_of(sitting=sitting, current=number, answers=answers)
    context = {
        "sitting": sitting,
        "title": sitting.form.exam_version.title,
        "number": number,
        "stem": version.stem,
        "options": exam_room.lettered(version.options),
        "kept": kept,
        "next_seq": kept.seq + 1 if kept else 1,
        "palette": palette,
        "seconds_left": shown.seconds_left,
        "minutes_left": -(-shown.seconds_left // 60),
        "problem": problem,
        "single_keys": sitting.person.single_keys,
    }
    return render(request, "member/exam/item.html", context, status=status)


def _item_as_json(
    number: int, stem: str, options: list[str], answer: dict[str, Any] | None, left: int
) -> JsonResponse:
    kept = answer or {}
    return JsonResponse(
        {
            "number": number,
            "stem": stem,
            "options": [
                {"letter": letter, "text": text} for letter, text in exam_room.lettered(options)
            ],
            "choice": kept.get("choice", ""),
            "text": kept.get("text", ""),
            # SQLite has no true and false of its own.
            "flagged": bool(kept.get("flagged")),
            "seq": kept.get("seq", 0),
            "seconds_left": left,
        }
    )


def _save_form(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Save what the form of an item says, then go where its button leads."""
    sitting = sitting_of(request, reference)
    count = sum(row["count"] for row in sitting.form.exam_version.blueprint)
    seq = request.POST.get("seq", "")
    raw = {
        "choice": request.POST.get("choice", ""),
        "text": request.POST.get("text", "").strip(),
        "flagged": request.POST.get("flagged") == "on",
        "seq": int(seq) if seq.isdecimal() and len(seq) < 11 else 0,
    }
    go = request.POST.get("go", "next")
    try:
        answer = given(position=number, raw=raw, length=count)
    except BadAnswer as error:
        return _show_item(request, sitting, number, str(error), 422)
    saved = save_answers.keep(
        user=request.user.pk or 0,
        reference=reference,
        holder=holder_of(request),
        answer=answer,
        now=request.now,
        claim=claim_of(request),
    )
    if saved is not None and saved.outcome == "browser":
        return refused(request, sitting, saved.detail)
    if saved is None or saved.outcome in {"closed", "elsewhere"}:
        return redirect("sitting", reference=reference)
    if saved.outcome == "stale":
        problem = "A newer answer to this item is kept already; it is shown here."
        return _show_item(request, sitting, number, problem, 409)
    places = {"previous": max(1, number - 1), "next": min(count, number + 1), "stay": number}
    if go == "review":
        return redirect("sitting-review", reference=reference)
    if go.isdecimal() and 1 <= int(go) <= count:
        return redirect("sitting-item", reference=reference, number=int(go))
    return redirect("sitting-item", reference=reference, number=places.get(go, number))


@require_GET
@signed_in
def review(request: HttpRequest, reference: str) -> HttpResponse:
    """What is answered, flagged and open, before the end."""
    sitting = sitting_of(request, reference)
    if sitting.finished_at is not None:
        return redirect("sitting", reference=reference)
    if sitting.holder != holder_of(request):
        return render(request, "member/exam/elsewhere.html", {"sitting": sitting}, status=409)
    answers = exams.answers_of(sitting=sitting.pk)
    left = sit_exam.seconds_left(sitting=sitting, now=request.now)
    context = {
        "sitting": sitting,
        "title": sitting.form.exam_version.title,
        "palette": exam_room.palette_of(sitting=sitting, current=0, answers=answers),
        "seconds_left": left,
        "minutes_left": -(-left // 60),
    }
    return render(request, "member/exam/review.html", context)


@require_POST
@signed_in
def finish(request: HttpRequest, reference: str) -> HttpResponse:
    """End the sitting and score it, once."""
    try:
        sitting = finish_exam.finish(
            user=request.user.pk or 0,
            reference=reference,
            holder=holder_of(request),
            request_id=request.request_id,
            now=request.now,
            today=request.today,
        )
    except sit_exam.Elsewhere:
        found = sitting_of(request, reference)
        return render(request, "member/exam/elsewhere.html", {"sitting": found}, status=409)
    if sitting is None:
        raise Http404
    if wants_json(request):
        return _result(request, sitting)
    return HttpResponseRedirect(f"/member/exams/{reference}/")


@require_POST
@signed_in
def take_over(request: HttpRequest, reference: str) -> HttpResponse:
    """Go on in this browser."""
    sitting = sitting_of(request, reference)
    sit_exam.take_over(
        actor=actor_of(request), sitting=sitting, holder=holder_of(request), now=request.now
    )
    return redirect("sitting", reference=reference)
