"""What every test starts from: an environment of its own, fixed dates, one database file."""

from __future__ import annotations

import atexit
import datetime as dt
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest

# Settings read the environment once, so all of this comes before Django is loaded. Workers of one
# run inherit the folder and take a part of it each.
_worker = os.environ.get("PYTEST_XDIST_WORKER", "")
if not _worker:
    _var = tempfile.mkdtemp(prefix="scriptorium-tests-")
    atexit.register(shutil.rmtree, _var, ignore_errors=True)
    os.environ["SCRIPTORIUM_VAR"] = _var
else:
    os.environ["SCRIPTORIUM_VAR"] = str(Path(os.environ["SCRIPTORIUM_VAR"]) / _worker)
for _name in [name for name in os.environ if name.startswith("SCRIPTORIUM_")]:
    if _name not in {"SCRIPTORIUM_VAR", "SCRIPTORIUM_DATABASE_URL"}:
        del os.environ[_name]
os.environ["SCRIPTORIUM_TESTING"] = "1"
os.environ["SCRIPTORIUM_SQLITE_SYNCHRONOUS"] = "NORMAL"
os.environ["DJANGO_SETTINGS_MODULE"] = "scriptorium.project.settings"

from django.conf import settings  # noqa: E402

from scriptorium.kernel.actor import Actor, ActorKind  # noqa: E402
from tests.support.templates import Missing  # noqa: E402

_database: dict[str, Any] = settings.DATABASES["default"]
# Settings are read now. A worker that inherited the name would read them before it has its folder.
del os.environ["DJANGO_SETTINGS_MODULE"]
ON_POSTGRES = _database["ENGINE"].endswith("postgresql")
if not ON_POSTGRES:
    # A database in memory belongs to one connection; tests with threads need a file.
    _database.setdefault("TEST", {})["NAME"] = str(
        Path(os.environ["SCRIPTORIUM_VAR"]) / "tests.sqlite3"
    )
# The static files' middleware warns of a folder that is not there.
Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
_engines: list[dict[str, Any]] = settings.TEMPLATES
for _engine in _engines:
    _engine["OPTIONS"]["string_if_invalid"] = Missing("%s")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that says how often a kill test repeats."""
    parser.addoption("--times", type=int, default=2, help="how often each kill test repeats")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out on SQLite what needs PostgreSQL."""
    if ON_POSTGRES:
        return
    reason = pytest.mark.skip(reason="needs PostgreSQL (make test-postgres)")
    for item in items:
        if "postgres" in item.keywords:
            item.add_marker(reason)


@pytest.fixture
def times(request: pytest.FixtureRequest) -> int:
    """Return how often a kill test repeats."""
    return int(request.config.getoption("--times"))


@pytest.fixture
def now() -> dt.datetime:
    """Return the moment at which tests happen."""
    return dt.datetime(2026, 11, 23, 17, 0, tzinfo=dt.UTC)


@pytest.fixture
def today(now: dt.datetime) -> dt.date:
    """Return the body's calendar day of that moment."""
    return now.date()


@pytest.fixture
def actor() -> Actor:
    """Return somebody who does things."""
    return Actor(ActorKind.PERSON, "0actor000000", "Dana Whitfield", "request-1")
