"""Each journey leaves a clean ledger behind: it is checked after every test here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.builders import Clinic, problems


@pytest.fixture
def clinic(db: None) -> Iterator[Clinic]:
    """Return a practice with its administrator; afterwards the ledger must be clean."""
    yield Clinic()
    assert problems() == ()
