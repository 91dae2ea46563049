"""Decisions: which may follow which, who may take them, and what the database itself refuses."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from scriptorium.database.records import RecordIsFinal
from scriptorium.domains.accounts.models import Person
from scriptorium.domains.credentials import operations as credentials
from scriptorium.domains.credentials import rules
from scriptorium.domains.credentials.enums import RULINGS, DecisionKind, DecisionState
from scriptorium.domains.credentials.models import Credential, Decision, DecisionProposal
from scriptorium.domains.credentials.rules import IllegalDecision, MayNotDecide
from scriptorium.kernel.actor import Actor, ActorKind
from tests.architecture.reading import PACKAGE, ROOT, sources
from tests.support.builders import DESK, NOW, TODAY, days, person

pytestmark = pytest.mark.django_db
EMERY = Actor(ActorKind.STAFF, "0emery000000", "Emery Galvin")
MARLOW = Actor(ActorKind.STAFF, "0marlow00000", "Marlow Ingram")
RULE = Actor.system("certification")
K = DecisionKind
STATES = ["", *DecisionState.values]


def ruling(kind: DecisionKind, **changes: Any) -> credentials.Ruling:
    given: dict[str, Any] = {
        "kind": kind, "reason": "For a test", "notice": "We write to you.",
        "effective_on": TODAY, "scheme_version": "2026.1", "evidence": {"appeal": "0case0000000"},
        "level": "CMSA" if kind == K.BROUGHT_FORWARD else "",
    }  # fmt: skip
    return credentials.Ruling(**given | changes)


def decide(who: Person, kind: DecisionKind, **changes: Any) -> Decision:
    call = {
        name: changes.pop(name)
        for name in ("actor", "second", "involved", "specialty", "now")
        if name in changes
    }
    second = MARLOW if kind == K.REVOKED else None
    given = {
        "actor": EMERY, "second": second, "involved": (), "specialty": "general", "now": NOW
    } | call  # fmt: skip
    with transaction.atomic():
        return credentials.decide(person=who, ruling=ruling(kind, **changes), **given)


#: How to bring somebody's credential into each state.
WAYS: dict[str, tuple[DecisionKind, ...]] = {
    "": (),
    "held": (K.PASSED,),
    "suspended": (K.PASSED, K.SUSPENDED),
    "revoked": (K.PASSED, K.REVOKED),
    "retired": (K.PASSED, K.RETIRED),
    "surrendered": (K.PASSED, K.SURRENDERED),
}


def in_state(state: str) -> Person:
    who = person("Ada Park")
    for kind in WAYS[state]:
        decide(who, kind)
    return who


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("kind", list(K))
def test_row_08_each_legal_step_is_taken_and_every_illegal_one_raises_with_a_sentence(
    kind: DecisionKind, state: str
) -> None:
    who = in_state(state)
    before = Decision.objects.count()
    allowed, target = RULINGS[kind]
    assert rules.can_rule(kind=kind, state=state) == (state in allowed)
    if state in allowed:
        decision = decide(who, kind)
        credential = Credential.objects.get(person=who)
        assert decision.to_state == credential.decision_state == target
        return
    with pytest.raises(IllegalDecision, match=r"^[A-Z].+ cannot be \w+.*\.$"):
        decide(who, kind)
    assert Decision.objects.count() == before


def test_the_first_pass_makes_the_credential_with_a_number_for_life() -> None:
    who = person("Ada Park")
    first = decide(who, K.PASSED, actor=RULE, evidence={"sitting": "0sitting0000"})
    credential = first.credential
    assert re.fullmatch(r"SC-[0-9A-Z]{8}", credential.number)
    assert (credential.level, credential.level_since) == ("CMSA", TODAY)
    assert first.evidence == {"sitting": "0sitting0000"}
    assert first.decided_by == "certification"
    decide(who, K.PROMOTED, effective_on=days(3))
    credential.refresh_from_db()
    assert (credential.level, credential.level_since) == ("CMSS", days(3))
    decide(who, K.SURRENDERED)
    again = decide(who, K.PASSED)
    assert again.credential.number == credential.number
    assert again.level == "CMSA"


def test_each_specialty_is_a_credential_of_its_own() -> None:
    who = person("Ada Park")
    general, oncology = (decide(who, K.PASSED, specialty=s) for s in ("general", "oncology"))
    assert general.credential.number != oncology.credential.number


@pytest.mark.parametrize(
    ("state", "kind", "level", "words"),
    [
        ("", K.PASSED, "CMSS", "hours lead on to CMSS"),
        ("", K.BROUGHT_FORWARD, "", "at which level"),
        ("held", K.SUSPENDED, "CMSS", "leaves the level as it is"),
    ],
)
def test_a_level_that_the_ladder_does_not_lead_to_is_refused(
    state: str, kind: DecisionKind, level: str, words: str
) -> None:
    with pytest.raises(IllegalDecision, match=words):
        decide(in_state(state), kind, level=level)


def test_a_specialist_is_not_promoted_again() -> None:
    who = in_state("held")
    decide(who, K.PROMOTED)
    with pytest.raises(IllegalDecision, match="CMSS already"):
        decide(who, K.PROMOTED)


def test_row_04_who_trained_or_authored_for_the_person_may_not_decide() -> None:
    who = person("Ada Park")
    with pytest.raises(MayNotDecide, match="trained, supervised or wrote exam content"):
        decide(who, K.PASSED, involved={EMERY.reference})
    assert not rules.can_decide(decider=EMERY, person=who.reference, involved={EMERY.reference})
    assert not Credential.objects.exists()
    # A decision by rule weighs nothing and is the system's own.
    assert decide(who, K.PASSED, actor=RULE, involved={RULE.reference}).kind == "passed"
    assert rules.can_decide(decider=EMERY, person=who.reference, involved=())


def test_nobody_decides_about_themselves() -> None:
    who = person("Ada Park")
    own = Actor(ActorKind.STAFF, who.reference, who.name)
    with pytest.raises(MayNotDecide, match="their own credential"):
        decide(who, K.PASSED, actor=own)


@pytest.mark.parametrize(
    ("second", "involved", "words"),
    [
        (None, (), "needs a second person"),
        (EMERY, (), "somebody else"),
        (RULE, (), "somebody else"),
        (MARLOW, {MARLOW.reference}, "may not decide"),
    ],
)
def test_a_revocation_is_the_work_of_two_free_people(
    second: Actor | None, involved: Any, words: str
) -> None:
    who = in_state("held")
    with pytest.raises(MayNotDecide, match=words):
        decide(who, K.REVOKED, second=second, involved=involved)
    assert Credential.objects.get(person=who).decision_state == "held"


def test_the_database_itself_refuses_a_revocation_by_one() -> None:
    credential = Credential.objects.get(person=in_state("held"))
    values = {
        "credential": credential, "kind": "revoked", "level": "CMSA", "to_state": "revoked",
        "reason": "x", "scheme_version": "1", "effective_on": TODAY, "decided_by": "a",
        "decided_by_name": "A", "at": NOW,
    }  # fmt: skip
    for second in ("", "a"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Decision.objects.create(**values, second_by=second)


def test_decisions_are_never_changed_or_deleted() -> None:
    decision = decide(person("Ada Park"), K.PASSED)
    decision.reason = "another"
    for change in (decision.save, decision.delete, Decision.objects.all().delete):
        with pytest.raises(RecordIsFinal):
            change()


@pytest.mark.parametrize(
    ("kind", "changes", "words"),
    [
        (K.SUSPENDED, {"reason": " "}, "Say why"),
        (K.SUSPENDED, {"notice": ""}, "notice that the person will read"),
        (K.REVOKED, {"notice": ""}, "notice that the person will read"),
        (K.SUSPENDED, {"effective_on": days(-1)}, "today or a later day"),
    ],
)
def test_a_decision_without_its_words_or_with_a_past_day_is_refused(
    kind: DecisionKind, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(IllegalDecision, match=words):
        decide(in_state("held"), kind, **changes)


def test_a_pass_or_an_earlier_record_never_lies_in_the_future() -> None:
    for kind in (K.PASSED, K.BROUGHT_FORWARD):
        with pytest.raises(IllegalDecision, match="today or an earlier day"):
            decide(person("Ada Park"), kind, effective_on=days(1))
    old = decide(person("Ben Ito"), K.BROUGHT_FORWARD, effective_on=days(-900), level="CMSS")
    assert old.credential.level_since == days(-900)


def test_a_revoked_credential_comes_back_only_by_an_appeal() -> None:
    who = in_state("revoked")
    with pytest.raises(IllegalDecision, match="only by an appeal"):
        decide(who, K.REINSTATED, evidence={})
    assert decide(who, K.REINSTATED, evidence={"appeal": "0case0000000"}).to_state == "held"


def test_the_appeal_window_is_counted_from_the_decision() -> None:
    who = in_state("held")
    decision = decide(who, K.SUSPENDED, effective_on=days(7), appeal_days=30)
    assert decision.appeal_until == TODAY + dt.timedelta(days=30)
    assert decide(who, K.REINSTATED).appeal_until is None


def test_one_proposal_waits_at_a_time_and_is_answered_once() -> None:
    who = in_state("held")
    credential = Credential.objects.get(person=who)
    call: dict[str, Any] = {
        "actor": EMERY, "person": who, "credential": credential,
        "ruling": ruling(K.REVOKED), "involved": (), "now": NOW,
    }  # fmt: skip
    with transaction.atomic():
        proposal = credentials.propose_decision(**call)
    with pytest.raises(IllegalDecision, match="waits already"), transaction.atomic():
        credentials.propose_decision(**call)
    answer: dict[str, Any] = {
        "actor": MARLOW,
        "proposal": proposal,
        "outcome": "declined",
        "note": "No",
        "now": NOW,
    }
    credentials.answer_proposal(**answer)
    with pytest.raises(credentials.ProposalClosed):
        credentials.answer_proposal(**answer)
    kept = DecisionProposal.objects.get()
    assert (kept.answered_by, kept.outcome) == (MARLOW.reference, "declined")
    with pytest.raises(IntegrityError), transaction.atomic():
        DecisionProposal.objects.update(reason="another")


@pytest.mark.parametrize("state", ["revoked", "surrendered", "retired"])
def test_nothing_is_proposed_that_could_not_be_decided(state: str) -> None:
    who = in_state(state)
    with pytest.raises(IllegalDecision, match="cannot be revoked"):
        credentials.propose_decision(
            actor=EMERY, person=who, credential=Credential.objects.get(person=who),
            ruling=ruling(K.REVOKED), involved=(), now=NOW,
        )  # fmt: skip


def test_who_is_involved_proposes_nothing() -> None:
    who = in_state("held")
    with pytest.raises(MayNotDecide):
        credentials.propose_decision(
            actor=DESK, person=who, credential=Credential.objects.get(person=who),
            ruling=ruling(K.REVOKED), involved={DESK.reference}, now=NOW,
        )  # fmt: skip


def test_one_function_alone_writes_credentials() -> None:
    """Level and state have one writer; nobody else creates, saves or updates the row."""
    writer = f"{PACKAGE}/domains/credentials/operations/decisions.py"
    pattern = re.compile(
        r"\bCredential\.objects\.(?:create|bulk|update|get_or)|\bCredential\("
        r"|credential\.save\(|\.decision_state\s*=[^=]"
    )
    found = [
        name
        for name, _ in sources(ROOT, PACKAGE)
        if pattern.search((ROOT / name).read_text().replace("class Credential(", ""))
    ]
    assert found == [writer]
