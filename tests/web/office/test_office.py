"""The office: who gets in, worklists, practices, people, wishes, outbox."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from scriptorium.domains.accounts.enums import StaffRole
from scriptorium.domains.accounts.models import NameRequest, Person
from scriptorium.domains.credentials.models import Credential
from scriptorium.domains.notifications.models import MailState, OutboxMail
from scriptorium.domains.practices.models import Practice
from scriptorium.domains.support.models import Message
from scriptorium.journeys.profile import ask_certificate_name, send_message
from tests.support.builders import NOW, Clinic, days, noon, person
from tests.web.conftest import SignIn

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
ALL = set(StaffRole.values)
READS = {
    "/office/": ALL,
    "/office/outbox/": ALL,
    "/office/mail/templates/": ALL,
    "/office/mail/suppressed/": {"desk", "support", "director", "system", "auditor"},
    "/office/mail/bounced/": {"desk", "support", "director", "auditor"},
    "/office/practices/": {"desk", "director", "finance", "support", "auditor", "system"},
    "/office/practices/new/": {"desk", "director"},
    "/office/people/": {
        "desk", "director", "finance", "support", "decisions", "auditor", "system"
    },
    "/office/names/": {"desk", "director", "auditor"},
    "/office/messages/": {"desk", "finance", "support", "director", "auditor"},
    "/office/activity/": {"auditor", "director", "system"},
    "/office/items/": {"exams", "approver"},
    "/office/corrections/": {"exams", "approver"},
    "/office/exams/": {"exams", "approver", "director", "auditor"},
    "/office/statistics/": {"exams", "approver", "director", "auditor"},
}  # fmt: skip


@pytest.mark.parametrize("role", sorted(ALL))
def test_each_role_reads_what_it_may_and_its_home_links_to_no_more(staff, role: str) -> None:
    browser = staff(role)
    home = browser.get("/office/").text
    for address, roles in READS.items():
        assert browser.get(address).status_code == (200 if role in roles else 403), address
        if role not in roles:
            assert f'href="{address}"' not in home


def test_nobody_else_learns_that_there_is_an_office(
    clinic: Clinic, sign_in: SignIn, client: Client
) -> None:
    for address in READS:
        assert sign_in(clinic.dana).get(address).status_code == 404
        assert client.get(address).status_code == 302


def test_outside_a_demonstration_a_second_factor_comes_first(staff, settings) -> None:
    settings.DEMO = False
    assert staff("desk").get("/office/").headers["Location"] == "/account/2fa/"


def test_the_worklists_count_what_waits(
    clinic: Clinic, staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic.add("Rosa Lima")
    ask_certificate_name(
        actor=clinic.actor, person=clinic.dana, wanted="D. Whitlock", reason="", now=NOW
    )
    _message(clinic)
    OutboxMail.objects.update(state=MailState.FAILED)
    monkeypatch.setattr("scriptorium.kernel.clock.now", lambda: noon(days(12)))
    page = staff("desk").get("/office/")
    assert page.text.count('<td class="numeric" data-label="Waiting">1</td>') == 4
    assert "Rosa Lima" in page.text
    assert "7 Dec 2026" in page.text


def test_practices_are_found_by_every_word(clinic: Clinic, staff) -> None:
    Clinic("Lakeside Health", "Omar Reed")
    browser = staff("support")
    page = browser.get("/office/practices/", {"q": "derm river"})
    assert "Riverside Dermatology" in page.text
    assert "Lakeside" not in page.text
    assert "No practice has this name" in browser.get("/office/practices/", {"q": "xyz"}).text


def test_a_practice_that_does_not_exist_is_not_found(staff) -> None:
    browser = staff("desk")
    for address in ("practices/0nothing0000/", "people/0nothing0000/", "outbox/99/"):
        assert browser.get(f"/office/{address}").status_code == 404
    assert browser.post("/office/practices/0nothing0000/grant/").status_code == 404


def test_who_may_not_change_units_reads_why(clinic: Clinic, staff) -> None:
    page = staff("finance").get(f"/office/practices/{clinic.practice.reference}/")
    assert "The membership desk and the programme director can change this" in page.text
    assert "disabled" in page.text


def _grant(clinic: Clinic, browser: Client, **changes: object):
    data = {"kind": "renewal", "count": 3, "reason": "Paid by phone", "idempotency_key": "k1"}
    data |= changes
    return browser.post(
        f"/office/practices/{clinic.practice.reference}/grant/",
        {f"grant-{name}": value for name, value in data.items()},
        follow=True,
    )


def test_units_are_granted_once_however_often_the_form_is_sent(clinic: Clinic, staff) -> None:
    browser = staff("desk")
    assert "3 renewals granted to Riverside Dermatology." in _grant(clinic, browser).text
    assert "granted already" in _grant(clinic, browser).text
    assert clinic.free("renewal") == 3
    page = browser.get(f"/office/practices/{clinic.practice.reference}/")
    assert "3 × renewals entered the ledger: Paid by phone" in page.text


@pytest.mark.parametrize(
    "wrong",
    [{"count": 0}, {"count": 10_001}, {"count": "many"}, {"reason": " "}, {"kind": "gold"}],
)
def test_a_grant_that_makes_no_sense_is_refused_at_its_field(
    clinic: Clinic, staff, wrong: dict[str, object]
) -> None:
    page = _grant(clinic, staff("director"), **wrong)
    assert page.status_code == 422
    assert 'aria-invalid="true"' in page.text
    assert clinic.free("renewal") == 0


@pytest.mark.parametrize("role", ["finance", "support", "auditor", "system"])
def test_roles_that_read_cannot_change_units(clinic: Clinic, staff, role: str) -> None:
    browser = staff(role)
    base = f"/office/practices/{clinic.practice.reference}/"
    assert browser.post(f"{base}grant/").status_code == 403
    assert browser.post(f"{base}adjust/").status_code == 403


def test_free_units_are_removed_and_never_more_than_there_are(clinic: Clinic, staff) -> None:
    clinic.stock("ce", 2)
    browser = staff("desk")
    address = f"/office/practices/{clinic.practice.reference}/adjust/"
    data = {"adjust-kind": "ce", "adjust-count": 3, "adjust-reason": "Granted by mistake"}
    page = browser.post(address, data)
    assert page.status_code == 409
    assert "There are only 2 free; nothing was removed." in page.text
    assert clinic.free("ce") == 2
    page = browser.post(address, data | {"adjust-count": 2}, follow=True)
    assert "2 continuing education courses removed" in page.text
    assert browser.post(address, data).status_code == 409
    assert browser.post(address, data | {"adjust-count": ""}).status_code == 422


NEW = {
    "name": "Hillcrest Eye",
    "first_name": "Noor",
    "last_name": "Haddad",
    "email": "Noor@Hillcrest.example",
}


def test_a_new_practice_invites_its_administrator_who_then_runs_it(staff, client: Client) -> None:
    page = staff("desk").post("/office/practices/new/", NEW, follow=True)
    assert "noor@hillcrest.example was invited" in page.text.lower()
    practice = Practice.objects.get(name="Hillcrest Eye")
    assert practice.primary.user is None
    mail = OutboxMail.objects.get(template="invitation")
    assert mail.to_address == "noor@hillcrest.example"
    client.post(mail.data["link"], {"password": "four quiet winter lanterns"})
    board = client.get("/home/").headers["Location"]
    assert board == f"/practice/{practice.reference}/assignments/"
    assert client.get(board).status_code == 200
    assert Person.objects.filter(email="noor@hillcrest.example").count() == 1
    now_run = Practice.objects.get(name="Hillcrest Eye")
    assert now_run.primary.user is not None
    assert (now_run.counter.people, now_run.counter.invited) == (1, 0)


def test_a_known_person_who_gets_a_practice_is_asked_to_join(staff, sign_in: SignIn) -> None:
    known = person("Noor Haddad")
    staff("director").post("/office/practices/new/", NEW | {"email": known.email})
    practice = Practice.objects.get(name="Hillcrest Eye")
    assert practice.primary == known
    mail = OutboxMail.objects.get(template="join")
    browser = sign_in(known)
    assert browser.post(mail.data["link"]).status_code == 302
    assert browser.get(f"/practice/{practice.reference}/assignments/").status_code == 200


def test_an_incomplete_practice_is_refused(staff) -> None:
    page = staff("desk").post("/office/practices/new/", NEW | {"email": "noor"})
    assert page.status_code == 422
    assert "Hillcrest Eye" in page.text
    assert not Practice.objects.exists()


def test_people_are_found_and_their_record_is_read(clinic: Clinic, staff) -> None:
    link = clinic.member("Ada Park", years=2)
    assert link.person is not None
    browser = staff("support")
    assert link.person.reference in browser.get("/office/people/", {"q": "park ada"}).text
    assert "Nobody was found" in browser.get("/office/people/", {"q": "xyz"}).text
    page = browser.get(f"/office/people/{link.person.reference}/")
    for words in ("Riverside Dermatology", "In force", "Membership certificate", link.email):
        assert words in page.text


def _bring(browser: Client, who: Person, **changes: str):
    data = {"specialty": "oncology", "level": "CMSS", "since": "2024-03-01", "reason": "Register"}
    address = f"/office/people/{who.reference}/bring-forward/"
    return browser.post(address, data | changes, follow=True)


def test_a_credential_is_brought_forward_once(clinic: Clinic, staff) -> None:
    browser = staff("decisions")
    assert "now holds CMSS, Oncology" in _bring(browser, clinic.dana).text
    page = _bring(browser, clinic.dana)
    assert page.status_code == 409
    assert "holds this credential already" in page.text
    assert Credential.objects.get().decisions.get().reason == "Register"


@pytest.mark.parametrize(
    "wrong", [{"since": "2030-01-01"}, {"level": "CMSX"}, {"reason": ""}, {"specialty": "law"}]
)
def test_a_decision_that_makes_no_sense_is_refused(
    clinic: Clinic, staff, wrong: dict[str, str]
) -> None:
    assert _bring(staff("director"), clinic.dana, **wrong).status_code == 422
    assert not Credential.objects.exists()


def test_only_decision_makers_bring_forward(clinic: Clinic, staff) -> None:
    assert _bring(staff("desk"), clinic.dana).status_code == 403


def _lapse(clinic: Clinic, browser: Client, who: Person, day: dt.date, practice: str = ""):
    data = {
        "practice": practice or clinic.practice.reference,
        "lapses_on": day.isoformat(),
    }
    return browser.post(f"/office/people/{who.reference}/lapse/", data, follow=True)


def test_the_desk_moves_the_day_of_lapse(clinic: Clinic, staff) -> None:
    link = clinic.member("Ada Park", renews_in=-3)
    assert link.person is not None
    browser = staff("desk")
    assert _lapse(clinic, browser, link.person, days(90)).status_code == 200
    assert clinic.membership(link).lapses_on == days(90)
    page = _lapse(clinic, browser, link.person, days(-30))
    assert page.status_code == 409
    assert "Grace cannot end before the renewal date" in page.text
    assert _lapse(clinic, browser, clinic.dana, days(9)).status_code == 409
    data = {"practice": clinic.practice.reference, "lapses_on": "soon"}
    address = f"/office/people/{link.person.reference}/lapse/"
    assert browser.post(address, data).status_code == 422
    assert _lapse(clinic, browser, link.person, days(9), "0nothing0000").status_code == 404
    assert _lapse(clinic, staff("director"), link.person, days(9)).status_code == 403


def test_a_wish_for_a_name_is_decided_once(clinic: Clinic, staff) -> None:
    ask_certificate_name(
        actor=clinic.actor, person=clinic.dana, wanted="D. Whitlock", reason="", now=NOW
    )
    browser, wish = staff("desk"), NameRequest.objects.get()
    address = f"/office/names/{wish.reference}/"
    assert "D. Whitlock" in browser.get("/office/names/").text
    assert browser.post(address, {"answer": "maybe"}).status_code == 422
    assert staff("director").post(address, {"answer": "approve"}).status_code == 403
    page = browser.post(address, {"answer": "approve"}, follow=True)
    assert "was approved for Dana Whitlock" in page.text
    clinic.dana.refresh_from_db()
    assert clinic.dana.certificate_name == "D. Whitlock"
    assert browser.post(address, {"answer": "decline"}).status_code == 409


def test_a_declined_name_changes_nothing(clinic: Clinic, staff) -> None:
    ask_certificate_name(actor=clinic.actor, person=clinic.dana, wanted="Queen", reason="", now=NOW)
    staff("desk").post(
        f"/office/names/{NameRequest.objects.get().reference}/", {"answer": "decline"}
    )
    clinic.dana.refresh_from_db()
    assert clinic.dana.certificate_name == "Dana Whitlock"


def _message(clinic: Clinic) -> Message:
    send_message(
        actor=clinic.actor, topic="question", name="Kim <b>Vale</b>", email="kim@x.example",
        text="How?", practice=clinic.practice.reference, person="", page="", now=NOW,
    )  # fmt: skip
    return Message.objects.get()


def test_a_message_is_answered_once(clinic: Clinic, staff) -> None:
    address = f"/office/messages/{_message(clinic).reference}/"
    browser = staff("support")
    page = browser.get("/office/messages/").text
    assert "How?" in page
    assert "<b>Vale" not in page
    assert staff("auditor").post(address).status_code == 403
    assert "Every message is answered" in browser.post(address, follow=True).text
    assert browser.post(address).status_code == 409
    assert browser.post("/office/messages/0nothing0000/").status_code == 409


def test_a_mail_is_read_in_a_demonstration_only(clinic: Clinic, staff, settings) -> None:
    link = clinic.add("Rosa Lima")
    mail = OutboxMail.objects.get()
    browser = staff("training")
    assert f"/office/outbox/{mail.pk}/" in browser.get("/office/outbox/").text
    page = browser.get(f"/office/outbox/{mail.pk}/")
    assert "Riverside Dermatology invites you" in page.text
    assert f"/invitation/{clinic.token(link)}/" in page.text


def test_outside_a_demonstration_mails_keep_their_links_to_themselves(
    clinic: Clinic, staff, settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = clinic.add("Rosa Lima")
    mail = OutboxMail.objects.get()
    settings.DEMO = False
    monkeypatch.setattr("scriptorium.web.shared.middleware._enrolled", lambda _request: True)
    page = staff("support").get(f"/office/outbox/{mail.pk}/")
    assert page.status_code == 200
    assert clinic.token(link) not in page.text
    assert staff("training").get("/office/outbox/").status_code == 403


def test_mails_that_were_given_up_have_their_own_list(clinic: Clinic, staff) -> None:
    clinic.add("Rosa Lima")
    OutboxMail.objects.update(state=MailState.FAILED, attempts=8, last_error="No such mailbox")
    clinic.add("Omar Reed")
    page = staff("support").get("/office/outbox/?state=failed")
    assert "Rosa Lima" in page.text
    assert "Omar Reed" not in page.text
    mail = OutboxMail.objects.get(state=MailState.FAILED)
    assert "No such mailbox" in staff("support").get(f"/office/outbox/{mail.pk}/").text


def test_a_mail_is_found_by_its_receiver(clinic: Clinic, staff) -> None:
    clinic.add("Rosa Lima")
    clinic.add("Omar Reed")
    page = staff("support").get("/office/outbox/", {"q": "rosa lima"})
    assert "Rosa Lima" in page.text
    assert "Omar Reed" not in page.text
    assert "No mails here" in staff("support").get("/office/outbox/?q=xyz&state=failed").text


def test_the_components_are_shown_in_a_demonstration_only(client: Client, settings) -> None:
    assert client.get("/office/components/").status_code == 200
    settings.DEMO = False
    assert client.get("/office/components/").status_code == 404


def test_the_newest_changes_are_read_by_the_auditor(clinic: Clinic, staff) -> None:
    clinic.add("Rosa Lima")
    assert "Rosa Lima was added to the roster" in staff("auditor").get("/office/activity/").text
