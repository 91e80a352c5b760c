"""The only place that puts the database's own triggers in place, and takes them away while its tables are changed.

Triggers keep what lists are made of: whoever writes a submission or a consent writes it for the lists as well, in the
same transaction and without knowing. Nothing can be forgotten, and what is erased is gone from every search with it.

On SQLite `migrate` takes them away before it changes a table, and puts them back afterwards. PostgreSQL's go on, for
others write meanwhile; each bears what it was made of, which tells whether it must be made anew.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection


@dataclass(frozen=True, kw_only=True)
class Trigger:
    """What the database does by itself after each row that is changed.

    Attributes:
        event: As both databases write it: `UPDATE OF state ON submissions`.
        when: What must hold of the row before and after it; empty for always.
        effect: Statements, each with its semicolon.
    """

    name: str
    event: str
    effect: str
    when: str = ""


def take_away(connection: Connection, prefix: str) -> None:
    """Take the triggers away whose names begin so, where there are any."""
    is_sqlite = connection.dialect.name == "sqlite"
    found = connection.execute(text(_SQLITE_TRIGGERS if is_sqlite else _POSTGRESQL_FUNCTIONS)).all()
    for name, signature in found:
        if name.startswith(prefix):
            # With a function go the triggers that call it.
            perform(connection, f"DROP TRIGGER {name}" if is_sqlite else f"DROP FUNCTION {signature} CASCADE")


def put_in_place(connection: Connection, triggers: Iterable[Trigger]) -> None:
    """Make these triggers."""
    make = _for_sqlite if connection.dialect.name == "sqlite" else _for_postgresql
    for trigger in triggers:
        for statement in make(trigger):
            perform(connection, statement)


def are_in_place(connection: Connection, prefix: str, triggers: Iterable[Trigger]) -> bool:
    """Tell whether exactly these triggers stand as they would be made now. On SQLite they stand for none."""
    if connection.dialect.name == "sqlite":
        return False
    found = {name: made_of for name, made_of in connection.execute(text(_STANDING)) if name.startswith(prefix)}
    return found == {trigger.name: _fingerprint(trigger) for trigger in triggers}


def perform(connection: Connection, statement: str) -> None:
    """Execute a statement that is written by us and takes no parameters, colons and all."""
    connection.execute(text(statement.replace(":", r"\:")))


_SQLITE_TRIGGERS: Final = "SELECT name, '' FROM sqlite_master WHERE type = 'trigger'"
_POSTGRESQL_FUNCTIONS: Final = (
    "SELECT proname, CAST(CAST(oid AS regprocedure) AS text) FROM pg_proc"
    " WHERE pronamespace = CAST(current_schema() AS regnamespace)"
)
_STANDING: Final = (
    "SELECT DISTINCT proname, obj_description(p.oid, 'pg_proc') FROM pg_proc AS p JOIN pg_trigger ON tgfoid = p.oid"
    " WHERE pronamespace = CAST(current_schema() AS regnamespace)"
)


def _for_sqlite(trigger: Trigger) -> Iterator[str]:
    condition = f" WHEN {trigger.when}" if trigger.when else ""
    yield f"CREATE TRIGGER {trigger.name} AFTER {trigger.event}{condition} BEGIN {trigger.effect} END"


def _fingerprint(trigger: Trigger) -> str:
    return hashlib.sha256("\n".join(_make_for_postgresql(trigger)).encode()).hexdigest()


def _for_postgresql(trigger: Trigger) -> Iterator[str]:
    yield from _make_for_postgresql(trigger)
    yield f"COMMENT ON FUNCTION {trigger.name}() IS '{_fingerprint(trigger)}'"


def _make_for_postgresql(trigger: Trigger) -> Iterator[str]:
    name, condition = trigger.name, f" WHEN ({trigger.when})" if trigger.when else ""
    body = f"BEGIN {trigger.effect} RETURN NULL; END"
    yield f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$"
    yield f"CREATE TRIGGER {name} AFTER {trigger.event} FOR EACH ROW{condition} EXECUTE FUNCTION {name}()"
