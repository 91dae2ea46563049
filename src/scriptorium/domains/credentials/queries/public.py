"""What the public may learn of a credential by its number: everything in one query.

Somebody who is hidden is left out by the query itself, so an unknown number and a hidden person
do the same work and give the same nothing (STANDARDS row 10).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from scriptorium.database.prepared import Prepared
from scriptorium.domains.credentials.models import Certificate, Credential


@dataclass(frozen=True, slots=True)
class DecisionFact:
    """What a decision did, and from which day on."""

    key: int
    kind: str
    to_state: str
    level: str
    effective_on: dt.date


@dataclass(frozen=True, slots=True)
class TermFact:
    """A paid year with when it was made and taken back, so that a past day can be judged.

    ``previous_lapses_on`` is the end of grace that held before this year was paid for.
    """

    starts_on: dt.date
    ends_before: dt.date
    created_at: dt.datetime
    voided_at: dt.datetime | None
    previous_lapses_on: dt.date | None


@dataclass(frozen=True, slots=True)
class MembershipFact:
    """The dates of a membership as they are now."""

    renews_on: dt.date
    lapses_on: dt.date
    cancelled_on: dt.date | None


@dataclass(frozen=True, slots=True)
class CredentialFacts:
    """A credential with all that its status on any day depends on."""

    number: str
    name: str
    specialty: str
    decisions: tuple[DecisionFact, ...]
    terms: tuple[TermFact, ...]
    membership: MembershipFact | None


_OF_DECISION = tuple(
    f"decisions__{name}" for name in ("id", "kind", "to_state", "level", "effective_on")
)
_OF_TERM = tuple(
    f"person__terms__{name}"
    for name in ("starts_on", "ends_before", "created_at", "voided_at", "previous_lapses_on")
)
_OF_MEMBERSHIP = tuple(
    f"person__membership__{name}" for name in ("renews_on", "lapses_on", "cancelled_on")
)
_COLUMNS = (
    "number",
    "person__certificate_name",
    "specialty",
    *_OF_DECISION,
    "person__terms__id",
    *_OF_TERM,
    *_OF_MEMBERSHIP,
)


def _rows(credentials: QuerySet[Credential]) -> QuerySet[Any, Any]:
    # Decisions and years are few, so their product is small and one round trip is the cheapest.
    return credentials.order_by("number").values_list(*_COLUMNS)


_public_rows = Prepared(
    lambda number: _rows(Credential.objects.filter(number=number, person__hidden=False)),
    ("SC-ONE",),
    ("SC-OTHER",),
    many=True,
)


def public_facts(*, number: str) -> CredentialFacts | None:
    """Return a credential by its number, or None when it is unknown or its holder hidden."""
    found = _facts(_public_rows.all(number))
    return found[0] if found else None


def facts_of(credentials: QuerySet[Credential]) -> list[CredentialFacts]:
    """Return the facts of each credential of a query set, in one query, by number."""
    return _facts(_rows(credentials))


def _facts(rows: Iterable[Any]) -> list[CredentialFacts]:
    by_number: dict[str, tuple[Any, dict[int, DecisionFact], dict[int, TermFact]]] = {}
    for row in rows:
        _, decisions, terms = by_number.setdefault(row[0], (row, {}, {}))
        decision, term = row[3], row[8]
        if decision not in decisions:
            decisions[decision] = DecisionFact(*row[3:8])
        if term is not None and term not in terms:
            terms[term] = TermFact(*row[9:14])
    return [
        CredentialFacts(
            number=head[0],
            name=head[1],
            specialty=head[2],
            decisions=tuple(decisions[key] for key in sorted(decisions)),
            terms=tuple(sorted(terms.values(), key=lambda term: (term.starts_on, term.created_at))),
            membership=MembershipFact(*head[14:17]) if head[14] else None,
        )
        for head, decisions, terms in by_number.values()
    ]


def public_certificate(*, number: str) -> Certificate | None:
    """Return a certificate with what its status depends on, unless its holder is hidden."""
    return (
        Certificate.objects.filter(number=number, person__hidden=False)
        .select_related("void", "certificate", "credential")
        .first()
    )
