"""The books of the sandbox: one small SQLite file that several processes and threads may share."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import secrets
import sqlite3
import threading
import weakref
from collections.abc import Iterator
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path

from scriptorium.integrations.payments.protocol import EventKind, ProviderUnavailable
from scriptorium.integrations.payments.sandbox_cards import Stage

_SCHEMA = """
CREATE TABLE IF NOT EXISTS attempts (
    key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, checkout TEXT UNIQUE, payment TEXT UNIQUE,
    reference TEXT NOT NULL, description TEXT NOT NULL, email TEXT NOT NULL,
    success_url TEXT NOT NULL, cancel_url TEXT NOT NULL, save_method INTEGER NOT NULL,
    amount INTEGER NOT NULL, currency TEXT NOT NULL,
    refunded INTEGER NOT NULL CHECK (refunded BETWEEN 0 AND amount),
    stage TEXT NOT NULL, card TEXT NOT NULL, customer TEXT NOT NULL, method TEXT NOT NULL,
    failure TEXT NOT NULL, dispute TEXT NOT NULL, began_at TEXT NOT NULL, at TEXT NOT NULL,
    due_at TEXT, events INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS attempts_due ON attempts (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS attempts_began ON attempts (began_at);
CREATE TABLE IF NOT EXISTS methods (
    id TEXT PRIMARY KEY, customer TEXT NOT NULL, card TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS refunds (
    key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, id TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS events (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
    external_id TEXT NOT NULL, occurred_at TEXT NOT NULL, delivered INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS events_waiting ON events (number) WHERE delivered = 0;
CREATE TABLE IF NOT EXISTS secret (one INTEGER PRIMARY KEY CHECK (one = 1), value TEXT NOT NULL);
"""
_VERSION = 1
_WAIT = 20


@dataclass(frozen=True, slots=True)
class Attempt:
    """One row: a checkout with the payment made on it, or a charge of a saved method.

    Arguments:
        key: the attempt key behind the name of the call, which has keys of its own.
        due_at: when the next thing happens by itself: the page closes, a delayed payment
            settles, a dispute opens. None when nothing will.
        dispute: empty, "open", "won" or "lost".
        events: how many were sent about it, for their ids.
    """

    key: str
    fingerprint: str
    checkout: str | None
    payment: str
    reference: str
    description: str
    email: str
    success_url: str
    cancel_url: str
    save_method: bool
    amount: int
    currency: str
    refunded: int
    stage: Stage
    card: str
    customer: str
    method: str
    failure: str
    dispute: str
    began_at: dt.datetime
    at: dt.datetime
    due_at: dt.datetime | None
    events: int = 0


@dataclass(frozen=True, slots=True)
class Happening:
    """One row of what was, or is to be, told to the portal."""

    event_id: str
    kind: EventKind
    external_id: str
    occurred_at: dt.datetime


_COLUMNS = [field.name for field in fields(Attempt)]
_PUT = f"REPLACE INTO attempts ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"  # noqa: S608
_GET = f"SELECT {', '.join(_COLUMNS)} FROM attempts"  # noqa: S608


class Books:
    """What is written down, inside one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._run = connection.execute

    def put(self, attempt: Attempt) -> None:
        """Write an attempt, new or changed."""
        self._run(_PUT, [_stored(getattr(attempt, name)) for name in _COLUMNS])

    def attempt(self, *, key: str) -> Attempt | None:
        """Return the attempt of a key."""
        return next(self._attempts("WHERE key = ?", key), None)

    def attempt_of(self, *, external_id: str) -> Attempt | None:
        """Return the attempt of a checkout or payment."""
        where = "WHERE checkout = ? OR payment = ?"
        return next(self._attempts(where, external_id, external_id), None)

    def due(self, *, now: dt.datetime, limit: int) -> list[Attempt]:
        """Return the attempts to which something has happened by itself, the oldest first."""
        where = "WHERE due_at <= ? ORDER BY due_at, key LIMIT ?"
        return list(self._attempts(where, _stored(now), limit))

    def begun(self, *, since: dt.datetime, until: dt.datetime) -> list[Attempt]:
        """Return the attempts that began in ``[since, until)``."""
        where = "WHERE began_at >= ? AND began_at < ? ORDER BY began_at, key"
        return list(self._attempts(where, _stored(since), _stored(until)))

    def _attempts(self, where: str, *values: object) -> Iterator[Attempt]:
        for row in self._run(f"{_GET} {where}", values):
            held = dict(zip(_COLUMNS, row, strict=True))
            held["save_method"] = bool(held["save_method"])
            held["stage"] = Stage(held["stage"])
            for name in ("began_at", "at", "due_at"):
                held[name] = held[name] and dt.datetime.fromisoformat(held[name])
            yield Attempt(**held)

    def keep_method(self, *, method: str, customer: str, card: str) -> None:
        """Write a saved method; writing it again changes nothing."""
        self._run("INSERT OR IGNORE INTO methods VALUES (?, ?, ?)", (method, customer, card))

    def card_of(self, *, method: str, customer: str) -> str:
        """Return the card behind a customer's saved method; empty when there is none."""
        where = "SELECT card FROM methods WHERE id = ? AND customer = ?"
        row = self._run(where, (method, customer)).fetchone()
        return str(row[0]) if row else ""

    def refund(self, *, key: str) -> tuple[str, str] | None:
        """Return fingerprint and id of the refund of a key."""
        row = self._run("SELECT fingerprint, id FROM refunds WHERE key = ?", (key,)).fetchone()
        return (str(row[0]), str(row[1])) if row else None

    def put_refund(self, *, key: str, fingerprint: str, refund: str) -> None:
        """Write a refund; the attempt counts what was refunded."""
        self._run("INSERT INTO refunds VALUES (?, ?, ?)", (key, fingerprint, refund))

    def put_event(self, happening: Happening) -> None:
        """Write an event that is to be delivered."""
        self._run(
            "INSERT INTO events (id, kind, external_id, occurred_at) VALUES (?, ?, ?, ?)",
            (
                happening.event_id,
                str(happening.kind),
                happening.external_id,
                _stored(happening.occurred_at),
            ),
        )

    def waiting(self, *, limit: int) -> list[Happening]:
        """Return events that nobody has confirmed yet, in the order in which they happened."""
        rows = self._run(
            "SELECT id, kind, external_id, occurred_at FROM events"
            " WHERE delivered = 0 ORDER BY number LIMIT ?",
            (limit,),
        )
        return [
            Happening(name, EventKind(kind), about, dt.datetime.fromisoformat(at))
            for name, kind, about, at in rows
        ]

    def mark_delivered(self, *, event_id: str) -> None:
        """Write that an event has arrived."""
        self._run("UPDATE events SET delivered = 1 WHERE id = ?", (event_id,))

    def secret(self) -> str:
        """Return the secret that signs events, made with the file."""
        return str(self._run("SELECT value FROM secret").fetchone()[0])


class Store:
    """Opens the file for one transaction at a time; threads of a process take turns.

    The connection is kept, since opening it costs more than a charge. It is left behind after a
    fork, as SQLite asks for, and where the file was replaced, as a reset of the demonstration does.
    """

    def __init__(self, *, path: Path) -> None:
        self.path = path
        self._turns = threading.Lock()
        self._pid = os.getpid()
        self._file: tuple[int, int] | None = None
        self._connection: sqlite3.Connection | None = None

    @contextlib.contextmanager
    def open(self, *, write: bool = False) -> Iterator[Books]:
        """Open the books; a writer is alone until it is done, and an error undoes what it did.

        Raises:
            ProviderUnavailable: the file cannot be opened, or others kept it too long.
        """
        if self._pid != os.getpid():
            self._pid, self._turns, self._connection = os.getpid(), threading.Lock(), None
        try:
            with self._turns:
                connection = self._connect()
                connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")
                try:
                    yield Books(connection)
                except BaseException:
                    connection.execute("ROLLBACK")
                    raise
                connection.execute("COMMIT")
        except (sqlite3.OperationalError, OSError) as error:
            raise ProviderUnavailable(f"The sandbox cannot be reached: {error}") from error

    def _connect(self) -> sqlite3.Connection:
        if self._connection is not None and self._file == _file(self.path):
            return self._connection
        if self._connection is not None:
            self._connection.close()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = connection = sqlite3.connect(
            self.path, timeout=_WAIT, isolation_level=None, check_same_thread=False
        )
        weakref.finalize(self, connection.close)
        connection.execute("PRAGMA synchronous = OFF")
        if connection.execute("PRAGMA user_version").fetchone()[0] != _VERSION:
            _lay_out(connection)
        self._file = _file(self.path)
        return connection


def _file(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _lay_out(connection: sqlite3.Connection) -> None:
    # Whoever comes at the same moment may be switching; WAL is only for speed.
    with contextlib.suppress(sqlite3.OperationalError):
        connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("BEGIN IMMEDIATE")
    for statement in filter(str.strip, _SCHEMA.split(";")):
        connection.execute(statement)
    value = secrets.token_hex(24)
    connection.execute("INSERT OR IGNORE INTO secret VALUES (1, ?)", (value,))
    connection.execute(f"PRAGMA user_version = {_VERSION}")
    connection.execute("COMMIT")


def _stored(value: object) -> object:
    # One width and one zone, so that moments compare as text.
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="microseconds")
    return str(value) if isinstance(value, StrEnum) else value
