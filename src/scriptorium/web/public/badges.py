"""What machines read: badges, keys, status lists, and who issues what (Open Badges 3.0)."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from scriptorium.journeys import badge_files, signing_keys
from scriptorium.web.public.verify import refuse, too_many
from scriptorium.web.shared.guards import public
from scriptorium.web.shared.requests import HttpRequest

CANNOT_SIGN = "Badges cannot be signed right now. Please try again later."
#: The newest badge and the lists may change within a minute, what describes them seldom.
FRESH, STEADY = 30, 3600


def _for_machines(
    content: str | bytes, content_type: str, *, seconds: int = STEADY
) -> HttpResponse:
    """Return a document that any site's script may read and any cache may keep."""
    response = HttpResponse(content, content_type=content_type)
    response["Cache-Control"] = f"public, max-age={seconds}"
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _badge(request: HttpRequest, answer: Callable[[], HttpResponse | None]) -> HttpResponse:
    """Answer for one credential's badge: within the limit, or 404, or 503 without the key."""
    if too_many(request):
        return refuse(request)
    try:
        found = answer()
    except badge_files.KeyMissing:
        return render(request, "public/cannot_sign.html", {"reason": CANNOT_SIGN}, status=503)
    if found is None:
        raise Http404
    return found


@require_safe
@public
def document(request: HttpRequest, number: str) -> HttpResponse:
    """The newest badge of a credential as JSON, without its signature."""

    def answer() -> HttpResponse | None:
        found = badge_files.signed_badge(number=number, now=request.now)
        if found is None:
            return None
        return _for_machines(found.document, "application/json", seconds=FRESH)

    return _badge(request, answer)


@require_safe
@public
def token(request: HttpRequest, number: str) -> HttpResponse:
    """The newest badge of a credential as a signed token."""

    def answer() -> HttpResponse | None:
        found = badge_files.signed_badge(number=number, now=request.now)
        if found is None:
            return None
        return _for_machines(found.token, "application/vc+jwt", seconds=FRESH)

    return _badge(request, answer)


@require_safe
@public
def picture(request: HttpRequest, number: str) -> HttpResponse:
    """The newest badge of a credential as a picture that holds the token."""

    def answer() -> HttpResponse | None:
        content = badge_files.baked_badge(number=number, now=request.now)
        if content is None:
            return None
        response = _for_machines(content, "image/png", seconds=FRESH)
        response["Content-Disposition"] = f'inline; filename="badge-{number}.png"'
        return response

    return _badge(request, answer)


@require_safe
@public
def qr(request: HttpRequest, number: str) -> HttpResponse:
    """The QR code of a verification page; it says nothing about whether the number is known."""
    if len(number) > 40:
        raise Http404
    return _for_machines(badge_files.qr_code(number=number), "image/svg+xml")


@require_safe
@public
def issuer(request: HttpRequest) -> HttpResponse:
    """Who issues."""
    return _for_machines(badge_files.issuer_json(), "application/json")


@require_safe
@public
def achievement(request: HttpRequest, code: str) -> HttpResponse:
    """What one level of one specialty means."""
    found = badge_files.achievement_json(code=code)
    if found is None:
        raise Http404
    return _for_machines(found, "application/json")


@require_safe
@public
def achievement_picture(request: HttpRequest, code: str) -> HttpResponse:
    """The picture of one level of one specialty, without a token."""
    found = badge_files.achievement_picture(code=code)
    if found is None:
        raise Http404
    return _for_machines(found, "image/png")


@require_safe
@public
def status_list(request: HttpRequest, purpose: str, number: int) -> HttpResponse:
    """A signed list of bits, as it is now."""
    try:
        found = badge_files.status_list(
            purpose=purpose, number=number, now=request.now, today=request.today
        )
    except badge_files.KeyMissing:
        return render(request, "public/cannot_sign.html", {"reason": CANNOT_SIGN}, status=503)
    if found is None:
        raise Http404
    return _for_machines(found, "application/vc+jwt", seconds=FRESH)


@require_safe
@public
def keys(request: HttpRequest) -> HttpResponse:
    """The public halves of all keys, present and retired."""
    response = JsonResponse(signing_keys.jwks(), content_type="application/jwk-set+json")
    response["Cache-Control"] = "public, max-age=300"
    response["Access-Control-Allow-Origin"] = "*"
    return response


@require_safe
@public
def key(request: HttpRequest, kid: str) -> HttpResponse:
    """The public half of one key, at the address that tokens name."""
    found = signing_keys.jwk(kid=kid)
    if found is None:
        raise Http404
    response = JsonResponse(found, content_type="application/jwk+json")
    response["Cache-Control"] = "public, max-age=300"
    response["Access-Control-Allow-Origin"] = "*"
    return response
