"""What a request says of its browser, for exams that are sat in Safe Exam Browser only."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse

from scriptorium.domains.exams import queries as exams
from scriptorium.domains.exams.models import Sitting
from scriptorium.domains.exams.rules.browsers import HEADER, Claim
from scriptorium.web.shared.requests import HttpRequest

#: What the form of an item sends; a refusal keeps it.
_TYPED = ("choice", "text", "flagged", "seq", "go")


def absolute(path: str) -> str:
    """Return the address that browsers ask for, whatever a request's own headers say."""
    return f"{settings.BASE_URL}{path}"


def claim_of(request: HttpRequest) -> Claim:
    """Return what Safe Exam Browser sent with a request, in its header."""
    return Claim(absolute(request.get_full_path()), request.headers.get(HEADER, ""))


def start_claim(request: HttpRequest, exam: str) -> Claim:
    """Return what came with a signed affidavit: in the header, or from the script of its page."""
    sent = claim_of(request)
    page = request.POST.get("browser_page", "")
    pages = {absolute(f"{reverse('exams')}?exam={exam}"), absolute(reverse("start-exam"))}
    if sent.hash or page not in pages:
        return sent
    return Claim(page, request.POST.get("browser_hash", ""))


def refused(
    request: HttpRequest, sitting: Sitting, reason: str, *, as_json: bool = False
) -> HttpResponse:
    """Answer 403 with the browser in which a sitting goes on, and where it is had.

    On the page a script looks whether this is that browser after all, and goes on by itself.
    """
    if as_json:
        return JsonResponse({"detail": reason, "reason": "browser"}, status=403)
    typed = [(name, request.POST[name]) for name in _TYPED if name in request.POST]
    context = {
        "sitting": sitting,
        "reason": reason,
        "browsers": exams.allowed_browsers(exam=sitting.exam),
        "typed": typed,
    }
    return render(request, "member/exam/browser.html", context, status=403)
