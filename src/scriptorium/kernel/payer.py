"""Who pays: a practice or a person, never both. One membership engine serves both kinds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Payer:
    """The key of the practice or of the person that pays.

    Raises:
        ValueError: both or neither were given.
    """

    practice: int | None = None
    person: int | None = None

    def __post_init__(self) -> None:
        if (self.practice is None) == (self.person is None):
            raise ValueError("A payer is a practice or a person, exactly one of them.")

    @property
    def columns(self) -> dict[str, Any]:
        """The two columns by which tables name a payer."""
        return {"payer_practice_id": self.practice, "payer_person_id": self.person}

    @classmethod
    def of(cls, row: object) -> Payer:
        """Return the payer that a row with the two columns names."""
        return cls(
            practice=getattr(row, "payer_practice_id", None),
            person=getattr(row, "payer_person_id", None),
        )
