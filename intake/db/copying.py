"""The only place that writes all rows out as text, and reads them in again: into either kind of database.

One line names a table and its columns, the lines after it are its rows. What triggers keep is left out and made anew,
and so is who was alive. What is read in is taken as the tables are in the database, not as this version defines them:
so a copy of an older version is read into older tables, which are then brought up to date.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import JSON, Date, DateTime, Integer, MetaData, Table, func, insert, inspect, select, text

from intake.db.desk_tables import desk_entries
from intake.db.gallery_tables import gallery_entries
from intake.db.schema import Moment
from intake.db.tables import heartbeats, metadata

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection

_LEFT_OUT: Final = frozenset({desk_entries.name, gallery_entries.name, heartbeats.name})
_ROWS_AT_ONCE: Final = 500


def rows_as_text(connection: Connection) -> Iterator[str]:
    """Give all rows, a line each, in an order in which they can be read in."""
    for table in metadata.sorted_tables:
        if table.name in _LEFT_OUT:
            continue
        yield _line({"table": table.name, "columns": table.columns.keys()})
        found = connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(select(table))
        for row in found:
            yield _line([_plain(value) for value in row])


def read_rows(connection: Connection, lines: Iterable[str]) -> dict[str, int]:
    """Put rows into tables that hold none; return how many, by table.

    Raises:
        sqlalchemy.exc.NoSuchTableError: A line names a table that is not there.
        sqlalchemy.exc.SQLAlchemyError: A row does not fit its table.
    """
    counts: dict[str, int] = {}
    tables: dict[str, Table] = {}
    for name, columns, rows in _by_table(lines):
        if name not in tables:
            tables[name] = _as_it_is(connection, name)
        table = tables[name]
        counts[name] = counts.get(name, 0) + len(rows)
        fitted = [{key: _fitted(table, key, value) for key, value in zip(columns, row, strict=True)} for row in rows]
        connection.execute(insert(table), fitted)
    if connection.dialect.name == "postgresql":
        for table in tables.values():
            _count_on(connection, table)
    return counts


def empty_tables(connection: Connection) -> None:
    """Delete every row, those that migrations write too; a table that is not there yet has none."""
    there = set(inspect(connection).get_table_names())
    for table in reversed(metadata.sorted_tables):
        if table.name in there:
            connection.execute(table.delete())


def _by_table(lines: Iterable[str]) -> Iterator[tuple[str, list[str], list[list[Any]]]]:
    """Gather rows of one table, some at a time."""
    head: dict[str, Any] = {}
    rows: list[list[Any]] = []
    for line in lines:
        content = json.loads(line)
        if rows and (isinstance(content, dict) or len(rows) == _ROWS_AT_ONCE):
            yield head["table"], head["columns"], rows
            rows = []
        if isinstance(content, dict):
            head = content
        else:
            rows.append(content)
    if rows:
        yield head["table"], head["columns"], rows


def _as_it_is(connection: Connection, name: str) -> Table:
    """Return a table as it is in the database, and let it take what our own definition of it would."""
    table = Table(name, MetaData(), autoload_with=connection, resolve_fks=False)
    for column in table.columns:
        if isinstance(column.type, DateTime):
            column.type = Moment()
        elif isinstance(column.type, JSON):
            column.type = JSON(none_as_null=True)
    return table


def _fitted(table: Table, name: str, value: Any) -> Any:  # noqa: ANN401 - whatever a column holds
    kind = table.columns[name].type
    if value is None:
        return None
    if isinstance(kind, Moment):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if isinstance(kind, Date) else value


def _plain(value: Any) -> Any:  # noqa: ANN401 - as above
    return value.isoformat() if isinstance(value, date) else value


def _line(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n"


def _count_on(connection: Connection, table: Table) -> None:
    """Let PostgreSQL number the next row behind the last that was read in."""
    [*keys] = table.primary_key.columns
    if len(keys) != 1 or not isinstance(keys[0].type, Integer):
        return
    last = connection.scalar(select(func.max(keys[0])))
    sequence = connection.scalar(select(func.pg_get_serial_sequence(table.name, keys[0].name)))
    if last is not None and sequence is not None:
        connection.execute(text("SELECT setval(:sequence, :last)"), {"sequence": sequence, "last": last})
