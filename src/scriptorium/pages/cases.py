"""Appeals and complaints as their person and staff see them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from scriptorium.domains.accounts import queries as accounts
from scriptorium.domains.accounts.enums import StaffRole
from scriptorium.domains.accounts.models import Person
from scriptorium.domains.catalog.queries import fairness
from scriptorium.domains.memberships.rules import words
from scriptorium.domains.support import queries as support
from scriptorium.domains.support import rules
from scriptorium.domains.support.enums import OPEN_STATES, CaseKind, CaseOutcome, CaseState
from scriptorium.domains.support.models import Case, CaseStep
from scriptorium.kernel.clock import day_of

#: Whose work it can be to decide a case.
DECIDERS = (StaffRole.DECISIONS, StaffRole.DIRECTOR)

_STEP_WORDS = {
    CaseState.OPENED: "received",
    CaseState.ACKNOWLEDGED: "acknowledged",
    CaseState.ASSIGNED: "given to a decider",
    CaseState.DECIDED: "decided",
    CaseState.WITHDRAWN: "taken back",
}


@dataclass(frozen=True, slots=True)
class OwnCase:
    """One of a person's own cases."""

    reference: str
    kind: str
    about: str
    words: str
    opened: str
    state: str
    tone: str
    due: str
    letter: str
    open: bool


def own_cases(*, person: Person) -> list[OwnCase]:
    """Return a person's cases, newest first."""
    found = []
    for case in support.cases_of(person=person.pk):
        letter = ""
        if case.state == CaseState.DECIDED:
            steps = support.steps_of(case=case.pk)
            letter = next(s.note for s in reversed(steps) if s.to_state == CaseState.DECIDED)
        is_open = case.state in OPEN_STATES
        found.append(
            OwnCase(
                case.reference,
                CaseKind(case.kind).label,
                case.about_words,
                case.words,
                words(day_of(case.opened_at)),
                state_words(case),
                "good" if case.outcome == CaseOutcome.UPHELD else "",
                f"Decided by {words(case.decide_by)}" if is_open else "",
                letter,
                is_open,
            )
        )
    return found


def state_words(case: Case) -> str:
    """Return where a case stands, with its outcome."""
    label = CaseState(case.state).label
    if not case.outcome:
        return label
    day = f" on {words(day_of(case.closed_at))}" if case.closed_at else ""
    return f"{label}{day}: {CaseOutcome(case.outcome).label.lower()}"


# What staff see -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case of the worklist."""

    reference: str
    kind: str
    name: str
    about: str
    state: str
    decider: str
    deadline: str
    tone: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody who could decide, and why not if so."""

    reference: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class CasePage:
    """Everything on a case's office page."""

    reference: str
    title: str
    facts: list[tuple[str, str]]
    words: str
    steps: list[tuple[str, str, str, str]]
    can_acknowledge: bool
    can_assign: bool
    can_decide: bool
    decide_reason: str
    choices: list[Choice]


def case_lines(*, cases: Iterable[Case], today: dt.date) -> list[CaseLine]:
    """Return cases as the worklist shows them."""
    return [_line(case, today) for case in cases]


def _line(case: Case, today: dt.date) -> CaseLine:
    deadline, tone = "", ""
    if case.state in OPEN_STATES:
        deadline, tone = deadline_words(case, today)
    return CaseLine(
        case.reference,
        CaseKind(case.kind).label,
        case.person.name,
        case.about_words or _short(case.words),
        state_words(case),
        case.decider.name if case.decider else "nobody yet",
        deadline,
        tone,
    )


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:79].rstrip()}…"


def deadline_words(case: Case, today: dt.date) -> tuple[str, str]:
    """Return the next deadline of an open case in words, with its tone."""
    first = case.acknowledged_at is None
    what, day = ("Acknowledge", case.acknowledge_by) if first else ("Decide", case.decide_by)
    days = (day - today).days
    if days < 0:
        late = "1 day" if days == -1 else f"{-days} days"
        return f"{what}: {late} late, was due {words(day)}", "now"
    left = "today" if not days else "tomorrow" if days == 1 else f"in {days} days"
    return f"{what} by {words(day)}, {left}", "soon" if days <= fairness().closing_days else ""


def case_page(
    *, case: Case, reader: Person, involved: Mapping[str, str], today: dt.date
) -> CasePage:
    """Return one case for staff.

    Arguments:
        involved: person reference → why they may not decide it.
    """
    may_decide = rules.is_decider(decider=case.decider_id, person=reader.pk)
    deadline = deadline_words(case, today)[0] if case.state in OPEN_STATES else ""
    can_assign = rules.can_step(state=case.state, to=CaseState.ASSIGNED)
    facts = [
        ("Person", case.person.name),
        ("About", case.about_words or "Nothing in particular"),
        ("Received", words(day_of(case.opened_at))),
        ("State", state_words(case)),
        ("Deadline", deadline),
        ("Decider", case.decider.name if case.decider else "nobody yet"),
    ]
    return CasePage(
        reference=case.reference,
        title=f"{CaseKind(case.kind).label} of {case.person.name}",
        facts=[(term, fact) for term, fact in facts if fact],
        words=case.words,
        steps=[_step(step) for step in support.steps_of(case=case.pk)],
        can_acknowledge=rules.can_step(state=case.state, to=CaseState.ACKNOWLEDGED),
        can_assign=can_assign,
        can_decide=may_decide and rules.can_step(state=case.state, to=CaseState.DECIDED),
        decide_reason=_decide_reason(case, may_decide),
        choices=_choices(involved) if can_assign else [],
    )


def _decide_reason(case: Case, may_decide: bool) -> str:
    if case.state not in OPEN_STATES or may_decide:
        return ""
    if case.decider is None:
        return "Acknowledge the case, then give it to somebody who took no part in it."
    return f"{case.decider.name} decides this case."


def _choices(involved: Mapping[str, str]) -> list[Choice]:
    return [
        Choice(person.reference, person.name, involved.get(person.reference, ""))
        for person in accounts.staff_with(roles=DECIDERS)
    ]


def _step(step: CaseStep) -> tuple[str, str, str, str]:
    words_of_it = _STEP_WORDS[CaseState(step.to_state)]
    return words(day_of(step.at)), step.by_name, words_of_it, step.note
