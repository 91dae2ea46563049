"""Writing what a person chose and how it went, on the part that it was sat on."""

from __future__ import annotations

from scriptorium.domains.ledger.enums import PartOutcome, PartState
from scriptorium.domains.ledger.models import UnitPart


def choose_exam(*, part: UnitPart, choice: str) -> None:
    """Fix which exam a package's part is for, at the start of its sitting (DOMAIN §2).

    Raises:
        IntegrityError: the person has a live part for the same exam.
    """
    part.choice = choice
    UnitPart.objects.filter(pk=part.pk, choice="").update(choice=choice)


def note_outcome(*, unit_reference: str, person: int, kind: str, outcome: PartOutcome) -> None:
    """Keep how the newest sitting on a unit went, for the board's mark; a pass stays a pass."""
    UnitPart.objects.filter(unit__reference=unit_reference, person_id=person, kind=kind).exclude(
        outcome=PartOutcome.PASSED
    ).exclude(state=PartState.RELEASED).update(outcome=outcome)
