"""List pages cost the same number of queries with 1, 3 and 50 rows (DESIGN §7)."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.support.builders import Clinic
from tests.support.shared_rows import undone_afterwards

# Session, login, person, practice and roles are five of each.
EXPECTED = {"assignments/": 12, "renewals/": 17, "certificates/": 10, "activity/": 7}


def _count(client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


@pytest.fixture(scope="module")
def counts(django_db_setup, django_db_blocker) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {path: [] for path in EXPECTED}
    with django_db_blocker.unblock(), undone_afterwards():
        clinic, client = Clinic(), Client()
        client.force_login(
            clinic.dana.user, backend="allauth.account.auth_backends.AuthenticationBackend"
        )
        base, have = f"/practice/{clinic.practice.reference}/", 0
        for rows in (1, 3, 50):
            links = clinic.people(rows - have)
            clinic.stock("membership", rows - have)
            clinic.assign(links, "membership")
            have = rows
            for path in EXPECTED:
                found[path].append(_count(client, base + path))
    return found


@pytest.mark.parametrize("path", EXPECTED)
def test_the_number_of_rows_does_not_matter(counts, path) -> None:
    assert counts[path] == [EXPECTED[path]] * 3


def test_the_board_needs_at_most_twelve() -> None:
    assert EXPECTED["assignments/"] <= 12
