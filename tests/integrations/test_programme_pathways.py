"""A slip in the pathways or the fairness numbers is named with its file and line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from django.conf import settings

from scriptorium.domains.accounts.enums import StaffRole
from scriptorium.domains.catalog.queries import programme
from scriptorium.integrations.programme_files.pathways import check_pathways
from scriptorium.integrations.programme_files.problems import Problem


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("pathways.toml", "fairness.toml"):
        shutil.copy(settings.PROGRAMME_DIR / name, tmp_path / name)
    return tmp_path


def problems(folder: Path) -> list[Problem]:
    found: list[Problem] = []
    check_pathways(
        folder,
        backgrounds=programme().backgrounds,
        staff_roles=StaffRole.values,
        problems=found,
    )
    return found


def test_the_shipped_files_are_right(folder: Path) -> None:
    assert problems(folder) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("pathways.toml", "longest_day_quarters = 64", "longest_day_quarters = 97", "1 to 96"),
        ("pathways.toml", "move_after_days = 30", 'move_after_days = "30"', "1 to 365"),
        ("pathways.toml", "[7, 14, 21]", "[7, 21, 14]", "reminder_days grow"),
        ("pathways.toml", "[7, 14, 21]", "[7, 14, 30]", "end before move_after_days"),
        ("pathways.toml", "hours = 200", "hours = 0", "experience: hours"),
        ("pathways.toml", '"emtp", "cma"', '"emtp", "wizard"', "no background wizard"),
        ("pathways.toml", "backgrounds = []", 'backgrounds = ["rn"]', "open to everybody"),
        ("pathways.toml", 'approvers = ["administrator", "physician"]', "approvers = []",
         "approvers are administrator or physician"),
        ("pathways.toml", 'staff = "decisions" ', 'staff = "wizards" ', "staff roles"),
        ("pathways.toml", "I, {name}, documented", "I, {nom}, documented", "may have the blanks"),
        ("pathways.toml", 'version = "2026-11"', 'version = ""', "at most 20 letters"),
        ("fairness.toml", "most_percent = 300", "most_percent = 400", "100 to 300"),
        ("fairness.toml", "acknowledge_days = 5", "acknowledge_days = 60", "before it is decided"),
        ("fairness.toml", 'other = "Something else"', 'something_else = "x"', "at most 10 letters"),
    ],
)  # fmt: skip
def test_each_slip_is_named_where_it_stands(
    folder: Path, file: str, old: str, new: str, words: str
) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    found = problems(folder)
    assert any(problem.path == file and words in problem.sentence for problem in found), found
    line = next(problem.line for problem in found if words in problem.sentence)
    if "everybody" not in words and "10 letters" not in words:
        key = old.partition("=")[0].strip() if "=" in old else ""
        assert line > 0
        assert text.splitlines()[line - 1].lstrip().startswith(key) or not key


def test_a_missing_or_broken_file_is_named(folder: Path) -> None:
    (folder / "pathways.toml").unlink()
    (folder / "fairness.toml").write_text("[cases\n", encoding="utf-8")
    found = problems(folder)
    assert [problem.path for problem in found] == ["pathways.toml", "fairness.toml"]
    assert found[1].line == 1
