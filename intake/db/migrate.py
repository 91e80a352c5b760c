"""The only place that changes the tables of a running database.

On PostgreSQL the previous version goes on serving meanwhile. All of a migration is one transaction: killed anywhere, it
never was. It waits for nobody: behind a change that waits for a table everybody else waits as well, so it gives way to
whoever uses one, and tries again. What a migration may do so that this holds is in `docs/architecture.md`, and a
test holds migrations to it.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import psycopg
import structlog
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import OperationalError

from intake.db import kept_tables
from intake.db.engine import writing
from intake.domain.errors import TablesInUse

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

LOCK_TIMEOUT_MS: Final = 500
"""How long a change waits for a table; nobody waits behind it for longer.

Half of PostgreSQL's `deadlock_timeout`: of two who wait for each other it is the migration that gives way.
"""

PAUSE_S: Final = 1.0
PATIENCE_S: Final = 300.0
"""How long a migration is tried: longer than an export or a backup of the database holds a table."""

_ONE_AT_A_TIME: Final = 20_300_000
"""The name of the lock that keeps two migrations apart; any number that nobody else uses."""

_GAVE_WAY: Final = (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected)

log = structlog.get_logger()


def migrate(engine: Engine, *, revision: str = "head", patience_s: float = PATIENCE_S) -> None:
    """Bring the database to the tables of *revision*, the newest; does nothing where it is there already.

    Raises:
        TablesInUse: Others used a table whenever it was tried, for *patience_s* seconds.
    """
    deadline = time.monotonic() + patience_s
    while not _migrated(engine, revision):
        if time.monotonic() > deadline:
            raise TablesInUse("the tables are in use, and could not be changed")
        log.warning("migration_postponed")
        time.sleep(PAUSE_S)


def _migrated(engine: Engine, revision: str) -> bool:
    try:
        with writing(engine) as connection:
            _give_way_to_others(connection)
            _migrate(connection, revision)
    except OperationalError as error:
        if isinstance(error.orig, _GAVE_WAY):
            return False
        raise
    return True


def _give_way_to_others(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS}")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ONE_AT_A_TIME})")


def _migrate(connection: Connection, revision: str) -> None:
    if _is_there(connection, revision):
        return
    if connection.dialect.name == "sqlite":
        # It changes a column by copying the table, and the copy has no triggers.
        kept_tables.suspend(connection)
    change_tables(connection, revision=revision)
    kept_tables.resume(connection)


def change_tables(connection: Connection, *, revision: str = "head") -> None:
    """As `migrate`, in a transaction of somebody else's, who sees to the kept tables."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def revision_of(connection: Connection) -> str | None:
    """Return which revision the tables are at; None where there are none."""
    return MigrationContext.configure(connection).get_current_revision()


def known_revisions() -> list[str]:
    """Return the revisions that this version of the program knows, the newest first."""
    return [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()]


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    return config


def _is_there(connection: Connection, revision: str) -> bool:
    # Asked first: putting triggers back locks tables that other processes are using.
    present = revision_of(connection)
    # What nobody here knows is a newer version's, which was tried and left: it only added.
    is_newer = present is not None and present not in known_revisions()
    return is_newer or present == ScriptDirectory.from_config(_config()).as_revision_number(revision)
