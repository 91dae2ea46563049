"""Payers and finance staff of the tests of money."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.test import Client

if TYPE_CHECKING:
    from tests.support.money import Till


@pytest.fixture
def till(db: None) -> Till:
    """Return a practice that buys."""
    from tests.support.money import Till

    return Till()


@pytest.fixture
def finance(staff: Callable[..., Client], demo: None) -> Client:
    """Return a browser at which finance is signed in."""
    return staff("finance")


@pytest.fixture
def director(staff: Callable[..., Client], demo: None) -> Client:
    """Return a browser at which the programme director is signed in."""
    return staff("director")
