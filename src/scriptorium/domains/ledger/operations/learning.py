"""Writing what a person chose and how it went, on the part that it was sat on."""

from __future__ import annotations

from scriptorium.domains.ledger.enums import PartOutcome
from scriptorium.domains.ledger.models import UnitPart


def choose_exam(*, part: UnitPart, choice: str) -> None:
    """Fix which exam a package's part is for, at the start of its sitting (DOMAIN §2).

    Raises:
        IntegrityError: the person has a live part for the same exam.
    """
    part.choice = choice
    UnitPart.objects.filter(pk=part.pk, choice="").update(choice=choice)


def note_outcome(*, part: UnitPart, outcome: PartOutcome) -> None:
    """Keep how the newest sitting went, for the board's mark."""
    part.outcome = outcome
    UnitPart.objects.filter(pk=part.pk).update(outcome=outcome)
