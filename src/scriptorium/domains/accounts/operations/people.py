"""Writing people and logins. Called by journeys inside their transaction."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.crypto import salted_hmac

from scriptorium.domains.accounts.models import (
    EmailChange,
    NameRequest,
    Person,
    SignInRecord,
    SignUp,
    StaffMember,
    User,
)
from scriptorium.domains.accounts.queries import staff_roles
from scriptorium.domains.accounts.rules import check_can_hold

PROFILE_FIELDS = (
    "phone",
    "street",
    "city",
    "region",
    "postal_code",
    "country",
    "background",
    "single_keys",
    "listed",
)


class WeakPassword(Exception):
    """The password does not pass; the text says what to change."""


def token_hash(token: str) -> str:
    """Return the hash under which a single-use token is kept."""
    return hashlib.sha256(token.encode()).hexdigest()


def invitation_token(reference: str) -> str:
    """Return the secret of an invitation, made from its reference and the site's key.

    It can be made again for a reminder; the database holds only its hash.
    """
    return salted_hmac("scriptorium.invitation", reference, algorithm="sha256").hexdigest()


def check_password_strength(*, password: str, user: User | None = None) -> None:
    """Refuse a password that is short or well known; no composition rules (STANDARDS row 39).

    Raises:
        WeakPassword: says why.
    """
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise WeakPassword(" ".join(error.messages)) from error


def create_person(
    *, first_name: str, last_name: str, email: str, now: dt.datetime, background: str = ""
) -> Person:
    """Insert an identity without a login."""
    return Person.objects.create(
        first_name=first_name,
        last_name=last_name,
        certificate_name=f"{first_name} {last_name}".strip(),
        email=email.lower(),
        background=background,
        created_at=now,
    )


def give_login(*, person: Person, password: str | None, now: dt.datetime) -> User:
    """Make a login for a person whose address is confirmed; None makes one without password.

    Raises:
        WeakPassword: the password does not pass.
    """
    if password is not None:
        check_password_strength(password=password, user=User(email=person.email))
    user = User.objects.create_user(email=person.email, password=password)
    user.joined_at = now
    user.save(update_fields=["joined_at"])
    EmailAddress.objects.create(user=user, email=person.email, verified=True, primary=True)
    person.user = user
    person.save(update_fields=["user"])
    return user


def change_profile(*, person: Person, values: Mapping[str, object]) -> list[str]:
    """Write profile fields; returns the names of those that changed."""
    changed = [
        name for name in PROFILE_FIELDS if name in values and getattr(person, name) != values[name]
    ]
    for name in changed:
        setattr(person, name, values[name])
    if changed:
        person.save(update_fields=changed)
    return changed


def set_hidden(*, person: Person, hidden: bool) -> bool:
    """Hide somebody from public pages or show them again; returns whether that was a change."""
    if person.hidden == hidden:
        return False
    person.hidden = hidden
    person.save(update_fields=["hidden"])
    return True


def ask_email_change(
    *, person: Person, new_email: str, token: str, now: dt.datetime
) -> EmailChange:
    """Remember a wished address until its owner confirms it, for two days."""
    EmailChange.objects.filter(person=person, confirmed_at__isnull=True).delete()
    return EmailChange.objects.create(
        person=person,
        new_email=new_email.lower(),
        token_hash=token_hash(token),
        asked_at=now,
        expires_at=now + dt.timedelta(days=2),
    )


def confirm_email_change(*, change: EmailChange, now: dt.datetime) -> str:
    """Make a confirmed address the person's first one; returns the old address."""
    person = change.person
    old = person.email
    change.confirmed_at = now
    change.save(update_fields=["confirmed_at"])
    person.email = change.new_email
    person.save(update_fields=["email"])
    if person.user is not None:
        EmailAddress.objects.filter(user=person.user, primary=True).delete()
        EmailAddress.objects.update_or_create(
            user=person.user,
            email=change.new_email,
            defaults={"verified": True, "primary": True},
        )
        person.user.email = change.new_email
        person.user.save(update_fields=["email"])
    return old


def ask_sign_up(
    *, first_name: str, last_name: str, email: str, token: str, hours: int, now: dt.datetime
) -> None:
    """Remember a wish for an account until its address confirms it; older ones are forgotten."""
    SignUp.objects.filter(expires_at__lte=now).delete()
    SignUp.objects.update_or_create(
        email=email.lower(),
        defaults={
            "first_name": first_name,
            "last_name": last_name,
            "token_hash": token_hash(token),
            "expires_at": now + dt.timedelta(hours=hours),
        },
    )


def use_sign_up(*, wish: SignUp) -> bool:
    """Forget a wish that becomes an account; False when somebody was quicker."""
    deleted, _ = SignUp.objects.filter(pk=wish.pk).delete()
    return bool(deleted)


def ask_certificate_name(
    *, person: Person, wanted: str, reason: str, now: dt.datetime
) -> NameRequest:
    """Remember a wish for another name on certificates; a newer wish replaces an open one."""
    NameRequest.objects.filter(person=person, decided_at__isnull=True).delete()
    return NameRequest.objects.create(person=person, wanted=wanted, reason=reason, asked_at=now)


def decide_certificate_name(
    *, request: NameRequest, approved: bool, by: str, now: dt.datetime
) -> None:
    """Approve or decline a wish; approval changes the person's certificate name."""
    request.approved, request.decided_at, request.decided_by = approved, now, by
    request.save(update_fields=["approved", "decided_at", "decided_by"])
    if approved:
        request.person.certificate_name = request.wanted
        request.person.save(update_fields=["certificate_name"])


def grant_staff_role(*, person: Person, role: str, by: str, now: dt.datetime) -> StaffMember:
    """Give a staff role.

    Raises:
        RolesExclude: the person holds a role that excludes it (STANDARDS row 3).
    """
    # Two grants to one person take turns, so that neither overlooks the other.
    Person.objects.select_for_update().get(pk=person.pk)
    check_can_hold(role=role, held=staff_roles(person=person.pk))
    return StaffMember.objects.create(person=person, role=role, granted_at=now, granted_by=by)


def note_sign_in(*, login: str, address: str | None, succeeded: bool, now: dt.datetime) -> None:
    """Keep a try to sign in."""
    SignInRecord.objects.create(at=now, login=login[:254], address=address, succeeded=succeeded)
