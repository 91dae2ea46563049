"""Guards: every view says who may reach it, and is given what it needs or answers 404 or 403.

Another practice's reference looks exactly like one that does not exist (ASVS 8.4.1).
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.accounts.queries import person_of_user, staff_roles
from scriptorium.domains.practices import queries as practices
from scriptorium.domains.practices.models import Practice
from scriptorium.domains.practices.queries import Standing
from scriptorium.kernel.actor import Actor, ActorKind

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a practice page stands: the practice, the person, and the person's role there."""

    practice: Practice
    person: Person
    standing: Standing


def person_of(request: HttpRequest) -> Person:
    """Return the signed-in person; read once per request.

    Raises:
        PermissionDenied: the login has no identity.
    """
    cached = getattr(request, "person_cache", None)
    if cached is None:
        cached = person_of_user(user=cast(int, request.user.pk))
        if cached is None:
            raise PermissionDenied("This login has no person behind it; please contact us.")
        request.person_cache = cached  # type: ignore[attr-defined]
    return cast(Person, cached)


def actor_of(request: HttpRequest, *, staff: bool = False) -> Actor:
    """Return the signed-in person as the actor of events."""
    person = person_of(request)
    kind = ActorKind.STAFF if staff else ActorKind.PERSON
    request_id = getattr(request, "request_id", "")
    return Actor(kind, person.reference, person.name, request_id)


def staff_roles_of(request: HttpRequest) -> frozenset[str]:
    """Return the signed-in person's staff roles; read once per request."""
    cached = getattr(request, "staff_roles_cache", None)
    if cached is None:
        person = person_of(request)
        # The person was read together with whether there is any role, so most need no more.
        cached = staff_roles(person=person.pk) if getattr(person, "on_staff", True) else frozenset()
        request.staff_roles_cache = cached  # type: ignore[attr-defined]
    return cast("frozenset[str]", cached)


def public(view: View) -> View:
    """Anybody may see this page."""
    view.guard = "public"  # type: ignore[attr-defined]
    return login_not_required(view)


def signed_in(view: View) -> View:
    """Every signed-in person may see this page; the login middleware sees to it."""
    view.guard = "signed_in"  # type: ignore[attr-defined]
    return view


def practice_role(needs: str) -> Callable[[View], View]:
    """Load the practice of the address and require a role there.

    Arguments:
        needs: "member" (everybody on the roster), "read" (managers, physicians, auditors),
            "attest" (managers and physicians), "manage" (primary and deputies), "hand_over"
            (primary alone).
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, ref: str, **kwargs: Any) -> HttpResponseBase:
            person = person_of(request)
            practice = practices.by_reference(reference=ref)
            if practice is None:
                raise Http404
            standing = practices.standing_of(practice=practice, person=person.pk)
            if not (standing.primary or standing.member):
                raise Http404
            allowed = {
                "member": True,
                "read": standing.reads,
                "attest": standing.attests,
                "manage": standing.manages,
                "hand_over": standing.primary,
            }[needs]
            if not allowed:
                who = {
                    "read": "administrators, physicians and auditors of this practice",
                    "attest": "administrators and physicians of this practice",
                    "manage": "the primary administrator and deputies",
                    "hand_over": "the primary administrator",
                }[needs]
                raise PermissionDenied(f"This page is for {who}. You are {standing.one} here.")
            request.place = Place(practice, person, standing)  # type: ignore[attr-defined]
            return view(request, request.place, **kwargs)  # type: ignore[attr-defined]

        guarded.guard = f"practice:{needs}"  # type: ignore[attr-defined]
        return guarded

    return decorate


def staff_role(*roles: str) -> Callable[[View], View]:
    """Require one of the staff roles; none named means any."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
            held = staff_roles_of(request)
            if not held:
                raise Http404
            if roles and not held & set(roles):
                raise PermissionDenied(
                    f"This page is for staff with the role {' or '.join(roles)}."
                )
            return view(request, **kwargs)

        guarded.guard = f"staff:{','.join(roles) or 'any'}"  # type: ignore[attr-defined]
        return guarded

    return decorate
