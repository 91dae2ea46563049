"""Decisions about credentials in the office: who sees what, who decides, and who approves."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from scriptorium.domains.accounts.models import Person
from scriptorium.domains.credentials.models import Credential, Decision, DecisionProposal
from tests.support.builders import TODAY, Clinic, days
from tests.support.credentials import holder, rule

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
Staff = Callable[..., Client]


def address(credential: Credential, act: str = "") -> str:
    base = f"/office/people/{credential.person.reference}/credentials/{credential.number}/"
    return f"{base}{act}/" if act else base


def decide(browser: Client, credential: Credential, act: str, **changes: object) -> Any:
    data = {
        "reason": "Shared a password", "notice": "We write to you.",
        "effective_on": TODAY.isoformat(),
    } | changes  # fmt: skip
    sent = {f"{act}-{name}": value for name, value in data.items()}
    return browser.post(address(credential, act), sent, follow=True)


def words(page: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.text).split())


def state(credential: Credential) -> str:
    credential.refresh_from_db()
    return credential.decision_state


def test_a_person_s_record_lists_credentials_in_every_state(clinic: Clinic, staff: Staff) -> None:
    credential = holder(clinic)
    rule(credential, "suspended")
    page = staff("support").get(f"/office/people/{credential.person.reference}/")
    assert f'href="{address(credential)}"' in page.text
    assert "Suspended since 23 Nov 2026" in page.text


def test_every_decision_stands_with_all_that_was_kept_of_it(clinic: Clinic, staff: Staff) -> None:
    credential = holder(clinic)
    rule(credential, "revoked", reason="Forged hours", notice="Your hours were forged.")
    said = words(staff("auditor").get(address(credential)))
    for shown in (
        "Revoked, CMSS, from 23 Nov 2026", "by Emery Galvin, approved by Marlow Ingram",
        "Forged hours", "Your hours were forged.", "Appeal until 23 Dec 2026", "2026.1",
    ):  # fmt: skip
        assert shown in said


@pytest.mark.parametrize("role", ["desk", "support", "auditor"])
def test_who_reads_only_sees_disabled_forms_and_why(
    clinic: Clinic, staff: Staff, role: str
) -> None:
    credential = holder(clinic)
    browser = staff(role)
    text = browser.get(address(credential)).text
    assert "Certification decision-makers and the programme director can do this" in text
    assert text.count("disabled") >= 5
    assert decide(browser, credential, "suspend").status_code == 403
    assert state(credential) == "held"


def test_a_decision_maker_suspends_and_reinstates(clinic: Clinic, staff: Staff) -> None:
    credential = holder(clinic)
    browser = staff("decisions")
    page = decide(browser, credential, "suspend", effective_on=days(2).isoformat())
    assert f"{credential.number}: suspended." in page.text
    assert "Active" in words(page)
    assert Decision.objects.latest("pk").effective_on == days(2)
    assert "Not now: The credential is suspended." in browser.get(address(credential)).text
    decide(browser, credential, "reinstate")
    assert state(credential) == "held"


@pytest.mark.parametrize(("act", "after"), [("surrender", "surrendered"), ("retire", "retired")])
def test_a_surrender_or_retirement_is_recorded(
    clinic: Clinic, staff: Staff, act: str, after: str
) -> None:
    credential = holder(clinic)
    decide(staff("director"), credential, act)
    assert state(credential) == after


@pytest.mark.parametrize(
    "wrong",
    [
        {"reason": " "},
        {"notice": ""},
        {"effective_on": days(-1).isoformat()},
        {"effective_on": days(91).isoformat()},
        {"effective_on": "soon"},
    ],
)
def test_a_form_that_lacks_something_keeps_what_was_typed(
    clinic: Clinic, staff: Staff, wrong: dict[str, object]
) -> None:
    credential = holder(clinic)
    page = decide(staff("decisions"), credential, "suspend", **wrong)
    assert page.status_code == 422
    kept = {"reason": "Shared a password", "notice": "We write to you."}
    for name, text in kept.items():
        if name not in wrong:
            assert text in page.text
    assert '<details class="more" open>' in page.text
    assert state(credential) == "held"


def test_what_does_not_fit_the_state_answers_409(clinic: Clinic, staff: Staff) -> None:
    credential = holder(clinic)
    page = decide(staff("decisions"), credential, "reinstate")
    assert page.status_code == 409
    assert "A credential that is held cannot be reinstated." in page.text


def test_row_04_who_trained_the_person_is_refused_in_words(clinic: Clinic, staff: Staff) -> None:
    credential = holder(clinic)
    page = decide(staff("decisions", "training"), credential, "suspend")
    assert page.status_code == 403
    assert "trained, supervised or wrote exam content for this person" in page.text
    assert state(credential) == "held"


def test_what_is_not_there_is_not_found(clinic: Clinic, staff: Staff) -> None:
    credential, other = holder(clinic), holder(clinic, "Ben Ito")
    browser = staff("decisions")
    mixed = address(credential).replace(credential.number, other.number)
    assert browser.get(mixed).status_code == 404
    assert decide(browser, credential, "pardon").status_code == 404
    assert browser.post("/office/decisions/0nothing0000/").status_code == 404


def _propose(browser: Client, credential: Credential) -> DecisionProposal:
    page = decide(browser, credential, "revoke")
    assert "waits for a second person" in page.text
    return DecisionProposal.objects.get(answered_at__isnull=True)


def test_a_revocation_is_approved_by_another_decision_maker(clinic: Clinic, staff: Staff) -> None:
    credential = holder(clinic)
    first, second = staff("decisions"), staff("director")
    proposal = _propose(first, credential)
    assert state(credential) == "held"
    home = second.get("/office/").text
    assert '<a href="/office/decisions/">Decisions to approve</a>' in home
    page = first.get("/office/decisions/")
    assert "You proposed it, so somebody else approves it." in page.text
    answer = f"/office/decisions/{proposal.reference}/"
    refused = first.post(answer, {"answer": "approve"})
    assert refused.status_code == 403
    assert "somebody else" in refused.text
    assert second.post(answer, {}).status_code == 422
    assert "Choose whether to approve or decline" in second.post(answer, {}).text
    done = second.post(answer, {"answer": "approve"}, follow=True)
    assert f"{credential.number} is revoked." in done.text
    assert "Nothing waits for a second person" in done.text
    assert state(credential) == "revoked"
    assert second.post(answer, {"answer": "approve"}).status_code == 409


def test_a_proposal_is_declined_with_a_note_or_withdrawn(clinic: Clinic, staff: Staff) -> None:
    credential = holder(clinic)
    first, second = staff("decisions"), staff("decisions")
    for browser, outcome in ((second, "declined"), (first, "withdrawn")):
        proposal = _propose(first, credential)
        assert decide(first, credential, "revoke").status_code == 409
        data = {"answer": "decline", "note": "No proof"}
        page = browser.post(f"/office/decisions/{proposal.reference}/", data, follow=True)
        assert "is off the list; nothing changed" in page.text
        proposal.refresh_from_db()
        assert (proposal.outcome, proposal.answer_note) == (outcome, "No proof")
    assert state(credential) == "held"


def test_an_auditor_reads_what_waits_and_answers_nothing(clinic: Clinic, staff: Staff) -> None:
    proposal = _propose(staff("decisions"), holder(clinic))
    auditor = staff("auditor")
    page = auditor.get("/office/decisions/")
    assert "Shared a password" in page.text
    assert "programme director answer this" in page.text
    answer = f"/office/decisions/{proposal.reference}/"
    assert auditor.post(answer, {"answer": "decline"}).status_code == 403
    assert staff("desk").get("/office/decisions/").status_code == 403


def _hide(browser: Client, who: Person, hidden: str, reason: str = "A protection order") -> Any:
    data = {"hide-hidden": hidden, "hide-reason": reason}
    return browser.post(f"/office/people/{who.reference}/hidden/", data, follow=True)


def test_the_desk_hides_a_person_with_a_reason_and_shows_them_again(
    clinic: Clinic, staff: Staff, client: Client
) -> None:
    credential = holder(clinic)
    browser = staff("desk")
    public = f"/verify/{credential.number}/"
    assert "is hidden from public pages." in _hide(browser, credential.person, "yes").text
    assert client.get(public).status_code == 404
    assert "already" in _hide(browser, credential.person, "yes").text
    assert _hide(browser, credential.person, "no", " ").status_code == 422
    assert "is on public pages." in _hide(browser, credential.person, "no").text
    assert client.get(public).status_code == 200
    log = staff("auditor").get("/office/activity/").text
    assert "Ada Park was hidden from public pages: A protection order" in log
    assert _hide(staff("finance"), credential.person, "yes").status_code == 403
