"""Appeals and complaints are decided in time, by somebody uninvolved (STANDARDS row 9)."""

from __future__ import annotations

from typing import Any

import pytest

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.audit.models import AuditEvent
from scriptorium.domains.credentials.enums import DecisionKind
from scriptorium.domains.notifications.models import OutboxMail
from scriptorium.domains.notifications.operations import Rendered, render
from scriptorium.domains.support.enums import STEPS, CaseState
from scriptorium.domains.support.models import Case, CaseStep
from scriptorium.domains.support.rules import can_step, check_step
from scriptorium.journeys import accommodations, cases, conduct, promote
from scriptorium.journeys.appealable import Appealable, appealable
from scriptorium.journeys.cases import AlreadyOpen, IllegalStep, Involved, NotTheDecider
from tests.support.apprentices import credential_of, of, scribe, sent, staff, staff_actor
from tests.support.builders import NOW, TODAY, Clinic, actor_of, days, later


def suspended(clinic: Clinic, by: Person) -> Person:
    """Return somebody whose credential a decision-maker suspended."""
    link = scribe(clinic)
    who = of(link)
    conduct.rule(
        actor=staff_actor(by), person=who, credential=credential_of(link),
        kind=DecisionKind.SUSPENDED, reason="A complaint", notice="We look into a complaint.",
        effective_on=TODAY, now=NOW, today=TODAY,
    )  # fmt: skip
    return who


def found(who: Person) -> list[Appealable]:
    return appealable(person=who, now=NOW, today=TODAY)


def appeal(who: Person, about: Appealable | None = None) -> Case:
    return cases.open_appeal(
        actor=actor_of(who), person=who, about=about or found(who)[0], words="It was not me.",
        now=NOW, today=TODAY,
    )  # fmt: skip


def acknowledge(case: Case, by: Person) -> None:
    case.refresh_from_db()
    cases.acknowledge(actor=staff_actor(by), case=case, note="", now=NOW)
    case.refresh_from_db()


def assign(case: Case, to: Person, by: Person) -> None:
    cases.assign(actor=staff_actor(by), case=case, decider=to, now=NOW)
    case.refresh_from_db()


def decide(case: Case, by: Person, outcome: str = "upheld") -> None:
    cases.decide(
        actor=staff_actor(by), decider=by, case=case, outcome=outcome,
        letter="The log shows another name.", now=NOW,
    )  # fmt: skip
    case.refresh_from_db()


def mail(template: str) -> Rendered:
    return render(mail=OutboxMail.objects.filter(template=template).latest("pk"))


@pytest.fixture
def emery(clinic: Clinic) -> Person:
    return staff("Emery Galvin", "decisions")


@pytest.fixture
def marlow(clinic: Clinic) -> Person:
    return staff("Marlow Ingram", "director")


def test_row_09_assigning_the_original_decider_fails(
    clinic: Clinic, emery: Person, marlow: Person
) -> None:
    case = appeal(suspended(clinic, emery))
    acknowledge(case, marlow)
    with pytest.raises(Involved, match="Emery Galvin cannot decide this case: took this decision"):
        assign(case, emery, marlow)
    case.refresh_from_db()
    assert (case.state, case.decider) == ("acknowledged", None)
    assign(case, marlow, marlow)
    assert case.decider == marlow


@pytest.mark.parametrize("role", ["training", "exams"])
def test_row_09_who_trains_or_writes_exams_cannot_decide(
    clinic: Clinic, emery: Person, marlow: Person, role: str
) -> None:
    case = appeal(suspended(clinic, emery))
    acknowledge(case, marlow)
    author = staff("Quinn Everly", "decisions", role)
    with pytest.raises(Involved, match="candidates are"):
        assign(case, author, marlow)


def test_row_09_who_works_with_the_person_or_is_the_person_cannot_decide(
    clinic: Clinic, emery: Person, marlow: Person
) -> None:
    who = suspended(clinic, emery)
    case = appeal(who)
    acknowledge(case, marlow)
    for involved in (clinic.dana, who):
        with pytest.raises(Involved):
            assign(case, involved, marlow)


def test_row_09_a_decider_who_became_involved_meanwhile_is_refused(
    clinic: Clinic, emery: Person, marlow: Person
) -> None:
    case = appeal(suspended(clinic, emery))
    acknowledge(case, emery)
    assign(case, marlow, emery)
    clinic.join(marlow, role="deputy")
    with pytest.raises(Involved):
        decide(case, marlow)


def test_only_the_assigned_decider_decides_and_the_letter_goes_out_by_mail(
    clinic: Clinic, emery: Person, marlow: Person
) -> None:
    case = appeal(suspended(clinic, emery))
    acknowledge(case, marlow)
    with pytest.raises(IllegalStep, match="acknowledged; it cannot become decided"):
        decide(case, marlow)
    assign(case, marlow, emery)
    with pytest.raises(NotTheDecider):
        decide(case, emery)
    decide(case, marlow)
    assert (case.state, case.outcome) == ("decided", "upheld")
    letter = mail("case_decided")
    assert "The outcome of your appeal" in letter.subject
    assert "The log shows another name." in letter.text
    assert "Marlow Ingram, who took no part" in letter.text
    assert "was decided: upheld" in letter.html
    assert CaseStep.objects.filter(case=case).count() == 4


def test_a_case_is_due_in_five_and_forty_five_days_and_the_person_reads_so(
    clinic: Clinic, emery: Person
) -> None:
    case = appeal(suspended(clinic, emery))
    assert (case.acknowledge_by, case.decide_by) == (days(5), days(45))
    received = mail("case_received").text
    assert "acknowledges it by 28 Nov 2026" in received
    assert "decided by 7 Jan 2027" in received
    acknowledge(case, emery)
    assert "decision by 7 Jan 2027" in mail("case_acknowledged").text


def test_the_same_decision_is_appealed_once(clinic: Clinic, emery: Person) -> None:
    who = suspended(clinic, emery)
    about = found(who)[0]
    appeal(who, about)
    with pytest.raises(AlreadyOpen):
        appeal(who, about)


def test_what_can_be_appealed_and_until_when(clinic: Clinic, emery: Person) -> None:
    who = suspended(clinic, emery)
    (decision,) = found(who)
    assert (decision.kind, decision.until) == ("decision", days(30))
    assert decision.involved == {emery.reference: "took this decision"}
    affidavit = sent(clinic, "Uma Sato")
    promote.reject(
        actor=actor_of(clinic.dana), judge=clinic.dana, affidavit=affidavit, note="Too few notes",
        standing=_boss(), staff_roles=(), now=NOW, today=TODAY,
    )  # fmt: skip
    (hours,) = found(affidavit.person)
    assert (hours.kind, hours.key) == ("affidavit", affidavit.reference)
    assert hours.involved == {clinic.dana.reference: "sent these hours back"}
    assert appealable(person=affidavit.person, now=later(days=31), today=days(31)) == []
    assert found(clinic.dana) == []


def _boss() -> Any:
    from scriptorium.domains.practices.queries import Standing

    return Standing(primary=True)


def test_a_declined_accommodation_can_be_appealed_and_no_mail_says_what_it_is_about(
    clinic: Clinic, emery: Person, marlow: Person
) -> None:
    who = of(clinic.member("Mel Archer"))
    accommodations.ask(actor=actor_of(who), person=who, kind="time", words="Dyslexia", now=NOW)
    request = who.accommodation_requests.get()
    accommodations.refuse(
        actor=staff_actor(emery), decider=emery.pk, request=request, answer="No", now=NOW
    )
    case = appeal(who)
    acknowledge(case, marlow)
    with pytest.raises(Involved, match="declined this request"):
        assign(case, emery, marlow)
    assign(case, marlow, emery)
    decide(case, marlow)
    for template in ("case_received", "case_acknowledged", "case_decided"):
        said = mail(template)
        assert "ccommodation" not in said.subject + said.text + said.html
        assert "another name" not in said.text
    assert "Sign in to read the letter" in mail("case_decided").text


def test_a_complaint_needs_no_decision_and_can_be_taken_back(clinic: Clinic, emery: Person) -> None:
    who = of(clinic.member("Mel Archer"))
    case = cases.open_complaint(
        actor=actor_of(who), person=who, words="Nobody answered the phone.", now=NOW, today=TODAY
    )
    acknowledge(case, emery)
    cases.withdraw(actor=actor_of(who), case=case, now=NOW)
    case.refresh_from_db()
    with pytest.raises(IllegalStep, match="is withdrawn"):
        cases.withdraw(actor=actor_of(who), case=case, now=NOW)


def test_events_of_cases_name_no_practice(clinic: Clinic, emery: Person, marlow: Person) -> None:
    case = appeal(suspended(clinic, emery))
    acknowledge(case, marlow)
    assign(case, marlow, emery)
    decide(case, marlow)
    events = AuditEvent.objects.filter(key__startswith="case.").order_by("pk")
    assert [event.key for event in events] == [
        "case.opened", "case.acknowledged", "case.assigned", "case.decided",
    ]  # fmt: skip
    assert {event.practice for event in events} == {""}


def test_every_illegal_step_raises() -> None:
    for state in CaseState:
        for to in CaseState:
            if to in STEPS[state]:
                check_step(state=state, to=to)
                assert can_step(state=state, to=to)
            else:
                assert not can_step(state=state, to=to)
                with pytest.raises(IllegalStep):
                    check_step(state=state, to=to)


def test_two_people_who_move_a_case_at_once_move_it_once(
    clinic: Clinic, emery: Person, marlow: Person
) -> None:
    case = appeal(suspended(clinic, emery))
    stale = Case.objects.get(pk=case.pk)
    acknowledge(case, marlow)
    with pytest.raises(IllegalStep, match="at this moment"):
        cases.acknowledge(actor=staff_actor(marlow), case=stale, note="", now=NOW)
