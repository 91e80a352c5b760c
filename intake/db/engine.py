"""The only place that makes a database engine and opens transactions on it.

SQLite: a transaction that may write begins `IMMEDIATE`. The driver's default takes the write lock at the first write
and then loses updates or answers “locked” at once; with `IMMEDIATE` the second writer waits for the first.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import psycopg
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import OperationalError, TimeoutError  # noqa: A004 - its own name; ours is not used here
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement
from sqlalchemy.types import Float

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry
    from sqlalchemy.sql.compiler import SQLCompiler

BUSY_TIMEOUT_S: Final = 5.0
"""How long a SQLite writer waits for another one."""

UNAVAILABLE: Final = (OperationalError, TimeoutError)
"""What may mean that the database cannot now; `is_unavailable` tells."""

_WRITES: Final = "intake_writes"


class database_now_s(FunctionElement[float]):  # noqa: N801 - reads as the SQL function it is
    """The database's own clock, in seconds since 1970: leases are compared on one clock, whatever the hosts say."""

    type = Float()
    inherit_cache = True


@compiles(database_now_s, "sqlite")
def _sqlite_now(_element: database_now_s, _compiler: SQLCompiler, **_options: Any) -> str:  # noqa: ANN401
    # julianday() counts milliseconds; 2440587.5 is 1970-01-01 in Julian days. Source: sqlite.org/lang_datefunc.html
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(database_now_s, "postgresql")
def _postgresql_now(_element: database_now_s, _compiler: SQLCompiler, **_options: Any) -> str:  # noqa: ANN401
    # Not now(): that stands still during a transaction.
    return "extract(epoch from clock_timestamp())::double precision"


def make_engine(url: str) -> Engine:
    """Make an engine for *url*; nothing is connected yet. What senders told us never gets into an error's text."""
    if url.startswith("sqlite"):
        engine = create_engine(url, hide_parameters=True, connect_args={"timeout": BUSY_TIMEOUT_S})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    # pre_ping: a restarted database costs a reconnect, not an error page.
    psycopg_url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    return create_engine(psycopg_url, hide_parameters=True, pool_pre_ping=True)


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that writes; it commits at the end and rolls back on any error."""
    with engine.connect().execution_options(**{_WRITES: True}) as connection, connection.begin():
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that only reads."""
    with engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that only reads, and sees to its end what was there at its first question."""
    # SQLite's do so anyway.
    options = {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    with engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


def is_unavailable(error: Exception) -> bool:
    """Tell whether an error means that the database cannot now, and may later: it is busy, away, or out of room."""
    if isinstance(error, TimeoutError):
        # Every connection of this process was in use for too long.
        return True
    cause = error.orig if isinstance(error, OperationalError) else None
    if isinstance(cause, sqlite3.OperationalError):
        # A missing table is an OperationalError as well; that is our bug.
        return cause.sqlite_errorcode & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_FULL}
    return isinstance(cause, psycopg.OperationalError)


def is_away(error: Exception) -> bool:
    """Tell whether an error means that nobody answers at all.

    One that is only busy does answer others, who may be changing what is asked for.
    """
    cause = error.orig if isinstance(error, OperationalError) else None
    return isinstance(cause, psycopg.OperationalError) and (
        cause.sqlstate is None or cause.sqlstate.startswith("08") or cause.sqlstate in _SHUTTING_DOWN
    )


_SHUTTING_DOWN: Final = {"57P01", "57P02", "57P03"}
"""Source: PostgreSQL, appendix A, "PostgreSQL Error Codes"; class 08 is the connection."""


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    # None: the driver must not begin transactions of its own; _begin_sqlite does.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    # A receipt is a promise: FULL flushes the log before the commit returns.
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("isolation_level") != "AUTOCOMMIT":
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get(_WRITES) else "BEGIN")
