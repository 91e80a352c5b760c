"""What a migration may do while the version before it serves, statement by statement.

Expand, and contract a release later: a migration adds; what nobody needs any more is taken away by one that names, as
`unused_since`, the revision whose version was the first to do without.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import event

import intake.db.migrate
from intake.db.migrate import migrate

if TYPE_CHECKING:
    from alembic.script import Script
    from sqlalchemy import Engine

PREVIOUS: Final = "0016"
"""The revision of the version that may be serving while those behind it are put in place. Moved up with a release."""

_HARMLESS: Final = re.compile(
    r"SELECT\b|SET LOCAL\b|COMMENT ON\b|DROP INDEX IF EXISTS\b|CREATE (FUNCTION|TRIGGER|EXTENSION|INDEX)\b"
    r"|(INSERT INTO|UPDATE|DELETE FROM) alembic_version\b"
    # Without a default the previous version's rows would be refused; with one PostgreSQL writes no row anew.
    r"|ALTER TABLE \w+ ADD COLUMN (?!.*\b(NOT NULL|UNIQUE|REFERENCES|CHECK)\b)"
    r"|ALTER TABLE \w+ ADD COLUMN \w+ .*\bDEFAULT (?!.*\().* NOT NULL$",
    re.IGNORECASE,
)
_TABLE: Final = re.compile(
    r"(?:CREATE TABLE|ALTER TABLE|INSERT INTO|UPDATE|DELETE FROM|CREATE UNIQUE INDEX \w+ ON)"
    r" (\w+)",
    re.IGNORECASE,
)
_TAKES_AWAY: Final = re.compile(r"DROP |ALTER TABLE \w+ (DROP|ALTER COLUMN \w+ SET NOT NULL)\b", re.IGNORECASE)


def breaking_statements(engine: Engine) -> list[str]:
    """Migrate a database from `PREVIOUS` to the newest; answer what would have broken or held up its version."""
    new: set[str] = set()
    return [one for script in _scripts() for one in _statements(engine, script) if breaks(one, script.module, new)]


def breaks(statement: str, migration: object, new_tables: set[str]) -> bool:
    """Whether a statement of a migration breaks the previous version, or keeps it waiting.

    Args:
        new_tables: Those that the previous version does not know; the ones that are made are added.
    """
    words = " ".join(statement.split())
    named = _TABLE.match(words)
    table = named.group(1) if named else ""
    if words.upper().startswith("CREATE TABLE"):
        new_tables.add(table)
    if _TAKES_AWAY.match(words) and getattr(migration, "unused_since", "9999") <= PREVIOUS:
        return False
    return not (_HARMLESS.match(words) or any(table == name or table.startswith(f"{name}_") for name in new_tables))


def _scripts() -> list[Script]:
    config = Config()
    config.set_main_option("script_location", str(Path(intake.db.migrate.__file__).with_name("migrations")))
    newest_first = ScriptDirectory.from_config(config).iterate_revisions("head", PREVIOUS)
    return list(newest_first)[::-1]


def _statements(engine: Engine, script: Script) -> list[str]:
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    migrate(engine, revision=script.revision)
    event.remove(engine, "before_cursor_execute", note)
    return said
