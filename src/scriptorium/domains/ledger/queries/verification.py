"""Recomputing balances and units from their entries, for ``verify-ledger``."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from django.db.models import Count, F, Q

from scriptorium.domains.catalog.enums import PARTS, ProductKind
from scriptorium.domains.ledger.enums import MOVES, PartState, UnitState
from scriptorium.domains.ledger.models import Balance, Entry, Unit, UnitPart

_COLUMN = {
    UnitState.FREE: "free",
    UnitState.RESERVED: "reserved",
    UnitState.ASSIGNED: "in_use",
    UnitState.STARTED: "in_use",
}


def broken_chains() -> Iterator[str]:
    """Yield units whose entries do not form a legal chain that ends in their state.

    Finds a missing entry, an illegal transition, and an entry of another payer.
    """
    reached: dict[int, str] = {}
    rows = (
        Entry.objects.order_by("unit_id", "id")
        .values_list(
            "unit_id",
            "unit__reference",
            "event",
            "from_state",
            "to_state",
            "payer_practice_id",
            "payer_person_id",
            "unit__payer_practice_id",
            "unit__payer_person_id",
        )
        .iterator(chunk_size=5000)
    )
    for unit, name, event, before, after, pp, ph, up, uh in rows:
        if (pp, ph) != (up, uh):
            yield f"Unit {name}: an entry names another payer than the unit."
        if reached.get(unit, "") != before:
            yield f"Unit {name}: an entry is missing before {event} (from {before or 'nothing'})."
        sources, target = MOVES.get(event, (frozenset(), None))
        if before not in sources:
            yield f"Unit {name}: {before or 'nothing'} → {event} is not a legal move."
        elif after != target:
            yield f"Unit {name}: {event} cannot lead to {after}."
        reached[unit] = after
    for unit, name, state in Unit.objects.values_list("pk", "reference", "state").iterator(
        chunk_size=5000
    ):
        if reached.get(unit) != state:
            said = reached.get(unit, "nothing")
            yield f"Unit {name}: is {state}, but its entries end in {said}."


def wrong_balances() -> Iterator[str]:
    """Yield balances that differ from what the entries add up to."""
    counted: dict[tuple[int | None, int | None, str], Counter[str]] = defaultdict(Counter)
    rows = Entry.objects.values_list(
        "payer_practice_id", "payer_person_id", "unit__kind", "from_state", "to_state"
    ).annotate(n=Count("id"))
    for practice, person, kind, before, after, number in rows.order_by():
        if before in _COLUMN:
            counted[(practice, person, kind)][_COLUMN[UnitState(before)]] -= number
        if after in _COLUMN:
            counted[(practice, person, kind)][_COLUMN[UnitState(after)]] += number
    seen = set()
    for balance in Balance.objects.all():
        key = (balance.payer_practice_id, balance.payer_person_id, balance.kind)
        seen.add(key)
        for column in ("free", "reserved", "in_use"):
            said, found = getattr(balance, column), counted[key][column]
            if said != found:
                yield (
                    f"Balance of {_payer(key)} for {balance.kind}: {column} says {said},"
                    f" its entries say {found}."
                )
    for key, totals in counted.items():
        if key not in seen and any(totals.values()):
            yield f"Balance of {_payer(key)} for {key[2]} is missing."


def _payer(key: tuple[int | None, int | None, str]) -> str:
    return f"practice {key[0]}" if key[0] is not None else f"person {key[1]}"


def duplicate_assignments() -> Iterator[str]:
    """Yield people who hold the same live part twice, and parts without their unit's person."""
    live = Q(state__in=["assigned", "started"])
    doubles = (
        UnitPart.objects.filter(live, kind__in=["manual", "hipaa", "exam", "ce"])
        .values("person_id", "kind", "choice")
        .annotate(n=Count("id"))
        .filter(n__gt=1)
    )
    for row in doubles:
        yield f"Person {row['person_id']} holds {row['kind']} {row['choice']} {row['n']} times."
    terms = (
        UnitPart.objects.filter(kind="membership", state__in=["assigned", "started", "completed"])
        .values("person_id", "term_starts_on")
        .annotate(n=Count("id"))
        .filter(n__gt=1)
    )
    for term in terms:
        yield (
            f"Person {term['person_id']}: {term['n']} units pay for the year from"
            f" {term['term_starts_on']}."
        )


def missing_parts() -> Iterator[str]:
    """Yield units in somebody's hands that do not have exactly the parts of their kind."""
    held = Unit.objects.filter(
        state__in=[
            UnitState.RESERVED,
            UnitState.ASSIGNED,
            UnitState.STARTED,
            UnitState.COMPLETED,
        ]
    )
    live = Count("parts", filter=~Q(parts__state=PartState.RELEASED))
    for name, kind, found in held.annotate(live=live).values_list("reference", "kind", "live"):
        if found != len(PARTS[ProductKind(kind)]):
            yield f"Unit {name}: has {found} parts of {len(PARTS[ProductKind(kind)])}."


def wrong_holders() -> Iterator[str]:
    """Yield units whose parts, entries and holder disagree about the person."""
    rows = (
        UnitPart.objects.filter(state__in=["assigned", "started"])
        .exclude(unit__person_id__isnull=False, unit__state__in=["assigned", "started"])
        .values_list("unit__reference", flat=True)
    )
    for name in rows:
        yield f"Unit {name}: a part is open, but the unit is not assigned."

    for name in UnitPart.objects.filter(
        ~Q(person_id=F("unit__person_id")), state__in=["assigned", "started", "completed"]
    ).values_list("unit__reference", flat=True):
        yield f"Unit {name}: its part names another person than the unit."


def wrong_limits() -> Iterator[str]:
    """Yield limited units that pay for a day on or after the one by which they end."""
    for name in UnitPart.objects.filter(
        state__in=["assigned", "started", "completed"],
        unit__ends_before__isnull=False,
        term_ends_before__gt=F("unit__ends_before"),
    ).values_list("unit__reference", flat=True):
        yield f"Unit {name}: its year goes on after the day by which it ends."
