"""Reading practices and rosters."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Lower

from scriptorium.database.prepared import Prepared
from scriptorium.domains.practices.enums import PracticeRole
from scriptorium.domains.practices.models import (
    NO_DATE,
    HandOver,
    Invitation,
    LinkRole,
    Practice,
    RosterLink,
    Supervision,
)
from scriptorium.domains.practices.queries.standing import OPEN_INVITATION


@dataclass(frozen=True, slots=True)
class RosterFilter:
    """What the board's address asks for (CONTRACT, filters)."""

    q: str = ""
    state: str = ""
    role: str = ""
    sort: str = "renewal"


@dataclass(frozen=True, slots=True)
class Counts:
    """The numbers of the board's banner."""

    now: int
    due: int


def live_links(*, practice: int) -> QuerySet[RosterLink]:
    """Return the people who are on a practice's roster now."""
    return RosterLink.objects.filter(practice_id=practice, ended_at__isnull=True)


def filtered(
    *, practice: int, wanted: RosterFilter, today: dt.date, due_days: int
) -> QuerySet[RosterLink]:
    """Return the roster as the board's filters ask, in the board's order."""
    links = live_links(practice=practice)
    if wanted.q:
        for word in wanted.q.casefold().split()[:5]:
            links = links.filter(search_text__contains=word)
    links = in_state(links, wanted.state, today, due_days)
    if wanted.role == "member":
        links = links.exclude(roles__ended_at__isnull=True, roles__isnull=False)
    elif wanted.role:
        links = links.filter(roles__role=wanted.role, roles__ended_at__isnull=True)
    if wanted.sort == "name":
        return links.order_by("sort_name", "id")
    return links.order_by("board_order", "sort_name", "id")


def _now(today: dt.date) -> Q:
    return Q(board_order__lte=today, renews_on__lte=today, ends_on__gt=today)


def _due(today: dt.date, soon: dt.date) -> Q:
    return Q(board_order__gt=today, board_order__lte=soon, renews_on__lte=soon)


def in_state(
    links: QuerySet[RosterLink], state: str, today: dt.date, due_days: int
) -> QuerySet[RosterLink]:
    """Narrow a roster to one of the board's states, by the derived dates."""
    soon = today + dt.timedelta(days=due_days)
    if state == "now":
        return links.filter(_now(today))
    if state == "due":
        return links.filter(_due(today, soon))
    if state == "ok":
        return links.filter(renews_on__gt=soon)
    if state == "invited":
        return links.filter(person__isnull=True)
    if state == "none":
        return links.filter(person__isnull=False).filter(
            Q(renews_on__isnull=True) | Q(ends_on__lte=today)
        )
    return links


def _red_and_orange(
    practice: int, today: dt.date, soon: dt.date
) -> QuerySet[RosterLink, tuple[int, int]]:
    near = live_links(practice=practice).filter(board_order__lte=soon)
    return (
        near.order_by()
        .values("practice_id")
        .annotate(
            now=Count("pk", filter=_now(today)),
            due=Count("pk", filter=_due(today, soon)),
        )
        .values_list("now", "due")
    )


_counts = Prepared(
    _red_and_orange,
    (7_000_001, dt.date(1901, 1, 1), dt.date(1901, 1, 2)),
    (7_000_002, dt.date(1902, 1, 1), dt.date(1902, 1, 2)),
)


def counts(*, practice: int, today: dt.date, due_days: int) -> Counts:
    """Return how many people are red and orange; the cost grows with those, not the roster."""
    found = _counts.first(practice, today, today + dt.timedelta(days=due_days))
    return Counts(*found) if found else Counts(0, 0)


def link_by_reference(*, practice: int, reference: str) -> RosterLink | None:
    """Return one roster link, ended ones included, or None."""
    return (
        RosterLink.objects.filter(practice_id=practice, reference=reference)
        .select_related("person", "person__user")
        .first()
    )


def links_by_email(*, practice: int, emails: Iterable[str]) -> dict[str, RosterLink]:
    """Return lower-case address → live link of the practice."""
    rows = (
        live_links(practice=practice)
        .annotate(address=Lower("email"))
        .filter(address__in=[email.lower() for email in emails])
    )
    return {row.email.lower(): row for row in rows}


def open_invitations(*, links: Iterable[int]) -> dict[int, Invitation]:
    """Return link key → its open invitation."""
    return {
        i.link_id: i for i in Invitation.objects.filter(OPEN_INVITATION, link_id__in=list(links))
    }


def roles_of(*, links: Iterable[int]) -> dict[int, list[LinkRole]]:
    """Return link key → roles held now."""
    found: dict[int, list[LinkRole]] = defaultdict(list)
    for role in LinkRole.objects.filter(link_id__in=list(links), ended_at__isnull=True):
        found[role.link_id].append(role)
    return found


def supervisors(*, practice: int, scribes: Iterable[int], on: dt.date) -> dict[int, list[str]]:
    """Return scribe key → certificate names of the physicians who supervise on a day."""
    found: dict[int, list[str]] = defaultdict(list)
    rows = (
        Supervision.objects.filter(
            Q(ends_before__isnull=True) | Q(ends_before__gt=on),
            practice_id=practice,
            scribe_id__in=list(scribes),
            starts_on__lte=on,
        )
        .order_by("starts_on", "id")
        .values_list("scribe_id", "physician__certificate_name")
    )
    for scribe, name in rows:
        found[scribe].append(name)
    return found


def supervisions(*, practice: int, scribe: int | None = None) -> QuerySet[Supervision]:
    """Return who supervised whom at a practice, newest first."""
    rows = Supervision.objects.filter(practice_id=practice).select_related("physician", "scribe")
    if scribe is not None:
        rows = rows.filter(scribe_id=scribe)
    return rows.order_by("-starts_on", "-id")


def open_hand_over(*, practice: int) -> HandOver | None:
    """Return the hand-over that waits for an answer."""
    return (
        HandOver.objects.filter(OPEN_INVITATION, practice_id=practice)
        .select_related("to_person", "from_person", "practice")
        .first()
    )


def hand_overs_for(*, person: int) -> list[HandOver]:
    """Return hand-overs that wait for this person's answer."""
    return list(
        HandOver.objects.filter(OPEN_INVITATION, to_person_id=person).select_related(
            "practice", "from_person"
        )
    )


def lock_people(*, people: Iterable[int], links: Iterable[int] = ()) -> None:
    """Lock the live rows of people at every practice, and the given rows, in key order.

    What changes a membership writes all rows of its person, so it locks them all before anything
    else: two practices that change the same person then never wait for each other in a circle.
    SQLite has one writer at a time and nothing to lock.
    """
    if connection.features.has_select_for_update:
        rows = RosterLink.objects.filter(
            Q(pk__in=list(links)) | Q(person_id__in=list(people)), ended_at__isnull=True
        )
        list(rows.order_by("pk").select_for_update().values_list("pk"))


def lock_practice(*, practice: int) -> None:
    """Lock a practice's row, for what is numbered within it."""
    Practice.objects.select_for_update().values_list("pk").get(pk=practice)


def locked_links(*, practice: int, keys: Iterable[int]) -> list[RosterLink]:
    """Return live links by key, with their people's other links locked, in the board's order."""
    keys = list(keys)
    wanted = live_links(practice=practice).filter(pk__in=keys)
    if connection.features.has_select_for_update:
        people = wanted.filter(person__isnull=False).values_list("person_id", flat=True)
        lock_people(people=list(people), links=keys)
    links = list(wanted.order_by("pk"))
    return sorted(links, key=lambda link: (link.board_order, link.sort_name, link.pk))


def invitation_by_hash(*, token_hash: str) -> Invitation | None:
    """Return an invitation with its link and practice, or None."""
    return Invitation.objects.filter(token_hash=token_hash).select_related("link__practice").first()


def links_of_people(*, practice: int, people: Iterable[int]) -> dict[int, RosterLink]:
    """Return person key → the person's live link with a practice."""
    rows = live_links(practice=practice).filter(person_id__in=list(people))
    return {link.person_id: link for link in rows if link.person_id is not None}


def live_link_of(*, practice: int, person: int) -> RosterLink | None:
    """Return a person's live link with a practice, or None."""
    return live_links(practice=practice).filter(person_id=person).first()


def references(*, keys: Iterable[int]) -> dict[int, str]:
    """Return practice key → reference."""
    return dict(Practice.objects.filter(pk__in=list(keys)).values_list("pk", "reference"))


def invitations_over(*, now: dt.datetime, limit: int) -> list[Invitation]:
    """Return open invitations whose time is over, for the nightly run."""
    return list(
        Invitation.objects.filter(OPEN_INVITATION, expires_at__lte=now)
        .select_related("link__practice__primary")
        .order_by("id")[:limit]
    )


def invitations_open(*, now: dt.datetime) -> Iterable[Invitation]:
    """Return open invitations that can still be accepted, for reminders."""
    return (
        Invitation.objects.filter(OPEN_INVITATION, expires_at__gt=now)
        .select_related("link__practice")
        .order_by("id")
        .iterator(chunk_size=500)
    )


def people_ended_unsorted(*, today: dt.date, limit: int) -> list[int]:
    """Return people whose membership ended but whose rows still sort by its date."""
    rows = RosterLink.objects.filter(
        ended_at__isnull=True, person__isnull=False, ends_on__lte=today, board_order__lt=NO_DATE
    ).values_list("person_id", flat=True)
    return list(rows.distinct()[:limit])


def search(*, text: str, limit: int = 50) -> list[Practice]:
    """Return practices whose name contains every word, for staff."""
    found = Practice.objects.select_related("primary", "counter")
    for word in text.split()[:5]:
        found = found.filter(name__icontains=word)
    return list(found.order_by("name", "id")[:limit])


def physicians_of(*, practice: int) -> list[RosterLink]:
    """Return the live links of a practice's physicians, by name."""
    return list(
        live_links(practice=practice)
        .filter(roles__role=PracticeRole.PHYSICIAN, roles__ended_at__isnull=True)
        .order_by("sort_name", "id")
    )


def role_holders(*, practice: int) -> list[LinkRole]:
    """Return who holds a role at a practice now, with their links."""
    return list(
        LinkRole.objects.filter(
            link__practice_id=practice, link__ended_at__isnull=True, ended_at__isnull=True
        )
        .select_related("link")
        .order_by("role", "link__sort_name", "id")
    )


def supervision_by_reference(*, practice: int, reference: str) -> Supervision | None:
    """Return one open supervision of a practice, or None."""
    return (
        Supervision.objects.filter(
            practice_id=practice, reference=reference, ends_before__isnull=True
        )
        .select_related("physician", "scribe")
        .first()
    )


def places_of(*, links: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Return link key → (practice reference, typed name), for sentences."""
    rows = RosterLink.objects.filter(pk__in=list(links)).select_related("practice")
    return {link.pk: (link.practice.reference, link.name) for link in rows}


def with_primary(*, keys: Iterable[int]) -> dict[int, Practice]:
    """Return practice key → practice with its primary administrator."""
    return Practice.objects.select_related("primary").in_bulk(list(keys))
