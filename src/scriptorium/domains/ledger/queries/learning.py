"""Reading the parts that people study and sit."""

from __future__ import annotations

from collections.abc import Sequence

from scriptorium.domains.catalog.enums import PartKind
from scriptorium.domains.ledger.enums import PartState
from scriptorium.domains.ledger.models import UnitPart

_LIVE = (PartState.ASSIGNED, PartState.STARTED)


def exam_parts(*, person: int) -> list[UnitPart]:
    """Return a person's exam and HIPAA parts that are not released, with their units."""
    return list(
        UnitPart.objects.filter(person_id=person, kind__in=[PartKind.EXAM, PartKind.HIPAA])
        .exclude(state=PartState.RELEASED)
        .select_related("unit")
        .order_by("id")
    )


def locked_part_to_sit(*, person: int, kind: str, choices: Sequence[str]) -> UnitPart | None:
    """Return the live part that an exam is sat on, locked, or None.

    Arguments:
        choices: which exam the part may be of, best first; "" is a package's open choice.
    """
    rows = list(
        UnitPart.objects.select_for_update(of=("self",))
        .filter(person_id=person, kind=kind, choice__in=choices, state__in=_LIVE)
        .select_related("unit__link__practice")
        .order_by("id")
    )
    return min(rows, key=lambda part: (choices.index(part.choice), part.pk), default=None)


def locked_part_of_unit(*, unit_reference: str, person: int, kind: str) -> UnitPart | None:
    """Return a person's part of a unit, locked, or None."""
    return (
        UnitPart.objects.select_for_update(of=("self",))
        .filter(unit__reference=unit_reference, person_id=person, kind=kind)
        .exclude(state=PartState.RELEASED)
        .select_related("unit")
        .first()
    )
