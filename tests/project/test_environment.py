"""What the database's address says, and what it leaves to defaults."""

from __future__ import annotations

from typing import Any

import pytest

from scriptorium.project.environment import database

SERVER = "postgresql://ada:secret@db.example:5433/portal"


def options(address: str) -> dict[str, Any]:
    found = database(address)["OPTIONS"]
    assert isinstance(found, dict)
    return found


def test_a_server_is_pooled_and_keeps_the_prepared_queries_planned() -> None:
    found = database(SERVER)
    assert (found["HOST"], found["PORT"], found["NAME"], found["USER"]) == (
        "db.example", "5433", "portal", "ada",
    )  # fmt: skip
    assert options(SERVER).keys() == {"pool", "prepare_threshold"}


def test_a_pooler_between_us_can_be_left_both_tasks() -> None:
    assert options(f"{SERVER}?pool=0&prepare=0&sslmode=verify-full") == {"sslmode": "verify-full"}


def test_another_scheme_is_refused_in_one_sentence() -> None:
    with pytest.raises(ValueError, match="starts with 'mysql'; use sqlite:///… or postgresql://…"):
        database("mysql://ada@db.example/portal")
