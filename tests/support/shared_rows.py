"""Rows that all tests of a module read: made once, taken back at the module's end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction


@contextmanager
def undone_afterwards() -> Iterator[None]:
    """Take back every row that is written inside, durable journeys included."""
    block: Any = transaction.atomic()
    # As Django's own TestCase marks its blocks: what is durable may stand inside.
    block._from_testcase = True
    with block:
        yield
        transaction.set_rollback(True)
