"""How the architecture tests read the repository: as text and syntax trees, never by import."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = Path("src") / "scriptorium"
_WRITTEN_BY_US = ("src", "tests", "bench", "deploy", "docs")


def files(root: Path, *endings: str, under: str | Path = "") -> Iterator[Path]:
    """Yield the repository's own files with one of these endings, in a steady order."""
    starts = [root / under] if under else [root / name for name in _WRITTEN_BY_US]
    for start in starts:
        for path in sorted(start.rglob("*")):
            if path.suffix in endings and "__pycache__" not in path.parts:
                yield path


def sources(root: Path, under: str | Path = PACKAGE) -> Iterator[tuple[str, ast.Module]]:
    """Yield each Python file but migrations, by its name in the repository, with its syntax."""
    for path in files(root, ".py", under=under):
        if "migrations" not in path.parts:
            yield named(root, path), ast.parse(path.read_text(encoding="utf-8"))


def templates(root: Path) -> Iterator[tuple[str, str]]:
    """Yield each template, by its name in the repository, with its text."""
    for path in files(root, ".html", ".txt", under=PACKAGE):
        if "templates" in path.parts:
            yield named(root, path), path.read_text(encoding="utf-8")


def named(root: Path, path: Path) -> str:
    """Return a file's name in the repository."""
    return path.relative_to(root).as_posix()


def exceptions(section: str) -> dict[str, Any]:
    """Return a section of the list of exceptions."""
    with (Path(__file__).parent / "exceptions.toml").open("rb") as file:
        return dict(tomllib.load(file).get(section, {}))


def calls(tree: ast.AST, *names: str) -> Iterator[ast.Call]:
    """Yield the calls of functions or methods with one of these names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and called(node) in names:
            yield node


def called(node: ast.Call) -> str:
    """Return the last part of the name that a call uses."""
    match node.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""


def texts(tree: ast.AST) -> Iterator[str]:
    """Yield every string constant."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def plant(root: Path, name: str, text: str) -> None:
    """Write a file of a planted violation, with its folders."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
