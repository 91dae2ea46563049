"""Reading reinstatements that wait for money."""

from __future__ import annotations

from scriptorium.domains.memberships.models import Reinstatement


def waiting_reinstatement(*, person: int) -> Reinstatement | None:
    """Return the reinstatement of a person that waits for its payment, or None."""
    rows = Reinstatement.objects.filter(person_id=person, closed_at__isnull=True)
    return rows.select_related("order__invoice").first()


def reinstatement_of(*, order: int) -> Reinstatement | None:
    """Return the reinstatement that an order pays for, under its row lock."""
    rows = Reinstatement.objects.select_for_update(of=("self",)).filter(order_id=order)
    return rows.select_related("person").first()
