"""The profile: contact data, e-mail with confirmation, name on certificates."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from scriptorium.domains.accounts.models import EmailChange, NameRequest, Person
from scriptorium.domains.audit.models import AuditEvent
from scriptorium.domains.notifications.models import OutboxMail
from scriptorium.domains.notifications.operations import render, suppress
from scriptorium.domains.notifications.queries import reasons_for
from tests.support.builders import NOW, PASSWORD, Clinic, person
from tests.web.conftest import SignIn

pytestmark = pytest.mark.django_db
DETAILS = {
    "phone": "555 0100",
    "street": "1 Elm St",
    "city": "Salem",
    "region": "OR",
    "postal_code": "97301",
    "country": "USA",
    "background": "rn",
}


@pytest.fixture
def ada(db: None) -> Person:
    return person("Ada Park", "ada@people.example", password=PASSWORD)


@pytest.fixture
def browser(ada: Person, sign_in: SignIn) -> Client:
    return sign_in(ada)


def _confirm(browser: Client) -> None:
    """Confirm that it is you, as the library asks before an e-mail is changed."""
    browser.post("/account/reauthenticate/", {"password": PASSWORD})


def test_details_are_saved(browser: Client, ada: Person) -> None:
    assert browser.post("/member/profile/details/", DETAILS).status_code == 302
    ada.refresh_from_db()
    assert (ada.phone, ada.city, ada.background, ada.single_keys) == (
        "555 0100",
        "Salem",
        "rn",
        False,
    )
    assert "Your profile was saved." in browser.get("/member/profile/").text


def test_details_that_do_not_fit_are_refused_and_kept(browser: Client, ada: Person) -> None:
    page = browser.post(
        "/member/profile/details/", DETAILS | {"background": "pilot", "phone": "1" * 41}
    )
    assert page.status_code == 422
    assert "2 things need a change" in page.text
    assert "1 Elm St" in page.text
    ada.refresh_from_db()
    assert ada.city == ""


def test_the_profile_leads_to_password_second_step_and_devices(browser: Client) -> None:
    page = browser.get("/member/profile/")
    for address in ("/account/password/change/", "/account/2fa/", "/account/sessions/"):
        assert f'href="{address}"' in page.text


def test_a_new_address_is_asked_for_only_after_confirming_that_it_is_you(browser: Client) -> None:
    page = browser.get("/member/profile/email/")
    assert page.headers["Location"].startswith("/account/reauthenticate/")
    page = browser.post("/member/profile/email/", {"new_email": "ada@home.example"})
    assert page.headers["Location"].startswith("/account/reauthenticate/")
    assert not EmailChange.objects.exists()


def test_the_new_address_counts_once_it_is_confirmed(browser: Client, ada: Person) -> None:
    _confirm(browser)
    browser.post("/member/profile/email/", {"new_email": "Ada@Home.example"})
    mails = {mail.to_address: render(mail=mail) for mail in OutboxMail.objects.all()}
    assert "ada@home.example" in mails["ada@people.example"].text
    link = re.search(r"/member/profile/email/\S+/", mails["ada@home.example"].text)
    assert link is not None
    page = browser.get(link[0])
    assert "ada@home.example" in page.text
    ada.refresh_from_db()
    assert ada.email == "ada@people.example"
    assert browser.post(link[0]).headers["Location"] == "/member/profile/"
    ada.refresh_from_db()
    assert ada.email == "ada@home.example"
    assert EmailAddress.objects.get(user=ada.user, primary=True).email == "ada@home.example"
    for again in (browser.get(link[0]), browser.post(link[0])):
        assert again.status_code == 410


def test_a_confirmation_is_good_for_its_own_account_and_two_days(
    browser: Client, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    _confirm(browser)
    browser.post("/member/profile/email/", {"new_email": "ada@home.example"})
    mail = OutboxMail.objects.get(template="email_change")
    assert sign_in(person("Eve Else")).get(mail.data["link"]).status_code == 410
    monkeypatch.setattr("scriptorium.kernel.clock.now", lambda: NOW + dt.timedelta(days=3))
    assert browser.get(mail.data["link"]).status_code == 410


def test_an_address_of_somebody_else_gets_no_mail_and_the_answer_is_the_same(
    browser: Client,
) -> None:
    person("Eve Else", "eve@people.example")
    _confirm(browser)
    page = browser.post("/member/profile/email/", {"new_email": "eve@people.example"}, follow=True)
    assert "Open the mail that we sent to eve@people.example" in page.text
    assert not OutboxMail.objects.filter(to_address="eve@people.example").exists()


@pytest.mark.parametrize("email", ["ada@people.example", "ADA@people.example", "ada", ""])
def test_an_address_that_is_no_change_is_refused_at_the_field(browser: Client, email: str) -> None:
    _confirm(browser)
    page = browser.post("/member/profile/email/", {"new_email": email})
    assert page.status_code == 422
    assert not EmailChange.objects.exists()


def test_another_name_is_asked_for_and_waits_for_staff(browser: Client, ada: Person) -> None:
    browser.post("/member/profile/name/", {"wanted": "Ada Park-Lund", "reason": "Marriage"})
    assert NameRequest.objects.get().wanted == "Ada Park-Lund"
    assert "You asked for “Ada Park-Lund”" in browser.get("/member/profile/").text
    ada.refresh_from_db()
    assert ada.certificate_name == "Ada Park"


def test_asking_for_the_present_name_is_refused(browser: Client) -> None:
    page = browser.post("/member/profile/name/", {"wanted": "Ada Park"})
    assert page.status_code == 422
    assert "carry this name already" in page.text
    assert not NameRequest.objects.exists()


def test_administrators_have_a_profile_of_their_own(clinic: Clinic, sign_in: SignIn) -> None:
    assert sign_in(clinic.dana).get("/member/profile/").status_code == 200


def test_the_profile_answers_only_the_methods_it_has(browser: Client) -> None:
    assert browser.post("/member/profile/").status_code == 405
    assert browser.get("/member/profile/details/").status_code == 405
    assert browser.get("/member/profile/name/").status_code == 405


# Mail from us -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "reason"), [("reminders", "no_reminders"), ("offers", "unsubscribed")]
)
def test_reminders_and_offers_are_switched_off_and_on(
    clinic: Clinic, sign_in: SignIn, what: str, reason: str
) -> None:
    browser = sign_in(clinic.dana)
    for on, words in (("no", "off"), ("no", "off"), ("yes", "on"), ("yes", "on")):
        page = browser.post("/member/profile/mail/", {"what": what, "on": on}, follow=True)
        assert f"{what.capitalize()} are {words}." in page.text
        assert reasons_for(address=clinic.dana.email) == ([reason] if on == "no" else [])
    keys = AuditEvent.objects.filter(key__startswith="address.").order_by("pk")
    assert list(keys.values_list("key", flat=True)) == ["address.suppressed", "address.lifted"]


def test_nothing_else_can_be_switched(clinic: Clinic, sign_in: SignIn) -> None:
    browser = sign_in(clinic.dana)
    for what in ("", "hard_bounce", "notices"):
        assert browser.post("/member/profile/mail/", {"what": what, "on": "no"}).status_code == 422
    assert reasons_for(address=clinic.dana.email) == []


def test_the_profile_says_when_mail_came_back(clinic: Clinic, sign_in: SignIn) -> None:
    suppress(address=clinic.dana.email, reason="hard_bounce", now=NOW)
    page = sign_in(clinic.dana).get("/member/profile/").text
    assert f"Mail to {clinic.dana.email} came back" in page
