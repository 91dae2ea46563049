"""Appeals and complaints: opened by the person, decided by somebody who was not involved.

ISO/IEC 17024, 9.8 and 9.9; STANDARDS row 9. Events of cases carry no practice: what somebody
appeals, such as an answer about an accommodation, is nobody else's business.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db import transaction

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.audit.operations import Happening, record
from scriptorium.domains.catalog.queries import fairness
from scriptorium.domains.memberships.rules import words as day_words
from scriptorium.domains.notifications.operations import Mail, enqueue
from scriptorium.domains.support import operations as support
from scriptorium.domains.support import queries as cases
from scriptorium.domains.support import rules
from scriptorium.domains.support.enums import CaseKind, CaseOutcome, CaseState
from scriptorium.domains.support.models import Case
from scriptorium.domains.support.rules import IllegalStep, Involved, NotTheDecider
from scriptorium.journeys.appealable import Appealable
from scriptorium.journeys.conflicts import involved_with
from scriptorium.kernel.actor import Actor

__all__ = ["AlreadyOpen", "IllegalStep", "Involved", "NotTheDecider"]


class AlreadyOpen(Exception):
    """The same thing was appealed already."""


@transaction.atomic(durable=True)
def open_appeal(
    *,
    actor: Actor,
    person: Person,
    about: Appealable,
    words: str,
    now: dt.datetime,
    today: dt.date,
) -> Case:
    """Appeal a decision; who took part in it, or trained the person, will not decide.

    Raises:
        AlreadyOpen: it was appealed before.
    """
    if (about.kind, about.key) in cases.appealed(person=person.pk):
        raise AlreadyOpen("You have appealed this already; the case is listed below.")
    return _open(
        actor=actor,
        person=person,
        kind=CaseKind.APPEAL,
        about=(about.kind, about.key, about.words),
        words=words,
        involved=involved_with(person=person, now=now) | dict(about.involved),
        now=now,
        today=today,
    )


@transaction.atomic(durable=True)
def open_complaint(
    *, actor: Actor, person: Person, words: str, now: dt.datetime, today: dt.date
) -> Case:
    """Complain about anything that the body does."""
    return _open(
        actor=actor,
        person=person,
        kind=CaseKind.COMPLAINT,
        about=("", "", ""),
        words=words,
        involved=involved_with(person=person, now=now),
        now=now,
        today=today,
    )


def _open(
    *,
    actor: Actor,
    person: Person,
    kind: CaseKind,
    about: tuple[str, str, str],
    words: str,
    involved: Mapping[str, str],
    now: dt.datetime,
    today: dt.date,
) -> Case:
    numbers = fairness()
    case = support.open_case(
        actor=actor,
        kind=kind,
        person=person.pk,
        about=about,
        words=words,
        involved=involved,
        acknowledge_by=today + dt.timedelta(days=numbers.acknowledge_days),
        decide_by=today + dt.timedelta(days=numbers.decide_days),
        now=now,
    )
    _record("case.opened", actor, case, now)
    _write_to(person, "case_received", case, now)
    return case


@transaction.atomic(durable=True)
def withdraw(*, actor: Actor, case: Case, now: dt.datetime) -> None:
    """Close one's own case without a decision.

    Raises:
        IllegalStep: it is decided or withdrawn already.
    """
    support.move_case(actor=actor, case=case, to=CaseState.WITHDRAWN, now=now)
    _record("case.withdrawn", actor, case, now)


@transaction.atomic(durable=True)
def acknowledge(*, actor: Actor, case: Case, note: str, now: dt.datetime) -> None:
    """Tell the person that somebody has read the case.

    Raises:
        IllegalStep: it was acknowledged already.
    """
    support.move_case(actor=actor, case=case, to=CaseState.ACKNOWLEDGED, now=now, note=note)
    _record("case.acknowledged", actor, case, now)
    _write_to(case.person, "case_acknowledged", case, now, {"note": note})


def who_may_not_decide(*, case: Case, now: dt.datetime) -> dict[str, str]:
    """Return person reference → why, of everybody who may not decide a case now."""
    return cases.involved_in(case=case.pk) | involved_with(person=case.person, now=now)


@transaction.atomic(durable=True)
def assign(*, actor: Actor, case: Case, decider: Person, now: dt.datetime) -> None:
    """Give a case to somebody who took no part in what it is about.

    Raises:
        Involved: the person decided, trained, or wrote what the case is about.
        IllegalStep: the case is not acknowledged yet, or closed.
    """
    rules.check_can_be_decider(
        name=decider.name,
        reference=decider.reference,
        involved=who_may_not_decide(case=case, now=now),
    )
    support.move_case(
        actor=actor,
        case=case,
        to=CaseState.ASSIGNED,
        now=now,
        decider=(decider.pk, decider.reference),
    )
    _record("case.assigned", actor, case, now, {"decider": decider.name})
    enqueue(
        mails=[
            Mail(
                "case_assigned",
                decider.email,
                decider.name,
                f"case_assigned:{case.reference}:{decider.reference}",
                {
                    "by": actor.name,
                    "kind": kind_words(case),
                    "reference": case.reference,
                    "decide_by": day_words(case.decide_by),
                },
            )
        ],
        now=now,
    )


@transaction.atomic(durable=True)
def decide(
    *,
    actor: Actor,
    decider: Person,
    case: Case,
    outcome: str,
    letter: str,
    now: dt.datetime,
) -> None:
    """Decide a case; the letter goes to the person by mail.

    Raises:
        NotTheDecider: it was given to somebody else.
        Involved: the decider has become involved since.
        IllegalStep: it is not with a decider, or closed.
    """
    rules.check_step(state=case.state, to=CaseState.DECIDED)
    rules.check_is_decider(decider=case.decider_id, person=decider.pk)
    rules.check_can_be_decider(
        name=decider.name,
        reference=decider.reference,
        involved=who_may_not_decide(case=case, now=now),
    )
    support.move_case(
        actor=actor, case=case, to=CaseState.DECIDED, now=now, note=letter, outcome=outcome
    )
    words = CaseOutcome(outcome).label.lower()
    _record("case.decided", actor, case, now, {"outcome": words})
    _write_to(
        case.person,
        "case_decided",
        case,
        now,
        {
            "outcome": words,
            "by": actor.name,
            # A work address may be read by an employer, who must not learn of this.
            "letter": "" if case.about_kind == "accommodation" else letter,
        },
    )


def kind_words(case: Case) -> str:
    """Return "appeal" or "complaint"."""
    return CaseKind(case.kind).value


def _record(
    key: str,
    actor: Actor,
    case: Case,
    now: dt.datetime,
    more: Mapping[str, object] | None = None,
) -> None:
    data = {"kind": kind_words(case)} | dict(more or {})
    record(actor=actor, happening=Happening(key, "case", case.reference, "", data), now=now)


def _write_to(
    person: Person,
    template: str,
    case: Case,
    now: dt.datetime,
    more: Mapping[str, object] | None = None,
) -> None:
    data = {
        "kind": kind_words(case),
        "about": "" if case.about_kind == "accommodation" else case.about_words,
        "acknowledge_by": day_words(case.acknowledge_by),
        "decide_by": day_words(case.decide_by),
    }
    enqueue(
        mails=[
            Mail(
                template,
                person.email,
                person.name,
                f"{template}:{case.reference}",
                data | dict(more or {}),
            )
        ],
        now=now,
    )
