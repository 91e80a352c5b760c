"""The only place that changes the tables of a running database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config

from intake.db.engine import writing

if TYPE_CHECKING:
    from sqlalchemy import Engine


def migrate(engine: Engine, *, revision: str = "head") -> None:
    """Bring the database to the tables of *revision*, the newest; does nothing where it is there already."""
    with writing(engine) as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
