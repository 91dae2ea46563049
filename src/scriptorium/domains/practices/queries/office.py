"""What staff read about practices and rosters."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from scriptorium.domains.practices.models import Invitation, Practice, RosterLink
from scriptorium.domains.practices.queries.standing import OPEN_INVITATION


def invitations_expiring(
    *, now: dt.datetime, before: dt.datetime, limit: int = 100
) -> list[Invitation]:
    """Return open invitations whose last moment is near, soonest first."""
    return list(
        Invitation.objects.filter(OPEN_INVITATION, expires_at__gt=now, expires_at__lte=before)
        .select_related("link__practice")
        .order_by("expires_at", "id")[:limit]
    )


def links_of_person(*, person: int) -> list[RosterLink]:
    """Return every roster link of a person, live ones first, then the newest ended ones."""
    links = RosterLink.objects.filter(person_id=person).select_related("practice").order_by("-id")
    return sorted(links, key=lambda link: link.ended_at is not None)


def of_references(*, references: Iterable[str]) -> dict[str, Practice]:
    """Return reference → practice with its primary administrator."""
    found = Practice.objects.filter(reference__in=list(references)).select_related("primary")
    return {practice.reference: practice for practice in found}
