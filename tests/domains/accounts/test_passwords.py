"""Passwords and second factors (STANDARDS rows 38, 39, 40)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory, override_settings

from scriptorium.domains.accounts import operations as accounts
from scriptorium.domains.accounts.models import Person, User
from scriptorium.domains.accounts.operations import WeakPassword
from scriptorium.domains.notifications import operations as notifications
from scriptorium.domains.notifications.enums import MailTemplate
from scriptorium.domains.notifications.models import OutboxMail
from scriptorium.journeys import hand_over, profile, sign_up
from scriptorium.journeys.accept_invitation import InvitationClosed, activate, find
from scriptorium.journeys.nightly import remind_invited, run_night
from scriptorium.journeys.roster_change import end_link
from scriptorium.web.shared.middleware import SecondFactor
from tests.support.apprentices import every_mail_of_the_pathway
from tests.support.builders import (
    NOW,
    PASSWORD,
    TODAY,
    Clinic,
    actor_of,
    browser,
    days,
    later,
    noon,
    person,
)  # fmt: skip
from tests.support.credentials import award, rule
from tests.support.exam_room import Candidate
from tests.support.money import every_mail_of_money

pytestmark = pytest.mark.django_db


# Row 38 -----------------------------------------------------------------------------------------


def every_mail(clinic: Clinic) -> list[OutboxMail]:
    """Let every journey that writes mail happen once, and return what was queued."""
    bare = clinic.add("Rosa Lima")
    remind_invited(now=later(days=7))
    clinic.accept(bare)
    clinic.add("Theo Dunn", on=days(-14))
    run_night(today=TODAY, now=NOW)
    elsewhere = person("Ada Park", "ada@home.example", password=PASSWORD)
    clinic.add("Ada Park", email="ada@home.example")
    drew = clinic.join("Drew Castellano")
    assert drew.person is not None
    proposal = hand_over.propose(
        actor=clinic.actor, practice=clinic.practice, to=drew, stays_deputy=True, now=NOW
    )
    clinic.give(drew, "manual")
    clinic.give(drew, "membership")
    profile.ask_email_change(
        actor=actor_of(elsewhere), person=elsewhere, new_email="new@home.example", now=NOW
    )
    for address in (elsewhere.email, "visitor@home.example"):
        sign_up.ask(first_name="Vera", last_name="Lund", email=address, now=NOW)
    hand_over.accept(actor=actor_of(drew.person), proposal=proposal, person=drew.person.pk, now=NOW)
    end_link(
        actor=clinic.actor, practice=clinic.practice, link=clinic.link(bare), reason="left",
        note="", last_day=TODAY, take_back=False, now=NOW, today=TODAY,
    )  # fmt: skip
    every_mail_of_the_pathway(clinic)
    every_mail_of_money(clinic)
    rule(award(elsewhere), "suspended")
    candidate = Candidate()
    sitting = candidate.sit()
    candidate.answer_all(sitting, right=4)
    candidate.finish(sitting)
    browser(elsewhere).post("/account/password/reset/", {"email": elsewhere.email})
    return list(OutboxMail.objects.all())


def test_row_38_no_outgoing_mail_contains_a_password() -> None:
    mails = every_mail(Clinic())
    assert {mail.template for mail in mails} >= set(MailTemplate.values) - {
        "units_expiring", "account", "win_back",
    }  # fmt: skip
    hashes = set(User.objects.values_list("password", flat=True))
    for mail in mails:
        rendered = notifications.render(mail=mail)
        for text in (rendered.subject, rendered.text, rendered.html, repr(mail.data)):
            assert PASSWORD not in text
            assert not hashes & {word.strip("\"'<>,.") for word in text.split()}
            assert not re.search(r"password\s*(is|:|=)", text, re.IGNORECASE)


def test_row_38_no_mail_template_speaks_of_a_password_that_somebody_else_chose() -> None:
    folder = Path(notifications.__file__).parents[1] / "templates" / "mail"
    texts = sorted(folder.glob("*.txt"))
    assert texts
    for file in texts:
        assert not re.search(r"\{\{[^}]*password", file.read_text(), re.IGNORECASE), file.name


def test_row_38_an_invitation_link_is_single_use_and_expires() -> None:
    clinic = Clinic()
    used, old = clinic.add("Rosa Lima"), clinic.add("Theo Dunn")
    tokens = [clinic.token(used), clinic.token(old)]
    activate(token=tokens[0], password=PASSWORD, now=NOW, today=TODAY)
    for token, when in ((tokens[0], NOW), (tokens[1], noon(days(14)))):
        with pytest.raises(InvitationClosed):
            find(token=token, now=when)


def test_row_38_the_administrator_never_learns_or_sets_a_password() -> None:
    """A person exists from the first moment, a login only once its owner chose a password."""
    clinic = Clinic()
    bare = clinic.add("Rosa Lima")
    assert not User.objects.filter(email=bare.email).exists()
    rosa = clinic.accept(bare)
    assert rosa.user is not None
    assert rosa.user.check_password(PASSWORD)


# Row 39 -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "password",
    [
        "a" * 5 + "quiet lantern " * 5,
        "correct horse battery staple " * 4,
        "all lower case words here",
        "NOTHINGBUTCAPITALS",
        "ñandú çedilla øl über",
        "🦉 owls read at night",
        "    spaces  around    ",
        "7391846205713",
    ],
)
def test_row_39_long_passwords_pass_and_no_composition_is_asked_for(password: str) -> None:
    accounts.check_password_strength(password=password)


def test_row_39_sixty_four_characters_and_more_are_kept_to_the_last_one() -> None:
    long = "lantern-" * 16
    someone = person("Ada Park", password=long)
    assert someone.user is not None
    assert len(long) == 128
    assert someone.user.check_password(long)
    assert not someone.user.check_password(long[:-1])


@pytest.mark.parametrize("password", ["password1234", "123456789123", "telechargement"])
def test_row_39_common_passwords_are_refused(password: str) -> None:
    with pytest.raises(WeakPassword):
        accounts.check_password_strength(password=password)


def test_row_39_short_passwords_and_the_own_address_are_refused_with_a_sentence() -> None:
    with pytest.raises(WeakPassword, match="at least 12 characters"):
        accounts.check_password_strength(password="short-one")
    with pytest.raises(WeakPassword, match="too similar"):
        accounts.check_password_strength(
            password="rosalima-newexample", user=User(email="rosalima@newexample.example")
        )


# Row 40 -----------------------------------------------------------------------------------------


def office(someone: Person | None, path: str = "/office/") -> HttpResponse:
    """Send one request through the middleware that stands before the office."""
    request: HttpRequest = RequestFactory().get(path)
    request.user = someone.user if someone and someone.user else AnonymousUser()
    answer = SecondFactor(lambda _: HttpResponse("the office"))(request)
    assert isinstance(answer, HttpResponse)
    return answer


@pytest.fixture
def staff() -> Person:
    someone = person("Robin Ashby", "desk@body.example")
    accounts.grant_staff_role(person=someone, role="desk", by="test", now=NOW)
    return someone


@pytest.mark.parametrize("path", ["/office/", "/office/outbox/", "/office/practices/abc/"])
def test_row_40_staff_without_a_second_factor_do_not_reach_the_office(
    staff: Person, path: str
) -> None:
    with override_settings(DEMO=False):
        answer = office(staff, path)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/")


def test_row_40_staff_with_a_second_factor_do(staff: Person) -> None:
    TOTP.activate(staff.user, generate_totp_secret())
    with override_settings(DEMO=False):
        assert office(staff).content == b"the office"


def test_row_40_they_can_reach_the_pages_on_which_they_enrol(staff: Person) -> None:
    with override_settings(DEMO=False):
        for path in ("/account/2fa/", "/sign-out/", "/home/"):
            assert office(staff, path).content == b"the office"


def test_row_40_demo_mode_alone_does_not_enforce_it(staff: Person) -> None:
    with override_settings(DEMO=True):
        assert office(staff).content == b"the office"


def test_row_40_through_the_whole_site(staff: Person) -> None:
    with override_settings(DEMO=False):
        answer = browser(staff).get("/office/")
    assert answer.status_code == 302
    assert answer["Location"] == "/account/2fa/"


def test_row_40_whoever_is_no_staff_meets_the_offices_own_guard() -> None:
    with override_settings(DEMO=False):
        assert office(None).content == b"the office"
        assert office(person("Ada Park")).content == b"the office"
        assert browser(person("Ben Ito")).get("/office/").status_code == 404
