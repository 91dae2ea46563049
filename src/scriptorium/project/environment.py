"""Reads settings from the environment, each also from a file named by ``<NAME>_FILE``."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit


def read(name: str, default: str = "") -> str:
    """Return the value of a setting, from ``<name>_FILE`` if that is set, else ``<name>``."""
    file = os.environ.get(f"{name}_FILE")
    if file:
        return Path(file).read_text(encoding="utf-8").strip()
    return os.environ.get(name, default)


def read_flag(name: str, *, default: bool = False) -> bool:
    """Return a yes-or-no setting; ``1``, ``true``, ``yes`` and ``on`` mean yes."""
    value = read(name)
    return value.lower() in {"1", "true", "yes", "on"} if value else default


def read_int(name: str, default: int) -> int:
    """Return a whole-number setting."""
    value = read(name)
    return int(value) if value else default


def database(url: str) -> dict[str, object]:
    """Return Django's database settings for a URL.

    Arguments:
        url: ``sqlite:///path`` or ``postgresql://user:password@host:port/name?option=value``.
    """
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "scriptorium.database.sqlite",
            "NAME": unquote(parts.path[1:]) if parts.path != "/:memory:" else ":memory:",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous="
                    + read("SCRIPTORIUM_SQLITE_SYNCHRONOUS", "FULL")
                    + "; PRAGMA cache_size=-65536; PRAGMA mmap_size=134217728;"
                ),
            },
        }
    if parts.scheme in {"postgres", "postgresql"}:
        query = dict(parse_qsl(parts.query))
        options: dict[str, object] = {}
        host = query.pop("host", "") or parts.hostname or ""
        if query.pop("pool", "1") != "0":
            options["pool"] = {"min_size": 1, "max_size": read_int("SCRIPTORIUM_DATABASE_POOL", 10)}
        if query.pop("prepare", "1") != "0":
            # For the queries of database.prepared alone: the server keeps them planned.
            options["prepare_threshold"] = 5
        options.update(query)
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path[1:]),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": host,
            "PORT": str(parts.port or ""),
            "OPTIONS": options,
        }
    raise ValueError(
        f"SCRIPTORIUM_DATABASE_URL starts with {parts.scheme!r}; use sqlite:///… or postgresql://…"
    )
