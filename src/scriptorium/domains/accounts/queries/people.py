"""Reading people and logins."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet

from scriptorium.database.prepared import Prepared
from scriptorium.domains.accounts.models import (
    EmailChange,
    NameRequest,
    Person,
    SignUp,
    StaffMember,
)


def _behind(user: int) -> QuerySet[Person]:
    roles = StaffMember.objects.filter(person_id=OuterRef("pk"), ended_at__isnull=True)
    return Person.objects.filter(user_id=user).annotate(on_staff=Exists(roles))


_person_of_user = Prepared(_behind, (7_000_001,), (7_000_002,))


def person_of_user(*, user: int) -> Person | None:
    """Return the identity behind a login; its ``on_staff`` says whether it has a staff role."""
    return _person_of_user.first(user)


def by_email(*, emails: list[str]) -> dict[str, Person]:
    """Return lower-case address → person, confirmed second addresses included."""
    wanted = [email.lower() for email in emails]
    found = {
        address.lower(): person
        for person in Person.objects.filter(
            Q(email__in=wanted) | Q(user__emailaddress__email__in=wanted)
        ).distinct()
        for address in [person.email]
    }
    missing = [email for email in wanted if email not in found]
    if missing:
        rows = Person.objects.filter(
            user__emailaddress__email__in=missing, user__emailaddress__verified=True
        ).values_list("user__emailaddress__email", "pk")
        keys = {email.lower(): key for email, key in rows}
        people = Person.objects.in_bulk(list(keys.values()))
        found |= {email: people[key] for email, key in keys.items()}
    return {email: found[email] for email in wanted if email in found}


def staff_roles(*, person: int) -> frozenset[str]:
    """Return the staff roles that a person holds now."""
    return frozenset(
        StaffMember.objects.filter(person_id=person, ended_at__isnull=True).values_list(
            "role", flat=True
        )
    )


def staff_with(*, roles: Iterable[str]) -> list[Person]:
    """Return the people who hold one of these staff roles now, by name."""
    held = StaffMember.objects.filter(role__in=list(roles), ended_at__isnull=True)
    return list(
        Person.objects.filter(pk__in=held.values("person_id")).order_by(
            "last_name", "first_name", "id"
        )
    )


def held_role(*, roles: Iterable[str], since: dt.datetime) -> set[str]:
    """Return the references of people who hold one of these roles, or did since a moment."""
    rows = StaffMember.objects.filter(
        Q(ended_at__isnull=True) | Q(ended_at__gte=since), role__in=list(roles)
    )
    return set(rows.values_list("person__reference", flat=True))


def open_name_requests() -> list[NameRequest]:
    """Return wishes for another certificate name that staff have not decided."""
    return list(
        NameRequest.objects.filter(decided_at__isnull=True)
        .select_related("person")
        .order_by("asked_at")
    )


def open_name_request(*, reference: str) -> NameRequest | None:
    """Return one undecided wish for another certificate name, or None."""
    return (
        NameRequest.objects.filter(reference=reference, decided_at__isnull=True)
        .select_related("person")
        .first()
    )


def name_request_of(*, person: int) -> NameRequest | None:
    """Return a person's newest wish for another certificate name, decided or not, or None."""
    return NameRequest.objects.filter(person_id=person).order_by("-id").first()


def addresses(*, people: Iterable[int]) -> dict[int, str]:
    """Return person key → the address that mail goes to now."""
    return dict(Person.objects.filter(pk__in=list(people)).values_list("pk", "email"))


def certificate_names(*, people: Iterable[int]) -> dict[int, str]:
    """Return person key → the name that certificates carry."""
    rows = Person.objects.filter(pk__in=list(people))
    return dict(rows.values_list("pk", "certificate_name"))


def open_sign_up(*, token_hash: str, now: dt.datetime) -> SignUp | None:
    """Return the wish for an account that a link confirms, or None when it is over."""
    return SignUp.objects.filter(token_hash=token_hash, expires_at__gt=now).first()


def open_email_change(*, person: int, token_hash: str, now: dt.datetime) -> EmailChange | None:
    """Return a person's open change of address by its secret's hash, or None."""
    return (
        EmailChange.objects.filter(
            person_id=person, token_hash=token_hash, confirmed_at__isnull=True, expires_at__gt=now
        )
        .select_related("person__user")
        .first()
    )


def by_reference(*, reference: str) -> Person | None:
    """Return a person, or None."""
    return Person.objects.filter(reference=reference).first()


def by_keys(*, keys: Iterable[int]) -> dict[int, Person]:
    """Return person key → person."""
    return Person.objects.in_bulk(list(keys))


def search(*, text: str, limit: int = 50) -> list[Person]:
    """Return people whose name or address contains every word, for staff."""
    found = Person.objects.all()
    for word in text.split()[:5]:
        found = found.filter(
            Q(first_name__icontains=word) | Q(last_name__icontains=word) | Q(email__icontains=word)
        )
    return list(found.order_by("last_name", "first_name", "id")[:limit])
