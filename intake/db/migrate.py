"""The only place that changes the tables of a running database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from intake.db import kept_tables
from intake.db.engine import writing

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine


def migrate(engine: Engine, *, revision: str = "head") -> None:
    """Bring the database to the tables of *revision*, the newest; does nothing where it is there already."""
    config = _config()
    with writing(engine) as connection:
        if _is_there(connection, config, revision):
            return
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


def _is_there(connection: Connection, config: Config, revision: str) -> bool:
    # Asked first: putting triggers back locks tables that other processes are using.
    wanted = ScriptDirectory.from_config(config).as_revision_number(revision)
    return revision_of(connection) == wanted
