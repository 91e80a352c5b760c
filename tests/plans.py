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
    with told(services, "SELECT") as statements:
        yield statements


@contextmanager
def told(services: Services, *verbs: str) -> Iterator[list[tuple[str, Any]]]:
    """Every statement that begins with one of *verbs*, with its parameters or the first of several sets of them."""
    statements: list[tuple[str, Any]] = []

    def note(
        _connection: object, _cursor: object, statement: str, parameters: object, _context: object, _many: object
    ) -> None:
        first = parameters[0] if isinstance(parameters, list) else parameters
        statements.extend([(statement, first)] * statement.lstrip().startswith(verbs))

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


def goes_through(services: Services, statement: str, parameters: object) -> list[str]:
    """The lines of a statement's plan that read a table from end to end, or an index, whatever else the plan does."""
    lines = plan_of(services, statement, parameters)
    unbounded = [
        line
        for line, following in zip(lines, [*lines[1:], ""], strict=True)
        if WHOLE_INDEX.search(line) and "Index Cond" not in following
    ]
    return [line for line in lines if READ_THROUGH.search(line)] + unbounded


GROWING = (
    "submissions|events|consents|jobs|captions|desk_entries|looks|gallery_entries|told_clips|staff_mails"
    "|hook_deliveries|weekly_figures|clip_views|published_files|deletions|object_checksums"
)
READ_THROUGH = re.compile(rf"(SCAN|Seq Scan on) ({GROWING})\b")
WHOLE_INDEX = re.compile(rf"Index (Only )?Scan .*\bon ({GROWING})\b")
