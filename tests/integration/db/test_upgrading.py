"""The tables change while the previous version serves: it loses nothing, waits for nothing, and finds all it knew."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from alembic.migration import MigrationContext
from sqlalchemy import MetaData, func, insert, select, text

from intake.db.desk_tables import desk_entries
from intake.db.engine import make_engine, reading, writing
from intake.db.migrate import migrate
from intake.domain.errors import TablesInUse
from tests.builders import CALL
from tests.migrations import PREVIOUS, breaking_statements
from tests.servers import PROJECT, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Column, Connection, Engine, Table

# On SQLite nobody serves meanwhile: `make run` is one system, and begins with its tables.
pytestmark = pytest.mark.only_on("postgresql")


@pytest.fixture
def engine(empty_database_url: str) -> Iterator[Engine]:
    """A database as the previous version left it."""
    engine = make_engine(empty_database_url)
    migrate(engine, revision=PREVIOUS)
    yield engine
    engine.dispose()


class PreviousVersion:
    """The version before, as far as its rows go: it writes and reads the columns that it knew."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._known = engine, MetaData()
        with writing(engine) as connection:
            self._known.reflect(connection)
            connection.execute(insert(self._table("calls")).values(_a_row(self._table("calls"), slug=CALL)))

    def sends(self) -> str:
        """Save a submission and what goes with it."""
        with writing(self._engine) as connection:
            return self.saves(connection)

    def saves(self, connection: Connection) -> str:
        """As `sends`, in a transaction that goes on."""
        submission_id = str(uuid.uuid4())
        ids = {"id": submission_id, "submission_id": submission_id, "token_sha256": submission_id}
        for name in ("submissions", "consents", "events", "jobs"):
            connection.execute(insert(self._table(name)).values(_a_row(self._table(name), call_slug=CALL, **ids)))
        return submission_id

    def finds(self) -> set[str]:
        """Read all submissions."""
        with reading(self._engine) as connection:
            return {row.id for row in connection.execute(select(self._table("submissions")))}

    def _table(self, name: str) -> Table:
        return self._known.tables[name]


def _a_row(table: Table, **values: object) -> dict[str, object]:
    demanded = [column for column in table.columns if not column.nullable and column.server_default is None]
    return {column.name: values.get(column.name, _anything(column)) for column in demanded}


def _anything(column: Column[Any]) -> object:
    kinds = {str: "x", int: 1, bool: True, object: {}, float: 1.0, datetime: datetime.now(UTC)}
    return kinds[column.type.python_type]


@contextmanager
def two_at_work(previous: PreviousVersion) -> Iterator[list[str]]:
    """Let two processes of the previous version take submissions, and look for them, until the block ends."""
    over, sent = threading.Event(), list[str]()

    def work() -> None:
        while not over.is_set():
            sent.append(previous.sends())
            previous.finds()

    with ThreadPoolExecutor(2) as threads:
        both = [threads.submit(work) for _ in range(2)]
        try:
            yield sent
        finally:
            over.set()
        assert [one.result() for one in both] == [None, None]


def revision_of(engine: Engine) -> str | None:
    with reading(engine) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def test_what_the_previous_version_takes_meanwhile_is_kept_and_listed(engine: Engine) -> None:
    previous = PreviousVersion(engine)

    with two_at_work(previous) as sent:
        wait_until(lambda: len(sent) > 20, what="work before the change")
        migrate(engine)
        changed_at = len(sent)
        wait_until(lambda: len(sent) > changed_at + 20, what="work after the change")

    with reading(engine) as connection:
        listed = set(connection.scalars(select(desk_entries.c.submission_id)))
    assert revision_of(engine) != PREVIOUS
    assert previous.finds() == set(sent) == listed


def test_a_change_gives_way_to_who_is_long_at_a_table_and_nobody_waits_behind_it(engine: Engine) -> None:
    previous = PreviousVersion(engine)

    with writing(engine) as somebody, two_at_work(previous) as sent:
        previous.saves(somebody)
        before = len(sent)
        with pytest.raises(TablesInUse):
            migrate(engine, patience_s=2)
        meanwhile = len(sent) - before
    left_alone = revision_of(engine)
    migrate(engine)

    assert meanwhile > 20
    assert left_alone == PREVIOUS
    assert revision_of(engine) != PREVIOUS


def test_a_change_does_not_wait_for_who_only_reads_where_no_column_is_added(engine: Engine) -> None:
    previous = PreviousVersion(engine)
    previous.sends()

    with reading(engine) as export:
        before = export.scalar(text("SELECT count(*) FROM submissions, consents, events, calls"))
        migrate(engine, patience_s=0)

    assert before == 1
    assert revision_of(engine) != PREVIOUS


def test_killed_in_the_middle_it_never_was(engine: Engine) -> None:
    previous = PreviousVersion(engine)
    program = "import sys; from intake.db.engine import make_engine; from intake.db.migrate import migrate;"
    program += " migrate(make_engine(sys.argv[1]))"
    argv = [sys.executable, "-c", program, engine.url.render_as_string(hide_password=False)]

    with engine.connect() as somebody, somebody.begin():
        # Its last step needs this table, so it stands in the middle of all it did.
        somebody.execute(text("LOCK TABLE calls IN ROW EXCLUSIVE MODE"))
        change = subprocess.Popen(argv, cwd=PROJECT, stdout=subprocess.DEVNULL)
        wait_until(lambda: is_waiting(engine), what="the change's last step")
        change.send_signal(signal.SIGKILL)
        change.wait()
    after = revision_of(engine), previous.finds()
    sent = previous.sends()
    migrate(engine)

    assert after == (PREVIOUS, set())
    assert previous.finds() == {sent}
    assert revision_of(engine) != PREVIOUS


def is_waiting(engine: Engine) -> bool:
    """Whether anybody waits for a table."""
    with reading(engine) as connection:
        return bool(
            connection.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'relation'"))
        )


def test_a_version_that_is_started_again_after_a_newer_one_leaves_the_tables_alone(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    migrate(engine)

    assert revision_of(engine) == "9999"


def test_triggers_that_stay_as_they_are_are_left_alone(engine: Engine) -> None:
    before = triggers_of(engine)

    migrate(engine)

    assert before
    assert before <= triggers_of(engine)


def test_triggers_that_are_not_as_they_should_be_are_made_anew(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(text("DROP TRIGGER desk_submission_added ON submissions"))
    sent = PreviousVersion(engine).sends()
    before = triggers_of(engine)

    migrate(engine)

    with reading(engine) as connection:
        assert connection.scalar(select(func.count()).where(desk_entries.c.submission_id == sent)) == 1
    assert not before & triggers_of(engine)


def triggers_of(engine: Engine) -> set[int]:
    """What keeps the desk's lists."""
    with reading(engine) as connection:
        return set(connection.scalars(text("SELECT oid FROM pg_trigger WHERE tgname LIKE 'desk\\_%'")))


def test_no_migration_since_the_previous_version_takes_anything_from_it(engine: Engine) -> None:
    assert breaking_statements(engine) == []
