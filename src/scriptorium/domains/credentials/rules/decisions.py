"""Which decision may follow which, and who may decide (DOMAIN §6, §13; ISO/IEC 17024 9.4, 9.5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from scriptorium.domains.credentials.enums import (
    RULINGS,
    DecisionKind,
    DecisionState,
    Level,
)
from scriptorium.kernel.actor import Actor, ActorKind

#: Kinds that only two people together may decide.
NEEDS_SECOND = frozenset({DecisionKind.REVOKED})
#: Kinds that the person must be told in words, and can appeal.
ADVERSE = frozenset({DecisionKind.SUSPENDED, DecisionKind.REVOKED})
#: Kinds whose day may lie in the past: they record what is so already.
RECORDS_THE_PAST = frozenset({DecisionKind.PASSED, DecisionKind.BROUGHT_FORWARD})

_CANNOT = {
    DecisionKind.PASSED: "be awarded again",
    DecisionKind.BROUGHT_FORWARD: "be brought forward",
    DecisionKind.PROMOTED: "be promoted",
    DecisionKind.SUSPENDED: "be suspended",
    DecisionKind.REINSTATED: "be reinstated",
    DecisionKind.REVOKED: "be revoked",
    DecisionKind.SURRENDERED: "be surrendered",
    DecisionKind.RETIRED: "be retired",
}


class IllegalDecision(Exception):
    """The decision does not fit what the credential is; the text is the reason in words."""


class MayNotDecide(Exception):
    """This person may not take the decision; the text says why and who may."""


def check_ruling(*, kind: DecisionKind, state: str) -> DecisionState:
    """Return the state that a decision leads to.

    Arguments:
        state: what the last decision says, "" when there is no credential yet.

    Raises:
        IllegalDecision: the table of rulings does not know the step.
    """
    allowed, target = RULINGS[kind]
    if state not in allowed:
        if not state:
            raise IllegalDecision(
                f"Nobody holds this credential yet, so it cannot {_CANNOT[kind]}."
            )
        raise IllegalDecision(f"A credential that is {state} cannot {_CANNOT[kind]}.")
    return target


def can_rule(*, kind: DecisionKind, state: str) -> bool:
    """Return whether ``check_ruling`` would pass."""
    return state in RULINGS[kind][0]


def level_after(*, kind: DecisionKind, level: str, wanted: str) -> Level:
    """Return the level that a credential has after a decision.

    Arguments:
        level: the level before, "" when there is no credential yet.
        wanted: the level that the decision names, "" to keep it.

    Raises:
        IllegalDecision: the ladder does not go that way (DOMAIN §6: passing gives the apprentice
            level, the hours the specialist level).
    """
    if kind == DecisionKind.PASSED:
        if wanted not in {"", Level.CMSA}:
            raise IllegalDecision("A passed exam gives the level CMSA; hours lead on to CMSS.")
        return Level.CMSA
    if kind == DecisionKind.PROMOTED:
        if level == Level.CMSS:
            raise IllegalDecision("This credential is at the level CMSS already.")
        return Level.CMSS
    if kind == DecisionKind.BROUGHT_FORWARD:
        if wanted not in Level.values:
            raise IllegalDecision("Say at which level the credential is brought forward.")
        return Level(wanted)
    if wanted not in {"", level}:
        raise IllegalDecision("This decision leaves the level as it is.")
    return Level(level)


def check_can_decide(*, decider: Actor, person: str, involved: Collection[str]) -> None:
    """Refuse a decider who is the person, or who trained or authored for them (DOMAIN §6).

    A decision by rule is the system's and is never refused.

    Arguments:
        person: reference of whom the decision is about.
        involved: references of everybody who trained, supervised or attested for the person or
            wrote what they were examined on.

    Raises:
        MayNotDecide: a conflict of interest (ISO/IEC 17024 9.4; STANDARDS row 4).
    """
    if decider.kind == ActorKind.SYSTEM:
        return
    if decider.reference == person:
        raise MayNotDecide("Nobody decides about their own credential. Ask somebody else.")
    if decider.reference in involved:
        raise MayNotDecide(
            f"{decider.name} trained, supervised or wrote exam content for this person and may"
            " not decide. Ask another decision-maker."
        )


def can_decide(*, decider: Actor, person: str, involved: Collection[str]) -> bool:
    """Return whether ``check_can_decide`` would pass."""
    try:
        check_can_decide(decider=decider, person=person, involved=involved)
    except MayNotDecide:
        return False
    return True


def check_second(
    *,
    kind: DecisionKind,
    decider: Actor,
    second: Actor | None,
    person: str,
    involved: Collection[str],
) -> None:
    """Refuse a decision of two people that has one, or one who is not free to decide.

    Raises:
        MayNotDecide: says what is missing (DOMAIN §13).
    """
    if second is None:
        if kind in NEEDS_SECOND:
            raise MayNotDecide(
                f"{kind.label} needs a second person: somebody proposes it, another approves."
            )
        return
    if second.kind == ActorKind.SYSTEM or second.reference == decider.reference:
        raise MayNotDecide("The second person must be somebody else than the first.")
    check_can_decide(decider=second, person=person, involved=involved)


def check_words(
    *,
    kind: DecisionKind,
    state: str,
    reason: str,
    notice: str,
    evidence: Mapping[str, Any],
) -> None:
    """Refuse a decision without its reason, its notice, or what it must rest on.

    Raises:
        IllegalDecision: says what to add.
    """
    if not reason.strip():
        raise IllegalDecision("Say why: the reason is kept with the decision.")
    if kind in ADVERSE and not notice.strip():
        raise IllegalDecision("Write the notice that the person will read.")
    comes_back = kind == DecisionKind.REINSTATED and state == DecisionState.REVOKED
    if comes_back and not evidence.get("appeal"):
        raise IllegalDecision("A revoked credential comes back only by an appeal upheld.")


def check_day(*, kind: DecisionKind, effective_on: dt.date, decided_on: dt.date) -> None:
    """Refuse a day before the decision, which would rewrite what was public then.

    Raises:
        IllegalDecision: the day lies in the past, or in the future for what records the past.
    """
    if kind in RECORDS_THE_PAST:
        if effective_on > decided_on:
            raise IllegalDecision("Choose today or an earlier day.")
    elif effective_on < decided_on:
        raise IllegalDecision("Choose today or a later day: what was public stays as it was.")
