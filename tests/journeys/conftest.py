"""Each journey leaves a clean ledger behind: it is checked after every test here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.builders import Clinic


@pytest.fixture
def clinic(db: None) -> Iterator[Clinic]:
    """Return a practice with its administrator; afterwards the ledger must be clean."""
    # Models can be imported once Django is ready, which is after this file is read.
    from tests.support.builders import Clinic, problems

    clinic = Clinic()
    yield clinic
    assert problems(clinic.checked_on) == ()
