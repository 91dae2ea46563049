"""What the office decides about a credential, and all that follows from it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import transaction

from scriptorium.domains.audit.models import AuditEvent
from scriptorium.domains.credentials.enums import DecisionKind
from scriptorium.domains.credentials.models import (
    Badge,
    Certificate,
    Credential,
    Decision,
    DecisionProposal,
)
from scriptorium.domains.credentials.operations import Ruling
from scriptorium.domains.notifications.models import OutboxMail
from scriptorium.domains.notifications.operations import render
from scriptorium.domains.support.models import Case
from scriptorium.journeys import conduct
from scriptorium.journeys.conduct import IllegalDecision, MayNotDecide, ProposalClosed
from scriptorium.journeys.decisions import carry_out
from scriptorium.journeys.nightly import run_night
from scriptorium.kernel.actor import Actor, ActorKind
from scriptorium.kernel.clock import day_of
from tests.support.builders import NOW, TODAY, Clinic, actor_of, days, later, noon, person
from tests.support.credentials import EMERY, MARLOW, award, holder, rule, staff_person


def state(credential: Credential) -> str:
    credential.refresh_from_db()
    return credential.decision_state


def keys() -> list[str]:
    return list(AuditEvent.objects.order_by("pk").values_list("key", flat=True))


def test_a_suspension_is_kept_told_and_can_be_appealed_for_thirty_days(clinic: Clinic) -> None:
    credential = holder(clinic)
    rule(credential, "suspended", on=days(3), notice="You shared a password.")
    decision = Decision.objects.latest("pk")
    assert (decision.effective_on, decision.appeal_until) == (days(3), days(30))
    assert (decision.decided_by, decision.reason) == (EMERY.reference, "Secret reason")
    assert keys()[-1] == "credential.suspended"
    mail = render(mail=OutboxMail.objects.latest("pk"))
    assert credential.number in mail.subject
    for words in ("is suspended from 26 Nov 2026", "You shared a password.", "until 23 Dec 2026"):
        assert words in mail.text
        assert words in mail.html.replace("<b>", "").replace("</b>", "")
    assert "Secret reason" not in mail.text + mail.html


@pytest.mark.parametrize("kind", ["surrendered", "retired"])
def test_a_surrender_or_retirement_is_recorded_and_voids_the_certificate(
    clinic: Clinic, kind: str
) -> None:
    credential = holder(clinic)
    rule(credential, kind)
    assert state(credential) == kind
    certificate = Certificate.objects.get(kind="credential")
    assert certificate.void.reason == "The credential ended"
    assert keys()[-2:] == ["certificate.voided", f"credential.{kind}"]
    assert Decision.objects.latest("pk").appeal_until is None


def test_a_revocation_waits_for_a_second_person(clinic: Clinic) -> None:
    credential = holder(clinic)
    proposal = conduct.propose_revocation(
        actor=EMERY, person=credential.person, credential=credential, reason="Forged hours",
        notice="Your hours were forged.", effective_on=TODAY, now=NOW,
    )  # fmt: skip
    assert state(credential) == "held"
    with pytest.raises(MayNotDecide, match="somebody else"):
        conduct.approve(actor=EMERY, proposal=proposal, now=NOW, today=TODAY)
    assert DecisionProposal.objects.get().answered_at is None
    decision = conduct.approve(actor=MARLOW, proposal=proposal, now=NOW, today=TODAY)
    assert (decision.decided_by_name, decision.second_by_name) == (EMERY.name, MARLOW.name)
    assert (state(credential), decision.appeal_until) == ("revoked", days(30))
    assert keys()[-3:] == [
        "credential.revocation_proposed", "certificate.voided", "credential.revoked"
    ]  # fmt: skip
    with pytest.raises(ProposalClosed):
        conduct.approve(actor=MARLOW, proposal=proposal, now=NOW, today=TODAY)
    assert OutboxMail.objects.filter(template="credential_decision").count() == 1


def test_an_approval_after_the_day_counts_from_the_day_of_approval(clinic: Clinic) -> None:
    credential = holder(clinic)
    proposal = conduct.propose_revocation(
        actor=EMERY, person=credential.person, credential=credential, reason="x", notice="y",
        effective_on=days(1), now=NOW,
    )  # fmt: skip
    decision = conduct.approve(actor=MARLOW, proposal=proposal, now=later(days=5), today=days(5))
    assert decision.effective_on == days(5)


@pytest.mark.parametrize(
    ("who", "outcome", "key"),
    [
        (MARLOW, "declined", "credential.revocation_declined"),
        (EMERY, "withdrawn", "credential.revocation_withdrawn"),
    ],
)
def test_a_declined_or_withdrawn_proposal_changes_nothing(
    clinic: Clinic, who: Actor, outcome: str, key: str
) -> None:
    credential = holder(clinic)
    proposal = conduct.propose_revocation(
        actor=EMERY, person=credential.person, credential=credential, reason="x", notice="y",
        effective_on=TODAY, now=NOW,
    )  # fmt: skip
    conduct.decline(actor=who, proposal=proposal, note="No proof", now=NOW)
    kept = DecisionProposal.objects.get()
    assert (kept.outcome, kept.answer_note, state(credential)) == (outcome, "No proof", "held")
    assert keys()[-1] == key
    with pytest.raises(ProposalClosed):
        conduct.decline(actor=who, proposal=proposal, note="", now=NOW)
    assert not OutboxMail.objects.filter(template="credential_decision").exists()


def test_a_proposal_for_what_changed_meanwhile_is_not_approved(clinic: Clinic) -> None:
    credential = holder(clinic)
    proposal = conduct.propose_revocation(
        actor=EMERY, person=credential.person, credential=credential, reason="x", notice="y",
        effective_on=TODAY, now=NOW,
    )  # fmt: skip
    rule(credential, "surrendered")
    with pytest.raises(IllegalDecision, match="surrendered cannot be revoked"):
        conduct.approve(actor=MARLOW, proposal=proposal, now=NOW, today=TODAY)
    # The answer is taken back with the rest, so the proposal can still be declined.
    conduct.decline(actor=MARLOW, proposal=proposal, note="Surrendered", now=NOW)


def test_row_04_a_training_author_cannot_decide_nor_be_the_second_person(clinic: Clinic) -> None:
    credential = holder(clinic)
    author = staff_person("Lane Dorsey", "training")
    lane = actor_of(author, ActorKind.STAFF)
    with pytest.raises(MayNotDecide, match="trained, supervised or wrote"):
        conduct.rule(
            actor=lane, person=credential.person, credential=credential,
            kind=DecisionKind.SUSPENDED, reason="x", notice="y", effective_on=TODAY, now=NOW,
            today=TODAY,
        )  # fmt: skip
    proposal = conduct.propose_revocation(
        actor=EMERY, person=credential.person, credential=credential, reason="x", notice="y",
        effective_on=TODAY, now=NOW,
    )  # fmt: skip
    with pytest.raises(MayNotDecide, match="trained, supervised or wrote"):
        conduct.approve(actor=lane, proposal=proposal, now=NOW, today=TODAY)
    assert state(credential) == "held"


def test_who_runs_the_person_s_practice_cannot_decide(clinic: Clinic) -> None:
    credential = holder(clinic)
    dana = Actor(ActorKind.STAFF, clinic.dana.reference, clinic.dana.name)
    with pytest.raises(MayNotDecide):
        conduct.rule(
            actor=dana, person=credential.person, credential=credential,
            kind=DecisionKind.SUSPENDED, reason="x", notice="y", effective_on=TODAY, now=NOW,
            today=TODAY,
        )  # fmt: skip


def _upheld(decision: Decision) -> None:
    Case.objects.create(
        kind="appeal", person=decision.credential.person, about_kind="decision",
        about=str(decision.pk), words="Wrong", state="decided", outcome="upheld",
        opened_at=NOW, acknowledge_by=days(5), decide_by=days(30),
        decider=staff_person("Una Involved", "decisions"),
    )  # fmt: skip


def test_a_revoked_credential_comes_back_by_an_upheld_appeal_with_a_new_certificate(
    clinic: Clinic,
) -> None:
    credential = holder(clinic)
    revoked = rule(credential, "revoked")
    with pytest.raises(IllegalDecision, match="only by an appeal"):
        rule(credential, "reinstated")
    _upheld(revoked)
    decision = rule(credential, "reinstated")
    assert decision.evidence["appeal"] == Case.objects.get().reference
    old, new = Certificate.objects.filter(kind="credential").order_by("pk")
    assert (new.supersedes, hasattr(old, "void"), hasattr(new, "void")) == (old, True, False)


def test_a_suspension_leaves_the_certificate_and_a_reinstatement_brings_no_other(
    clinic: Clinic,
) -> None:
    credential = holder(clinic)
    rule(credential, "suspended")
    rule(credential, "reinstated")
    assert Certificate.objects.filter(kind="credential", void__isnull=True).count() == 1
    assert Badge.objects.count() == 1
    assert "is reinstated" in render(mail=OutboxMail.objects.latest("pk")).text


def test_a_year_paid_while_suspended_brings_its_badge_with_the_reinstatement(
    clinic: Clinic,
) -> None:
    link = clinic.member("Ada Park", renews_in=20)
    assert link.person is not None
    credential = award(link.person)
    rule(credential, "suspended")
    clinic.give(link, "renewal")
    assert Badge.objects.count() == 1
    rule(credential, "reinstated")
    assert Badge.objects.latest("pk").term == clinic.terms(link)[-1]
    assert Badge.objects.count() == 2


def test_the_night_voids_what_ended_on_its_day(clinic: Clinic) -> None:
    credential = holder(clinic)
    rule(credential, "retired", on=days(4))
    certificate = Certificate.objects.get(kind="credential")
    for day, voided in ((3, False), (4, True), (5, True)):
        run_night(today=days(day), now=noon(days(day)))
        certificate = Certificate.objects.get(pk=certificate.pk)
        assert hasattr(certificate, "void") == voided
    clinic.checked_on = days(5)
    assert keys().count("certificate.voided") == 1


def test_an_award_issues_certificate_and_badge_and_a_further_one_supersedes(
    clinic: Clinic,
) -> None:
    link = clinic.member("Ada Park", renews_in=200)
    assert link.person is not None
    credential = award(link.person, level="CMSA")
    certificate = Certificate.objects.get(kind="credential")
    assert certificate.number.startswith("K2026-")
    assert (certificate.term, certificate.practice, certificate.ends_before) == (None, None, None)
    content = certificate.content
    assert content["credential_number"] == credential.number
    assert (content["name"], content["practice"]) == ("Ada Park", "")
    assert "not endorsed by CMS or HHS" in content["wording"]
    badge = Badge.objects.get()
    assert (badge.level, badge.term.ends_before) == ("CMSA", days(200))


def test_a_passed_exam_is_told_with_number_and_level(clinic: Clinic) -> None:
    link = clinic.member("Ada Park", renews_in=200)
    assert link.person is not None
    ruling = Ruling(
        kind=DecisionKind.PASSED, reason="Passed", effective_on=TODAY, scheme_version="2026.1"
    )
    with transaction.atomic():
        decision = carry_out(
            actor=Actor.system("certification-rule"), person=link.person, specialty="oncology",
            ruling=ruling, involved=(), now=NOW, today=TODAY,
        )  # fmt: skip
    mail = render(mail=OutboxMail.objects.get(template="credential_awarded"))
    assert mail.subject == "You are now CMSA, Oncology"
    for words in (decision.credential.number, "/member/credentials/", "good standing"):
        assert words in mail.text
        assert words in mail.html
    assert keys()[-2:] == ["certificate.issued", "credential.awarded"]


def test_without_a_paid_day_ahead_no_badge_is_issued(clinic: Clinic) -> None:
    award(person("Solveig Aune"))
    link = clinic.member("Ada Park", renews_in=-100)
    assert link.person is not None
    award(link.person)
    assert Certificate.objects.filter(kind="credential").count() == 2
    assert not Badge.objects.exists()


def test_a_renewal_brings_each_held_credential_a_badge_for_the_new_year(clinic: Clinic) -> None:
    link = clinic.member("Ada Park", renews_in=20)
    assert link.person is not None
    award(link.person, specialty="general")
    award(link.person, specialty="oncology")
    result = clinic.give(link, "renewal")
    newest = Badge.objects.order_by("-pk")[:2]
    assert {badge.credential.specialty for badge in newest} == {"general", "oncology"}
    end = days(20).replace(year=days(20).year + 1)
    assert {badge.term.ends_before for badge in newest} == {end}
    assert {day_of(badge.valid_until) for badge in newest} == {end - dt.timedelta(days=1)}
    clinic.undo(result)
    assert Badge.objects.filter(void__isnull=True).count() == 2


def test_a_person_without_credentials_gets_no_badge_with_a_year(clinic: Clinic) -> None:
    clinic.give(clinic.join("Ben Ito"), "membership")
    assert not Badge.objects.exists()


def test_what_was_brought_forward_twice_says_what_became_of_it(clinic: Clinic) -> None:
    from scriptorium.journeys.bring_forward import AlreadyHeld

    credential = holder(clinic)
    rule(credential, "surrendered")
    with pytest.raises(AlreadyHeld, match="had it; it is surrendered"):
        award(credential.person)
