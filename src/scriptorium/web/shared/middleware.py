"""What happens around every request."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from scriptorium.kernel import clock
from scriptorium.kernel.references import new_reference
from scriptorium.web.shared.guards import staff_roles_of

Handler = Callable[[HttpRequest], HttpResponseBase]

#: Addresses that somebody who still has to enrol a second factor may reach.
_ENROLMENT = ("/account/", "/sign-out/", "/sign-in/", "/static/", "/health/", "/help/", "/contact/")


class RequestClock:
    """Reads the clock once per request and gives the request a number for the audit trail."""

    def __init__(self, handler: Handler) -> None:
        self.handler = handler

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.now = clock.now()  # type: ignore[attr-defined]
        request.today = clock.day_of(request.now)  # type: ignore[attr-defined]
        request.request_id = new_reference()  # type: ignore[attr-defined]
        return self.handler(request)


class SecondFactor:
    """Staff enrol a second factor before they reach the office (ASVS 6.3.3, DOMAIN §13).

    Demo mode alone does not enforce it, and says so in its banner.
    """

    def __init__(self, handler: Handler) -> None:
        self.handler = handler

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if (
            not settings.DEMO
            # Asked first, since the rest reads the session, the login and the person.
            and request.path.startswith("/office/")
            and not request.path.startswith(_ENROLMENT)
            and request.user.is_authenticated
            and staff_roles_of(request)
            and not _enrolled(request)
        ):
            return redirect("mfa_index")
        return self.handler(request)


def _enrolled(request: HttpRequest) -> bool:
    from allauth.mfa.utils import is_mfa_enabled  # noqa: PLC0415 (needs the app registry)

    return bool(is_mfa_enabled(request.user))


class PlainRefusals:
    """Turns a refusal into a page with the sentence that says who may."""

    def __init__(self, handler: Handler) -> None:
        self.handler = handler

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.handler(request)
        if request.path.startswith(("/practice/", "/member/", "/office/", "/account/")):
            response.setdefault("Cache-Control", "private, no-store")
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer 403 with the reason; everything else goes on to Django."""
        if isinstance(error, PermissionDenied):
            return render(request, "403.html", {"reason": str(error)}, status=403)
        return None
