"""Each import contract and each ban is shown to refuse what it is there to refuse.

A copy of the package gets one planted violation at a time; the tool must fail, name the contract
and show the planted line.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.reading import PACKAGE, ROOT

_TOOLS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
CONTRACTS = {one["id"]: one["name"] for one in _TOOLS["importlinter"]["contracts"]}
BANNED = list(_TOOLS["ruff"]["lint"]["flake8-tidy-imports"]["banned-api"])
_PROGRAMS = Path(sys.executable).parent

#: contract, file that gets the line, module that the line imports.
IMPORTS = [
    ("storeys", "domains/audit/planted.py", "scriptorium.journeys.planted"),
    ("storeys", "journeys/planted.py", "scriptorium.pages.planted"),
    ("storeys", "jobs/planted.py", "scriptorium.web.planted"),
    ("storeys", "database/planted.py", "scriptorium.domains.audit.planted"),
    ("storeys", "web/planted.py", "scriptorium.project.settings"),
    ("order-of-domains", "domains/accounts/planted.py", "scriptorium.domains.practices.planted"),
    ("order-of-domains", "domains/ledger/planted.py", "scriptorium.domains.memberships.planted"),
    ("order-of-domains", "domains/catalog/planted.py", "scriptorium.domains.notifications.planted"),
    ("inside-a-domain", "domains/audit/enums.py", "scriptorium.domains.audit.models"),
    ("inside-a-domain", "domains/ledger/queries.py", "scriptorium.domains.ledger.rules"),
    ("surfaces-of-the-web", "web/practice/planted.py", "scriptorium.web.office.planted"),
    ("surfaces-of-the-web", "web/shared/planted.py", "scriptorium.web.public.planted"),
    ("commands-are-no-surface-of-others", "commands/planted.py", "scriptorium.web.shared"),
    ("outside-world", "web/shared/planted.py", "scriptorium.integrations.pdf"),
    ("database-tools", "journeys/planted.py", "scriptorium.database.records"),
    ("ledger-rows", "pages/planted.py", "scriptorium.domains.ledger.models"),
    ("audit-rows", "domains/support/planted.py", "scriptorium.domains.audit.models"),
    ("pages-read", "pages/planted.py", "scriptorium.domains.accounts.operations"),
    ("pure-kernel", "kernel/planted.py", "django.db"),
    ("pure-kernel", "kernel/planted.py", "scriptorium.database.records"),
]
#: contract, file that may not exist.
NEWCOMERS = [
    ("storeys", "services/__init__.py", "scriptorium.services"),
    ("order-of-domains", "domains/loyalty/__init__.py", "scriptorium.domains.loyalty"),
    ("inside-a-domain", "domains/audit/helpers.py", "scriptorium.domains.audit.helpers"),
    ("surfaces-of-the-web", "web/partners/__init__.py", "scriptorium.web.partners"),
]


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the package's Python, with the configuration beside it."""
    root = tmp_path_factory.mktemp("walls")
    shutil.copytree(
        ROOT / PACKAGE,
        root / PACKAGE,
        ignore=lambda folder, names: {
            name
            for name in names
            if name == "__pycache__"
            or (not name.endswith(".py") and (Path(folder) / name).is_file())
        },
    )
    shutil.copy(ROOT / "pyproject.toml", root)
    return root


@pytest.fixture
def planted(copied: Path) -> Iterator[Path]:
    """Return the copied package, and take out again whatever a test plants in it."""
    package = copied / PACKAGE
    before = {path: path.read_bytes() for path in package.rglob("*.py")}
    yield package
    for path in set(package.rglob("*.py")) - before.keys():
        path.unlink()
        if not any(path.parent.iterdir()):
            path.parent.rmdir()
    for path, content in before.items():
        if path.read_bytes() != content:
            path.write_bytes(content)


def _add(package: Path, name: str, line: str) -> None:
    path = package / name
    path.parent.mkdir(exist_ok=True)
    path.write_text((path.read_text() if path.exists() else "") + f"\n{line}\n")


def _refusal(package: Path, contract: str) -> str:
    """Run one contract on the copy, expect it to be broken, and return what was said."""
    root = package.parents[1]
    run = subprocess.run(
        [_PROGRAMS / "lint-imports", "--no-logo", "--no-cache", "--contract", contract],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root / "src"), "COLUMNS": "300"},
        capture_output=True,
        text=True,
        check=False,
    )
    said = " ".join(run.stdout.split())
    assert run.returncode == 1, said + run.stderr
    assert f"{CONTRACTS[contract]} BROKEN" in said
    return said


def _module(name: str) -> str:
    return f"scriptorium.{name.removesuffix('.py').replace('/', '.')}"


@pytest.mark.slow
@pytest.mark.parametrize(("contract", "name", "imported"), IMPORTS)
def test_a_forbidden_import_breaks_its_contract(
    planted: Path, contract: str, name: str, imported: str
) -> None:
    target = imported.removeprefix("scriptorium.").replace(".", "/")
    if imported.endswith(".planted"):
        _add(planted, f"{target}.py", "")
    _add(planted, name, f"import {imported}")
    said = _refusal(planted, contract)
    shown = imported if imported.startswith("scriptorium.") else imported.partition(".")[0]
    assert f"{_module(name)} -> {shown} (l." in said


@pytest.mark.slow
@pytest.mark.parametrize(("contract", "name", "shown"), NEWCOMERS)
def test_a_module_that_no_contract_knows_breaks_its_contract(
    planted: Path, contract: str, name: str, shown: str
) -> None:
    _add(planted, name, "")
    said = _refusal(planted, contract)
    assert "are not listed as layers" in said
    assert f"- {shown} " in said


@pytest.mark.slow
def test_a_cycle_breaks_its_contract(planted: Path) -> None:
    _add(planted, "journeys/one.py", "import scriptorium.journeys.other")
    _add(planted, "journeys/other.py", "import scriptorium.journeys.one")
    said = _refusal(planted, "no-cycles")
    assert "No cycles are allowed in scriptorium.journeys" in said
    assert ".other -> .one" in said or ".one -> .other" in said


def test_every_contract_has_a_planted_violation() -> None:
    planted = {contract for contract, _, _ in [*IMPORTS, *NEWCOMERS]} | {"no-cycles"}
    assert planted == CONTRACTS.keys()


def _ruff(code: str, name: str) -> str:
    """Return what the linter says about code, were it in this file of the package."""
    run = subprocess.run(
        [
            _PROGRAMS / "ruff",
            "check",
            "--output-format=concise",
            f"--stdin-filename={PACKAGE}/{name}",
            "-",
        ],
        cwd=ROOT,
        input=code,
        capture_output=True,
        text=True,
        check=False,
    )
    return run.stdout


@pytest.mark.parametrize("name", BANNED)
def test_a_banned_name_is_refused_in_domains_and_allowed_in_surfaces(name: str) -> None:
    code = f"import {name.partition('.')[0]}\n\nused = {name}\n"
    for place in ("domains/audit/rules.py", "journeys/buy.py", "pages/board.py"):
        assert f"TID251 `{name}` is banned" in _ruff(code, place)
    assert "TID251" not in _ruff(code, "web/member/profile.py")


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        ("from .models import Unit\n", "TID252"),
        ("def f():\n    import json\n    return json\n", "PLC0415"),
        ("import datetime as dt\n\nx = dt.datetime(2026, 1, 1)\n", "DTZ001"),
        ("print('x')\n", "T201"),
        ("# x = compute(1)\n", "ERA001"),
        ("try:\n    x = 1\nexcept Exception:\n    x = 2\n", "BLE001"),
        ("def f(x, y):\n    return x\n", "ARG001"),
        ("def f():\n    return 1\n", "D103"),
        ("key = eval('1')\n", "S307"),
    ],
)
def test_a_rule_of_the_linter_bites(code: str, rule: str) -> None:
    assert rule in _ruff(code, "domains/audit/rules.py")


def test_the_clock_may_be_read_in_the_kernel() -> None:
    code = "import datetime\n\nused = datetime.datetime.now(datetime.UTC)\n"
    assert "TID251" not in _ruff(code, "kernel/clock.py")
    assert "TID251" in _ruff(code, "kernel/periods.py")
