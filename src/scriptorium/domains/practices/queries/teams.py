"""Reading physician-scribe teams, and who at a practice may approve hours (S40)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import F, Q, QuerySet

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.practices.enums import PracticeRole
from scriptorium.domains.practices.models import LinkRole, Practice, RosterLink, Supervision

APPROVING = (PracticeRole.DEPUTY, PracticeRole.PHYSICIAN)


def approvers_of(*, practices: Iterable[int]) -> dict[int, list[Person]]:
    """Return practice key → administrators and physicians who can sign in, each once."""
    keys = list(practices)
    found: dict[int, dict[int, Person]] = {key: {} for key in keys}
    for practice in Practice.objects.filter(pk__in=keys).select_related("primary"):
        found[practice.pk][practice.primary_id] = practice.primary
    held = LinkRole.objects.filter(
        role__in=APPROVING,
        ended_at__isnull=True,
        link__practice_id__in=keys,
        link__ended_at__isnull=True,
        link__person__user__isnull=False,
    ).select_related("link__person")
    for role in held.order_by("id"):
        person = role.link.person
        assert person is not None
        found[role.link.practice_id].setdefault(person.pk, person)
    return {key: list(people.values()) for key, people in found.items()}


def practices_as_physician(*, person: int) -> list[Practice]:
    """Return the practices in which somebody is a physician now, by name."""
    held = LinkRole.objects.filter(
        role=PracticeRole.PHYSICIAN,
        ended_at__isnull=True,
        link__person_id=person,
        link__ended_at__isnull=True,
    )
    return list(Practice.objects.filter(pk__in=held.values("link__practice_id")).order_by("name"))


def runs_any(*, person: int) -> bool:
    """Return whether somebody is primary administrator or deputy anywhere."""
    deputy = LinkRole.objects.filter(
        role=PracticeRole.DEPUTY,
        ended_at__isnull=True,
        link__person_id=person,
        link__ended_at__isnull=True,
    )
    return Practice.objects.filter(primary_id=person).exists() or deputy.exists()


def _live(on: dt.date) -> Q:
    return Q(ends_before__isnull=True) | Q(ends_before__gt=on)


def scribes_of(*, physician: int, practices: Iterable[int], on: dt.date) -> list[Supervision]:
    """Return whom a physician supervises on a day at these practices, by name.

    Somebody whose link with the practice ended is left out, whatever the supervision says.
    """
    return list(
        Supervision.objects.filter(
            _live(on),
            physician_id=physician,
            practice_id__in=list(practices),
            starts_on__lte=on,
            scribe__links__practice_id=F("practice_id"),
            scribe__links__ended_at__isnull=True,
        )
        .select_related("scribe", "practice")
        .distinct()
        .order_by("scribe__last_name", "scribe__first_name", "id")
    )


def supervisors_ever(*, scribe: int) -> set[str]:
    """Return the references of everybody who supervises or supervised somebody, anywhere."""
    rows = Supervision.objects.filter(scribe_id=scribe)
    return set(rows.values_list("physician__reference", flat=True))


def teams_of(*, practice: int, on: dt.date) -> QuerySet[Supervision]:
    """Return the supervisions that hold on a day or begin later, by physician and scribe."""
    return (
        Supervision.objects.filter(_live(on), practice_id=practice)
        .select_related("physician", "scribe")
        .order_by(
            "physician__last_name", "physician__first_name", "physician_id",
            "scribe__last_name", "scribe__first_name", "id",
        )
    )  # fmt: skip


def former_teams_of(*, practice: int, on: dt.date, limit: int = 50) -> list[Supervision]:
    """Return the supervisions that are over, the latest end first."""
    return list(
        Supervision.objects.filter(practice_id=practice, ends_before__lte=on)
        .select_related("physician", "scribe")
        .order_by("-ends_before", "-id")[:limit]
    )


def live_links_of_people(*, practice: int, people: Iterable[int]) -> dict[int, RosterLink]:
    """Return person key → live link with a practice."""
    rows = RosterLink.objects.filter(
        practice_id=practice, person_id__in=list(people), ended_at__isnull=True
    )
    return {link.person_id: link for link in rows if link.person_id is not None}
