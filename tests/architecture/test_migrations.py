"""The rule by which migrations are judged sees what is wrong; `integration/db/test_upgrading.py` holds them to it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tests.migrations import PREVIOUS, breaks

ORDINARY = SimpleNamespace()
NEW_TABLES = {"deletions"}


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE notes (id INTEGER NOT NULL)",
        "ALTER TABLE jobs ADD COLUMN cause VARCHAR(20)",
        "ALTER TABLE submissions ADD COLUMN spoken_language VARCHAR(8) DEFAULT 'it' NOT NULL",
        "CREATE INDEX ix_jobs_cause ON jobs (cause)",
        "CREATE UNIQUE INDEX uq_deletions_kind ON deletions (kind)",
        "INSERT INTO deletions SELECT id FROM submissions",
        "UPDATE alembic_version SET version_num='0019'",
    ],
)
def test_what_only_adds_may_be_done_at_any_time(statement: str) -> None:
    assert not breaks(statement, ORDINARY, set(NEW_TABLES))


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE looks",
        "ALTER TABLE jobs DROP COLUMN cause",
        "ALTER TABLE jobs RENAME COLUMN cause TO reason",
        "ALTER TABLE jobs RENAME TO tasks",
        "ALTER TABLE jobs ADD COLUMN cause VARCHAR(20) NOT NULL",
        "ALTER TABLE jobs ADD COLUMN made_at TIMESTAMP DEFAULT clock_timestamp() NOT NULL",
        "ALTER TABLE jobs ALTER COLUMN last_error SET NOT NULL",
        "ALTER TABLE events ALTER COLUMN actor TYPE VARCHAR(60)",
        "ALTER TABLE jobs ADD CONSTRAINT uq_jobs UNIQUE (kind)",
        "CREATE UNIQUE INDEX uq_jobs ON jobs (kind)",
        "UPDATE submissions SET language = 'it'",
        "DELETE FROM figures_seen",
        "LOCK TABLE submissions",
    ],
)
def test_what_takes_away_or_keeps_waiting_may_not(statement: str) -> None:
    assert breaks(statement, ORDINARY, set(NEW_TABLES))


@pytest.mark.parametrize(("unused_since", "is_too_early"), [(PREVIOUS, False), ("9998", True)])
def test_what_the_previous_version_did_without_may_go(unused_since: str, *, is_too_early: bool) -> None:
    migration = SimpleNamespace(unused_since=unused_since)

    assert breaks("ALTER TABLE jobs DROP COLUMN cause", migration, set()) is is_too_early
