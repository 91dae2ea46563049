"""One click unsubscribes; looking does not (RFC 8058, STANDARDS row 48)."""

from __future__ import annotations

import pytest
from django.test import Client

from scriptorium.domains.audit.models import AuditEvent
from scriptorium.domains.notifications import rules
from scriptorium.domains.notifications.models import Suppression

pytestmark = pytest.mark.django_db
CLICK = {"List-Unsubscribe": "One-Click"}


def address(of: str = "ada@home.example") -> str:
    return f"/mail/unsubscribe/{rules.unsubscribe_token(address=of)}/"


@pytest.fixture
def strict() -> Client:
    """Return a browser without cookies whose posts are checked as in production."""
    return Client(enforce_csrf_checks=True)


def test_row_48_looking_at_the_address_changes_nothing(strict: Client) -> None:
    for _ in range(3):
        page = strict.get(address())
        assert page.status_code == 200
        assert "<b>ada@home.example</b>" in page.text
        assert 'value="One-Click"' in page.text
        strict.head(address())
    assert not Suppression.objects.exists()
    assert not AuditEvent.objects.exists()


def test_row_48_a_post_without_login_or_cookie_unsubscribes_at_once(strict: Client) -> None:
    for _ in range(2):
        answer = strict.post(address(), CLICK)
        # A mail program follows no redirect.
        assert answer.status_code == 200
        assert "You are unsubscribed" in answer.text
        assert not answer.cookies
    held = Suppression.objects.get()
    assert (held.address, held.reason) == ("ada@home.example", "unsubscribed")
    event = AuditEvent.objects.get(key="address.suppressed")
    assert event.actor_name == "The receiver of a mail"


def test_row_48_the_body_may_be_a_form_of_either_kind(strict: Client) -> None:
    urlencoded = "application/x-www-form-urlencoded"
    body = "List-Unsubscribe=One-Click"
    assert (
        strict.post(address("ben@home.example"), body, content_type=urlencoded).status_code == 200
    )
    assert Suppression.objects.get().address == "ben@home.example"


@pytest.mark.parametrize("token", ["nonsense", "ImFkYUBob21lLmV4YW1wbGUi:forged", "a:b:c"])
def test_a_wrong_secret_unsubscribes_nobody(strict: Client, token: str) -> None:
    for answer in (strict.get(f"/mail/unsubscribe/{token}/"),
                   strict.post(f"/mail/unsubscribe/{token}/", CLICK)):  # fmt: skip
        assert answer.status_code == 410
        assert "This link is not complete" in answer.text
    assert not Suppression.objects.exists()


def test_too_many_tries_are_braked(strict: Client) -> None:
    for _ in range(300):
        strict.head(address())
    assert strict.post(address(), CLICK).status_code == 429
    assert not Suppression.objects.exists()


def test_the_secret_stays_out_of_the_link_to_help(strict: Client) -> None:
    page = strict.get(address())
    assert "page=%2Fmail%2Funsubscribe%2Flink%2F" in page.text
