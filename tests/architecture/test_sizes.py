"""Everything fits on a few screens, and is named by what it is about."""

from __future__ import annotations

import ast
import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.reading import (
    PACKAGE,
    ROOT,
    exceptions,
    files,
    named,
    plant,
    sources,
    templates,
)

FILE_LINES = 400
FUNCTION_LINES = 60
TEMPLATE_LINES = 150
JUNK = {"utils", "util", "helpers", "helper", "common", "misc", "lib", "stuff", "tools"}


def _long_files(root: Path) -> Iterator[tuple[str, int]]:
    for path in files(root, ".py", ".js", ".css", ".sh"):
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > FILE_LINES and "migrations" not in path.parts:
            yield named(root, path), lines


def _long_functions(root: Path) -> Iterator[tuple[str, int]]:
    for under in ("src", "tests", "bench"):
        for name, tree in sources(root, under):
            for node in ast.walk(tree):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    lines = (node.end_lineno or node.lineno) - node.lineno + 1
                    if lines > FUNCTION_LINES:
                        yield f"{name}::{node.name}", lines


def _long_templates(root: Path) -> Iterator[tuple[str, int]]:
    for name, text in templates(root):
        lines = len(text.splitlines())
        if lines > TEMPLATE_LINES:
            yield name, lines


def too_long(root: Path, allowed: dict[str, Any], today: dt.date) -> list[str]:
    """Return what is too long and not excepted, and exceptions that are no longer needed."""
    found = dict([*_long_files(root), *_long_functions(root), *_long_templates(root)])
    problems = []
    for name, lines in found.items():
        exception = allowed.get(name)
        if exception is None:
            problems.append(f"{name} has {lines} lines")
        elif lines > exception["lines"]:
            problems.append(f"{name} grew from {exception['lines']} to {lines} lines")
        elif today > exception["until"]:
            problems.append(f"the exception of {name} ended on {exception['until']}")
    return problems + [f"{name} needs no exception now" for name in allowed.keys() - found.keys()]


def junk(root: Path) -> list[str]:
    """Return modules, folders and templates whose names say nothing."""
    found = set()
    for path in files(root, ".py", ".html", ".js", ".css"):
        relative = path.relative_to(root)
        if JUNK & {*relative.parent.parts, relative.stem.lower().lstrip("_")}:
            found.add(relative.as_posix())
    return sorted(found)


def test_nothing_is_too_long() -> None:
    # The one place in the suite that needs the real day: exceptions end on a date.
    assert too_long(ROOT, exceptions("long"), dt.datetime.now(dt.UTC).date()) == []


def test_nothing_has_a_name_that_says_nothing() -> None:
    assert junk(ROOT) == []


@pytest.fixture
def long_things(tmp_path: Path) -> Path:
    plant(tmp_path, f"{PACKAGE}/file.py", "x = 1\n" * (FILE_LINES + 1))
    plant(tmp_path, f"{PACKAGE}/code.py", "def long():\n" + "    x = 1\n" * FUNCTION_LINES)
    plant(tmp_path, f"{PACKAGE}/web/templates/page.html", "<p>\n" * (TEMPLATE_LINES + 1))
    return tmp_path


def test_each_kind_of_length_is_noticed(long_things: Path, today: dt.date) -> None:
    assert too_long(long_things, {}, today) == [
        f"{PACKAGE}/file.py has 401 lines",
        f"{PACKAGE}/code.py::long has 61 lines",
        f"{PACKAGE}/web/templates/page.html has 151 lines",
    ]


def test_exceptions_end_and_only_shrink(long_things: Path, today: dt.date) -> None:
    allowed = {
        f"{PACKAGE}/file.py": {"lines": 400, "until": today},
        f"{PACKAGE}/code.py::long": {"lines": 61, "until": today - dt.timedelta(days=1)},
        f"{PACKAGE}/web/templates/page.html": {"lines": 151, "until": today},
        "gone.py": {"lines": 500, "until": today},
    }
    assert too_long(long_things, allowed, today) == [
        f"{PACKAGE}/file.py grew from 400 to 401 lines",
        f"the exception of {PACKAGE}/code.py::long ended on {today - dt.timedelta(days=1)}",
        "gone.py needs no exception now",
    ]


def test_a_junk_name_is_noticed(tmp_path: Path) -> None:
    plant(tmp_path, f"{PACKAGE}/kernel/utils.py", "")
    plant(tmp_path, f"{PACKAGE}/common/money.py", "")
    assert junk(tmp_path) == [f"{PACKAGE}/common/money.py", f"{PACKAGE}/kernel/utils.py"]
