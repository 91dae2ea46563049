"""One run of one workload on one database, in a process of its own."""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.measure import cpu_of, tree


def postgres_pids() -> list[int]:
    """Return the processes of a PostgreSQL on this machine; empty with SQLite or elsewhere."""
    from django.db import connection  # noqa: PLC0415

    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    try:
        parent = int(Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return []
    return tree(parent)


@contextmanager
def counted() -> Iterator[dict[str, float]]:
    """Yield a dict that holds, afterwards, seconds, statements and processor seconds."""
    from django.db import connection  # noqa: PLC0415

    found: dict[str, float] = {"statements": 0}

    def count(execute: Any, *rest: Any) -> Any:
        found["statements"] += 1
        return execute(*rest)

    database = cpu_of(postgres_pids())
    own, begun = time.process_time(), time.perf_counter()
    with connection.execute_wrapper(count):
        yield found
    found["seconds"] = time.perf_counter() - begun
    found["cpu"] = time.process_time() - own
    found["database_cpu"] = cpu_of(postgres_pids()) - database


def database() -> dict[str, str]:
    """Return the kind and version of the database."""
    from django.db import connection  # noqa: PLC0415

    if connection.vendor == "sqlite":
        from sqlite3 import sqlite_version  # noqa: PLC0415

        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous")
            level = {0: "OFF", 1: "NORMAL", 2: "FULL", 3: "EXTRA"}[cursor.fetchone()[0]]
        return {"kind": "sqlite", "version": sqlite_version, "synchronous": level}
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), current_setting('fsync')")
        version, fsync = cursor.fetchone()
    return {"kind": "postgresql", "version": version, "fsync": fsync}


def main() -> None:
    """Run the workload that the first argument names and write its figures."""
    import django  # noqa: PLC0415

    django.setup()
    workload = importlib.import_module(f"bench.{sys.argv[1]}")
    # What a journey or a server prints must not stand between the figures.
    out = os.dup(1)
    os.dup2(2, 1)
    figures = workload.run()
    with os.fdopen(out, "w") as stream:
        json.dump({"figures": figures, "database": database()}, stream)


if __name__ == "__main__":
    main()


def analyze() -> None:
    """Let the database learn how large its tables are, after much was written at once."""
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
