"""What somebody can appeal today, and who took part in each decision (STANDARDS row 9)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from scriptorium.domains.accounts import queries as accounts
from scriptorium.domains.accounts.models import Person
from scriptorium.domains.catalog.queries import fairness
from scriptorium.domains.credentials import queries as credentials
from scriptorium.domains.credentials.models import Decision
from scriptorium.domains.credentials.rules import hours_words
from scriptorium.domains.exams.queries.involvement import failed_sittings
from scriptorium.domains.memberships.rules import words
from scriptorium.kernel.clock import day_of


@dataclass(frozen=True, slots=True)
class Appealable:
    """One decision that can be appealed.

    Arguments:
        kind, key: which decision; together its name.
        words: how the person reads it.
        until: the last day for an appeal.
        involved: person reference → why they may not decide the appeal.
    """

    kind: str
    key: str
    words: str
    until: dt.date
    involved: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Kind and key as one text, as forms send it."""
        return f"{self.kind}:{self.key}"


def appealable(*, person: Person, now: dt.datetime, today: dt.date) -> list[Appealable]:
    """Return the decisions that a person can appeal today, those appealed already included."""
    days = dt.timedelta(days=fairness().appeal_days)
    since = now - days
    found = [
        _decision(decision)
        for decision in credentials.decisions_to_appeal(person=person.pk, today=today)
    ]
    for affidavit in credentials.affidavits_to_appeal(person=person.pk, since=since):
        assert affidavit.closed_at is not None
        day = day_of(affidavit.closed_at)
        hours = hours_words(affidavit.quarters)
        found.append(
            Appealable(
                "affidavit",
                affidavit.reference,
                f"{hours} attested hours sent back on {words(day)}",
                day + days,
                {affidavit.closed_by or "": "sent these hours back"},
            )
        )
    for sitting in failed_sittings(person=person.pk, since=since):
        assert sitting.finished_at is not None
        day = day_of(sitting.finished_at)
        found.append(
            Appealable(
                "sitting",
                sitting.reference,
                f"{sitting.form.exam_version.title}, not passed on {words(day)}",
                day + days,
            )
        )
    for request in accounts.accommodation_requests_of(person=person.pk):
        if request.granted is False and request.decided_at and request.decided_at >= since:
            day = day_of(request.decided_at)
            found.append(
                Appealable(
                    "accommodation",
                    request.reference,
                    f"Request for an accommodation declined on {words(day)}",
                    day + days,
                    {request.decided_by: "declined this request"},
                )
            )
    return found


def _decision(decision: Decision) -> Appealable:
    assert decision.appeal_until is not None
    what = decision.get_kind_display()
    took_part = dict.fromkeys((decision.decided_by, decision.second_by), "took this decision")
    return Appealable(
        "decision",
        str(decision.pk),
        f"{decision.credential.number}: {what.lower()} on {words(day_of(decision.at))}",
        decision.appeal_until,
        {who: why for who, why in took_part.items() if who},
    )
