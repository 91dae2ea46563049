"""Reading credentials and their decisions."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from django.db.models import OuterRef, Q, QuerySet, Subquery

from scriptorium.domains.credentials.enums import DecisionState
from scriptorium.domains.credentials.models import Credential, Decision, DecisionProposal


def held_by(*, people: Iterable[int]) -> dict[int, list[Credential]]:
    """Return person key → held credentials, oldest first."""
    found: dict[int, list[Credential]] = defaultdict(list)
    for credential in Credential.objects.filter(
        person_id__in=list(people), decision_state=DecisionState.HELD
    ).order_by("id"):
        found[credential.person_id].append(credential)
    return found


def credentials_of(*, person: int) -> QuerySet[Credential]:
    """Return every credential of a person, in whatever state, oldest first."""
    return Credential.objects.filter(person_id=person).order_by("id")


def credential_by_number(*, person: int, number: str) -> Credential | None:
    """Return one credential of a person, or None."""
    return Credential.objects.filter(person_id=person, number=number).first()


def decisions_of(*, credentials: Iterable[int]) -> dict[int, list[Decision]]:
    """Return credential key → its decisions, newest first."""
    found: dict[int, list[Decision]] = defaultdict(list)
    for decision in Decision.objects.filter(credential_id__in=list(credentials)).order_by("-id"):
        found[decision.credential_id].append(decision)
    return found


def open_proposals() -> list[DecisionProposal]:
    """Return the proposals that wait for a second person, oldest first."""
    return list(
        DecisionProposal.objects.filter(answered_at__isnull=True)
        .select_related("credential__person")
        .order_by("id")
    )


def open_proposal_of(*, credential: int) -> DecisionProposal | None:
    """Return the proposal that waits for a credential, or None."""
    return DecisionProposal.objects.filter(
        credential_id=credential, answered_at__isnull=True
    ).first()


def proposal_by_reference(*, reference: str) -> DecisionProposal | None:
    """Return a proposal, answered or not, or None."""
    return (
        DecisionProposal.objects.filter(reference=reference)
        .select_related("credential__person")
        .first()
    )


def directory(*, text: str, specialty: str, today: dt.date) -> QuerySet[Credential]:
    """Return the credentials that the public directory lists, by name.

    Listed: held on the day and in good standing (paid, or within grace), of somebody who neither
    opted out nor is hidden (DOMAIN §6; STANDARDS row 11).

    Arguments:
        text: words that the name must hold, each of them; "" for everybody.
        specialty: a specialty's code, or "" for all.
    """
    in_effect = Decision.objects.filter(credential=OuterRef("pk"), effective_on__lte=today)
    found = Credential.objects.alias(
        state_on=Subquery(in_effect.order_by("-id").values("to_state")[:1])
    ).filter(
        Q(person__membership__cancelled_on__isnull=True)
        | Q(person__membership__renews_on__gt=today),
        state_on=DecisionState.HELD,
        person__listed=True,
        person__hidden=False,
        person__membership__lapses_on__gt=today,
    )
    if specialty:
        found = found.filter(specialty=specialty)
    for word in text.split()[:5]:
        found = found.filter(person__certificate_name__icontains=word)
    return found.select_related("person").order_by("person__last_name", "person__first_name", "id")


def held_long_after_the_end(
    *, ended_before: dt.date, renewed_before: dt.date, limit: int
) -> list[Credential]:
    """Return held credentials whose person's membership ended before a day.

    Arguments:
        ended_before: the day; grace and a cancellation count by it.
        renewed_before: the same day less the time from a renewal date to the end.
    """
    over = Q(person__membership__cancelled_on__lt=ended_before) | Q(
        person__membership__cancelled_on__isnull=True,
        person__membership__renews_on__lt=renewed_before,
        person__membership__lapses_on__lt=ended_before,
    )
    rows = Credential.objects.filter(over, decision_state=DecisionState.HELD)
    return list(rows.select_related("person").order_by("id")[:limit])
