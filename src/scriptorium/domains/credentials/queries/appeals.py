"""Reading the decisions that their person can appeal."""

from __future__ import annotations

import datetime as dt

from scriptorium.domains.credentials.enums import AffidavitOutcome
from scriptorium.domains.credentials.models import Affidavit, Decision


def decisions_to_appeal(*, person: int, today: dt.date) -> list[Decision]:
    """Return the decisions about a person whose window for an appeal is open, newest first."""
    return list(
        Decision.objects.filter(credential__person_id=person, appeal_until__gte=today)
        .select_related("credential")
        .order_by("-at", "-id")
    )


def affidavits_to_appeal(*, person: int, since: dt.datetime) -> list[Affidavit]:
    """Return attested hours that were sent back after a moment, newest first."""
    return list(
        Affidavit.objects.filter(
            person_id=person, outcome=AffidavitOutcome.REJECTED, closed_at__gte=since
        )
        .select_related("practice")
        .order_by("-closed_at", "-id")
    )


def judges_of_hours(*, person: int) -> set[str]:
    """Return the references of everybody who approved or sent back a person's hours."""
    rows = Affidavit.objects.filter(
        person_id=person, outcome__in=[AffidavitOutcome.APPROVED, AffidavitOutcome.REJECTED]
    )
    return {who for who in rows.values_list("closed_by", flat=True) if who}
