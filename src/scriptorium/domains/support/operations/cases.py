"""Writing appeals and complaints. Called by journeys inside their transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from scriptorium.domains.support import rules
from scriptorium.domains.support.enums import STEPS, CaseState
from scriptorium.domains.support.models import Case, CaseInvolvement, CaseStep
from scriptorium.kernel.actor import Actor


def open_case(
    *,
    actor: Actor,
    kind: str,
    person: int,
    about: tuple[str, str, str],
    words: str,
    involved: Mapping[str, str],
    acknowledge_by: dt.date,
    decide_by: dt.date,
    now: dt.datetime,
) -> Case:
    """Insert a case with everybody who may not decide it.

    Arguments:
        about: kind, key and words of what is appealed; three empty texts for a complaint.
        involved: person reference → why they may not decide.
    """
    about_kind, key, about_words = about
    case = Case.objects.create(
        kind=kind,
        person_id=person,
        about_kind=about_kind,
        about=key,
        about_words=about_words,
        words=words,
        opened_at=now,
        acknowledge_by=acknowledge_by,
        decide_by=decide_by,
    )
    CaseInvolvement.objects.bulk_create(
        [CaseInvolvement(case=case, person=who, why=why) for who, why in involved.items()]
    )
    _step(actor, case, CaseState.OPENED, now)
    return case


def move_case(
    *,
    actor: Actor,
    case: Case,
    to: CaseState,
    now: dt.datetime,
    note: str = "",
    decider: tuple[int, str] | None = None,
    outcome: str = "",
) -> None:
    """Move a case one step, as the table of states allows.

    Arguments:
        note: the words that were sent, such as the letter of the outcome.
        decider: key and reference of the person who will decide, when it is assigned.

    Raises:
        IllegalStep: the table does not hold this step, or somebody else was faster.
    """
    rules.check_step(state=case.state, to=to)
    values: dict[str, object] = {"state": to}
    if to == CaseState.ACKNOWLEDGED:
        values["acknowledged_at"] = now
    if decider is not None:
        values["decider_id"] = decider[0]
    if not STEPS[to]:
        values |= {"closed_at": now, "outcome": outcome}
    # The state that the page showed must still be the case's own.
    moved = Case.objects.filter(pk=case.pk, state=case.state).update(**values)
    if not moved:
        raise rules.IllegalStep("Somebody else moved this case at this moment. Open it again.")
    _step(actor, case, to, now, note, decider[1] if decider else "")


def _step(
    actor: Actor, case: Case, to: str, now: dt.datetime, note: str = "", decider: str = ""
) -> None:
    CaseStep.objects.create(
        case=case,
        to_state=to,
        by=actor.reference,
        by_name=actor.name,
        at=now,
        note=note,
        decider=decider,
    )
