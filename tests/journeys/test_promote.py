"""An approval of attested hours makes a specialist, and nothing else does (STANDARDS row 6)."""

from __future__ import annotations

from typing import Any

import pytest

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.audit.models import AuditEvent
from scriptorium.domains.credentials.models import Affidavit, Certificate, Credential, Decision
from scriptorium.domains.notifications.models import OutboxMail
from scriptorium.domains.notifications.operations import render
from scriptorium.domains.practices import queries as roster
from scriptorium.domains.practices.models import Practice
from scriptorium.journeys import promote
from scriptorium.journeys.promote import AffidavitClosed, CannotPromote, MayNotJudge
from tests.support.apprentices import (
    apprentice,
    credential_of,
    log_much,
    scribe,
    send,
    sent,
    staff,
)
from tests.support.builders import NOW, TODAY, Clinic, actor_of


def answer(affidavit: Affidavit, judge: Person, *, note: str = "", **more: Any) -> None:
    """Answer as somebody does at the affidavit's employer; a note sends the hours back."""
    standing = None
    if affidavit.practice_id is not None:
        practice = Practice.objects.get(pk=affidavit.practice_id)
        standing = roster.standing_of(practice=practice, person=judge.pk)
    values: dict[str, Any] = {
        "actor": actor_of(judge), "judge": judge, "affidavit": affidavit, "standing": standing,
        "staff_roles": (), "approved": not note, "note": note, "now": NOW, "today": TODAY,
    }  # fmt: skip
    promote.answer(**(values | more))


def test_row_06_an_apprentice_is_promoted_by_200_approved_hours_and_the_decision_says_why(
    clinic: Clinic,
) -> None:
    affidavit = sent(clinic)
    answer(affidavit, clinic.dana)
    credential = Credential.objects.get(pk=affidavit.credential_id)
    assert (credential.level, credential.level_since) == ("CMSS", TODAY)
    decision = Decision.objects.filter(credential=credential).latest("pk")
    assert (decision.kind, decision.level, decision.scheme_version) == (
        "promoted", "CMSS", "2026.1",
    )  # fmt: skip
    # The employer gives evidence; the published rule decides (ISO/IEC 17024, 4.2).
    assert decision.decided_by != clinic.dana.reference
    evidence = decision.evidence
    assert evidence["affidavit"] == affidavit.reference
    assert (evidence["hours"], evidence["pathway"]) == ("200", "experience")
    assert evidence["approved_by"] == clinic.dana.reference


def test_row_06_fifty_hours_with_a_licence_promote_too(clinic: Clinic) -> None:
    link = scribe(clinic, background="lvn")
    log_much(link, 50)
    affidavit = send(link, to=clinic.practice, way="licensed", evidence="Licence CA 777")
    answer(affidavit, clinic.dana)
    assert credential_of(link).level == "CMSS"


def test_the_certificates_of_the_running_year_are_issued_anew_with_the_new_level(
    clinic: Clinic,
) -> None:
    affidavit = sent(clinic)
    old = Certificate.objects.get(person=affidavit.person, term__isnull=False)
    answer(affidavit, clinic.dana)
    new = Certificate.objects.get(supersedes=old)
    assert (new.practice, new.term, new.ends_before) == (old.practice, old.term, old.ends_before)
    assert "(CMSS), General" in new.content["credentials"][0]
    own = Certificate.objects.filter(person=affidavit.person, kind="credential").latest("pk")
    assert "CMSS" in own.content["credentials"][0]
    events = AuditEvent.objects.filter(key="certificate.issued", subject=new.number)
    assert events[0].practice == clinic.practice.reference


def test_the_person_is_told_and_the_practice_reads_it_in_its_log(clinic: Clinic) -> None:
    affidavit = sent(clinic)
    answer(affidavit, clinic.dana)
    mail = render(mail=OutboxMail.objects.get(template="level_reached"))
    assert "You are now a Certified Medical Scribe Specialist" in mail.subject
    assert affidavit.credential.number in mail.text
    keys = AuditEvent.objects.filter(practice=clinic.practice.reference).values_list("key")
    assert {("affidavit.sent",), ("affidavit.approved",)} <= set(keys)


def test_physicians_and_deputies_may_approve_auditors_and_members_not(clinic: Clinic) -> None:
    for name, role, allowed in (
        ("Rowan Pine", "physician", True),
        ("Drew Castellano", "deputy", True),
        ("Avery Lund", "auditor", False),
        ("Mel Archer", "", False),
    ):
        affidavit = sent(clinic, f"Scribe Of-{name.split()[0]}")
        judge = clinic.join(name, role=role).person
        assert judge is not None
        if allowed:
            answer(affidavit, judge)
        else:
            with pytest.raises(MayNotJudge):
                answer(affidavit, judge)


def test_nobody_approves_their_own_hours(clinic: Clinic) -> None:
    clinic.join("Drew Castellano", role="deputy")
    apprentice(clinic.dana)
    clinic.stock("membership")
    clinic.assign([clinic.dana_link], "membership")
    log_much(clinic.dana_link, 200)
    affidavit = send(clinic.dana_link, to=clinic.practice)
    with pytest.raises(MayNotJudge, match="their own hours"):
        answer(affidavit, clinic.dana)


def test_only_one_answer_counts(clinic: Clinic) -> None:
    affidavit = sent(clinic)
    stale = Affidavit.objects.get(pk=affidavit.pk)
    answer(affidavit, clinic.dana)
    with pytest.raises(AffidavitClosed, match="at this moment"):
        answer(stale, clinic.dana, note="No")
    assert Decision.objects.filter(kind="promoted").count() == 1


def test_hours_sent_back_leave_the_level_and_can_be_attested_again(clinic: Clinic) -> None:
    affidavit = sent(clinic)
    answer(affidavit, clinic.dana, note="The hours of 3 Nov were shadowing.")
    assert Credential.objects.get(pk=affidavit.credential_id).level == "CMSA"
    mail = render(mail=OutboxMail.objects.get(template="hours_rejected"))
    assert "The hours of 3 Nov were shadowing." in mail.text
    assert "appeal until 23 Dec 2026" in mail.text
    again = send(affidavit.person.links.get(), to=clinic.practice)
    answer(again, clinic.dana)
    assert Credential.objects.get(pk=affidavit.credential_id).level == "CMSS"


def test_a_suspended_credential_is_not_promoted_and_the_affidavit_keeps_waiting(
    clinic: Clinic,
) -> None:
    affidavit = sent(clinic)
    Credential.objects.filter(pk=affidavit.credential_id).update(decision_state="suspended")
    with pytest.raises(CannotPromote, match="does not hold"):
        answer(affidavit, clinic.dana)
    affidavit.refresh_from_db()
    assert affidavit.waiting


def test_staff_decide_for_people_without_an_employer(clinic: Clinic) -> None:
    del clinic
    alone = Clinic("Solo Practice", "Solveig Aune")
    apprentice(alone.dana)
    log_much(alone.dana_link, 200)
    affidavit = send(alone.dana_link, to=None)
    judge, desk = staff("Emery Galvin", "decisions"), staff("Robin Ashby", "desk")
    with pytest.raises(MayNotJudge, match="role decisions"):
        answer(affidavit, desk, staff_roles={"desk"})
    answer(affidavit, judge, staff_roles={"decisions"})
    assert credential_of(alone.dana_link).level == "CMSS"


def test_the_scheme_of_the_signature_counts_also_when_the_scheme_changes(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was enough when it was signed stays enough (STANDARDS row 5)."""
    from dataclasses import replace

    from scriptorium.domains.catalog.queries import pathways

    affidavit = sent(clinic)
    harder = replace(
        pathways(), ways=tuple(replace(way, hours=way.hours * 2) for way in pathways().ways)
    )
    monkeypatch.setattr("scriptorium.domains.credentials.rules.pathway.pathways", lambda: harder)
    answer(affidavit, clinic.dana)
    assert Credential.objects.get(pk=affidavit.credential_id).scheme_version == "2026.1"
