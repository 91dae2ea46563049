"""What surrounds every page: the body's name, the menus, the banners."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from scriptorium.demo.cast import DEMO_LOGINS
from scriptorium.domains.practices.queries import practices_of
from scriptorium.kernel import clock
from scriptorium.pages.policies import policy_lines
from scriptorium.web.shared.guards import Place, person_of, staff_roles_of


def chrome(request: HttpRequest) -> dict[str, Any]:
    """Return the context of the base template, computed only when a template reads it."""
    return {"chrome": SimpleLazyObject(lambda: _build(request))}


def _build(request: HttpRequest) -> dict[str, Any]:
    signed_in = getattr(request, "user", None) is not None and request.user.is_authenticated
    found: dict[str, Any] = {
        "body_name": settings.BODY_NAME,
        "user_name": "",
        "practices": [],
        "menu": [],
        "help_url": f"{reverse('help')}?{urlencode({'page': _page_without_secrets(request)})}",
        "home_url": reverse("home") if signed_in else reverse("front"),
        "banners": [*_banners(), *_address_to_check(request)],
        # Only pages to which a rule applies read these.
        "rules": SimpleLazyObject(lambda: policy_lines(today=clock.today())),
        "demo_logins": DEMO_LOGINS if settings.DEMO else (),
    }
    if signed_in:
        _add_person(request, found)
    return found


def _page_without_secrets(request: HttpRequest) -> str:
    """Return the page's address without a single-use secret, which must not reach any log."""
    match = request.resolver_match
    token = str(match.kwargs.get("token", "")) if match else ""
    return request.path.replace(token, "link") if token else request.path


def _add_person(request: HttpRequest, found: dict[str, Any]) -> None:
    person = person_of(request)
    found["user_name"] = person.name
    own = practices_of(person=person.pk)
    found["practices"] = [
        {
            "name": practice.name,
            "url": reverse("board", args=[practice.reference]),
            "base": f"/practice/{practice.reference}/",
            "current": f"/practice/{practice.reference}/" in request.path,
        }
        for practice in own
    ]
    menu = [("Home", reverse("home"))]
    if own:
        current = next((p for p in found["practices"] if p["current"]), found["practices"][0])
        menu.append(("Manage member assignments", current["url"]))
    menu.append(("Your credentials", reverse("credentials")))
    menu.append(("Profile and security", reverse("profile")))
    if staff_roles_of(request):
        menu.append(("Office", reverse("office")))
    found["menu"] = menu


def _banners() -> list[dict[str, str]]:
    banners = []
    if settings.DEMO:
        banners.append(
            {
                "kind": "demo",
                "text": "Demonstration: everybody and everything here is invented, and second"
                " factors are not enforced.",
            }
        )
    if clock.shifted_days():
        days = clock.shifted_days()
        banners.append(
            {"kind": "time", "text": f"Time travel: this site lives {days} days from today."}
        )
    return banners


def _address_to_check(request: HttpRequest) -> list[dict[str, str]]:
    """Tell administrators of a legal notice that did not arrive, until the address is another."""
    place: Place | None = getattr(request, "place", None)
    if place is None or not place.standing.manages:
        return []
    practice = place.practice
    address = getattr(practice, "undelivered_at", None)
    banner = {"kind": "now", "text": f"We could not deliver mail to {address}: check the address."}
    if address and address == practice.billing_email.lower():
        return [banner | {"url": reverse("settings", args=[practice.reference]), "label": "Check"}]
    if address and address == practice.primary.email.lower():
        own = place.standing.primary
        return [banner | {"url": reverse("profile-email"), "label": "Check"} if own else banner]
    return []
