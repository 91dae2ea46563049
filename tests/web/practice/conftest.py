"""A practice with somebody of each role and each state, shared by the tests of a module."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.support.riverside import Place


@pytest.fixture(scope="module")
def shared(django_db_setup: None, django_db_blocker: Any) -> Iterator[Place]:
    from tests.support.riverside import Place
    from tests.support.shared_rows import undone_afterwards

    with django_db_blocker.unblock(), undone_afterwards():
        yield Place()


@pytest.fixture
def place(db: None, shared: Place) -> Place:
    """Return the practice; what a test writes is taken back after it."""
    return shared


@pytest.fixture
def ask(place: Place) -> Callable[..., Any]:
    """Return a function that asks for a page of the practice."""

    def get(path: str, who: str = "dana", **query: str) -> Any:
        return place.client(who).get(place.base + path, query)

    return get


@pytest.fixture
def send(place: Place) -> Callable[..., Any]:
    """Return a function that sends a form of the practice."""

    def post(path: str, data: dict[str, Any] | None = None, who: str = "dana") -> Any:
        return place.client(who).post(place.base + path, data or {})

    return post
