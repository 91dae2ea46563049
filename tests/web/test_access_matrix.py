"""Every address and method as every role and as a stranger (DESIGN §6, issue 2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.test import Client

from tests.support import access
from tests.support.access import EVERYBODY, METHODS, PAGE, Cast, addresses, outcome, page, table
from tests.support.shared_rows import undone_afterwards


@pytest.fixture(scope="module")
def cast(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Cast]:
    """Return people and objects that every row of the matrix uses."""
    with django_db_blocker.unblock(), undone_afterwards():
        yield Cast()


@pytest.fixture(autouse=True)
def _no_limits_left_over() -> None:
    cache.clear()


def test_the_table_names_every_address_and_no_other() -> None:
    assert sorted(table()) == sorted(addresses())


@pytest.mark.parametrize("who", EVERYBODY)
def test_everybody_gets_exactly_what_the_table_says(db: None, cast: Cast, who: str) -> None:
    client, expected = cast.client(who), table()
    wrong = []
    for name, route in addresses().items():
        path = cast.path(name, route)
        for method in METHODS:
            right = expected.get(name, {}).get(method, {}).get(who, "nothing")
            found = outcome(client, method, path, cast.forms.get(name))
            if found != right:
                wrong.append(f"{method} {path} ({name}): {found} instead of {right}")
    assert not wrong, "\n".join(wrong)


def test_row_36_another_practice_finds_nothing_here(db: None, cast: Cast) -> None:
    omar = cast.client("omar")
    tried = 0
    for name, route in addresses().items():
        if not route.startswith("practice/"):
            continue
        path = cast.path(name, route)
        unknown = path.replace(cast.clinic.practice.reference, "zzzzzzzzzzzz")
        for method in METHODS:
            found = outcome(omar, method, path)
            assert found in {"404", "405"}, f"{method} {path} answers {found}"
            assert found == outcome(omar, method, unknown)
            tried += found == "404"
    assert tried >= 30


def test_row_36_own_practice_with_objects_of_another(db: None, cast: Cast) -> None:
    omar = cast.client("omar")
    own = cast.lakeside.practice.reference
    tried = 0
    for name, route in addresses().items():
        if not route.startswith("practice/") or route.count("<") < 2:
            continue
        path = cast.path(name, route).replace(cast.clinic.practice.reference, own)
        for method in METHODS:
            found = outcome(omar, method, path)
            assert found in {"404", "405"}, f"{method} {path} answers {found}"
            tried += found == "404"
    assert tried >= 10


def test_a_post_without_a_token_is_refused(db: None, cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.people["dana"].user)  # type: ignore[arg-type]
    base = f"/practice/{cast.clinic.practice.reference}"
    for path in (f"{base}/people/", f"{base}/assignments/assign/", f"{base}/settings/"):
        assert outcome(client, "POST", path) == "403"
    assert outcome(Client(enforce_csrf_checks=True), "POST", "/sign-in/") == "403"


def test_staff_without_a_second_factor_enrol_one_first(db: None, cast: Cast) -> None:
    from allauth.mfa.models import Authenticator

    assert not django_settings.DEMO
    desk = cast.people["desk"]
    Authenticator.objects.filter(user=desk.user).delete()
    response = cast.client("desk").get("/office/")
    assert response.status_code == 302
    assert response.headers["Location"] == "/account/2fa/"


def test_the_page_of_the_documentation_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), (
        "Run: python -m tests.support.write_access_matrix"
    )


def test_every_person_of_the_matrix_is_named() -> None:
    named = {name for methods in table().values() for rule in methods.values() for name in rule}
    assert named == set(EVERYBODY)
    assert set(access.STAFF) < named
