"""Reading credentials."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from scriptorium.domains.credentials.enums import DecisionState
from scriptorium.domains.credentials.models import Credential


def held_by(*, people: Iterable[int]) -> dict[int, list[Credential]]:
    """Return person key → held credentials, oldest first."""
    found: dict[int, list[Credential]] = defaultdict(list)
    for credential in Credential.objects.filter(
        person_id__in=list(people), decision_state=DecisionState.HELD
    ).order_by("id"):
        found[credential.person_id].append(credential)
    return found
