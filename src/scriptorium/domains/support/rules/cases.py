"""Which step a case may take, and who may decide it (STANDARDS §1.1, 9.8; row 9). Pure."""

from __future__ import annotations

from collections.abc import Mapping

from scriptorium.domains.support.enums import STEPS, CaseState


class IllegalStep(Exception):
    """A case cannot go from its state to that one; the text says where it is."""


class Involved(Exception):
    """The person took part in what the case is about; the text says how."""


class NotTheDecider(Exception):
    """Somebody else was given this case to decide."""


def check_step(*, state: str, to: str) -> None:
    """Refuse a step that the table of states does not hold.

    Raises:
        IllegalStep: says where the case is.
    """
    if to not in STEPS[state]:
        now = CaseState(state).label.lower()
        raise IllegalStep(f"This case is {now}; it cannot become {CaseState(to).label.lower()}.")


def can_step(*, state: str, to: str) -> bool:
    """Return whether ``check_step`` would pass."""
    return to in STEPS[state]


def check_can_be_decider(*, name: str, reference: str, involved: Mapping[str, str]) -> None:
    """Refuse a decider who was involved in the original decision or with the candidate.

    Arguments:
        involved: person reference → why.

    Raises:
        Involved: says how the person took part.
    """
    why = involved.get(reference)
    if why:
        raise Involved(f"{name} cannot decide this case: {why}.")


def can_be_decider(*, reference: str, involved: Mapping[str, str]) -> bool:
    """Return whether ``check_can_be_decider`` would pass."""
    return reference not in involved


def check_is_decider(*, decider: int | None, person: int) -> None:
    """Refuse a decision by anybody but the assigned decider.

    Raises:
        NotTheDecider: the case is with somebody else, or with nobody.
    """
    if decider != person:
        raise NotTheDecider("Only the person to whom this case was assigned decides it.")


def is_decider(*, decider: int | None, person: int) -> bool:
    """Return whether ``check_is_decider`` would pass."""
    return decider == person
