"""Reading the ledger."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import batched
from operator import or_
from typing import Any

from django.db.models import Case, Count, OuterRef, Q, QuerySet, Subquery, When

from scriptorium.database.prepared import WINDOW, Prepared, padded
from scriptorium.domains.catalog.enums import PartKind, ProductKind
from scriptorium.domains.ledger.enums import PartState, UnitState
from scriptorium.domains.ledger.models import Action, ActionLine, Balance, Unit, UnitPart
from scriptorium.kernel.payer import Payer


@dataclass(frozen=True, slots=True)
class Stock:
    """What a payer has of one kind."""

    kind: str
    free: int = 0
    reserved: int = 0
    in_use: int = 0
    first_expiry: dt.date | None = None
    expiring: int = 0


def _tiles(
    columns: dict[str, int | None], soon: dt.date | None
) -> QuerySet[Balance, tuple[Any, ...]]:
    free = Unit.objects.filter(state=UnitState.FREE, kind=OuterRef("kind"), **columns)
    first = free.order_by("expires_on").values("expires_on")[:1]
    going = free.filter(expires_on=OuterRef("first_expiry")).order_by().values("kind")
    rows = Balance.objects.filter(**columns).annotate(first_expiry=Subquery(first))
    near = Q(first_expiry__isnull=False) if soon is None else Q(first_expiry__lte=soon)
    rows = rows.annotate(
        expiring=Case(
            When(near, then=Subquery(going.annotate(n=Count("pk")).values("n"))),
            default=0,
        )
    )
    return rows.values_list("kind", "free", "reserved", "in_use", "first_expiry", "expiring")


def _tiles_of_practice(practice: int, soon: dt.date) -> QuerySet[Balance, tuple[Any, ...]]:
    return _tiles(Payer(practice=practice).columns, soon)


_practice_tiles = Prepared(
    _tiles_of_practice,
    (7_000_001, dt.date(1901, 1, 1)),
    (7_000_002, dt.date(1902, 1, 1)),
    many=True,
)


def stock_of(*, payer: Payer, soon: dt.date | None = None) -> dict[str, Stock]:
    """Return kind → stock for the eight tiles, with the soonest expiry of free units.

    The cost does not grow with the stock: the first expiry is one step into an index, and the
    units that go with it are counted only where that day is near.

    Arguments:
        soon: count how many units expire only for expiries up to this day; None counts always.
    """
    found: Iterable[tuple[Any, ...]]
    if payer.practice is not None and soon is not None:
        found = _practice_tiles.all(payer.practice, soon)
    else:
        found = _tiles(payer.columns, soon)
    return {kind: Stock(kind) for kind in ProductKind.values} | {
        row[0]: Stock(*row) for row in found
    }


def free_of(*, payer: Payer, kind: str) -> int:
    """Return how many free units a payer has of a kind."""
    balance = Balance.objects.filter(kind=kind, **payer.columns).only("free").first()
    return balance.free if balance else 0


def free_of_payers(*, payers: Iterable[Payer], kind: str) -> dict[Payer, int]:
    """Return payer → free units of a kind, of those who have any; asks for some at a time."""
    found: dict[Payer, int] = {}
    for some in batched(payers, 500, strict=False):
        theirs = Q(payer_practice_id__in=[p.practice for p in some if p.practice is not None])
        theirs |= Q(payer_person_id__in=[p.person for p in some if p.person is not None])
        for balance in Balance.objects.filter(theirs, kind=kind, free__gt=0):
            found[Payer.of(balance)] = balance.free
    return found


def live_parts(*, people: Iterable[int]) -> dict[int, list[UnitPart]]:
    """Return person key → parts that are not released, with their units' payers."""
    found: dict[int, list[UnitPart]] = defaultdict(list)
    for part in (
        UnitPart.objects.filter(person_id__in=list(people))
        .exclude(state=PartState.RELEASED)
        .order_by("id")
    ):
        assert part.person_id is not None
        found[part.person_id].append(part)
    return found


def locked_parts(*, person: int, kind: str) -> list[UnitPart]:
    """Return a person's parts of a kind that are not released, with their units.

    The units are locked first, as a release does, so that one waits for the other.
    """
    held = UnitPart.objects.filter(person_id=person, kind=kind).exclude(state=PartState.RELEASED)
    keys = list(held.values_list("unit_id", flat=True))
    units = Unit.objects.select_for_update().filter(pk__in=keys).order_by("pk")
    keys = list(units.values_list("pk", flat=True))
    return list(held.filter(unit_id__in=keys).select_related("unit").order_by("id"))


def reserved_parts(*, links: Iterable[int]) -> dict[int, list[UnitPart]]:
    """Return link key → parts reserved for somebody who has not accepted yet."""
    found: dict[int, list[UnitPart]] = defaultdict(list)
    for part in UnitPart.objects.filter(link_id__in=list(links), state=PartState.RESERVED).order_by(
        "id"
    ):
        assert part.link_id is not None
        found[part.link_id].append(part)
    return found


def _marks(
    people: Sequence[int], links: Sequence[int]
) -> QuerySet[UnitPart, tuple[int | None, int | None, str, str, str, str]]:
    return (
        UnitPart.objects.filter(
            Q(person_id__in=people) | Q(link_id__in=links, state=PartState.RESERVED)
        )
        .exclude(state=PartState.RELEASED)
        .order_by("id")
        .values_list("person_id", "link_id", "kind", "choice", "state", "outcome")
    )


_window_marks = Prepared(
    lambda *keys: _marks(keys[:WINDOW], keys[WINDOW:]),
    tuple(range(7_000_000, 7_000_000 + 2 * WINDOW)),
    tuple(range(8_000_000, 8_000_000 + 2 * WINDOW)),
    many=True,
)


def mark_parts(
    *, people: Iterable[int], links: Iterable[int]
) -> list[tuple[int | None, int | None, str, str, str, str]]:
    """Return (person, link, kind, choice, state, outcome) of the board's marks, by one query."""
    own, reserved = list(people), list(links)
    if not own and not reserved:
        return []
    if max(len(own), len(reserved)) > WINDOW:
        return list(_marks(own, reserved))
    return _window_marks.all(*padded(own), *padded(reserved))


def action_by_key(*, actor_reference: str, idempotency_key: str) -> Action | None:
    """Return the action that an earlier click with the same key made."""
    return Action.objects.filter(
        actor_reference=actor_reference, idempotency_key=idempotency_key
    ).first()


def action_lines(*, action: Action) -> QuerySet[ActionLine]:
    """Return an action's lines with everything that the result page shows."""
    return (
        ActionLine.objects.filter(action=action)
        .select_related("link__practice", "unit", "term", "certificate")
        .order_by("id")
    )


def units_of_link(*, link: int) -> QuerySet[Unit]:
    """Return the units reserved or assigned through a roster link, newest first."""
    return (
        Unit.objects.filter(link_id=link).prefetch_related("parts").order_by("-assigned_at", "-id")
    )


def membership_parts(*, units: Iterable[int], state: str, by: dt.date) -> list[UnitPart]:
    """Return membership parts of units in a state whose first day is ``by`` or earlier."""
    return list(
        UnitPart.objects.filter(
            unit_id__in=list(units),
            kind=PartKind.MEMBERSHIP,
            state=state,
            term_starts_on__lte=by,
        ).order_by("id")
    )


def parts_to_start(*, today: dt.date) -> QuerySet[UnitPart]:
    """Return membership parts whose term begins; read by the nightly run."""
    return UnitPart.objects.filter(
        kind=PartKind.MEMBERSHIP, state=PartState.ASSIGNED, term_starts_on__lte=today
    ).order_by("id")


def parts_to_complete(*, today: dt.date) -> QuerySet[UnitPart]:
    """Return membership parts whose term is over; read by the nightly run."""
    return UnitPart.objects.filter(
        kind=PartKind.MEMBERSHIP, state=PartState.STARTED, term_ends_before__lte=today
    ).order_by("id")


def units_to_expire(*, today: dt.date) -> QuerySet[Unit]:
    """Return free units whose last day is over; read by the nightly run."""
    return Unit.objects.filter(state=UnitState.FREE, expires_on__lte=today).order_by("id")


def reserved_units(*, links: Iterable[int]) -> list[Unit]:
    """Return the units reserved through roster links."""
    return list(Unit.objects.filter(link_id__in=list(links), state=UnitState.RESERVED))


def locked_units_to_expire(*, today: dt.date, limit: int) -> list[Unit]:
    """Return free units whose last day is over, locked.

    Their balances are locked first, in the order in which an assignment takes both, so that the
    night and an assignment never wait for each other.
    """
    found = list(units_to_expire(today=today)[:limit])
    owners = {(Payer.of(unit), unit.kind) for unit in found}
    wanted = [Q(kind=kind, **payer.columns) for payer, kind in owners]
    if not wanted:
        return []
    balances = Balance.objects.select_for_update().filter(reduce(or_, wanted)).order_by("pk")
    list(balances.values_list("pk"))
    keys = [unit.pk for unit in found]
    return list(units_to_expire(today=today).select_for_update().filter(pk__in=keys))


def locked_action(*, practice: int, reference: str) -> Action | None:
    """Return an action of a practice, locked against a second undo, or None."""
    return (
        Action.objects.select_for_update()
        .filter(payer_practice_id=practice, reference=reference)
        .first()
    )


def lock_units_of_action(*, action: Action) -> None:
    """Lock the units that an action still holds, so that nobody takes them back meanwhile."""
    list(Unit.objects.select_for_update().filter(action=action).order_by("pk").values_list("pk"))


def parts_of_units(*, units: Iterable[int]) -> dict[int, list[tuple[str, str]]]:
    """Return unit key → (kind, state) of each part."""
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    rows = UnitPart.objects.filter(unit_id__in=list(units)).values_list("unit_id", "kind", "state")
    for unit, kind, state in rows:
        found[unit].append((kind, state))
    return found


def locked_units_of_link(*, link: int, states: Iterable[str]) -> list[Unit]:
    """Return a link's units in the given states, locked, in key order."""
    return list(
        Unit.objects.select_for_update().filter(link_id=link, state__in=list(states)).order_by("pk")
    )


def unit_of_link(*, link: int, reference: str) -> Unit | None:
    """Return one unit that is held through a link, locked, or None."""
    return Unit.objects.select_for_update().filter(reference=reference, link_id=link).first()


@dataclass(frozen=True, slots=True)
class Expiring:
    """Free units of a practice that expire on one day."""

    practice: int
    kind: str
    expires_on: dt.date
    count: int


def expiring_groups(*, after: dt.date, until: dt.date) -> list[Expiring]:
    """Return practices' free units that expire in ``(after, until]``, by kind and day."""
    rows = (
        Unit.objects.filter(
            state=UnitState.FREE,
            expires_on__gt=after,
            expires_on__lte=until,
            payer_practice__isnull=False,
        )
        .values_list("payer_practice_id", "kind", "expires_on")
        .annotate(count=Count("id"))
        .order_by("payer_practice_id", "kind", "expires_on")
    )
    return [Expiring(*row) for row in rows]
