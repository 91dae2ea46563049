"""Reading memberships."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from scriptorium.database.prepared import OneOrMany
from scriptorium.domains.memberships.models import Membership, PayerMode, Term
from scriptorium.kernel.payer import Payer

_of_people = OneOrMany(
    lambda *people: Membership.objects.filter(person_id__in=people).order_by("pk")
)
_locked = OneOrMany(lambda *people: _of_people.build(*people).select_for_update())


def of_people(*, people: Iterable[int], lock: bool = False) -> dict[int, Membership]:
    """Return person key → membership, locked in key order when asked."""
    found = (_locked if lock else _of_people).rows(people)
    return {membership.person_id: membership for membership in found}


def modes_of(*, memberships: Iterable[int], payer: Payer) -> dict[int, PayerMode]:
    """Return membership key → the mode that this payer chose for it."""
    return {
        mode.membership_id: mode
        for mode in PayerMode.objects.filter(membership_id__in=list(memberships), **payer.columns)
    }


def terms_of(*, person: int) -> QuerySet[Term]:
    """Return a person's terms, newest first, voided ones included."""
    return Term.objects.filter(person_id=person).order_by("-starts_on", "-id")


def last_paid_term(*, person: int) -> Term | None:
    """Return the last year that was paid for a person and not taken back, or None."""
    return terms_of(person=person).filter(voided_at__isnull=True).first()


def live_term_of_unit(*, unit: int) -> Term | None:
    """Return the live term that a unit pays for, or None."""
    return Term.objects.filter(unit_id=unit, voided_at__isnull=True).first()


def later_term_exists(*, term: Term) -> bool:
    """Return whether a later live term of the same person builds on this one."""
    return Term.objects.filter(
        person_id=term.person_id, voided_at__isnull=True, starts_on__gt=term.starts_on
    ).exists()


def wrong_terms() -> Iterator[str]:
    """Yield live terms whose payer or person differs from the unit that paid for them."""
    rows = (
        Term.objects.filter(voided_at__isnull=True, unit__isnull=False)
        .exclude(
            Q(payer_practice_id=F("unit__payer_practice_id"))
            | Q(payer_person_id=F("unit__payer_person_id"))
        )
        .values_list("person__reference", "starts_on")
    )
    for person, starts_on in rows:
        yield f"Person {person}: the year from {starts_on} names another payer than its unit."
    held = (
        Term.objects.filter(voided_at__isnull=True, unit__isnull=False)
        .exclude(person_id=F("unit__person_id"))
        .values_list("person__reference", "starts_on")
    )
    for person, starts_on in held:
        yield f"Person {person}: the year from {starts_on} is paid by somebody else's unit."


def wrong_dates() -> Iterator[str]:
    """Yield memberships whose dates differ from their newest live term."""
    newest = (
        Term.objects.filter(person_id=OuterRef("person_id"), voided_at__isnull=True)
        .order_by("-starts_on")
        .values("ends_before")[:1]
    )
    rows = Membership.objects.annotate(should=Subquery(newest)).exclude(renews_on=F("should"))
    for reference, renews_on, should in rows.values_list(
        "person__reference", "renews_on", "should"
    ):
        yield f"Person {reference}: renews on {renews_on}, but the last paid year ends {should}."
