"""Where a run happens: a folder of its own, one populated database, a fresh copy for each run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parent.parent
MASTER = "scriptorium_bench"


@dataclass(slots=True)
class Place:
    """A folder and a database server, and what was put there.

    Arguments:
        folder: everything that a run writes lies under it.
        server: address of any database on the PostgreSQL server to use; "" means SQLite.
        people, practices: the population beside the demo's cast.
    """

    folder: Path
    server: str
    people: int
    practices: int
    seconds: float = 0.0
    copies: list[str] = field(default_factory=list)

    def environment(self, name: str) -> dict[str, str]:
        """Return the environment of processes that use the database ``name``."""
        kept = {key: text for key, text in os.environ.items() if not key.startswith("SCRIPTORIUM_")}
        return kept | {
            "SCRIPTORIUM_VAR": str(self.folder / name),
            "SCRIPTORIUM_DATABASE_URL": self.address(name),
            "SCRIPTORIUM_SECRET_KEY": "only-for-benchmarks-" + "0" * 40,
            "SCRIPTORIUM_BENCH": "1",
            "DJANGO_SETTINGS_MODULE": "scriptorium.project.settings",
            "PYTHONPATH": str(ROOT),
        }

    def address(self, name: str) -> str:
        """Return a database's address."""
        if not self.server:
            return f"sqlite:///{self.folder / name / 'scriptorium.sqlite3'}"
        return urlunsplit(urlsplit(self.server)._replace(path=f"/{name}"))

    def populate(self) -> None:
        """Make the master database, or find the one that an earlier run kept."""
        done = self.folder / f"populated-{self.people}-{self.practices}"
        kept = done.exists() and not self.server
        environment = self.environment(MASTER) | {"SCRIPTORIUM_DEMO": "1"}
        console = [sys.executable, "-m", "scriptorium.project.console"]
        if not kept:
            self._remove(MASTER)
            (self.folder / MASTER).mkdir(parents=True)
            if self.server:
                self._sql(f"CREATE DATABASE {MASTER}")
        subprocess.run([*console, "migrate", "-v0"], env=environment, check=True)
        if kept:
            return
        subprocess.run(
            [*console, "collectstatic", "-v0", "--no-input"], env=environment, check=True
        )
        begun = time.monotonic()
        subprocess.run(
            [*console, "demo", f"--people={self.people}", f"--practices={self.practices}"],
            env=environment,
            check=True,
            stdout=sys.stderr,
        )
        self.seconds = time.monotonic() - begun
        if self.server:
            self._sql("VACUUM ANALYZE", MASTER)
        done.touch()

    @contextmanager
    def copy(self) -> Iterator[str]:
        """Yield the name of a fresh copy of the master database, removed afterwards."""
        name = f"{MASTER}_{len(self.copies)}"
        self.copies.append(name)
        self._remove(name)
        shutil.copytree(self.folder / MASTER, self.folder / name)
        if self.server:
            self._sql(f"CREATE DATABASE {name} TEMPLATE {MASTER}")
        try:
            yield name
        finally:
            self._remove(name)

    def _remove(self, name: str) -> None:
        shutil.rmtree(self.folder / name, ignore_errors=True)
        if self.server:
            self._sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def close(self) -> None:
        """Drop what lies on a server; the folder belongs to the caller."""
        if self.server:
            self._remove(MASTER)

    def _sql(self, statement: str, name: str = "") -> None:
        import psycopg  # noqa: PLC0415 (only with PostgreSQL)

        address = self.address(name) if name else self.server
        parts = urlsplit(address)
        options = [
            o for o in parts.query.split("&") if o and not o.startswith(("pool=", "prepare="))
        ]
        with psycopg.connect(
            urlunsplit(parts._replace(query="&".join(options))), autocommit=True
        ) as connection:
            connection.execute(statement)


def find(size: int) -> tuple[object, object]:
    """Return the practice of exactly ``size`` people and its administrator as an actor."""
    from scriptorium.demo.lives import admin_of  # noqa: PLC0415 (needs Django)
    from scriptorium.domains.practices.models import Practice  # noqa: PLC0415
    from scriptorium.kernel.actor import Actor, ActorKind  # noqa: PLC0415

    practice = (
        Practice.objects.filter(primary__email=admin_of(size))
        .select_related("primary", "counter")
        .get()
    )
    person = practice.primary
    return practice, Actor(ActorKind.PERSON, person.reference, person.name)


def sizes() -> list[int]:
    """Return which of the practices of fixed sizes this population has."""
    from scriptorium.demo.lives import SIZES, admin_of  # noqa: PLC0415 (needs Django)
    from scriptorium.domains.practices.models import Practice  # noqa: PLC0415

    emails = set(Practice.objects.values_list("primary__email", flat=True))
    return [size for size in SIZES if admin_of(size) in emails]
