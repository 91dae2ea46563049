"""Reading who is who in a practice: asked on every request, so these are compiled once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from scriptorium.database.prepared import Prepared
from scriptorium.domains.notifications.queries import address_to_check
from scriptorium.domains.practices.enums import PracticeRole
from scriptorium.domains.practices.models import HandOver, LinkRole, Practice, RosterLink

OPEN_INVITATION = Q(accepted_at__isnull=True, closed_at__isnull=True)


@dataclass(frozen=True, slots=True)
class Standing:
    """A person's place in a practice."""

    primary: bool = False
    roles: frozenset[str] = frozenset()
    member: bool = False

    @property
    def manages(self) -> bool:
        """Primary administrator or deputy."""
        return self.primary or PracticeRole.DEPUTY in self.roles

    @property
    def reads(self) -> bool:
        """May see the board: managers, physicians and auditors."""
        return self.manages or bool(self.roles)

    @property
    def attests(self) -> bool:
        """May answer attested hours: managers and physicians."""
        return self.manages or PracticeRole.PHYSICIAN in self.roles

    @property
    def words(self) -> str:
        """The role in words, for pages and logs."""
        if self.primary:
            return "primary administrator"
        for role in PracticeRole:
            if role in self.roles:
                return role.label.lower()
        return "member" if self.member else "nobody here"

    @property
    def one(self) -> str:
        """The role with its article: “a deputy”, “an auditor”, “the primary administrator”."""
        article = "the" if self.primary else "an" if self.words.startswith("a") else "a"
        return f"{article} {self.words}"


def _with_primary(reference: str) -> QuerySet[Practice]:
    open_ones = HandOver.objects.filter(OPEN_INVITATION, practice=OuterRef("pk"))
    return (
        Practice.objects.filter(reference=reference)
        .select_related("primary", "counter")
        .annotate(
            asked=Subquery(open_ones.values("to_person_id")[:1]),
            undelivered_at=address_to_check(),
        )
    )


_by_reference = Prepared(_with_primary, ("one",), ("other",))


def by_reference(*, reference: str) -> Practice | None:
    """Return a practice with its primary administrator and counter, or None.

    Its ``asked`` is the key of the person whom an open hand-over waits for, ``undelivered_at`` the
    address at which a legal notice did not arrive.
    """
    return _by_reference.first(reference)


def _rows_of_standing(practice: int, person: int) -> QuerySet[RosterLink, Any]:
    rows = RosterLink.objects.filter(practice_id=practice, person_id=person, ended_at__isnull=True)
    return rows.values_list("pk", "roles__role", "roles__ended_at")


_standing_rows = Prepared(
    _rows_of_standing, (7_000_001, 7_100_001), (7_000_002, 7_100_002), many=True
)


def standing_of(*, practice: Practice, person: int) -> Standing:
    """Return a person's place in a practice, from roles that hold at this moment."""
    found = _standing_rows.all(practice.pk, person)
    return Standing(
        primary=practice.primary_id == person,
        roles=frozenset(role for _, role, ended in found if role and ended is None),
        member=bool(found),
    )


def _with_a_say(person: int) -> QuerySet[Practice]:
    held = LinkRole.objects.filter(
        ended_at__isnull=True, link__person_id=person, link__ended_at__isnull=True
    ).values("link__practice_id")
    # A union, since OR over the roster's join reads every roster there is.
    own = Practice.objects.filter(primary_id=person)
    return own.union(Practice.objects.filter(pk__in=held)).order_by("name")


_practices_of = Prepared(_with_a_say, (7_000_001,), (7_000_002,), many=True)


def practices_of(*, person: int) -> list[Practice]:
    """Return the practices in which a person has a say, by name; for the switcher and menu."""
    return _practices_of.all(person)
