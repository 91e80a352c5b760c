"""Writes down, by a trigger of the measured database, when each job was claimed: the rows forget it when it is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import text

from intake.db.engine import reading, writing
from intake.domain.jobs import JobKind

if TYPE_CHECKING:
    from sqlalchemy import Engine

_TABLE: Final = "CREATE TABLE bench_claims (job_id INTEGER, due_at DOUBLE PRECISION, claimed_at DOUBLE PRECISION)"

_SQLITE: Final = """
CREATE TRIGGER bench_claim AFTER UPDATE OF state ON jobs WHEN NEW.state = 'leased' AND OLD.state <> 'leased'
BEGIN INSERT INTO bench_claims VALUES (NEW.id, NEW.run_after, (julianday('now') - 2440587.5) * 86400.0); END
"""

_POSTGRESQL: Final = (
    """
CREATE FUNCTION bench_claim() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
INSERT INTO bench_claims VALUES (NEW.id, NEW.run_after, extract(epoch from clock_timestamp())); RETURN NULL; END $$
""",
    """
CREATE TRIGGER bench_claim AFTER UPDATE OF state ON jobs FOR EACH ROW
WHEN (NEW.state = 'leased' AND OLD.state <> 'leased') EXECUTE FUNCTION bench_claim()
""",
)

_READ: Final = text(
    "SELECT kind, due_at, claimed_at, ended_at FROM bench_claims JOIN jobs ON jobs.id = job_id"
    " WHERE jobs.state = 'done' ORDER BY claimed_at"
)


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A job that was done: when it was due, taken and finished, in seconds of the database's clock."""

    kind: JobKind
    due_at: float
    claimed_at: float
    ended_at: float


def begin(engine: Engine) -> None:
    """Write down every claim from now on."""
    statements = (_SQLITE,) if engine.dialect.name == "sqlite" else _POSTGRESQL
    with writing(engine) as connection:
        for statement in (_TABLE, *statements):
            connection.exec_driver_sql(statement)


def read(engine: Engine) -> list[Claim]:
    """Return what was claimed and is done, in the order in which it was claimed."""
    with reading(engine) as connection:
        return [Claim(kind=JobKind(row.kind), **_times(row._asdict())) for row in connection.execute(_READ)]


def _times(row: dict[str, float]) -> dict[str, float]:
    return {name: value for name, value in row.items() if name != "kind"}
