"""Writing practices and rosters. Called by journeys inside their transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import F

from scriptorium.database.bulk import update_rows
from scriptorium.domains.practices import rules
from scriptorium.domains.practices.enums import Facts
from scriptorium.domains.practices.models import (
    NO_DATE,
    HandOver,
    Invitation,
    LinkRole,
    Practice,
    PracticeCounter,
    RosterLink,
    Supervision,
)

SETTINGS_FIELDS = (
    "name",
    "street",
    "city",
    "region",
    "postal_code",
    "country",
    "phone",
    "billing_email",
)


class AlreadyOnRoster(Exception):
    """The address or the person is on this roster already."""


@dataclass(frozen=True, slots=True)
class NewLink:
    """A person to put on a roster."""

    first_name: str
    last_name: str
    email: str
    phone: str = ""
    background: str = ""
    person: int | None = None


def create_practice(
    *, name: str, primary: int, now: dt.datetime, details: Mapping[str, str] | None = None
) -> Practice:
    """Insert a practice with its primary administrator and its counter."""
    practice = Practice.objects.create(
        name=name, primary_id=primary, created_at=now, **(details or {})
    )
    PracticeCounter.objects.create(practice=practice)
    return practice


def add_links(*, practice: int, people: Sequence[NewLink], today: dt.date) -> list[RosterLink]:
    """Put people on a roster, with one statement however many they are.

    Raises:
        IntegrityError: an address or person is on the roster already (the caller looked first).
    """
    links = [
        RosterLink(
            practice_id=practice,
            person_id=new.person,
            first_name=new.first_name,
            last_name=new.last_name,
            email=new.email.lower(),
            phone=new.phone,
            background=new.background,
            starts_on=today,
            sort_name=rules.sort_name(new.first_name, new.last_name),
            search_text=rules.search_text(new.first_name, new.last_name, new.email),
        )
        for new in people
    ]
    RosterLink.objects.bulk_create(links)
    bare = sum(1 for link in links if link.person_id is None)
    count(practice=practice, people=len(links), invited=bare)
    return links


def count(*, practice: int, people: int = 0, invited: int = 0) -> None:
    """Move a practice's counter row."""
    if people or invited:
        PracticeCounter.objects.filter(practice_id=practice).update(
            people=F("people") + people, invited=F("invited") + invited
        )


def change_link(*, link: RosterLink, values: Mapping[str, str]) -> list[str]:
    """Write typed details of a link; returns the names of the fields that changed."""
    changed = [name for name, value in values.items() if getattr(link, name) != value]
    for name in changed:
        setattr(link, name, values[name])
    if changed:
        link.sort_name = rules.sort_name(link.first_name, link.last_name)
        link.search_text = rules.search_text(link.first_name, link.last_name, link.email)
        link.save(update_fields=[*changed, "sort_name", "search_text"])
    return changed


def refresh_rows(*, facts: Mapping[int, Facts], today: dt.date) -> None:
    """Copy membership facts to every live link of the people, at every practice (DESIGN §3).

    Arguments:
        facts: person key → the copy.
        today: an ended membership sorts last from its end on.
    """
    links = list(
        RosterLink.objects.select_for_update()
        .filter(person_id__in=list(facts), ended_at__isnull=True)
        .order_by("pk")
    )
    for link in links:
        assert link.person_id is not None
        fact = facts[link.person_id]
        ended = fact.ends_on is not None and fact.ends_on <= today
        link.renews_on, link.lapses_on, link.ends_on = fact.renews_on, fact.lapses_on, fact.ends_on
        link.mode = "N" if ended or fact.renews_on is None else fact.mode
        link.board_order = NO_DATE if ended or fact.renews_on is None else fact.renews_on
    update_rows(RosterLink, links, ("renews_on", "lapses_on", "ends_on", "mode", "board_order"))


def join_person(*, link: RosterLink, person: int) -> None:
    """Fill an accepted link with its person."""
    link.person_id = person
    link.save(update_fields=["person"])
    count(practice=link.practice_id, invited=-1)


def end_link(
    *, link: RosterLink, reason: str, note: str, ends_before: dt.date, by: str, now: dt.datetime
) -> None:
    """End a link; nothing about the person is deleted (DOMAIN §1)."""
    bare = link.person_id is None
    link.ended_at, link.ended_by, link.end_reason, link.end_note = now, by, reason, note
    link.ends_before = max(ends_before, link.starts_on + dt.timedelta(days=1))
    link.save(update_fields=["ended_at", "ended_by", "end_reason", "end_note", "ends_before"])
    LinkRole.objects.filter(link=link, ended_at__isnull=True).update(ended_at=now, ended_by=by)
    count(practice=link.practice_id, people=-1, invited=-1 if bare else 0)


def give_role(*, link: RosterLink, role: str, by: str, now: dt.datetime) -> bool:
    """Give a role to somebody on the roster; returns whether it is new.

    The row is locked, so two people who give one role at the same moment give it once.
    """
    RosterLink.objects.select_for_update().filter(pk=link.pk).values_list("pk").first()
    if LinkRole.objects.filter(link=link, role=role, ended_at__isnull=True).exists():
        return False
    LinkRole.objects.create(link=link, role=role, started_at=now, started_by=by)
    return True


def end_role(*, link: RosterLink, role: str, by: str, now: dt.datetime) -> bool:
    """End a role; returns whether it was held."""
    return bool(
        LinkRole.objects.filter(link=link, role=role, ended_at__isnull=True).update(
            ended_at=now, ended_by=by
        )
    )


def open_invitations(
    *,
    links: Sequence[RosterLink],
    kinds: Sequence[str],
    references: Sequence[str],
    hashes: Sequence[str],
    days: int,
    now: dt.datetime,
) -> list[Invitation]:
    """Insert invitations, one per link, closing older open ones.

    Arguments:
        kinds, references, hashes: as many as links, in their order.
        days: how long each is good.
    """
    Invitation.objects.filter(
        link__in=links, accepted_at__isnull=True, closed_at__isnull=True
    ).update(closed_at=now, closed_because="replaced")
    return Invitation.objects.bulk_create(
        [
            Invitation(
                reference=reference,
                link=link,
                kind=kind,
                token_hash=token,
                created_at=now,
                expires_at=now + dt.timedelta(days=days),
            )
            for link, kind, reference, token in zip(links, kinds, references, hashes, strict=True)
        ]
    )


def accept_invitation(*, invitation: Invitation, now: dt.datetime) -> bool:
    """Use an invitation up; returns False when somebody was faster."""
    return bool(
        Invitation.objects.filter(
            pk=invitation.pk, accepted_at__isnull=True, closed_at__isnull=True, expires_at__gt=now
        ).update(accepted_at=now)
    )


def close_invitations(*, links: Iterable[RosterLink], because: str, now: dt.datetime) -> None:
    """Close open invitations of links that ended or expired."""
    Invitation.objects.filter(
        link__in=list(links), accepted_at__isnull=True, closed_at__isnull=True
    ).update(closed_at=now, closed_because=because)


def propose_hand_over(
    *, practice: Practice, to_person: int, stays_deputy: bool, days: int, now: dt.datetime
) -> HandOver:
    """Ask somebody to become primary administrator; an older open proposal is withdrawn."""
    HandOver.objects.filter(
        practice=practice, accepted_at__isnull=True, closed_at__isnull=True
    ).update(closed_at=now, closed_because="replaced")
    return HandOver.objects.create(
        practice=practice,
        from_person_id=practice.primary_id,
        to_person_id=to_person,
        stays_deputy=stays_deputy,
        proposed_at=now,
        expires_at=now + dt.timedelta(days=days),
    )


def accept_hand_over(*, proposal: HandOver, now: dt.datetime) -> bool:
    """Make the proposed person primary; one statement moves the role, so it is never empty.

    Returns:
        False when the proposal is no longer open or the administrator changed meanwhile.
    """
    open_still = HandOver.objects.filter(
        pk=proposal.pk, accepted_at__isnull=True, closed_at__isnull=True, expires_at__gt=now
    ).update(accepted_at=now)
    if not open_still:
        return False
    moved = Practice.objects.filter(
        pk=proposal.practice_id, primary_id=proposal.from_person_id
    ).update(primary_id=proposal.to_person_id)
    return bool(moved)


def close_hand_over(*, proposal: HandOver, because: str, now: dt.datetime) -> None:
    """Decline or withdraw a proposal."""
    HandOver.objects.filter(
        pk=proposal.pk, accepted_at__isnull=True, closed_at__isnull=True
    ).update(closed_at=now, closed_because=because)


def change_settings(*, practice: Practice, values: Mapping[str, str]) -> list[str]:
    """Write a practice's details; returns the names of the fields that changed."""
    changed = [
        name
        for name in SETTINGS_FIELDS
        if name in values and getattr(practice, name) != values[name]
    ]
    for name in changed:
        setattr(practice, name, values[name])
    if changed:
        practice.save(update_fields=changed)
    return changed


def start_supervision(
    *, practice: int, physician: int, scribe: int, starts_on: dt.date
) -> Supervision:
    """Record that a physician supervises a scribe from a day on; an open one stays as it is."""
    return Supervision.objects.get_or_create(
        practice_id=practice,
        physician_id=physician,
        scribe_id=scribe,
        ends_before=None,
        defaults={"starts_on": starts_on},
    )[0]


def end_supervision(*, supervision: Supervision, ends_before: dt.date) -> None:
    """End a supervision on a day after its start."""
    supervision.ends_before = max(ends_before, supervision.starts_on + dt.timedelta(days=1))
    supervision.save(update_fields=["ends_before"])
