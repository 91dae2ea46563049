"""Writing reinstatements: one waits for a person at most, and each is closed once."""

from __future__ import annotations

import datetime as dt

from scriptorium.domains.memberships.models import Reinstatement, Term


def insert_reinstatement(*, order: int, person: int, today: dt.date) -> Reinstatement:
    """Tie an order to the person whose membership its payment brings back.

    Raises:
        IntegrityError: another one waits for this person.
    """
    return Reinstatement.objects.create(order_id=order, person_id=person, ordered_on=today)


def close_reinstatement(*, row: Reinstatement, term: Term | None, now: dt.datetime) -> None:
    """Write down what became of it: the year that it brought, or none."""
    row.closed_at, row.term = now, term
    row.save(update_fields=["closed_at", "term"])
