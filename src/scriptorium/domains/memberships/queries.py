"""Reading memberships."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from scriptorium.domains.catalog.queries import programme
from scriptorium.domains.memberships import rules
from scriptorium.domains.memberships.models import Membership, PayerMode, Term
from scriptorium.kernel.payer import Payer
from scriptorium.kernel.periods import Anchor


@dataclass(frozen=True, slots=True)
class RowFacts:
    """What the roster's derived copy holds of a person's membership."""

    renews_on: dt.date | None
    lapses_on: dt.date | None
    ends_on: dt.date | None
    mode: str


NO_MEMBERSHIP = RowFacts(None, None, None, "N")


def windows() -> rules.Windows:
    """Return the programme's membership numbers."""
    numbers = programme().numbers
    return rules.Windows(
        due=numbers.due_days,
        grace=numbers.grace_days,
        ended_after=numbers.ended_after_days,
        renew_early=numbers.renew_early_days,
        reinstatement_price=numbers.reinstatement_price,
    )


def dates_of(membership: Membership) -> rules.Dates:
    """Return the dates by which the rules judge a membership."""
    return rules.Dates(
        renews_on=membership.renews_on,
        lapses_on=membership.lapses_on,
        latest_starts_on=membership.latest_starts_on,
        anchor=Anchor(membership.anchor_month, membership.anchor_day),
        cancelled_on=membership.cancelled_on,
    )


def of_people(*, people: Iterable[int], lock: bool = False) -> dict[int, Membership]:
    """Return person key → membership, locked in key order when asked."""
    found = Membership.objects.filter(person_id__in=list(people)).order_by("pk")
    if lock:
        found = found.select_for_update()
    return {membership.person_id: membership for membership in found}


def row_facts(memberships: Iterable[Membership]) -> dict[int, RowFacts]:
    """Return person key → the copy that roster rows carry."""
    numbers = windows()
    return {
        m.person_id: RowFacts(
            m.renews_on, m.lapses_on, rules.ended_from(dates_of(m), numbers), m.mode
        )
        for m in memberships
    }


def modes_of(*, memberships: Iterable[int], payer: Payer) -> dict[int, PayerMode]:
    """Return membership key → the mode that this payer chose for it."""
    return {
        mode.membership_id: mode
        for mode in PayerMode.objects.filter(membership_id__in=list(memberships), **payer.columns)
    }


def terms_of(*, person: int) -> QuerySet[Term]:
    """Return a person's terms, newest first, voided ones included."""
    return Term.objects.filter(person_id=person).order_by("-starts_on", "-id")


def live_term_of_unit(*, unit: int) -> Term | None:
    """Return the live term that a unit pays for, or None."""
    return Term.objects.filter(unit_id=unit, voided_at__isnull=True).first()
