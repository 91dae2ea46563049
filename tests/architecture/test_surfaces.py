"""Surfaces parse, make one call and render; nothing happens behind the caller's back."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

from tests.architecture.reading import PACKAGE, ROOT, called, exceptions, plant, sources

_ALWAYS = {
    "save",
    "asave",
    "create",
    "acreate",
    "get_or_create",
    "update_or_create",
    "bulk_create",
    "bulk_update",
    "select_for_update",
    "on_commit",
    "execute",
    "atomic",
}
#: A query set's own take no positional argument, a dictionary's and a cache's do.
_WITHOUT_POSITIONAL = {"update", "delete", "aupdate", "adelete"}
_SIGNALS = {"dispatch", "signals"}


def _writing(tree: ast.Module) -> list[tuple[int, str]]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = called(node)
            bound = isinstance(node.func, ast.Attribute)
            if (name in _ALWAYS and (bound or name == "atomic")) or (
                bound and name in _WITHOUT_POSITIONAL and not node.args
            ):
                found.append((node.lineno, name))
        elif isinstance(node, ast.FunctionDef):
            # @atomic and @transaction.atomic without brackets are no calls.
            names = [ast.unparse(one).rpartition(".")[2] for one in node.decorator_list]
            found += [(node.lineno, "atomic")] * names.count("atomic")
    return found


def writes(root: Path, allowed: dict[str, Any]) -> list[str]:
    """Return each write query and transaction in web and api."""
    used = set()
    problems = []
    for surface in ("web", "api"):
        for name, tree in sources(root, PACKAGE / surface):
            for line, method in _writing(tree):
                if f"{name}:{method}" in allowed:
                    used.add(f"{name}:{method}")
                else:
                    problems.append(f"{name}:{line} {method}")
    return problems + [f"{name} needs no exception now" for name in allowed.keys() - used]


def signals(root: Path) -> list[str]:
    """Return imports of signals: what should happen is called, in order, by a journey."""
    found = []
    for name, tree in sources(root):
        for node in ast.walk(tree):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                modules = [f"{node.module}.{alias.name}" for alias in node.names]
            if any(_SIGNALS & set(module.split(".")) for module in modules):
                found.append(f"{name}:{node.lineno}")  # type: ignore[attr-defined]
    return found


def test_web_and_api_write_nothing_and_open_no_transaction() -> None:
    assert writes(ROOT, exceptions("surfaces")) == []


def test_nothing_listens_to_signals() -> None:
    assert signals(ROOT) == []


def test_writing_in_a_view_is_noticed(tmp_path: Path) -> None:
    code = """
from django.db import transaction
from django.db.transaction import atomic

@transaction.atomic
def view(request, form, person, context, cache):
    context.update({"a": 1})
    cache.delete("key")
    form.save()
    Person.objects.create(name="x")
    Person.objects.filter(pk=1).update(name="y")
    person.delete()
    with atomic():
        pass
"""
    plant(tmp_path, f"{PACKAGE}/web/member/edit.py", code)
    plant(tmp_path, f"{PACKAGE}/api/v1.py", "def put(link):\n    link.save()\n")
    plant(tmp_path, f"{PACKAGE}/journeys/buy.py", "def buy(link):\n    link.save()\n")
    page = f"{PACKAGE}/web/member/edit.py"
    assert writes(tmp_path, {"gone.py:save": "why"}) == [
        f"{page}:6 atomic",
        f"{page}:9 save",
        f"{page}:10 create",
        f"{page}:11 update",
        f"{page}:12 delete",
        f"{page}:13 atomic",
        f"{PACKAGE}/api/v1.py:2 save",
        "gone.py:save needs no exception now",
    ]


def test_a_signal_is_noticed(tmp_path: Path) -> None:
    plant(tmp_path, f"{PACKAGE}/a.py", "from django.db.models.signals import post_save\n")
    plant(tmp_path, f"{PACKAGE}/b.py", "from django.dispatch import receiver\n")
    plant(tmp_path, f"{PACKAGE}/c.py", "import django.core.signals\n")
    plant(tmp_path, f"{PACKAGE}/d.py", "from allauth.account import signals\n")
    assert signals(tmp_path) == [f"{PACKAGE}/{name}.py:1" for name in "abcd"]
