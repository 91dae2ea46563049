"""The contact page."""

from __future__ import annotations

import pytest
from django.test import Client

from scriptorium.domains.support.models import Message
from scriptorium.web.public.cards import holds_card_number
from tests.support.builders import Clinic, person
from tests.web.conftest import SignIn

pytestmark = pytest.mark.django_db
FORM = {
    "topic": "question",
    "name": "Kim Vale",
    "email": "kim@clinic.example",
    "text": "How do I begin?",
}


def test_a_visitor_writes_and_the_message_waits_for_staff(client: Client) -> None:
    page = client.post("/contact/", FORM | {"page": "/verify/"}, follow=True)
    assert "Your message is with us" in page.text
    message = Message.objects.get()
    assert (message.name, message.text, message.page) == ("Kim Vale", "How do I begin?", "/verify/")


def test_the_page_shows_telephone_and_hours(client: Client, settings) -> None:
    page = client.get("/contact/")
    assert settings.BODY_PHONE in page.text
    assert settings.BODY_HOURS in page.text


def test_get_more_arrives_with_the_wish_filled_in(clinic: Clinic, sign_in: SignIn) -> None:
    page = sign_in(clinic.dana).get(
        f"/contact/?topic=more&kind=renewal&practice={clinic.practice.reference}"
    )
    assert "estimate for … renewals for Riverside Dermatology." in page.text
    assert clinic.dana.email in page.text


def test_a_practice_is_not_named_to_somebody_who_does_not_belong_to_it(
    clinic: Clinic, sign_in: SignIn, client: Client
) -> None:
    address = f"/contact/?topic=more&kind=renewal&practice={clinic.practice.reference}"
    for browser in (client, sign_in(person("Omar Else"))):
        page = browser.get(address)
        assert "estimate for … renewals." in page.text
        assert "Riverside" not in page.text


def test_a_practice_of_others_is_not_kept_with_the_message(clinic: Clinic, client: Client) -> None:
    client.post("/contact/", FORM | {"practice": clinic.practice.reference})
    assert Message.objects.get().practice == ""


def test_ones_own_practice_is_kept_with_the_message(clinic: Clinic, sign_in: SignIn) -> None:
    sign_in(clinic.dana).post("/contact/", FORM | {"practice": clinic.practice.reference})
    message = Message.objects.get()
    assert (message.practice, message.person) == (clinic.practice.reference, clinic.dana.reference)


@pytest.mark.parametrize(
    "number", ["4111111111111111", "4111 1111 1111 1111", "5500-0000-0000-0004 12/29"]
)
def test_a_card_number_is_refused_and_the_text_kept(client: Client, number: str) -> None:
    page = client.post("/contact/", FORM | {"text": f"My card is {number}, thanks"})
    assert page.status_code == 422
    assert "This looks like a card number" in page.text
    assert number in page.text
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    "text", ["Call +1 555 010 0200", "4111 1111 1111 1112", "Order 12345678", "9" * 40]
)
def test_other_numbers_are_no_card_numbers(text: str) -> None:
    assert not holds_card_number(text)


def test_an_incomplete_message_is_refused_at_its_fields(client: Client) -> None:
    page = client.post("/contact/", FORM | {"email": "kim", "topic": "prize"})
    assert page.status_code == 422
    assert "How do I begin?" in page.text
    assert not Message.objects.exists()


def test_the_sixth_message_in_an_hour_is_refused_and_its_text_kept(client: Client) -> None:
    for _ in range(5):
        assert client.post("/contact/", FORM).status_code == 302
    page = client.post("/contact/", FORM | {"text": "One more thing"})
    assert page.status_code == 429
    assert "One more thing" in page.text
    assert "which is the limit" in page.text
    assert Message.objects.count() == 5
