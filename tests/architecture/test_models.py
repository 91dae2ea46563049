"""What every model and domain keeps to."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import models

from tests.architecture.reading import (
    PACKAGE,
    ROOT,
    calls,
    exceptions,
    plant,
    sources,
)

_RELATIONS = ("ForeignKey", "OneToOneField")
_OWN_CLOCK = {"auto_now", "auto_now_add"}
_PERSONAL = re.compile(r"(^|_)(name|email|phone|address|street|city|postal|ip|login|birth)(_|$)")
_MODULES = {"__init__", "apps", "enums", "models", "queries", "rules", "operations"}
_MONEY = ("kernel/money.py", "domains/ledger", "domains/catalog", "domains/orders")


def relations_without_on_delete(root: Path) -> list[str]:
    """Return foreign keys that leave open what happens when the other row goes."""
    return [
        f"{name}:{call.lineno}"
        for name, tree in sources(root)
        for call in calls(tree, *_RELATIONS)
        if "on_delete" not in {keyword.arg for keyword in call.keywords}
    ]


def fields_with_their_own_clock(root: Path) -> list[str]:
    """Return fields that read the clock: time is passed in from the edge."""
    return [
        f"{name}:{node.value.lineno}"
        for name, tree in sources(root)
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword) and node.arg in _OWN_CLOCK
    ]


def floats(root: Path) -> list[str]:
    """Return floating-point columns anywhere, and floats where money is."""
    found = []
    for name, tree in sources(root):
        money = any(f"{PACKAGE.as_posix()}/{part}" in name for part in _MONEY)
        for node in ast.walk(tree):
            match node:
                case ast.Attribute(attr="FloatField") | ast.Name(id="FloatField"):
                    found.append(f"{name}:{node.lineno}")
                case ast.Name(id="float") if money:
                    found.append(f"{name}:{node.lineno}")
                case ast.Constant(value=float()) if money:
                    found.append(f"{name}:{node.lineno}")
    return found


def unclassified(found: Iterable[type[models.Model]], exempt: dict[str, Any]) -> list[str]:
    """Return fields that look like a person's data and are in no ``personal_data``, and slips."""
    problems = []
    looked_like = set()
    for model in found:
        fields = {field.name for field in model._meta.local_fields if not field.is_relation}
        personal: frozenset[str] = getattr(model, "personal_data", frozenset())
        label = model._meta.label
        problems += [f"{label}.{name} is no field" for name in sorted(personal - fields)]
        for name in sorted(name for name in fields - personal if _PERSONAL.search(name)):
            looked_like.add(f"{label}.{name}")
            if f"{label}.{name}" not in exempt:
                problems.append(f"{label}.{name} is not classified")
    return problems + [f"{name} needs no exemption" for name in sorted(exempt.keys() - looked_like)]


def other_files(root: Path) -> list[str]:
    """Return files and folders that a domain may not hold."""
    found = []
    for domain in sorted((root / PACKAGE / "domains").iterdir()):
        for part in sorted(domain.iterdir() if domain.is_dir() else []):
            allowed = part.is_dir() and part.name in {"migrations", "templates", "__pycache__"}
            if not allowed and part.stem not in _MODULES:
                found.append(f"{domain.name}/{part.name}")
    return found


def _our_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("scriptorium.")]


def test_every_foreign_key_says_what_happens_on_delete() -> None:
    assert relations_without_on_delete(ROOT) == []


def test_no_field_reads_the_clock() -> None:
    assert fields_with_their_own_clock(ROOT) == []


def test_money_is_never_a_float() -> None:
    assert floats(ROOT) == []


def test_every_field_of_personal_data_is_classified() -> None:
    assert unclassified(_our_models(), exceptions("personal_data")) == []


def test_a_domain_holds_only_the_five_modules() -> None:
    assert other_files(ROOT) == []


def test_each_slip_in_a_model_is_noticed(tmp_path: Path) -> None:
    code = """
class Bad(models.Model):
    person = models.ForeignKey("accounts.Person")
    at = models.DateTimeField(auto_now=True)
    price = models.FloatField()
    rate = 1.5 * float("2")
"""
    plant(tmp_path, f"{PACKAGE}/domains/ledger/models.py", code)
    plant(tmp_path, f"{PACKAGE}/domains/ledger/signals.py", "")
    plant(tmp_path, f"{PACKAGE}/domains/ledger/services/units.py", "")
    place = f"{PACKAGE}/domains/ledger/models.py"
    assert relations_without_on_delete(tmp_path) == [f"{place}:3"]
    assert fields_with_their_own_clock(tmp_path) == [f"{place}:4"]
    assert sorted(floats(tmp_path)) == [f"{place}:5", f"{place}:6", f"{place}:6"]
    assert other_files(tmp_path) == ["ledger/services", "ledger/signals.py"]


def test_a_field_that_is_not_classified_is_noticed() -> None:
    class Visitor(models.Model):
        personal_data = frozenset({"email", "nickname"})
        first_name = models.CharField()
        email = models.EmailField()
        filename = models.CharField()
        ip_address = models.CharField()

        class Meta:
            app_label = "planted"
            managed = False

    apps.all_models.pop("planted")
    assert unclassified([Visitor], {"planted.Visitor.ip_address": "", "x.Y.name": ""}) == [
        "planted.Visitor.nickname is no field",
        "planted.Visitor.first_name is not classified",
        "x.Y.name needs no exemption",
    ]
