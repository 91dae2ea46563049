"""Pages are asked at the builders' moment, by people of the builders' practice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from django.core.cache import cache
from django.test import Client

from scriptorium.kernel import clock

if TYPE_CHECKING:
    from scriptorium.domains.accounts.models import Person
    from tests.support.builders import Clinic

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
SignIn = Callable[["Person"], Client]


@pytest.fixture(autouse=True)
def _stopped(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Stop the clock at the builders' now and forget what earlier tests counted."""
    from tests.support.builders import NOW

    monkeypatch.setattr(clock, "now", lambda: NOW)
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def clinic(db: None) -> Clinic:
    """Return a practice with its administrator."""
    from tests.support.builders import Clinic

    return Clinic()


@pytest.fixture
def sign_in(db: None) -> SignIn:
    """Return a function that gives a browser in which somebody is signed in."""

    def signed_in(person: Person) -> Client:
        client = Client()
        assert person.user is not None
        client.force_login(person.user, backend=BACKEND)
        return client

    return signed_in


@pytest.fixture
def staff(db: None) -> Callable[..., Client]:
    """Return a function that gives a browser of staff with these roles."""
    from django.db import transaction

    from scriptorium.domains.accounts.operations import grant_staff_role
    from tests.support.builders import NOW, person

    def of(*roles: str) -> Client:
        someone = person("Robin Ashby")
        with transaction.atomic():
            for role in roles:
                grant_staff_role(person=someone, role=role, by="test", now=NOW)
        client = Client()
        assert someone.user is not None
        client.force_login(someone.user, backend=BACKEND)
        return client

    return of


@pytest.fixture
def demo(settings: pytest.FixtureRequest) -> None:
    """Turn demo mode on, in which second factors are not asked for."""
    settings.DEMO = True  # type: ignore[attr-defined]
