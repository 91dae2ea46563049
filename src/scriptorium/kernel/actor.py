"""Who did something: a value, not a foreign key, so that history outlives accounts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    """The kinds of actor that an event can name."""

    PERSON = "person"
    STAFF = "staff"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """An acting person, member of staff, or the system itself.

    Arguments:
        kind: which of the three.
        reference: the person's public reference; the job's name for the system.
        name: how the log names the actor; kept as it was then.
        request_id: ties together everything that one request did.
    """

    kind: ActorKind
    reference: str
    name: str
    request_id: str = ""

    @classmethod
    def system(cls, job: str, request_id: str = "") -> Actor:
        """Return the actor for a background job or command."""
        return cls(ActorKind.SYSTEM, job, "Scriptorium", request_id)
