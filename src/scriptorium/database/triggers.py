"""The triggers that protect final rows, made from the models' own declarations.

SQLite drops a table's triggers silently when the table is rebuilt by a migration, so they are
not part of migrations: ``install`` makes them all anew after each one and can be run at any time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.apps import apps
from django.db import connection, models, transaction

from scriptorium.database.models import GuardWindow
from scriptorium.database.records import AppendOnly, FrozenExcept, Rising

PREFIX = "guard_"
_CLOSED = "NOT EXISTS (SELECT 1 FROM database_guardwindow)"


@dataclass(frozen=True, slots=True)
class Trigger:
    """One refusal: before ``event`` on ``table``, when ``condition`` holds, raise ``message``."""

    name: str
    table: str
    event: str
    condition: str
    message: str


def _same(column: str) -> str:
    operator = "IS" if connection.vendor == "sqlite" else "IS NOT DISTINCT FROM"
    return f'OLD."{column}" {operator} NEW."{column}"'


def _final(model: type[models.Model]) -> Iterator[Trigger]:
    table = model._meta.db_table
    label = model.__name__
    yield Trigger(
        f"{PREFIX}{table}_update", table, "UPDATE", _CLOSED, f"{label} rows are never changed"
    )
    yield Trigger(
        f"{PREFIX}{table}_delete", table, "DELETE", _CLOSED, f"{label} rows are never deleted"
    )


def _frozen(model: type[FrozenExcept]) -> Iterator[Trigger]:
    table = model._meta.db_table
    label = model.__name__
    columns = {field.name: str(field.column) for field in model._meta.concrete_fields}
    once = [columns[name] for name in model.writable_once]
    fixed = " AND ".join(_same(column) for column in columns.values() if column not in once)
    first = " AND ".join(f'(OLD."{column}" IS NULL OR {_same(column)})' for column in once)
    condition = f"NOT ({fixed} AND {first}) AND {_CLOSED}"
    yield Trigger(
        f"{PREFIX}{table}_update",
        table,
        "UPDATE",
        condition,
        f"{label}: only {', '.join(model.writable_once)} may be set, once",
    )
    yield Trigger(
        f"{PREFIX}{table}_delete", table, "DELETE", _CLOSED, f"{label} rows are never deleted"
    )


def _rising(model: type[AppendOnly], rule: Rising) -> Iterator[Trigger]:
    """Refuse a row whose number is not above those of its fellows.

    A constraint could only refuse the same number twice. On PostgreSQL the body's look is one of
    its own, so it also sees what was committed while the statement before waited for a lock.
    """
    table = model._meta.db_table
    same = " AND ".join(f'o."{column}" = NEW."{column}"' for column in rule.within)
    yield Trigger(
        f"{PREFIX}{table}_rising",
        table,
        "INSERT",
        f'NOT NEW."{rule.unless}" AND EXISTS (SELECT 1 FROM "{table}" o WHERE {same}'
        f' AND NOT o."{rule.unless}" AND o."{rule.column}" >= NEW."{rule.column}")',
        f"{model.__name__}: {rule.column} only grows",
    )


def _overlap() -> Iterator[Trigger]:
    """SQLite's form of the exclusion constraint on membership terms (PostgreSQL has its own)."""
    if connection.vendor != "sqlite":
        return
    table = "memberships_term"
    condition = (
        "NEW.voided_at IS NULL AND EXISTS (SELECT 1 FROM memberships_term o"
        " WHERE o.person_id = NEW.person_id AND o.voided_at IS NULL AND o.id IS NOT NEW.id"
        " AND o.starts_on < NEW.ends_before AND NEW.starts_on < o.ends_before)"
    )
    for event in ("INSERT", "UPDATE"):
        yield Trigger(
            f"{PREFIX}{table}_overlap_{event.lower()}",
            table,
            event,
            condition,
            "memberships_term_no_overlap",
        )


_EXCLUSION = "memberships_term_no_overlap"


def _exclude_overlap() -> list[str]:
    """PostgreSQL's form: two live terms of one person share no day."""
    return [
        "CREATE EXTENSION IF NOT EXISTS btree_gist",
        f"ALTER TABLE memberships_term ADD CONSTRAINT {_EXCLUSION} EXCLUDE USING gist"
        " (person_id WITH =, daterange(starts_on, ends_before) WITH &&)"
        " WHERE (voided_at IS NULL)",
    ]


def declared() -> list[Trigger]:
    """Return every trigger that this version of the models asks for."""
    found: list[Trigger] = []
    for model in apps.get_models():
        if issubclass(model, AppendOnly):
            found.extend(_final(model))
            if model.rising:
                found.extend(_rising(model, model.rising))
        elif issubclass(model, FrozenExcept):
            found.extend(_frozen(model))
    found.extend(_overlap())
    return found


def installed() -> set[str]:
    """Return the names of our triggers that the database holds now."""
    sql = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if connection.vendor == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return {name for (name,) in cursor.fetchall() if name.startswith(PREFIX)}


def remove() -> None:
    """Drop every trigger of ours; only ``install`` and the flush of a test database call it."""
    names = installed()
    tables = {trigger.name: trigger.table for trigger in declared()}
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for name in names:
                cursor.execute(f'DROP TRIGGER IF EXISTS "{name}"')
            return
        cursor.execute(
            "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE NOT t.tgisinternal"
        )
        tables |= {name: table for name, table in cursor.fetchall() if name.startswith(PREFIX)}
        for name in names:
            cursor.execute(f'DROP TRIGGER IF EXISTS "{name}" ON "{tables[name]}"')


def _create(trigger: Trigger) -> list[str]:
    message = trigger.message.replace("'", "''")
    if connection.vendor == "sqlite":
        return [
            f'CREATE TRIGGER "{trigger.name}" BEFORE {trigger.event} ON "{trigger.table}"'
            f" WHEN {trigger.condition} BEGIN SELECT RAISE(ABORT, '{message}'); END"
        ]
    # A trigger's WHEN clause may hold no subquery on PostgreSQL, so the test lives in the body.
    returned = "OLD" if trigger.event == "DELETE" else "NEW"
    return [
        f'CREATE OR REPLACE FUNCTION "{trigger.name}"() RETURNS trigger LANGUAGE plpgsql AS $body$'
        f" BEGIN IF {trigger.condition} THEN RAISE EXCEPTION '{message}'"
        f" USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN {returned}; END $body$",
        f'CREATE TRIGGER "{trigger.name}" BEFORE {trigger.event} ON "{trigger.table}"'
        f' FOR EACH ROW EXECUTE FUNCTION "{trigger.name}"()',
    ]


def install() -> None:
    """Make the database hold exactly the declared triggers. Safe to repeat."""
    remove()
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        if GuardWindow._meta.db_table not in tables:
            return
        for trigger in declared():
            if trigger.table in tables:
                for statement in _create(trigger):
                    cursor.execute(statement)
        if connection.vendor == "postgresql" and "memberships_term" in tables:
            cursor.execute("SELECT 1 FROM pg_constraint WHERE conname = %s", [_EXCLUSION])
            if cursor.fetchone() is None:
                for statement in _exclude_overlap():
                    cursor.execute(statement)


@contextmanager
def guard_window(*, reason: str, now: dt.datetime) -> Iterator[None]:
    """Let the current transaction change protected rows, for retention and erasure only.

    Arguments:
        reason: the rule that asks for it; the caller writes it to the audit trail too.
        now: the moment, kept on the window's row.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("A guard window opens inside a transaction only.")
    # A failure rolls the window back with the work; PostgreSQL would refuse to delete it then.
    with transaction.atomic():
        window = GuardWindow.objects.create(reason=reason, opened_at=now)
        yield
        window.delete()
