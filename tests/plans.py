"""What the databases are asked, and how they go about it: a page must not cost more where there is more of all."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import event

from intake.db.engine import reading

if TYPE_CHECKING:
    from collections.abc import Iterator

    from intake.wiring import Services


@contextmanager
def asked(services: Services) -> Iterator[list[tuple[str, Any]]]:
    """Every question that the database is asked while the block lasts."""
    statements: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: object, *_rest: object) -> None:
        statements.extend([(statement, parameters)] * statement.lstrip().startswith("SELECT"))

    event.listen(services.engine, "before_cursor_execute", note)
    yield statements
    event.remove(services.engine, "before_cursor_execute", note)


def reads_through(services: Services, statement: str, parameters: object) -> list[str]:
    """The lines of a statement's plan that read one of our tables from end to end."""
    return [line for line in plan_of(services, statement, parameters) if READ_THROUGH.search(line)]


def plan_of(services: Services, statement: str, parameters: object) -> list[str]:
    """The lines of a statement's plan."""
    with reading(services.engine) as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        if not is_sqlite:
            # Among a handful of rows PostgreSQL reads them all, whatever there is: so it is told to look for a way.
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        explain = "EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN"
        return [row[-1] for row in connection.exec_driver_sql(f"{explain} {statement}", parameters)]


READ_THROUGH = re.compile(
    r"(SCAN|Seq Scan on) (submissions|events|consents|jobs|captions|desk_entries|looks|gallery_entries)\b"
)
