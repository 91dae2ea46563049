"""The exam room for programs: saves, the journal after a cut, and the state for a resume."""

from __future__ import annotations

import json
from typing import Any

from django.http import Http404, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from scriptorium.domains.exams import queries as exams
from scriptorium.domains.exams.rules.sitting import LARGEST_BATCH, BadAnswer, Given, given
from scriptorium.journeys import exam_browser, save_answers, sit_exam
from scriptorium.journeys.exam_browser import Claim
from scriptorium.journeys.save_answers import Saved
from scriptorium.web.member.browsers import absolute, claim_of, refused
from scriptorium.web.member.exams import holder_of, sitting_of
from scriptorium.web.shared.guards import actor_of, signed_in
from scriptorium.web.shared.requests import HttpRequest

_STATUS = {"saved": 200, "stale": 409, "elsewhere": 409, "closed": 410, "browser": 403}
_WORDS = {
    "stale": "A newer answer is kept already.",
    "elsewhere": "This sitting goes on in another browser.",
    "closed": "The time is over; this answer does not count.",
}
#: More bytes than the largest batch of the longest answers needs.
_MOST_BYTES = 64 * 1024
#: No exam is longer; the form's own length is checked when an item is shown.
_LONGEST_FORM = 500
#: The address of a page of a sitting is shorter, and so is a hash.
_LONGEST_CLAIM = 300


def _read(request: HttpRequest) -> Any:
    if len(request.body) > _MOST_BYTES:
        raise BadAnswer("This is too long for answers.")
    try:
        return json.loads(request.body)
    except ValueError as error:
        raise BadAnswer("The body is not JSON.") from error


def _answer(saved: Saved | None) -> JsonResponse:
    if saved is None:
        raise Http404
    content: dict[str, Any] = {
        "saved_at": saved.saved_at.isoformat(),
        "seq": saved.seq,
        "seconds_left": saved.seconds_left,
    }
    if saved.outcome != "saved":
        content["detail"] = saved.detail or _WORDS[saved.outcome]
        content["reason"] = saved.outcome
    if saved.stale:
        content["stale"] = saved.stale
    return JsonResponse(content, status=_STATUS[saved.outcome])


@require_http_methods(["PUT"])
@signed_in
def save_one(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Keep one answer; 409 to a stale tab, 410 when the time is over."""
    try:
        answer = given(position=number, raw=_read(request), length=_LONGEST_FORM)
    except BadAnswer as error:
        return JsonResponse({"detail": str(error)}, status=422)
    return _answer(
        save_answers.keep(
            user=request.user.pk or 0,
            reference=reference,
            holder=holder_of(request),
            answer=answer,
            now=request.now,
            claim=claim_of(request),
        )
    )


@require_http_methods(["PUT"])
@signed_in
def save_many(request: HttpRequest, reference: str) -> HttpResponse:
    """Keep the journal of a browser that was cut off: a list of answers, each with its number."""
    try:
        answers = _journal(_read(request))
    except BadAnswer as error:
        return JsonResponse({"detail": str(error)}, status=422)
    return _answer(
        save_answers.keep_journal(
            user=request.user.pk or 0,
            reference=reference,
            holder=holder_of(request),
            answers=answers,
            now=request.now,
            claim=claim_of(request),
        )
    )


def _journal(raw: object) -> list[Given]:
    if not isinstance(raw, list) or not 0 < len(raw) <= LARGEST_BATCH:
        raise BadAnswer(f"Send a list of 1 to {LARGEST_BATCH} answers.")
    found = []
    for entry in raw:
        number = entry.get("number", entry.get("n")) if isinstance(entry, dict) else None
        if not isinstance(number, int) or isinstance(number, bool):
            raise BadAnswer("Each answer needs the “number” of its item.")
        found.append(given(position=number, raw=entry, length=_LONGEST_FORM))
    return found


@require_POST
@signed_in
def show_browser(request: HttpRequest, reference: str) -> HttpResponse:
    """Take what Safe Exam Browser gave the script of a refused page; the session may go on then."""
    sitting = sitting_of(request, reference)
    if request.content_type != "application/json":
        return JsonResponse({"detail": "Send JSON with “page” and “hash”."}, status=422)
    try:
        claim = _claim(_read(request))
    except BadAnswer as error:
        return JsonResponse({"detail": str(error)}, status=422)
    if sitting.finished_at is not None:
        return JsonResponse({"detail": "This sitting is over."}, status=410)
    if sitting.holder != holder_of(request):
        return JsonResponse({"detail": _WORDS["elsewhere"], "reason": "elsewhere"}, status=409)
    base = absolute(reverse("sitting", kwargs={"reference": reference}))
    try:
        exam_browser.note_shown(
            actor=actor_of(request), sitting=sitting, base=base, claim=claim, now=request.now
        )
    except exam_browser.NotThisBrowser as error:
        return refused(request, sitting, str(error), as_json=True)
    return JsonResponse({"recognised": True})


def _claim(raw: object) -> Claim:
    found = [raw.get(name) for name in ("page", "hash")] if isinstance(raw, dict) else []
    texts = [text for text in found if isinstance(text, str) and 0 < len(text) <= _LONGEST_CLAIM]
    if len(texts) != 2:
        raise BadAnswer("Send the “page” and its “hash”, both as text.")
    return Claim(*texts)


@require_GET
@signed_in
def state(request: HttpRequest, reference: str) -> HttpResponse:
    """Return answers, flags and seconds left, for a resume on any device."""
    sitting = sitting_of(request, reference)
    kept = exams.answers_of(sitting=sitting.pk)
    return JsonResponse(
        {
            "sitting": sitting.reference,
            "finished": sitting.finished_at is not None,
            "elsewhere": sitting.finished_at is None and sitting.holder != holder_of(request),
            "items": sum(row["count"] for row in sitting.form.exam_version.blueprint),
            "seconds_left": sit_exam.seconds_left(sitting=sitting, now=request.now),
            "answers": {
                str(number): {
                    "choice": answer.choice,
                    "text": answer.text,
                    "flagged": answer.flagged,
                    "seq": answer.seq,
                }
                for number, answer in kept.items()
            },
        }
    )
