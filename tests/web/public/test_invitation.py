"""Accepting an invitation in the browser (STANDARDS rows 38 and 39)."""

from __future__ import annotations

import pytest
from django.test import Client

from scriptorium.domains.accounts.models import Person, User
from tests.support.builders import PASSWORD, Clinic, days, noon, person
from tests.web.conftest import SignIn

pytestmark = pytest.mark.django_db


def test_an_invitation_shows_practice_name_and_address(clinic: Clinic, client: Client) -> None:
    link = clinic.add("Rosa Lima")
    page = client.get(f"/invitation/{clinic.token(link)}/")
    assert page.status_code == 200
    for words in ("Riverside Dermatology", "Rosa Lima", link.email, 'autocomplete="new-password"'):
        assert words in page.text
    assert page.headers["Cache-Control"].count("no-store") == 1


def test_a_new_person_chooses_a_password_and_is_signed_in(clinic: Clinic, client: Client) -> None:
    link = clinic.add("Rosa Lima")
    page = client.post(f"/invitation/{clinic.token(link)}/", {"password": PASSWORD})
    assert page.headers["Location"] == "/home/"
    made = clinic.link(link).person
    assert made is not None
    assert client.session["_auth_user_id"] == str(made.user_id)
    assert client.get("/member/").status_code == 200


@pytest.mark.parametrize("password", ["short", "password1234", ""])
def test_a_weak_password_is_refused_at_the_field_and_nothing_is_done(
    clinic: Clinic, client: Client, password: str
) -> None:
    link = clinic.add("Rosa Lima")
    page = client.post(f"/invitation/{clinic.token(link)}/", {"password": password})
    assert page.status_code == 422
    assert 'aria-invalid="true"' in page.text
    assert clinic.link(link).person is None
    assert not User.objects.filter(email=link.email).exists()


@pytest.mark.parametrize("token", ["unknown", "used", "over"])
def test_a_link_that_is_closed_answers_gone_with_one_sentence(
    clinic: Clinic, client: Client, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = clinic.add("Rosa Lima")
    secret = "0" * 64 if token == "unknown" else clinic.token(link)
    if token == "used":
        clinic.accept(link)
    if token == "over":
        monkeypatch.setattr("scriptorium.kernel.clock.now", lambda: noon(days(15)))
    for page in (
        client.get(f"/invitation/{secret}/"),
        client.post(f"/invitation/{secret}/", {"password": PASSWORD}),
    ):
        assert page.status_code == 410
        assert "was used already or is over" in page.text


def test_somebody_with_an_account_signs_in_first(clinic: Clinic, client: Client) -> None:
    known = person("Rosa Lima")
    link = clinic.add("Rosa Lima", email=known.email)
    address = f"/invitation/{clinic.token(link)}/"
    page = client.get(address)
    assert f'href="/sign-in/?next={address}"' in page.text
    assert "password" not in page.text.partition("<main")[2]


def test_a_link_never_signs_somebody_with_an_account_in(clinic: Clinic, client: Client) -> None:
    """Two practices invite the same new person; the second link is no way around the password."""
    first, second = clinic, Clinic("Lakeside Health", "Omar Reed")
    one = first.add("Rosa Lima", email="rosa@new.example")
    two = second.add("Rosa Lima", email="rosa@new.example")
    first.accept(one)
    address = f"/invitation/{second.token(two)}/"
    page = client.post(address, {"password": "another long password"})
    assert "_auth_user_id" not in client.session
    assert second.link(two).person is None
    assert "Sign in to answer" in page.text


def test_the_invited_person_joins_with_one_press(clinic: Clinic, sign_in: SignIn) -> None:
    known = person("Rosa Lima")
    link = clinic.add("Rosa Lima", email=known.email)
    browser = sign_in(known)
    address = f"/invitation/{clinic.token(link)}/"
    assert "Join Riverside Dermatology" in browser.get(address).text
    assert clinic.link(link).person is None
    assert browser.post(address).headers["Location"] == "/home/"
    assert clinic.link(link).person == known


def test_somebody_else_cannot_join_with_the_link(clinic: Clinic, sign_in: SignIn) -> None:
    known = person("Rosa Lima")
    link = clinic.add("Rosa Lima", email=known.email)
    browser = sign_in(person("Eve Else"))
    address = f"/invitation/{clinic.token(link)}/"
    assert "signed in with another account" in browser.get(address).text
    page = browser.post(address)
    assert page.status_code == 409
    assert "for another e-mail address" in page.text
    assert clinic.link(link).person is None


def test_openings_are_limited(client: Client) -> None:
    for _ in range(30):
        client.get(f"/invitation/{'0' * 64}/")
    assert client.get(f"/invitation/{'0' * 64}/").status_code == 429
    assert not Person.objects.exists()
