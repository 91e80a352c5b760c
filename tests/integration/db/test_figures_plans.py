"""The figures and the exports read no table from end to end, on either database."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import text

from bench.desk_rows import fill
from intake.actions.counting import count_weeks
from intake.db.engine import reading, writing
from intake.db.figures import figures_query
from intake.moderate.figures.submissions import rows_query

if TYPE_CHECKING:
    from sqlalchemy import Engine, Select

    from intake.wiring import Services


def plan(engine: Engine, query: Select[object]) -> str:
    """How the database would answer."""
    dialect = engine.dialect
    words = str(query.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
    explain = "EXPLAIN QUERY PLAN" if dialect.name == "sqlite" else "EXPLAIN"
    with reading(engine) as connection:
        return "\n".join(str(row[-1]) for row in connection.exec_driver_sql(f"{explain} {words}".replace("%", "%%")))


def test_nothing_is_read_from_end_to_end(services_on_each: Services) -> None:
    engine = services_on_each.engine
    fill(engine, 3000)
    count_weeks(engine)
    with writing(engine) as connection:
        connection.execute(text("ANALYZE"))

    page = plan(engine, figures_query("", date(2026, 6, 1), date(2026, 11, 23)))
    export = plan(engine, rows_query(None, None))

    assert "ix_weekly_figures" in page or "pk_weekly_figures" in page or "sqlite_autoindex_weekly_figures" in page
    assert "ix_submissions_created_at_id" in export
    assert "Seq Scan" not in page + export
