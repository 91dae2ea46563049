"""Queries on the way of every request, compiled once and asked many times.

Django builds and compiles a query anew each time it is asked, which costs ten times what the
database itself takes for one row by a key. The query set stays the one place that says what is
asked; its SQL is kept with the connection, and only the arguments change.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models.query import get_related_populators
from django.db.transaction import TransactionManagementError

Argument = int | str | dt.date
Arguments = tuple[Argument, ...]
#: No column holds a larger number, and no driver sends one.
_LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A query as one connection runs it.

    Arguments:
        params: as they are sent; at the keys of ``places`` the argument of that number goes.
        model, columns: whose rows they are, and their attributes; None for a query of values.
        related: what makes the rows of other models that are read along.
        annotations: name → place in a model's row.
    """

    sql: str
    params: tuple[Any, ...]
    places: dict[int, int]
    converters: tuple[tuple[int, Any, list[Callable[..., Any]]], ...]
    model: type[models.Model] | None
    columns: list[str]
    related: Sequence[Any]
    annotations: dict[str, int]
    locks: bool


def _cursor(connection: Any) -> Any:
    """Return a cursor; on PostgreSQL one that sends the arguments apart from the statement.

    The server then plans a statement once for each connection instead of each time, which takes
    it several times as long as the answer, unless the address says ``?prepare=0``.
    """
    if connection.vendor != "postgresql":
        return connection.cursor()
    from django.db.backends.postgresql import base  # noqa: PLC0415 (needs its driver)

    connection.ensure_connection()
    with connection.wrap_database_errors:
        kind: Any = base.ServerBindingCursor
        return connection._prepare_cursor(kind(connection.connection))


def _sent(connection: Any, value: Argument) -> Any:
    """Return an argument as the driver takes it; SQLite keeps days as text."""
    if isinstance(value, dt.date):
        return connection.ops.adapt_datefield_value(value)
    return value


#: So many keys a query for a window of the board has places for.
WINDOW = 50


def padded(keys: Sequence[int], size: int = WINDOW) -> list[int]:
    """Return up to ``size`` keys with one of them repeated, for a query that asks for so many.

    Raises:
        ValueError: there are more keys than places.
    """
    if len(keys) > size:
        raise ValueError(f"{len(keys)} keys do not fit into {size} places.")
    # No row has the key 0.
    return [*keys, *[keys[-1] if keys else 0] * (size - len(keys))]


class Prepared[Row]:
    """One query set with places for arguments.

    Arguments:
        build: returns the query set for given arguments: of values, or of a model's rows, with
            those of other models where it says ``select_related``. Arguments are only compared with
            columns, so that whatever they are the SQL is the same.
        one, other: two examples of the arguments. Where the two query sets differ, one goes.
        many: every row is wanted (``all``) and not the first alone (``first``).
    """

    def __init__(
        self,
        build: Callable[..., models.QuerySet[Any, Row]],
        one: Arguments,
        other: Arguments,
        *,
        many: bool = False,
    ) -> None:
        self.build, self.one, self.other, self.many = build, one, other, many

    def first(self, *arguments: Argument) -> Row | None:
        """Return the first row, as the query set itself would, or None.

        Raises:
            TransactionManagementError: the query locks its row and no transaction is open.
        """
        found = self._rows(arguments)
        return found[0] if found else None

    def all(self, *arguments: Argument) -> list[Row]:
        """Return every row, as the query set itself would; needs ``many``.

        Raises:
            TransactionManagementError: the query locks its rows and no transaction is open.
        """
        return self._rows(arguments)

    def _rows(self, arguments: Arguments) -> list[Row]:
        if any(isinstance(value, int) and abs(value) > _LARGEST for value in arguments):
            return []
        connection = connections[DEFAULT_DB_ALIAS]
        kept = vars(connection).setdefault("prepared", {})
        ready: _Compiled | None = kept.get(self)
        if ready is None:
            ready = kept[self] = self._compile(connection)
        if ready.locks and connection.get_autocommit():
            raise TransactionManagementError("This query locks its row: open a transaction first.")
        params = list(ready.params)
        for place, number in ready.places.items():
            params[place] = _sent(connection, arguments[number])
        with _cursor(connection) as cursor:
            cursor.execute(ready.sql, params)
            found = cursor.fetchall()
        return [self._row(ready, list(row), connection) for row in found]

    def _row(self, ready: _Compiled, row: list[Any], connection: Any) -> Any:
        for place, expression, converters in ready.converters:
            for convert in converters:
                row[place] = convert(row[place], expression, connection)
        if ready.model is None:
            return tuple(row)
        found = ready.model.from_db(DEFAULT_DB_ALIAS, ready.columns, row[: len(ready.columns)])
        for name, place in ready.annotations.items():
            setattr(found, name, row[place])
        for populator in ready.related:
            populator.populate(row, found)
        return found

    def _compile(self, connection: Any) -> _Compiled:
        """Compile both examples and find where the arguments go.

        Raises:
            ImproperlyConfigured: an argument changes the SQL or is not compared with anything.
        """
        compiler, sql, params = self._sql(connection, self.one)
        _, same, others = self._sql(connection, self.other)
        sent = [_sent(connection, value) for value in self.one]
        places = {
            place: sent.index(value)
            for place, (value, other) in enumerate(zip(params, others, strict=False))
            if value != other
        }
        if sql != same or set(places.values()) != set(range(len(self.one))):
            raise ImproperlyConfigured("This query cannot be prepared: its arguments change it.")
        fields = [selected for selected, *_ in compiler.select]
        # A query of values names its fields; one of a model's rows does not.
        info = compiler.klass_info if compiler.query.default_cols else None
        return _Compiled(
            sql=sql,
            params=params,
            places=places,
            converters=tuple(
                (place, expression, converters)
                for place, (converters, expression) in compiler.get_converters(fields).items()
            ),
            model=info["model"] if info else None,
            columns=[fields[place].target.attname for place in info["select_fields"]]
            if info
            else [],
            related=get_related_populators(
                info, compiler.select, DEFAULT_DB_ALIAS, models.FETCH_ONE
            )
            if info
            else (),
            annotations=dict(compiler.annotation_col_map or {}) if info else {},
            locks=compiler.query.select_for_update and connection.features.has_select_for_update,
        )

    def _sql(self, connection: Any, arguments: Arguments) -> tuple[Any, str, tuple[Any, ...]]:
        rows = self.build(*arguments)
        compiler = (rows if self.many else rows[:1]).query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        return compiler, sql, tuple(params)


class OneOrMany[Row]:
    """A query set for some keys, which is prepared for a single one: most charges have one person.

    Arguments:
        build: returns the query set for keys, each of which is only compared with a column.
    """

    def __init__(self, build: Callable[..., models.QuerySet[Any, Row]]) -> None:
        self.build = build
        self._one = Prepared(build, (7_000_001,), (7_000_002,), many=True)

    def rows(self, keys: Iterable[int]) -> list[Row]:
        """Return every row for the keys, as the query set itself would."""
        wanted = list(keys)
        return self._one.all(*wanted) if len(wanted) == 1 else list(self.build(*wanted))
