"""A sandbox of one's own, and the two worlds of the contract."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from scriptorium.integrations.payments import Sandbox

pytest.register_assert_rewrite("tests.integrations.payments.recorded_stripe")

from tests.integrations.payments.worlds import SandboxWorld, StripeWorld, World  # noqa: E402


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    return Sandbox(path=tmp_path / "sandbox.sqlite3")


@pytest.fixture(params=["sandbox", "stripe"])
def world(request: pytest.FixtureRequest, tmp_path: Path, now: dt.datetime) -> World:
    if request.param == "sandbox":
        return SandboxWorld(folder=tmp_path, now=now)
    return StripeWorld()
