"""The front page, home, health."""

from __future__ import annotations

import pytest
from django.db import DatabaseError
from django.test import Client

from tests.support.builders import Clinic, person
from tests.web.conftest import SignIn

pytestmark = pytest.mark.django_db


def test_a_stranger_sees_the_front_page_with_the_ways_on(client: Client) -> None:
    page = client.get("/")
    assert page.status_code == 200
    for address in ("/sign-in/", "/verify/", "/contact/?topic=more"):
        assert f'href="{address}"' in page.text


def test_a_stranger_who_asks_for_home_is_asked_to_sign_in(client: Client) -> None:
    assert client.get("/home/").headers["Location"].endswith("?next=/home/")


def test_home_of_an_administrator_is_the_board(clinic: Clinic, sign_in: SignIn) -> None:
    page = sign_in(clinic.dana).get("/home/")
    assert page.headers["Location"] == f"/practice/{clinic.practice.reference}/assignments/"


@pytest.mark.parametrize("role", ["deputy", "auditor"])
def test_home_of_somebody_with_a_role_is_the_board(
    clinic: Clinic, sign_in: SignIn, role: str
) -> None:
    link = clinic.join("Pat Pine", role=role)
    assert link.person is not None
    page = sign_in(link.person).get("/home/")
    assert page.headers["Location"] == f"/practice/{clinic.practice.reference}/assignments/"


def test_home_of_staff_is_the_office(staff) -> None:
    assert staff("desk").get("/home/").headers["Location"] == "/office/"


def test_home_of_a_member_is_their_own_page(clinic: Clinic, sign_in: SignIn) -> None:
    link = clinic.join("Ada Park")
    assert link.person is not None
    assert sign_in(link.person).get("/home/").headers["Location"] == "/member/"
    assert sign_in(person("Solo One")).get("/home/").headers["Location"] == "/member/"


def test_the_process_says_that_it_lives_and_is_ready(client: Client) -> None:
    assert client.get("/health/live").json() == {"status": "live"}
    assert client.get("/health/ready").json() == {"status": "ready"}


def test_pending_migrations_hold_readiness_back(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scriptorium.web.public.health.migrations.pending", lambda: True)
    page = client.get("/health/ready")
    assert (page.status_code, page.json()["for"]) == (503, "migrations")


def test_a_database_that_does_not_answer_holds_readiness_back(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> bool:
        raise DatabaseError

    monkeypatch.setattr("scriptorium.web.public.health.migrations.pending", broken)
    page = client.get("/health/ready")
    assert (page.status_code, page.json()["for"]) == (503, "the database")
